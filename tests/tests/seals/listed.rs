//! Seals that are asked for at once: looked through line by line, handed in whole, made under two people's words on one digest, whatever
//! breaks it off.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use issuance::{Asker, Office};
use making::lists::{self, LineOrder, ListOrder, Word};
use making::{Document, MakingError};
use registry::asked::By;
use registry::callers::NewPerson;
use seal::life::{Event, Stage};
use serde_json::{Value, json};
use server::Call;
use tests::installation::NOW;

use super::making::{BUREAU, Bureau, Suites, application, on_each_database};

const LIST: &str = "/v1/seal-lists/L-2026-07";
const OFFICER: &str = "Q-APR-officer";

fn code(number: usize) -> String {
    format!("990102-LBYWZ-{number:04}")
}

fn line(number: usize) -> Value {
    json!({
        "seal": code(number), "department": BUREAU, "name": format!("临溪市临川区行政审批局业务专用章（{number}）"),
        "kind": "部门业务专用章", "purposes": ["document"], "valid_from": "2026-01-01",
        "custodian": "P-KEEPER", "approver": "P-SECOND",
    })
}

fn list(lines: Vec<Value>) -> Value {
    json!({
        "ground": "临审〔2026〕31号", "lines": lines,
        "documents": [{"name": "刻章申请书", "type": "application/pdf", "content": STANDARD.encode(b"%PDF-1.7")}],
    })
}

async fn put(bureau: &Bureau, body: &Value) -> (u16, Value) {
    let content = body.to_string().into_bytes();
    let method = "PUT".parse().expect("a method");
    let call = Call::send(method, LIST, "application/json", content);
    bureau.call(0, OFFICER, call).await
}

async fn say(bureau: &Bureau, account: &str, (act, digest): (&str, &str)) -> (u16, Value) {
    let body = json!({"act": act, "digest": digest, "reason": "审核意见"});
    bureau
        .post(1, account, &format!("{LIST}/acts"), &body)
        .await
}

async fn states(bureau: &Bureau) -> Vec<String> {
    let told = bureau.read(OFFICER, LIST).await;
    let lines = told["lines"].as_array().expect("lines").iter();
    lines
        .map(|one| one["state"].as_str().expect("a state").to_owned())
        .collect()
}

/// Codes of what is wrong with each line of a dry run.
fn found(told: &Value) -> Vec<Vec<String>> {
    let lines = told["lines"].as_array().expect("lines").iter();
    let codes = |line: &Value| -> Vec<String> {
        let faults = line["faults"].as_array().expect("faults").iter();
        faults
            .map(|one| one["code"].as_str().expect("a code").to_owned())
            .collect()
    };
    lines.map(codes).collect()
}

/// Who is to hold the seals: known, and without an account.
async fn keeper(bureau: &Bureau) {
    let new = NewPerson {
        id: PersonKey::parse("P-KEEPER").expect("a person"),
        department: DepartmentKey::parse(BUREAU).expect("a department"),
        roles: Vec::new(),
        public_key: None,
    };
    let callers = bureau.offices[0].registry().callers();
    let enrolled = callers.enrol_person(new, By::new("P-FOUNDER", NOW)).await;
    enrolled.expect("enrolled");
}

/// A line of which one member is another.
fn with(number: usize, member: &str, value: Value) -> Value {
    let mut line = line(number);
    line[member] = value;
    line
}

async fn entries(bureau: &Bureau) -> usize {
    let department = DepartmentKey::parse(BUREAU).expect("a department");
    let trace = bureau.offices[0].registry().trace();
    trace.entries(&department, 0).await.expect("answers").len()
}

