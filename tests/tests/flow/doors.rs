//! Every route that needs an account, for every role, on one's own things and on another department's (T-P3, T-P4).

use std::collections::BTreeMap;

use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tests::customer::Customer;

use super::published::certified;
use super::stage::{Service, ending};

/// What a path can name: a licence, a job that waits, a certificate.
#[derive(Debug, Clone)]
struct Things {
    identifier: String,
    job: String,
    serial: String,
}

impl Things {
    async fn of(service: &Service, kind: &str) -> (Customer, Things) {
        let (customer, issued) = service.issued(kind, 1).await;
        let (_, job) = service.waiting(kind, 2).await;
        let text = |name: &str| issued[name].as_str().expect("a text").to_owned();
        let (_, serial) = certified(service, &customer).await;
        let things = Things {
            identifier: text("identifier"),
            job,
            serial,
        };
        (customer, things)
    }

    /// Well-formed names of nothing.
    fn none(&self) -> Things {
        let mut identifier = self.identifier.clone();
        let serial = identifier.rfind("0001").expect("a serial");
        identifier.replace_range(serial..serial + 4, "9876");
        Things {
            identifier,
            job: "0".repeat(32),
            serial: "5".repeat(32),
        }
    }

    fn path(&self, route: &str) -> String {
        route
            .replace("{identifier}", &self.identifier)
            .replace("{job}", &self.job)
            .replace("{serial}", &self.serial)
            .replace("{code}", "990102-XK-0006")
    }
}

/// Method and route of what is not public, from the API document that is served.
async fn routes(service: &Service) -> Vec<(Method, String)> {
    let document = service.fetch("/openapi.json").await.json();
    let mut found = Vec::new();
    for (route, verbs) in document["paths"].as_object().expect("paths") {
        for verb in verbs.as_object().expect("verbs").keys() {
            let method: Method = verb.to_uppercase().parse().expect("a method");
            let call = call(&method, route, &route.replace(['{', '}'], "x"), 0);
            let answer = Client::anonymous(&service.base)
                .call(call, service.now())
                .await;
            if answer.expect("an answer").status == 401 {
                found.push((method, route.clone()));
            }
        }
    }
    found
}

fn call(method: &Method, route: &str, path: &str, number: usize) -> Call {
    if *method == Method::GET {
        return Call::get(path);
    }
    let stop = json!({"decision": "停字〔2026〕第0001号", "legal_basis": "食品安全法"});
    let content = match route {
        "/v1/licences/{identifier}/end" => ending(),
        "/v1/licences/{identifier}/suspend" | "/v1/licences/{identifier}/resume" => stop,
        "/v1/releases/{job}" => json!({
            "expires": "2026-07-03T02:00:00Z",
            "algorithm": "ecdsa-p256-sha256",
            "signature": "AAAA",
        }),
        "/v1/releases/{job}/refusal" => json!({"reason": "not decided"}),
        "/v1/certificates/{serial}/revocation" => json!({"reason": "superseded"}),
        "/v1/licences/{identifier}/aliases" => json!({"paper": "税务登记证", "number": "9901"}),
        "/v1/licences/{identifier}/paper" => json!({"event": "issue", "reference": "纸字第1号"}),
        "/v1/licences/{identifier}/parts/{part}/end" => json!({
            "ending": "annulled",
            "decision": "撤字〔2026〕第0001号",
            "legal_basis": "行政许可法 第六十九条",
            "decided_by": "chen.zhiyuan",
            "decided_on": "2026-07-01",
        }),
        "/v1/licences/{identifier}/versions" => json!({
            "ground": "change",
            "request": tests::cases::case("FOOD", 1).expect("a case"),
        }),
        _ => json!({}),
    };
    let content = content.to_string().into_bytes();
    Call::send(method.clone(), path, "application/json", content)
        .once(format!("a-door-knocked-{number:08}"))
}

