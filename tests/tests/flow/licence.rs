//! From a decided case to an ended licence: who may do what, once, and what each face of the licence then says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::Call;
use tests::cases;
use tests::installation::{CUSTODIAN, DECIDER, STRANGER, hex};
use verify::{Material, Policy, Trust};

use super::stage::{Service, ending, problem};

#[tokio::test(flavor = "multi_thread")]
async fn one_request_under_one_key_has_one_answer() {
    let service = Service::start().await;
    let bureau = service.at("Q-APR");
    let body = cases::body(&cases::case("FOOD", 1).expect("a case"));
    let now = service.now();
    let key = "one-request-0001";
    let first = bureau.ask(key, &body, now).await.expect("an answer");
    assert_eq!(first.status, 202, "{}", first.json());
    for _ in 0..3 {
        let again = bureau.ask(key, &body, now).await.expect("an answer");
        assert_eq!(
            (again.status, again.content),
            (first.status, first.content.clone())
        );
    }
    let other = cases::body(&cases::case("FOOD", 2).expect("a case"));
    let changed = bureau.ask(key, &other, now).await.expect("an answer");
    assert_eq!(problem(&changed), (422, "idempotency.reused".to_owned()));
    let keyless = bureau
        .call("approvals", Call::post("/v1/licences", &body), now)
        .await
        .expect("an answer");
    assert_eq!(problem(&keyless), (400, "idempotency.missing".to_owned()));
    let short = bureau.ask("short", &body, now).await.expect("an answer");
    assert_eq!(problem(&short), (400, "idempotency.malformed".to_owned()));
    let job = first.json()["job"].as_str().expect("a job").to_owned();
    let issued = bureau.release(("custodian", CUSTODIAN), &job, now).await;
    let issued = issued.expect("an answer");
    assert_eq!(issued.status, 201, "{}", issued.json());
    // From the record on, the answer to the request is the licence.
    let again = bureau.ask(key, &body, now).await.expect("an answer");
    assert_eq!(
        (again.status, again.content),
        (issued.status, issued.content)
    );
    let list = bureau
        .call("approvals", Call::get("/v1/licences"), now)
        .await;
    let list = list.expect("an answer").json();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_under_one_key_have_one_licence() {
    let service = Service::start().await;
    let bureau = service.at("Q-APR");
    let now = service.now();
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..20 {
        let bureau = bureau.clone();
        let case = if number % 2 == 0 { 1 } else { 2 };
        let body = cases::body(&cases::case("FOOD", case).expect("a case"));
        tries.spawn(async move {
            let answer = bureau.ask("twenty-at-once-01", &body, now).await;
            answer.expect("an answer").status.as_u16()
        });
    }
    let statuses = tries.join_all().await;
    assert!(
        statuses
            .iter()
            .all(|status| [202, 409, 422].contains(status)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&202) && statuses.contains(&422));
    let list = bureau
        .call("approvals", Call::get("/v1/licences"), now)
        .await;
    let list = list.expect("an answer").json();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_releases_what_is_not_theirs_to_release_and_each_refusal_stands_in_the_trace() {
    let service = Service::start().await;
    let (bureau, job) = service.waiting("FOOD", 1).await;
    let now = service.now();
    // Not enrolled; who decided the case; somebody else's key under the custodian's account.
    for (role, person, status, code) in [
        ("stranger", STRANGER, 403, "caller.not-allowed"),
        ("decider", DECIDER, 403, "release.duties-not-separate"),
        ("custodian", STRANGER, 422, "release.refused"),
    ] {
        let answer = bureau.release((role, person), &job, now).await;
        let answer = answer.expect("an answer");
        assert_eq!(
            problem(&answer),
            (status, code.to_owned()),
            "{role} {person}"
        );
    }
    // The requester's account has no such scope; its person asked under another account.
    let scope = bureau
        .call("approvals", Call::get(format!("/v1/releases/{job}")), now)
        .await;
    let scope = scope.expect("an answer");
    assert_eq!(problem(&scope), (403, "caller.not-allowed".to_owned()));
    let body = cases::body(&cases::case("FOOD", 2).expect("a case"));
    let call = Call::post("/v1/licences", &body).once("asked-by-custodian");
    let own = bureau
        .call("custodian", call, now)
        .await
        .expect("an answer");
    assert_eq!(own.status, 202);
    let own = own.json()["job"].as_str().expect("a job").to_owned();
    let answer = bureau.release(("custodian", CUSTODIAN), &own, now).await;
    let same = (403, "release.duties-not-separate".to_owned());
    assert_eq!(problem(&answer.expect("an answer")), same);
    assert_eq!(
        denials(&service, &job).await,
        [
            "release.not-enrolled",
            "release.same-person",
            "release.signature"
        ]
    );
    assert_eq!(denials(&service, &own).await, ["release.same-person"]);
    // What was refused to them waits for the one who may.
    let answer = bureau.release(("custodian", CUSTODIAN), &job, now).await;
    assert_eq!(answer.expect("an answer").status, 201);
    let again = bureau.signed(("custodian", CUSTODIAN), &job, now).await;
    let call = Call::post(format!("/v1/releases/{job}"), &again.expect("an offer"));
    let again = bureau
        .call("custodian", call, now)
        .await
        .expect("an answer");
    assert_eq!(problem(&again), (422, "release.refused".to_owned()));
}

/// Grounds of what was refused about a job, in order.
async fn denials(service: &Service, job: &str) -> Vec<String> {
    let clock = std::sync::Arc::new(issuance::FixedClock::new(service.now()));
    let office = service.installation.open(clock).await.expect("it opens");
    let department = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
    let trace = office.registry().trace();
    let entries = trace.about(&department, job, 0).await.expect("a trace");
    let denied = entries.into_iter().filter(|entry| entry.deed == "deny");
    denied.map(|entry| entry.ground).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_job_ends_and_what_was_asked_is_answered_as_before() {
    let service = Service::start().await;
    let (bureau, job) = service.waiting("FOOD", 1).await;
    let now = service.now();
    let page = Call::get(format!("/v1/releases/{job}/page"));
    let page = bureau
        .call("custodian", page, now)
        .await
        .expect("an answer");
    assert!(page.content.starts_with(b"%PDF-"), "{}", page.status);
    let call = Call::post(
        format!("/v1/releases/{job}/refusal"),
        &json!({"reason": "the case is not decided"}),
    );
    let refused = bureau
        .call("custodian", call, now)
        .await
        .expect("an answer");
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["state"]),
        (200, &json!("refused"))
    );
    let standing = bureau
        .call("approvals", Call::get(format!("/v1/jobs/{job}")), now)
        .await;
    assert_eq!(standing.expect("an answer").json()["state"], "refused");
    let answer = bureau.signed(("custodian", CUSTODIAN), &job, now).await;
    let call = Call::post(format!("/v1/releases/{job}"), &answer.expect("an offer"));
    let late = bureau
        .call("custodian", call, now)
        .await
        .expect("an answer");
    assert_eq!(problem(&late), (422, "release.refused".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_is_valid_until_it_ends_and_every_face_of_it_says_so() {
    let service = Service::start().await;
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let now = service.now();
    let file = service.file(&bureau, identifier).await;
    assert_eq!(issued["file_digest"], hex(&crypto::sha256(&file)));
    let get = async |path: String| {
        let answer = bureau.call("approvals", Call::get(path), now).await;
        answer.expect("an answer")
    };
    let receipt = get(format!("/v1/licences/{identifier}/receipt")).await;
    assert_eq!(
        issued["receipt"].as_str().map(str::as_bytes),
        Some(&receipt.content[..])
    );
    let history = get(format!("/v1/licences/{identifier}/history"))
        .await
        .json();
    assert_eq!(kinds(&history).last(), Some(&"seal"), "{history}");
    let before = service.fetch("/status/1").await.content;
    let report = live(&service, &file).await;
    assert_eq!(
        (&report["verdict"], &report["answer"]),
        (&json!("valid"), &json!("valid"))
    );
    assert_eq!(
        offline(&service, &file).await,
        ("valid".to_owned(), "valid".to_owned())
    );

    let call = Call::post(format!("/v1/licences/{identifier}/end"), &ending());
    let call = call.once("the-ending-000001");
    let ended = bureau.call("approvals", call.clone(), now).await;
    let ended = ended.expect("an answer");
    assert_eq!(
        (ended.status.as_u16(), &ended.json()["state"]),
        (200, &json!("annulled"))
    );
    let again = bureau
        .call("approvals", call, now)
        .await
        .expect("an answer");
    assert_eq!((again.status, again.content), (ended.status, ended.content));
    let once_more = Call::post(format!("/v1/licences/{identifier}/end"), &ending());
    let once_more = once_more.once("the-ending-000002");
    let refused = bureau.call("approvals", once_more, now).await;
    let gone = (409, "licence.transition-refused".to_owned());
    assert_eq!(problem(&refused.expect("an answer")), gone);

    let report = live(&service, &file).await;
    assert_eq!(
        (&report["verdict"], &report["answer"]),
        (&json!("invalid"), &json!("annulled"))
    );
    followed(&service, "/status/1", &before).await;
    assert_eq!(
        offline(&service, &file).await,
        ("invalid".to_owned(), "ended".to_owned())
    );
    let history = get(format!("/v1/licences/{identifier}/history"))
        .await
        .json();
    assert_eq!(kinds(&history).last(), Some(&"annulled"), "{history}");
    let told = get(format!("/v1/licences/{identifier}")).await.json();
    assert_eq!(told["state"], "annulled");
}

fn kinds(history: &Value) -> Vec<&str> {
    let events = history.as_array().into_iter().flatten();
    events.filter_map(|event| event["kind"].as_str()).collect()
}

/// Waits until the upkeep has published something else than `before` (T-A3).
pub(crate) async fn followed(service: &Service, path: &str, before: &[u8]) {
    for _ in 0..1_000 {
        if service.fetch(path).await.content != before {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_ne!(service.fetch(path).await.content, before, "{path}");
}

/// The report of `POST /v1/verifications`: the register's own word.
pub(crate) async fn live(service: &Service, file: &[u8]) -> Value {
    let call = Call::send(
        "POST".parse().expect("a method"),
        "/v1/verifications",
        "application/octet-stream",
        file.to_vec(),
    );
    let client = server::Client::anonymous(&service.base);
    let answer = client.call(call, service.now()).await.expect("an answer");
    assert_eq!(answer.status, 200);
    answer.json()
}

/// Verdict and answer of an inspector who took trust and status along.
async fn offline(service: &Service, file: &[u8]) -> (String, String) {
    let trust = service.fetch("/v1/trust").await.content;
    let trust = Trust::parse(&trust).expect("our own bundle");
    let mut material = Material::empty();
    for (path, name) in [("/status/1", "1.statuslist"), ("/crl/root.crl", "root.crl")] {
        material.add(name, &service.fetch(path).await.content);
    }
    let policy = Policy::default();
    let file = file.to_vec();
    let report = verify::examine("a.pdf", &file, &trust, &material, &policy, service.now());
    let report: Value = serde_json::from_str(&report.to_json()).expect("JSON");
    let text = |name: &str| report[name].as_str().unwrap_or_default().to_owned();
    (text("verdict"), text("answer"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_link_shows_open_fields_and_nothing_of_a_person() {
    let service = Service::start().await;
    for (kind, seen, unseen) in [
        ("FOOD", "热食类食品制售", "BJ-990102-20260610-00001"),
        ("REAL", "沈**", "990102199302140868"),
    ] {
        let (_, issued) = service.issued(kind, 1).await;
        let identifier = issued["identifier"].as_str().expect("an identifier");
        let handle = handle(&service, identifier).await;
        let page = service.fetch(&format!("/v/{handle}")).await;
        let text = String::from_utf8_lossy(&page.content).into_owned();
        assert_eq!(page.status, 200, "{text}");
        assert!(
            text.contains(seen) && !text.contains(unseen),
            "{kind}: {text}"
        );
        for of_person in ["沈望舒", "松间街7号2幢301室"] {
            assert!(!text.contains(of_person), "{kind}: {text}");
        }
    }
    let none = service.fetch(&format!("/v/{}", "A".repeat(22))).await;
    assert_eq!(none.status, 404);
}

/// The handle of the public link to a licence.
pub(crate) async fn handle(service: &Service, identifier: &str) -> String {
    let clock = std::sync::Arc::new(issuance::FixedClock::new(service.now()));
    let office = service.installation.open(clock).await.expect("it opens");
    let identifier = ::licence::Identifier::parse(identifier).expect("an identifier");
    let licences = office.registry().licences();
    let content = licences.content(&identifier, None).await.expect("a store");
    content.expect("a licence has its content").handle
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_the_catalogue_again_is_answered_and_a_broken_one_is_not_put_in_force() {
    let service = Service::start().await;
    let bureau = service.at("Q-APR");
    let now = service.now();
    let sample = |name: &str| {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = root.join("../crates/demo/assets/catalogue").join(name);
        let text = std::fs::read_to_string(path).expect("the demonstration's catalogue");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let whole = json!({
        "departments": sample("departments.json"),
        "types": sample("licence-types.json"),
        "matters": sample("matters-catalogue.json"),
        "powers": sample("powers.json"),
    });
    let put = async |content: &Value| {
        let call = Call::send(
            "PUT".parse().expect("a method"),
            "/v1/catalogue",
            "application/json",
            content.to_string().into_bytes(),
        );
        let answer = bureau.call("approvals", call, now).await;
        answer.expect("an answer")
    };
    let answer = put(&whole).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let mut broken = whole.clone();
    broken["types"]["types"] = json!([]);
    assert_eq!(
        problem(&put(&broken).await),
        (422, "licence.not-admitted".to_owned())
    );
    let types = bureau
        .call("approvals", Call::get("/v1/catalogue/types"), now)
        .await;
    let types = types.expect("an answer").json();
    assert_eq!(types.as_array().map(Vec::len), Some(28));
}

/// Base64 as the API takes it.
pub(crate) fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}