#[test]
fn a_dry_run_says_of_each_line_what_refuses_it_and_writes_nothing() {
    on_each_database("list_dry", Suites::One, async |bureau: Bureau| {
        keeper(&bureau).await;
        let lines = vec![
            line(1),
            with(2, "department", json!("Q-NONE")),
            with(3, "department", json!("C-TRANS")),
            with(4, "seal", json!("990102-SPZYZ-01")),
            with(5, "matters", json!(["990102-XK-9999"])),
            with(6, "approver", json!("P-KEEPER")),
            with(7, "approver", json!("P-OFFICER")),
            with(8, "custodian", json!("P-NOBODY")),
            with(9, "picture", json!("nine.png")),
            with(10, "name", line(1)["name"].clone()),
            with(11, "seal", json!(code(1))),
            with(12, "kind", json!("公章")),
            with(13, "valid_to", json!("2025-01-01")),
        ];
        let before = entries(&bureau).await;
        let path = format!("{LIST}/check");
        let (status, told) = bureau.post(0, OFFICER, &path, &list(lines.clone())).await;
        assert_eq!(status, 200, "{told}");
        let expected = [
            "seal.code-twice seal.name-taken",
            "seal.department-unknown",
            "seal.department-unknown",
            "seal.code-taken",
            "seal.scope",
            "seal.same-person",
            "seal.same-person",
            "seal.custodian-unknown",
            "seal.picture-missing",
            "seal.name-taken",
            "seal.code-twice",
            "seal.scope",
            "seal.scope",
        ];
        let codes: Vec<String> = found(&told).iter().map(|codes| codes.join(" ")).collect();
        assert_eq!(codes, expected, "{told}");
        assert_eq!(told["would_be_made"], 0);
        assert_eq!(told["refused"], 13);
        let (status, told) = bureau
            .post(0, OFFICER, &path, &list(vec![line(1), line(2)]))
            .await;
        assert_eq!((status, &told["would_be_made"]), (200, &json!(2)), "{told}");
        assert_eq!(entries(&bureau).await, before, "nothing was written");
        let (status, _) = bureau.call(0, OFFICER, Call::get(LIST)).await;
        assert_eq!(status, 404);
        // Handed in, it is refused whole, with each fault and its line.
        let (status, told) = put(&bureau, &list(lines)).await;
        assert_eq!(status, 422, "{told}");
        let defects = told["defects"].as_array().expect("defects");
        let fifth = defects.iter().find(|one| one["at"] == "lines/9/picture");
        assert_eq!(fifth.expect("the ninth")["code"], "seal.picture-missing");
        assert_eq!(entries(&bureau).await, before + 1, "the refusal alone");
        let (status, _) = bureau.call(0, OFFICER, Call::get(LIST)).await;
        assert_eq!(status, 404, "nothing of it is kept");
    });
}

/// What is refused of a list that was handed in.
async fn refused_before(bureau: &Bureau, (body, digest): (&Value, &str)) {
    // A line is another one under the same identifier.
    let (status, told) = put(bureau, &altered(body)).await;
    let other = told["defects"][0]["code"].clone();
    assert_eq!((status, other), (409, json!("seal.list-other")), "{told}");
    let zeros = "0".repeat(64);
    for (account, act, digest, why) in [
        ("Q-APR-second", "approve", digest, 409),
        ("Q-APR-first", "make", digest, 409),
        ("Q-APR-applicant", "review", digest, 403),
        ("Q-APR-first", "review", &zeros, 409),
        ("Q-APR-approvals", "review", digest, 403),
    ] {
        let (status, told) = say(bureau, account, (act, digest)).await;
        assert_eq!(status, why, "{account} {act} {told}");
    }
    assert_eq!(states(bureau).await, ["applied"; 3], "nothing was done");
}

/// The same of one that was granted.
async fn refused_after(bureau: &Bureau, body: &Value) {
    let (status, told) = put(bureau, &altered(body)).await;
    let other = told["defects"][0]["code"].clone();
    assert_eq!((status, other), (409, json!("seal.list-other")), "{told}");
    let zeros = "0".repeat(64);
    let (status, told) = say(bureau, "Q-APR-third", ("make", &zeros)).await;
    assert_eq!(status, 409, "another digest: {told}");
    assert_eq!(states(bureau).await, ["approved"; 3]);
}

/// The list with one line altered.
fn altered(body: &Value) -> Value {
    let mut altered = body.clone();
    altered["lines"][1]["valid_to"] = json!("2027-12-31");
    altered
}

