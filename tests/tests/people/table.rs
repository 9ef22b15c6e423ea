//! The whole table through HTTP: every operation of the API document, every role, on one's own things, on another
//! department's, and on nothing (T-P3, abuse case 7).

use std::collections::BTreeMap;

use duties::{Held, Operation, Role, TABLE};
use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::cases;
use tests::installation::CUSTODIAN;

use crate::stage::{Person, Service, databases, text};

const OWN: &str = "Q-APR";

/// What paths name.
#[derive(Debug, Clone)]
struct Things(BTreeMap<&'static str, String>);

impl Things {
    /// A licence, a job that waits, a seal, an account, a person who signs and a case of a department.
    async fn of(service: &Service, (kind, seal, first): (&str, &str, u64)) -> (String, Things) {
        let request = cases::case(kind, first).expect("a case");
        let department = text(&request, "issuer");
        let customer = service.at(&department);
        let mut jobs = Vec::new();
        for number in [first, first + 1] {
            let request = cases::case(kind, number).expect("a case");
            let key = format!("a-key-of-things-{number:06}");
            let asked = customer
                .ask(&key, &cases::body(&request), service.now())
                .await;
            jobs.push(text(&asked.expect("an answer").json(), "job"));
        }
        let custodian = ("custodian", CUSTODIAN);
        let released = customer.release(custodian, &jobs[0], service.now()).await;
        let identifier = text(&released.expect("an answer").json(), "identifier");
        let account = format!("{department}.clerk");
        service
            .opened(
                (&department, &account, &format!("P-{department}-1")),
                "clerk",
            )
            .await;
        let signer = json!({"kind": "person", "name": "林小满", "code": "990102198805210245"});
        let call = Call::post("/v1/signers", &signer).once(format!("a-key-of-signers-{first:04}"));
        let signer = customer
            .call("approvals", call, service.now())
            .await
            .expect("an answer");
        let signer = signer.json()["signer"]
            .as_str()
            .unwrap_or("none")
            .to_owned();
        let things = BTreeMap::from([
            ("identifier", identifier),
            ("job", jobs[1].clone()),
            ("seal", seal.to_owned()),
            ("account", account),
            ("signer", signer),
            ("case", format!("BJ-{}-20260608-00017", &seal[..6])),
        ]);
        (department, Things(things))
    }

    /// Well-formed names of nothing.
    fn none(&self) -> Things {
        let mut none = self.clone();
        let identifier = &self.0["identifier"];
        let serial = identifier.rfind("0001").expect("a serial");
        let mut other = identifier.clone();
        other.replace_range(serial..serial + 4, "9876");
        none.0.insert("identifier", other);
        none.0.insert("job", "0".repeat(32));
        none.0.insert("seal", "990102-SPZYZ-99".to_owned());
        none.0.insert("account", "nobody.here".to_owned());
        none.0.insert("signer", "0".repeat(32));
        none.0.insert("case", "BJ-990102-20260608-99999".to_owned());
        none
    }

    fn path(&self, route: &str) -> String {
        let mut path = route.to_owned();
        for (name, value) in &self.0 {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        for (name, value) in [
            ("{code}", "990102-XK-0006"),
            ("{serial}", "55555555555555555555555555555555"),
            ("{part}", "FOOD"),
        ] {
            path = path.replace(name, value);
        }
        let Some((before, rest)) = path.split_once('{') else {
            return path;
        };
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        format!("{before}1{after}")
    }
}

fn content(route: &str) -> Value {
    let stop = json!({"decision": "停字〔2026〕第0001号", "legal_basis": "食品安全法"});
    match route {
        "/v1/licences/{identifier}/end" => json!({
            "ending": "annulled",
            "decision": "撤字〔2026〕第0001号",
            "legal_basis": "行政许可法第六十九条",
        }),
        "/v1/licences/{identifier}/suspend" | "/v1/licences/{identifier}/resume" => stop,
        "/v1/licences/{identifier}/void" => {
            json!({"decision": "作字〔2026〕第1号", "reason": "姓名有误", "exposure": "unpresented"})
        }
        "/v1/licences/{identifier}/aliases" => json!({"paper": "税务登记证", "number": "9901"}),
        "/v1/licences/{identifier}/paper" => json!({"event": "issue", "reference": "纸字第1号"}),
        "/v1/licences/{identifier}/versions" => json!({
            "ground": "change",
            "request": cases::case("FOOD", 1).expect("a case"),
        }),
        "/v1/releases/{job}" => json!({
            "expires": "2026-07-03T02:00:00Z",
            "algorithm": "ecdsa-p256-sha256",
            "signature": "AAAA",
        }),
        "/v1/releases/{job}/refusal"
        | "/v1/seals/{seal}/suspend"
        | "/v1/seals/{seal}/resume"
        | "/v1/seals/{seal}/cancel" => json!({"reason": "not decided"}),
        "/v1/certificates/{serial}/revocation" => json!({"reason": "superseded"}),
        "/v1/cases/{case}/documents" => json!({"kind": "acceptance-notice"}),
        _ => json!({}),
    }
}

fn call(method: &Method, route: &str, path: &str, number: usize) -> Call {
    if *method == Method::GET {
        return Call::get(path);
    }
    let content = content(route).to_string().into_bytes();
    Call::send(method.clone(), path, "application/json", content)
        .once(format!("a-door-knocked-{number:08}"))
}

/// Method, route and operation of what is not public, from the API document that is served: each of them asks for an
/// account, and no other does.
async fn routes(service: &Service) -> Vec<(Method, String)> {
    let document = service.call(Call::get("/openapi.json")).await.json();
    let mut found = Vec::new();
    for (route, verbs) in document["paths"].as_object().expect("paths") {
        for verb in verbs.as_object().expect("verbs").keys() {
            let method: Method = verb.to_uppercase().parse().expect("a method");
            let call = call(&method, route, &route.replace(['{', '}'], "x"), 0);
            let answer = service.call(call).await;
            let open = ["/v1/sessions", "/v1/accounts/{account}/activation"]
                .contains(&route.as_str())
                && method == Method::POST;
            if answer.status == 401 && !open {
                found.push((method, route.clone()));
            }
        }
    }
    found
}

/// Status, fields of the head, content.
type Whole = (u16, Vec<(String, Vec<u8>)>, Vec<u8>);

/// Everything of an answer that somebody could tell it from another by.
fn whole(answer: &Answer) -> Whole {
    let fields = answer.headers.iter();
    let fields = fields
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    (
        answer.status.as_u16(),
        fields.collect(),
        answer.content.to_vec(),
    )
}

async fn people(service: &Service) -> Vec<(Role, Person)> {
    let mut people = Vec::new();
    for role in Role::ALL
        .into_iter()
        .filter(|role| role.held() == Held::Account)
    {
        let (account, person) = (
            format!("one.{}", role.code()),
            format!("P-ONE-{}", role.code()),
        );
        let person = service.person((OWN, &account, &person), role.code()).await;
        people.push((role, person));
    }
    people
}

/// What was seen at the doors.
#[derive(Debug, Default)]
struct Seen {
    number: usize,
    denied: usize,
    hidden: usize,
    wrong: Vec<String>,
}

impl Seen {
    /// One route for everybody: denied as the table says, and the same for another department's things as for nothing.
    async fn look(
        &mut self,
        service: &Service,
        (method, route): (&Method, &str),
        people: &[(Role, Person)],
        (theirs, nowhere): (&Things, &Things),
    ) {
        let row = server::operation(method.as_str(), route).and_then(duties::row);
        let Some(row) = row else {
            self.wrong.push(format!("{method} {route}: no row"));
            return;
        };
        for (role, person) in people {
            let mut ask = async |path: String| {
                self.number += 1;
                let call = call(method, route, &path, self.number);
                whole(&service.asked_by(person, call).await)
            };
            let there = ask(theirs.path(route)).await;
            let none = ask(nowhere.path(route)).await;
            let may = row.roles.contains(role);
            self.denied += usize::from(!may);
            self.hidden += usize::from(may && none.0 == 404);
            let which = format!("{} {method} {route}", role.code());
            if may == (none.0 == 403) {
                self.wrong.push(format!("{which}: {}", none.0));
            }
            if there != none {
                let texts = [&there, &none].map(|one| String::from_utf8_lossy(&one.2).into_owned());
                self.wrong.push(format!("{which}: {texts:?}"));
            }
        }
    }
}

/// Each row of the table is some route's; whether a matter is put in force, the content of a step says.
fn every_row_has_a_route(routes: &[(Method, String)]) {
    let used = routes.iter();
    let used: Vec<_> = used
        .filter_map(|(method, route)| server::operation(method.as_str(), route))
        .collect();
    for row in TABLE
        .iter()
        .filter(|row| row.operation != Operation::PublishMatter)
    {
        assert!(
            used.contains(&row.operation),
            "no route for {}",
            row.operation.code()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_for_every_role_is_the_table_s_and_another_department_s_things_are_not_there()
 {
    for database in databases("table").await {
        let service = Service::start(database.as_deref()).await;
        let (own, mine) = Things::of(&service, ("FOOD", "990102-SPZYZ-01", 1)).await;
        assert_eq!(own, OWN);
        let (department, theirs) = Things::of(&service, ("DRUG", "990121-SPZYZ-01", 11)).await;
        assert_ne!(department, OWN);
        let nowhere = mine.none();
        let routes = routes(&service).await;
        assert!(routes.len() > 70, "{}", routes.len());
        let people = people(&service).await;
        let mut seen = Seen::default();
        for (method, route) in &routes {
            // The own session would end.
            if !route.starts_with("/v1/sessions") {
                let things = (&theirs, &nowhere);
                seen.look(&service, (method, route), &people, things).await;
            }
        }
        assert!(seen.wrong.is_empty(), "{:#?}", seen.wrong);
        assert!(seen.denied > 500 && seen.hidden > 60, "{seen:?}");
        every_row_has_a_route(&routes);
        // One's own is there.
        for (role, route) in [
            (Role::Clerk, "/v1/licences/{identifier}"),
            (Role::Custodian, "/v1/releases/{job}"),
            (Role::SealAdministrator, "/v1/seals/{seal}"),
            (Role::Custodian, "/v1/jobs/{job}"),
        ] {
            let (_, person) = people
                .iter()
                .find(|(one, _)| *one == role)
                .expect("somebody");
            let answer = service.asked_by(person, Call::get(mine.path(route))).await;
            assert_eq!(answer.status, 200, "{route} {}", answer.json());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_has_no_session_s_operations_and_a_person_shows_one_proof_at_a_time() {
    let service = Service::start(None).await;
    let customer = service.at(OWN);
    let answer = customer
        .call("approvals", Call::get("/v1/accounts"), service.now())
        .await;
    assert_eq!(answer.expect("an answer").status, 403);
    let clerk = service.person((OWN, "zhou.clerk", "P-ZHOU"), "clerk").await;
    let both = Call::get("/v1/licences").field("authorization", format!("Bearer {}", clerk.token));
    let answer = customer
        .call("approvals", both, service.now())
        .await
        .expect("an answer");
    assert_eq!(
        (
            answer.status.as_u16(),
            text(&answer.json(), "code").as_str()
        ),
        (401, "session.over")
    );
    // What a role may not is an entry of the trace.
    let refused = service.asked_by(&clerk, Call::get("/v1/releases")).await;
    assert_eq!(refused.status, 403);
    let trace = service.trace(OWN).await;
    let denied = trace
        .iter()
        .find(|entry| entry.ground == "account.role")
        .expect("traced");
    assert_eq!(
        (denied.actor.as_str(), denied.object.as_str()),
        ("zhou.clerk", "/v1/releases")
    );
}
