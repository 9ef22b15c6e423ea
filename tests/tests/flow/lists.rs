//! Status lists of a service over a long time: one that is full, and one that has to speak for a register that cannot;
//! and what outsiders are told who ask for what is not there.

use rusqlite::Connection;
use serde_json::{Value, json};
use server::Call;
use tests::customer::Customer;
use verify::{Material, Policy, Trust};

use super::licence::{followed, live};
use super::stage::{Service, ending};

/// What an operator of the database could do.
fn run(service: &Service, statement: &str) {
    let file = service.installation.folder().join("registry.db");
    let connection = Connection::open(file).expect("it opens");
    connection.execute_batch(statement).expect("it runs");
}

/// List and index of a licence.
async fn place(bureau: &Customer, identifier: &str, service: &Service) -> (String, u64) {
    let call = Call::get(format!("/v1/licences/{identifier}"));
    let answer = bureau.call("approvals", call, service.now()).await;
    let told = answer.expect("an answer").json();
    let uri = told["status"][0].as_str().expect("an address").to_owned();
    (uri, told["status"][1].as_u64().expect("an index"))
}

/// The answer of an inspector who took this list along.
async fn by_list(service: &Service, file: &[u8], path: &str) -> String {
    let trust = service.fetch("/v1/trust").await.content;
    let trust = Trust::parse(&trust).expect("our own bundle");
    let mut material = Material::empty();
    for (path, name) in [(path, "a.statuslist"), ("/crl/root.crl", "root.crl")] {
        material.add(name, &service.fetch(path).await.content);
    }
    let policy = Policy::default();
    let file = file.to_vec();
    let report = verify::examine("a.pdf", &file, &trust, &material, &policy, service.now());
    let report: Value = serde_json::from_str(&report.to_json()).expect("JSON");
    report["answer"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_list_is_followed_by_the_next_and_each_speaks_for_its_own() {
    let service = Service::start().await;
    run(&service, "UPDATE status_list SET capacity = 1");
    let mut issued = Vec::new();
    let mut places = Vec::new();
    for number in 1..=3 {
        let (bureau, told) = service.issued("FOOD", number).await;
        let identifier = told["identifier"]
            .as_str()
            .expect("an identifier")
            .to_owned();
        let found = place(&bureau, &identifier, &service).await;
        let file = service.file(&bureau, &identifier).await;
        places.push(
            found
                .0
                .trim_start_matches(tests::installation::ORIGIN)
                .to_owned(),
        );
        issued.push((bureau, identifier, file));
    }
    assert_eq!(places, ["/status/1", "/status/2", "/status/2"]);
    for ((_, identifier, file), path) in issued.iter().zip(&places) {
        assert_eq!(by_list(&service, file, path).await, "valid", "{identifier}");
    }
    // A list says nothing of a licence that stands in another.
    let (bureau, identifier, file) = &issued[1];
    assert_eq!(by_list(&service, file, "/status/1").await, "status_unknown");
    let before = service.fetch("/status/2").await.content;
    let call = Call::post(format!("/v1/licences/{identifier}/end"), &ending());
    let call = call.once("the-ending-in-the-next-list");
    let ended = bureau.call("approvals", call, service.now()).await;
    assert_eq!(ended.expect("an answer").status, 200);
    followed(&service, "/status/2", &before).await;
    for ((_, identifier, file), (path, answer)) in issued.iter().zip([
        ("/status/1", "valid"),
        ("/status/2", "ended"),
        ("/status/2", "valid"),
    ]) {
        assert_eq!(by_list(&service, file, path).await, answer, "{identifier}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_that_find_a_list_full_begin_one_and_the_same_next() {
    let service = Service::start().await;
    let clock = std::sync::Arc::new(issuance::FixedClock::new(service.now()));
    // Another process, opened while there was one list.
    let other = service.installation.open(clock).await.expect("it opens");
    run(&service, "UPDATE status_list SET capacity = 0");
    let (bureau, told) = service.issued("FOOD", 1).await;
    let identifier = told["identifier"].as_str().expect("an identifier");
    let found = place(&bureau, identifier, &service).await;
    let request = tests::cases::request("FOOD", 2).expect("a case");
    let asker = issuance::Asker {
        account: "Q-APR-approvals".to_owned(),
        person: "Q-APR-approvals".to_owned(),
        department: ::catalogue::key::DepartmentKey::parse("Q-APR").expect("a department"),
    };
    let key = registry::asked::IdempotencyKey::parse("of-the-other-one").expect("a key");
    let once = issuance::Once {
        key,
        fingerprint: [7; 32],
    };
    let order = issuance::IssueOrder {
        request,
        photo: None,
    };
    let begun = issuance::begin(&other, &asker, &once, &order).await;
    assert!(matches!(begun, Ok(issuance::Begun::Waits(_))), "{begun:?}");
    let lists = other.registry().status_lists().list().await.expect("lists");
    let given: Vec<(u32, u32)> = lists.iter().map(|list| (list.list.0, list.given)).collect();
    assert_eq!(given, [(1, 0), (2, 2)], "{}", found.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_register_cannot_be_asked_its_signed_lists_speak_for_it() {
    let service = Service::start().await;
    let (bureau, first) = service.issued("FOOD", 1).await;
    let (_, second) = service.issued("FOOD", 2).await;
    let name = |told: &Value| {
        told["identifier"]
            .as_str()
            .expect("an identifier")
            .to_owned()
    };
    let (first, second) = (name(&first), name(&second));
    let files = [
        service.file(&bureau, &first).await,
        service.file(&bureau, &second).await,
    ];
    let before = service.fetch("/status/1").await.content;
    let call = Call::post(format!("/v1/licences/{second}/end"), &ending());
    let call = call.once("the-ending-before-the-night");
    let ended = bureau.call("approvals", call, service.now()).await;
    assert_eq!(ended.expect("an answer").status, 200);
    followed(&service, "/status/1", &before).await;
    run(&service, "ALTER TABLE version RENAME TO version_away");
    for (file, verdict, answer) in [
        (&files[0], "valid", "valid"),
        (&files[1], "invalid", "ended"),
    ] {
        let report = live(&service, file).await;
        assert_eq!(
            (&report["verdict"], &report["answer"]),
            (&json!(verdict), &json!(answer)),
            "{report}"
        );
    }
    run(&service, "ALTER TABLE version_away RENAME TO version");
    let report = live(&service, &files[1]).await;
    assert_eq!(
        report["answer"], "annulled",
        "the register has its word again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_room_for_a_document_is_not_ready() {
    let service = Service::start_with("upload = \"1048576 GiB\"").await;
    let answer = service.fetch("/readyz").await;
    let told = answer.json();
    assert_eq!(
        (answer.status.as_u16(), &told["disk"]),
        (503, &json!(false)),
        "{told}"
    );
    for holds in ["trust", "store", "log", "queue", "keys", "token"] {
        assert_eq!(told[holds], json!(true), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn handles_that_show_nothing_are_told_apart_by_nothing() {
    let service = Service::start().await;
    let (_, job) = service.waiting("FOOD", 1).await;
    let clock = std::sync::Arc::new(issuance::FixedClock::new(service.now()));
    let office = service.installation.open(clock).await.expect("it opens");
    let id = registry::jobs::JobId::parse(&job).expect("a job");
    let found = office.registry().jobs().find(&id, None).await;
    let found = found.expect("a store").expect("it waits");
    let identifier = found.identifier.expect("a licence");
    let content = office
        .registry()
        .licences()
        .content(&identifier, None)
        .await;
    let reserved = content.expect("a store").expect("it is reserved").handle;
    // One that was given and not issued, one that was never given, one that cannot be one.
    let mut never = "A".repeat(reserved.len() - 1);
    never.push('Q');
    let unlawful = "!".repeat(reserved.len());
    let mut told = Vec::new();
    for handle in [reserved, never, unlawful] {
        let answer = service.fetch(&format!("/v/{handle}")).await;
        let page = String::from_utf8_lossy(&answer.content).replace(&handle, "HANDLE");
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        told.push((answer.status.as_u16(), page, names));
    }
    assert_eq!(told[0].0, 404);
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_has_a_code_and_a_name_and_nothing_of_the_inside() {
    let service = Service::start().await;
    run(&service, "ALTER TABLE version RENAME TO version_away");
    let mut names = std::collections::BTreeSet::new();
    let bureau = service.at("Q-APR");
    let mut answers = vec![
        service.fetch("/v1/licences").await,
        service.fetch("/nowhere").await,
        service.fetch("/v/AAAAAAAAAAAAAAAAAAAAAA").await,
        service.fetch("/crl/none.crl").await,
    ];
    let call = Call::get("/v1/licences");
    let broken = bureau.call("approvals", call, service.now()).await;
    answers.push(broken.expect("an answer"));
    for answer in answers {
        let status = answer.status.as_u16();
        let text = String::from_utf8_lossy(&answer.content).into_owned();
        assert!(status >= 400, "{text}");
        let name = answer.headers.get("x-request-id").expect("a name");
        assert!(names.insert(name.clone()), "{name:?} twice");
        for inside in [
            "SELECT",
            "version_away",
            "sqlite",
            ".rs",
            "panicked",
            env!("CARGO_PKG_VERSION"),
        ] {
            assert!(!text.contains(inside), "{inside}: {text}");
        }
    }
}