#[test]
fn a_list_is_examined_and_granted_by_two_people_over_its_digest_and_made_once() {
    on_each_database("list_people", Suites::One, async |bureau: Bureau| {
        keeper(&bureau).await;
        let body = list((1..=3).map(line).collect());
        let (status, told) = put(&bureau, &body).await;
        assert_eq!((status, &told["state"]), (200, &json!("applied")), "{told}");
        let digest = told["digest"].as_str().expect("a digest").to_owned();
        assert_eq!(states(&bureau).await, ["applied"; 3]);
        let (status, again) = put(&bureau, &body).await;
        assert_eq!((status, &again), (200, &told), "once");
        refused_before(&bureau, (&body, &digest)).await;
        let (status, told) = say(&bureau, "Q-APR-first", ("review", &digest)).await;
        assert_eq!(
            (status, &told["reviewer"]),
            (200, &json!("P-FIRST")),
            "{told}"
        );
        for (account, why, code) in [
            ("Q-APR-again", 403, "release.duties-not-separate"),
            ("Q-APR-applicant", 403, "release.duties-not-separate"),
            ("Q-APR-third", 409, "seal.refused"),
        ] {
            let (status, told) = say(&bureau, account, ("approve", &digest)).await;
            assert_eq!(
                (status, &told["code"]),
                (why, &json!(code)),
                "{account} {told}"
            );
        }
        assert_eq!(states(&bureau).await, ["reviewed"; 3]);
        let (status, told) = say(&bureau, "Q-APR-second", ("approve", &digest)).await;
        assert_eq!(
            (status, &told["state"]),
            (200, &json!("approved")),
            "{told}"
        );
        refused_after(&bureau, &body).await;
        for _ in 0..2 {
            let (status, told) = say(&bureau, "Q-APR-third", ("make", &digest)).await;
            assert_eq!(status, 200, "{told}");
            assert_eq!(states(&bureau).await, ["made"; 3]);
        }
        let told = bureau.read(OFFICER, LIST).await;
        assert_eq!(told["state"], "made");
        // Each has an application of its own, which names its list and its line.
        let path = format!("/v1/seal-applications/{}", code(2));
        let history = bureau.read(OFFICER, &path).await;
        let events = history["history"].as_array().expect("a history").iter();
        let events: Vec<&str> = events
            .map(|one| one["event"].as_str().expect("one"))
            .collect();
        assert_eq!(events, ["apply", "review", "approve", "make"]);
    });
}

/// Two hundred lines as a process has them.
fn two_hundred() -> ListOrder {
    let lines = (1..=200).map(line);
    ListOrder {
        list: "L-2026-07".to_owned(),
        ground: "临审〔2026〕31号".to_owned(),
        documents: vec![Document {
            name: "刻章申请书".to_owned(),
            kind: "application/pdf".to_owned(),
            content: b"%PDF-1.7".to_vec(),
        }],
        pictures: std::collections::BTreeMap::new(),
        lines: lines
            .map(|line| serde_json::from_value::<LineOrder>(line).expect("a line"))
            .collect(),
    }
}

fn asker(account: &str, person: &str) -> Asker {
    Asker {
        account: account.to_owned(),
        person: person.to_owned(),
        department: DepartmentKey::parse(BUREAU).expect("a department"),
    }
}

/// How many seals stand at each of these stages.
async fn counted(office: &Office, stages: &[Stage]) -> usize {
    let mut all = 0;
    for stage in stages {
        let seals = office.registry().seals();
        let codes = seals.at_stage((*stage, None), ("990102-LBYWZ-", 500));
        let codes = codes.await.expect("answers");
        all += codes
            .iter()
            .filter(|code| code.as_str().contains("LBYWZ"))
            .count();
    }
    all
}

/// Runs until so many seals stand there, and is lost in the middle of the next.
async fn lost<F>(office: &Office, work: F, (stage, many): (Stage, usize))
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let work = tokio::spawn(async move {
        let _never_told = work.await;
    });
    while counted(office, &[stage]).await < many {
        assert!(
            !work.is_finished(),
            "it went through before it could be lost"
        );
        tokio::task::yield_now().await;
    }
    work.abort();
    let _lost = work.await;
}

