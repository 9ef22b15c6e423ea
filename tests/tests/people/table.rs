//! The whole table through HTTP: every operation of the API document, every role, on one's own things, on another
//! department's, and on nothing (T-P3, abuse case 7).

use std::collections::BTreeMap;

use duties::{Held, Operation, Role, TABLE};
use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::cases;
use tests::installation::CUSTODIAN;
use tests::paper::{form, page};

use super::content::{self, Asks};
use super::expected::{EXPECTED, Line};
use super::stage::{PASSWORD, Person, Service, databases, text};

const OWN: &str = "Q-APR";
/// The route whose content may name what is not there yet.
const OPENS: &str = "/v1/cases/{case}/events";

/// What paths name.
#[derive(Debug, Clone)]
struct Things(BTreeMap<&'static str, String>);

/// By whom things are made, and the number of their keys.
struct Made<'a> {
    service: &'a Service,
    department: &'a str,
    first: u64,
}

impl Made<'_> {
    /// What a request is answered that is done.
    async fn done(&self, path: &str, content: &Value) -> Value {
        let step = path.replace(['/', '{'], "-");
        let key = format!("a-key-of-{:04}{step}", self.first);
        let customer = self.service.at(self.department);
        let call = Call::post(path, content).once(key);
        let answer = customer.call("approvals", call, self.service.now()).await;
        let answer = answer.expect("an answer");
        assert!(answer.status.is_success(), "{path} {}", answer.json());
        answer.json()
    }

    /// A person whose identity is proven and not active yet.
    async fn signer(&self, (name, number): (&str, &str)) -> String {
        let person = json!({"name": name, "number": number});
        let key = format!("a-key-of-{:04}-{number}", self.first);
        let call = Call::post("/v1/signers", &person).once(key);
        let signer = text(&self.done_by(call).await, "signer");
        let proven = json!({"act": "prove", "level": "L2", "reason": "实名核验"});
        let path = format!("/v1/signers/{signer}/acts");
        self.done(&path, &proven).await;
        signer
    }

    /// A document that two are to sign.
    async fn signing(&self, signers: (&str, &str)) -> String {
        let order = content::signing(signers);
        let call = form("/v1/signings", &order, &page("form"));
        let key = format!("a-key-of-{:04}-signing", self.first);
        text(&self.done_by(call.once(key)).await, "signing")
    }

    /// A page on which somebody is to sign.
    async fn pad(&self) -> String {
        let call = form("/v1/pads", &content::pad(), &page("form"));
        let key = format!("a-key-of-{:04}-pad", self.first);
        text(&self.done_by(call.once(key)).await, "pad")
    }

    async fn done_by(&self, call: Call) -> Value {
        let customer = self.service.at(self.department);
        let answer = customer.call("approvals", call, self.service.now()).await;
        let answer = answer.expect("an answer");
        assert!(answer.status.is_success(), "{}", answer.json());
        answer.json()
    }

    /// A case that was received.
    async fn case(&self, case: &str, matter: &str) {
        let asks = Asks {
            account: "applicant-1",
            person: "applicant",
            body: self.department,
            capacity: "applicant",
            number: 0,
        };
        let event = content::application(case, matter, &asks);
        self.done(&format!("/v1/cases/{case}/events"), &event).await;
    }
}

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
        let case = format!("BJ-{}-20260608-00017", &seal[..6]);
        let made = Made {
            service,
            department: &department,
            first,
        };
        let signer = made.signer(("林小满", "990102198805210245")).await;
        let second = made.signer(("陈知远", "99010219810705031X")).await;
        let signing = made.signing((&signer, &second)).await;
        let pad = made.pad().await;
        let notice = made.done("/v1/notices", &content::notice()).await;
        let matter = text(&cases::case(kind, first).expect("a case"), "matter");
        made.case(&case, &matter).await;
        let things = BTreeMap::from([
            ("identifier", identifier),
            ("job", jobs[1].clone()),
            ("seal", seal.to_owned()),
            ("account", account),
            ("machine", format!("{department}-stranger")),
            ("key", "07".repeat(32)),
            ("signer", signer),
            ("second", second),
            ("signing", signing),
            ("pad", pad),
            ("case", case),
            ("notice", text(&notice, "number")),
            ("package", "TC-990102-20260702-00001".to_owned()),
            ("signature", "0".repeat(32)),
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
        none.0.insert("machine", "nobody.here".to_owned());
        none.0.insert("signer", "0".repeat(32));
        none.0.insert("signing", "0".repeat(32));
        none.0.insert("pad", "0".repeat(32));
        none.0.insert("case", "BJ-990102-20260608-99999".to_owned());
        none.0.insert("notice", "GG-0000".to_owned());
        none
    }

    /// Keeps the name of what was made by an answer, for what comes after it.
    fn learn(&mut self, answer: &Answer) {
        let told: Value = serde_json::from_slice(&answer.content).unwrap_or_default();
        if let Some(signature) = told["signature"].as_str() {
            self.0.insert("signature", signature.to_owned());
        }
    }

    /// The name of one of them, for a content.
    fn name(&self, of: &str) -> String {
        self.0.get(of).cloned().unwrap_or_default()
    }

    fn path(&self, route: &str) -> String {
        let mut path = route.to_owned();
        if route.starts_with("/v1/notices") {
            path = path.replace("{number}", &self.0["notice"]);
        }
        for (name, value) in &self.0 {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        for (name, value) in [
            ("{code}", "990102-XK-0006"),
            ("{serial}", "55555555555555555555555555555555"),
            ("{part}", "FOOD"),
            ("{number}", "XZ-2026-0001"),
            ("{batch}", "00000000000000000000000000000000"),
            ("{prepared}", "00000000000000000000000000000000"),
            ("{mandate}", "00000000000000000000000000000000"),
        ] {
            path = path.replace(name, value);
        }
        match route {
            "/v1/catalogue/changes" => path.push_str("?since=1"),
            "/v1/catalogue/comparison" => path.push_str("?left=990102&right=990121"),
            _ => {}
        }
        let Some((before, rest)) = path.split_once('{') else {
            return path;
        };
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        format!("{before}1{after}")
    }
}

/// What somebody who may do nothing asks.
fn knock(method: &Method, path: &str) -> Call {
    if *method == Method::GET {
        return Call::get(path);
    }
    Call::send(method.clone(), path, "application/json", b"{}".to_vec())
        .once("a-door-knocked-by-nobody".to_owned())
}

/// Method, route and operation of what is not public, from the API document that is served: each of them asks for an
/// account, and no other does.
async fn routes(service: &Service) -> Vec<(Method, String)> {
    let document = service.call(Call::get("/openapi.json")).await.json();
    let mut found = Vec::new();
    for (route, verbs) in document["paths"].as_object().expect("paths") {
        for verb in verbs.as_object().expect("verbs").keys() {
            let method: Method = verb.to_uppercase().parse().expect("a method");
            let call = knock(&method, &route.replace(['{', '}'], "x"));
            let answer = service.call(call).await;
            let open = [
                "/v1/sessions",
                "/v1/sessions/openid",
                "/v1/accounts/{account}/activation",
            ]
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
    done: usize,
    wrong: Vec<String>,
}

/// `done`, or the code of the problem, with that of its first defect.
fn outcome(answer: &Answer) -> String {
    if answer.status.is_success() {
        return "done".to_owned();
    }
    let told: Value = serde_json::from_slice(&answer.content).unwrap_or_default();
    let code = told["code"].as_str().unwrap_or("none").to_owned();
    match told["defects"][0]["code"].as_str() {
        Some(defect) => format!("{code} {defect}"),
        None => code,
    }
}

/// Everybody, and what there is.
struct Scene<'a> {
    service: &'a Service,
    people: &'a [(Role, Person)],
    theirs: &'a Things,
    nowhere: &'a Things,
}

impl Seen {
    async fn ask(
        &mut self,
        scene: &Scene<'_>,
        (method, route): (&Method, &str),
        (role, person): &(Role, Person),
        things: &Things,
    ) -> Answer {
        self.number += 1;
        let capacity = role.capacity().and_then(|role| {
            let code = serde_json::to_value(role).ok()?;
            code.as_str().map(str::to_owned)
        });
        let asks = Asks {
            account: &person.account,
            person: &format!("P-ONE-{}", role.code()),
            body: OWN,
            capacity: capacity.as_deref().unwrap_or("system"),
            number: self.number,
        };
        // On one's own, each event opens a case of its own.
        let mut things = things.clone();
        if route == OPENS && things.0["case"] != scene.theirs.0["case"] {
            let case = format!("BJ-990102-20260702-{:05}", self.number);
            things.0.insert("case", case);
        }
        let path = things.path(route);
        let name = |of: &str| things.name(of);
        let call = content::call((method, route, &path), &name, &asks);
        scene.service.asked_by(person, call).await
    }

    /// One route for everybody: denied as the table says, the same for another department's things as for nothing, and
    /// done, or refused by its own rule, on one's own.
    async fn look(&mut self, scene: &Scene<'_>, line: &Line, mine: &mut Things) {
        let (method, route, outcomes) = *line;
        let method: Method = method.parse().expect("a method");
        let method = &method;
        let Some(row) = server::operation(method.as_str(), route).and_then(duties::row) else {
            self.wrong.push(format!("{method} {route}: no row"));
            return;
        };
        let mut seen = Vec::new();
        for one in scene.people {
            let may = row.roles.contains(&one.0);
            let which = format!("{} {method} {route}", one.0.code());
            let own = self.ask(scene, (method, route), one, mine).await;
            if !may && outcome(&own) != "caller.not-allowed" {
                self.wrong.push(format!("{which}: {}", outcome(&own)));
            }
            if may {
                seen.push(outcome(&own));
                mine.learn(&own);
                if !outcomes.contains(&outcome(&own).as_str()) {
                    self.wrong.push(format!("{which}: {}", own.json()));
                }
            }
            self.denied += usize::from(!may);
            // What names nothing has no other department's.
            if route.contains('{') {
                let there = self.ask(scene, (method, route), one, scene.theirs).await;
                if route == OPENS {
                    // Who opens a case says its number: that it was taken cannot be hidden, what it is can.
                    let expected = if may { 404 } else { 403 };
                    if there.status != expected {
                        self.wrong
                            .push(format!("{which} on theirs: {}", there.status));
                    }
                    continue;
                }
                let none = self.ask(scene, (method, route), one, scene.nowhere).await;
                self.hidden += usize::from(may && none.status == 404);
                if may == (none.status == 403) {
                    self.wrong
                        .push(format!("{which} on nothing: {}", none.status));
                }
                let (there, none) = (whole(&there), whole(&none));
                if there != none {
                    let texts =
                        [&there, &none].map(|one| String::from_utf8_lossy(&one.2).into_owned());
                    self.wrong.push(format!("{which}: {texts:?}"));
                }
            }
        }
        self.done += usize::from(seen.iter().any(|seen| seen == "done"));
        for listed in outcomes {
            if !seen.iter().any(|seen| seen == listed) {
                self.wrong
                    .push(format!("{method} {route}: nobody was told {listed}"));
            }
        }
    }
}

/// Who has a session has these four, whatever the roles: they come last.
async fn leave(service: &Service, people: &[(Role, Person)]) {
    for (role, person) in people {
        let path = "/v1/sessions/current/passkeys";
        let told = service.asked_by(person, Call::get(path)).await;
        assert_eq!(told.status, 200, "{role:?}");
        let content = json!({
            "password": PASSWORD,
            "code": "",
            "question": told.json()["question"],
            "client": "",
            "attestation": "",
        });
        let bare = service.asked_by(person, Call::post(path, &content)).await;
        assert_eq!(bare.status, 401, "{role:?}: no other factor");
        let content = json!({"old": PASSWORD, "new": "quite another phrase"});
        let content = content.to_string().into_bytes();
        let path = "/v1/sessions/current/password";
        let change = Call::send(Method::PUT, path, "application/json", content);
        assert_eq!(
            service.asked_by(person, change).await.status,
            204,
            "{role:?}"
        );
        let leave = Call::send(
            Method::DELETE,
            "/v1/sessions/current",
            "application/json",
            Vec::new(),
        );
        assert_eq!(
            service.asked_by(person, leave).await.status,
            204,
            "{role:?}"
        );
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
        let (own, mut mine) = Things::of(&service, ("FOOD", "990102-SPZYZ-01", 1)).await;
        assert_eq!(own, OWN);
        let (department, theirs) = Things::of(&service, ("DRUG", "990121-SPZYZ-01", 11)).await;
        assert_ne!(department, OWN);
        let nowhere = mine.none();
        let routes = routes(&service).await;
        assert!(routes.len() > 70, "{}", routes.len());
        let own_sessions = routes
            .iter()
            .filter(|(_, route)| route.starts_with("/v1/sessions"));
        assert_eq!(own_sessions.count(), 4, "as `leave` has them");
        let mut lines: Vec<_> = EXPECTED
            .iter()
            .map(|(method, route, _)| (method.to_string(), route.to_string()))
            .collect();
        let mut listed: Vec<_> = routes
            .iter()
            .filter(|(_, route)| !route.starts_with("/v1/sessions"))
            .map(|(method, route)| (method.to_string(), route.clone()))
            .collect();
        lines.sort();
        listed.sort();
        assert_eq!(lines, listed, "each route has one line");
        let people = people(&service).await;
        let mut seen = Seen::default();
        let scene = Scene {
            service: &service,
            people: &people,
            theirs: &theirs,
            nowhere: &nowhere,
        };
        // In the order of the lines: what ends something comes after what it is needed for.
        for line in EXPECTED {
            seen.look(&scene, line, &mut mine).await;
        }
        assert!(seen.wrong.is_empty(), "{:#?}", seen.wrong);
        assert!(
            seen.denied > 500 && seen.hidden > 60 && seen.done > 60,
            "{seen:?}"
        );
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
        leave(&service, &people).await;
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