/// What an answer says, without what differs by what was named.
fn said(answer: &Answer) -> (u16, Value) {
    (answer.status.as_u16(), answer.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_department_answers_as_if_it_were_not_there() {
    let service = Service::start().await;
    let (bureau, own) = Things::of(&service, "FOOD").await;
    let (_, other) = Things::of(&service, "DRUG").await;
    let none = own.none();
    let routes = routes(&service).await;
    assert!(routes.len() > 20, "{routes:?}");
    let mut number = 0;
    let mut wrong = Vec::new();
    let mut doors: BTreeMap<&str, usize> = BTreeMap::new();
    for (method, route) in &routes {
        let names =
            route.contains("{identifier}") || route.contains("{job}") || route.contains("{serial}");
        for role in ["approvals", "custodian", "stranger"] {
            let mut ask = async |path: String| {
                number += 1;
                let call = call(method, route, &path, number);
                let answer = bureau.call(role, call, service.now()).await;
                said(&answer.expect("an answer"))
            };
            let there = ask(other.path(route)).await;
            let nowhere = ask(none.path(route)).await;
            if nowhere.0 == 403 || !names {
                // Nobody without the scope learns more: whose it is makes no difference.
                let scope = there == nowhere || !names;
                if !scope {
                    wrong.push(format!("{role} {method} {route}: {there:?} {nowhere:?}"));
                }
                continue;
            }
            *doors.entry(role).or_default() += 1;
            if there.0 != 404 || there != nowhere {
                wrong.push(format!("{role} {method} {route}: {there:?} {nowhere:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        doors["approvals"] >= 8 && doors["custodian"] >= 4,
        "{doors:?}"
    );
}

/// Routes, and whose accounts they are for; what is asked last ends what is asked before.
const ROUTES: [(Method, &str, [&str; 2]); 18] = [
    (Method::GET, "/v1/licences", ["approvals", ""]),
    (Method::GET, "/v1/licences/{identifier}", ["approvals", ""]),
    (
        Method::GET,
        "/v1/licences/{identifier}/history",
        ["approvals", ""],
    ),
    (
        Method::GET,
        "/v1/licences/{identifier}/receipt",
        ["approvals", ""],
    ),
    (
        Method::GET,
        "/v1/licences/{identifier}/files/pdf",
        ["approvals", ""],
    ),
    (
        Method::GET,
        "/v1/licences/{identifier}/files/ofd",
        ["approvals", ""],
    ),
    (
        Method::GET,
        "/v1/licences/{identifier}/files/ofd/picture",
        ["approvals", ""],
    ),
    (
        Method::GET,
        "/v1/catalogue/types",
        ["approvals", "custodian"],
    ),
    (
        Method::GET,
        "/v1/catalogue/matters/{code}",
        ["approvals", "custodian"],
    ),
    (Method::GET, "/v1/jobs/{job}", ["approvals", "custodian"]),
    (Method::GET, "/v1/releases", ["custodian", ""]),
    (Method::GET, "/v1/releases/{job}", ["custodian", ""]),
    (Method::GET, "/v1/releases/{job}/page", ["custodian", ""]),
    (
        Method::POST,
        "/v1/certificates/{serial}/revocation",
        ["approvals", ""],
    ),
    (
        Method::POST,
        "/v1/licences/{identifier}/suspend",
        ["approvals", ""],
    ),
    (
        Method::POST,
        "/v1/licences/{identifier}/resume",
        ["approvals", ""],
    ),
    (
        Method::POST,
        "/v1/licences/{identifier}/end",
        ["approvals", ""],
    ),
    (
        Method::POST,
        "/v1/releases/{job}/refusal",
        ["custodian", ""],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_role_gets_at_its_own_what_the_table_gives_it_and_nothing_else() {
    let service = Service::start_national().await;
    let (bureau, own) = Things::of(&service, "FOOD").await;
    let mut number = 0;
    for (method, route, may) in ROUTES {
        for role in ["custodian", "approvals"] {
            number += 1;
            let call = call(&method, route, &own.path(route), number);
            let answer = bureau.call(role, call, service.now()).await;
            let (status, said) = said(&answer.expect("an answer"));
            let expected = if may.contains(&role) { 200 } else { 403 };
            assert_eq!(status, expected, "{role} {method} {route}: {said}");
        }
    }
}