/// Each word is broken off, and said again at another process.
async fn carried(bureau: &Bureau, digest: [u8; 32]) {
    let (office, other) = (&bureau.offices[0], &bureau.offices[1]);
    let word = |event| Word {
        event,
        digest,
        reason: String::new(),
    };
    for (account, person, event, stage) in [
        ("Q-APR-first", "P-FIRST", Event::Review, Stage::Reviewed),
        ("Q-APR-second", "P-SECOND", Event::Approve, Stage::Approved),
        ("Q-APR-third", "P-THIRD", Event::Make, Stage::Made),
    ] {
        let who = asker(account, person);
        let work = {
            let (office, who, word) = (Arc::clone(office), who.clone(), word(event));
            async move {
                lists::say(&office, &who, "L-2026-07", &word)
                    .await
                    .map(|_| ())
            }
        };
        lost(office, work, (stage, 40)).await;
        let there = counted(office, &[stage]).await;
        assert!((40..199).contains(&there), "{event:?} {there}");
        // The same word again goes on.
        let said = lists::say(other, &who, "L-2026-07", &word(event)).await;
        said.expect("goes on");
        assert_eq!(counted(other, &[stage]).await, 199, "{event:?}");
    }
}

/// No seal has two of anything.
async fn made_once(other: &Office) {
    let seals = other.registry().seals();
    for number in (1..=200).filter(|number| *number != 150) {
        let code = SealCode::parse(&code(number)).expect("a code");
        let history = seals.history(&code).await.expect("answers");
        let events: Vec<&str> = history.iter().map(|one| one.event.as_str()).collect();
        assert_eq!(events, ["apply", "review", "approve", "make"], "{code}");
        let own = issuance::custody::certificates(other, &code).await;
        assert_eq!(own.expect("answers").len(), 1, "{code}: one certificate");
    }
}

#[test]
fn two_hundred_seals_go_on_where_a_process_was_lost_and_none_is_made_twice() {
    on_each_database("list_lost", Suites::One, async |bureau: Bureau| {
        keeper(&bureau).await;
        let order = two_hundred();
        let office = Arc::clone(&bureau.offices[0]);
        let officer = asker(OFFICER, "P-OFFICER");
        let work = {
            let (office, order, officer) = (Arc::clone(&office), order.clone(), officer.clone());
            async move { lists::hand_in(&office, &officer, &order).await.map(|_| ()) }
        };
        lost(&office, work, (Stage::Applied, 60)).await;
        let applied = counted(&office, &[Stage::Applied]).await;
        assert!((60..200).contains(&applied), "{applied}");
        // Meanwhile another one is asked for under a code of the list.
        let mut own = application();
        own["seal"] = json!(code(150));
        let (status, told) = bureau.post(0, OFFICER, "/v1/seal-applications", &own).await;
        assert_eq!(status, 201, "{told}");
        // Another process begins, and goes on by itself.
        let other = Arc::clone(&bureau.offices[1]);
        assert_eq!(lists::resume(&other).await.expect("goes on"), 1);
        assert_eq!(counted(&other, &[Stage::Applied]).await, 200);
        let told = lists::find(&other, &officer, "L-2026-07")
            .await
            .expect("there");
        let foreign: Vec<usize> = told
            .lines
            .iter()
            .filter(|one| one.code.is_some())
            .map(|one| one.line)
            .collect();
        assert_eq!(foreign, [150]);
        let digest = two_hundred_digest(&told.digest);
        carried(&bureau, digest).await;
        made_once(&other).await;
        let again = lists::hand_in(&office, &officer, &order)
            .await
            .expect("the same");
        assert_eq!(again.state, "made");
        let mut altered = order;
        altered.lines[3].name = "临溪市公章".to_owned();
        let refused = lists::hand_in(&office, &officer, &altered).await;
        assert!(
            matches!(refused, Err(MakingError::List("seal.list-other", _))),
            "{refused:?}"
        );
    });
}

fn two_hundred_digest(text: &str) -> [u8; 32] {
    let octets = (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16));
    let octets: Result<Vec<u8>, _> = octets.collect();
    octets.expect("hexadecimal").try_into().expect("32 octets")
}
