//! Batches over HTTP: checked whole, reserved at once, released by one list, each licence a job of its own.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalogue::key::DepartmentKey;
use licence::Identifier;
use serde_json::{Value, json};
use server::Call;
use tests::installation::{CUSTODIAN, DECIDER, STRANGER};
use time::SignedDuration;

use super::stage::{Service, food, on_each_database};

const BUREAU: &str = "Q-APR";
const RELEASER: (&str, &str) = ("custodian", CUSTODIAN);
/// How often a batch is looked at before it counts as stuck.
const LOOKS: usize = 20_000;

/// The content of a batch of food permits, each of a case of its own.
fn foods(count: u64) -> Value {
    let entries = (1..=count).map(|number| json!({"request": food(number)}));
    json!({"licences": entries.collect::<Vec<_>>()})
}

/// A batch that was taken: its identifier, and what was told at once.
async fn begun(service: &Service, body: &Value, key: &str) -> (String, Value) {
    let (status, told) = service.post(BUREAU, "/v1/batches", body, key).await;
    assert_eq!(status, 202, "{told}");
    let batch = told["batch"].as_str().expect("a batch").to_owned();
    (batch, told)
}

async fn look(service: &Service, batch: &str) -> Value {
    let path = format!("/v1/batches/{batch}");
    service.read(BUREAU, &path).await
}

/// The batch once so many of its licences are in a state.
pub(crate) async fn once(service: &Service, batch: &str, (state, count): (&str, u64)) -> Value {
    let mut told = Value::Null;
    for _ in 0..LOOKS {
        told = look(service, batch).await;
        if told["counts"][state] == count {
            return told;
        }
    }
    unreachable!("the batch is stuck: {told}")
}

/// A batch whose pages wait.
async fn waiting(service: &Service, body: &Value, count: u64, key: &str) -> String {
    let (batch, _) = begun(service, body, key).await;
    once(service, &batch, ("waiting", count)).await;
    batch
}

fn offer_of(batch: &str) -> String {
    format!("/v1/batches/{batch}/release")
}

async fn signed(service: &Service, by: (&str, &str), batch: &str) -> Value {
    let signed = service.at(BUREAU);
    let signed = signed.signed_at(by, &offer_of(batch), service.now()).await;
    signed.expect("an offer")
}

async fn send(service: &Service, role: &str, batch: &str, release: &Value) -> (u16, Value) {
    let call = Call::post(offer_of(batch), release);
    service.call((BUREAU, role), call).await
}

pub(crate) async fn release(service: &Service, by: (&str, &str), batch: &str) -> (u16, Value) {
    let signed = signed(service, by, batch).await;
    send(service, by.0, batch, &signed).await
}

async fn refuse(service: &Service, batch: &str, body: &Value) -> (u16, Value) {
    let call = Call::post(format!("/v1/batches/{batch}/refusal"), body);
    service.call((BUREAU, "custodian"), call).await
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

/// Code of the refusal, and of its first defect.
fn why(told: &Value) -> (&str, &str) {
    let defect = told["defects"][0]["code"].as_str();
    (text(&told["code"]), defect.unwrap_or_default())
}

async fn licences(service: &Service) -> usize {
    let all = service.read(BUREAU, "/v1/licences").await;
    all.as_array().map_or(0, Vec::len)
}

#[test]
fn one_release_of_a_list_issues_every_licence_of_it_once() {
    on_each_database("batch_whole", async |service: Service| {
        let body = foods(5);
        let (batch, told) = begun(&service, &body, "whole").await;
        let numbers: BTreeSet<&str> = told["licences"]
            .as_array()
            .expect("licences")
            .iter()
            .map(|one| text(&one["number"]))
            .collect();
        assert_eq!(numbers.len(), 5, "{told}");
        once(&service, &batch, ("waiting", 5)).await;
        // A repeat is told the same, and begins nothing.
        let again = service.post(BUREAU, "/v1/batches", &body, "whole").await;
        assert_eq!(again, (202, told.clone()));
        let (status, other) = service
            .post(BUREAU, "/v1/batches", &foods(4), "whole")
            .await;
        assert_eq!((status, why(&other).0), (422, "idempotency.reused"));
        // The custodian sees the list, and each page of it; what waits in a batch crowds nothing else out.
        let role = (BUREAU, "custodian");
        let (_, offer) = service.call(role, Call::get(offer_of(&batch))).await;
        assert_eq!(offer["count"], 5, "{offer}");
        for line in offer["lines"].as_array().expect("lines") {
            let page = service.at(BUREAU);
            let page = page.call("custodian", Call::get(text(&line["page"])), service.now());
            let page = page.await.expect("an answer").content;
            let digest = tests::installation::hex(&crypto::sha256(&page));
            assert_eq!(line["unsealed"], digest);
        }
        let (_, alone) = service.call(role, Call::get("/v1/releases")).await;
        assert_eq!(alone, json!([]));
        let (status, told) = release(&service, RELEASER, &batch).await;
        assert_eq!((status, &told["licences"]), (202, &json!(5)), "{told}");
        let done = once(&service, &batch, ("recorded", 5)).await;
        assert_eq!(done["done"], true, "{done}");
        for line in done["lines"].as_array().expect("lines") {
            let identifier = text(&line["identifier"]);
            let found = service
                .read(BUREAU, &format!("/v1/licences/{identifier}"))
                .await;
            assert_eq!(found["state"], "valid", "{found}");
            assert!(numbers.contains(text(&found["number"])));
        }
        assert_eq!(licences(&service).await, 5);
        let (status, list) = service.call(role, Call::get("/v1/batches")).await;
        assert_eq!((status, &list[0]["counts"]["recorded"]), (200, &json!(5)));
        // Nothing is left to release, and nobody else knows of it.
        let (status, told) = service.call(role, Call::get(offer_of(&batch))).await;
        assert_eq!((status, why(&told).0), (422, "release.refused"));
        let other = Call::get(format!("/v1/batches/{batch}"));
        let (status, _) = service.call(("C-APR", "approvals"), other).await;
        assert_eq!(status, 404);
        judged(&service, &done).await;
    });
}

/// As many as a batch may have: one request, one release.
#[test]
fn three_hundred_licences_are_issued_by_one_release() {
    on_each_database("batch_full", async |service: Service| {
        let batch = waiting(&service, &foods(300), 300, "as many as may be").await;
        let (status, told) = release(&service, RELEASER, &batch).await;
        assert_eq!((status, &told["licences"]), (202, &json!(300)), "{told}");
        let done = once(&service, &batch, ("recorded", 300)).await;
        let lines = done["lines"].as_array().expect("lines");
        let identifiers: BTreeSet<&str> =
            lines.iter().map(|one| text(&one["identifier"])).collect();
        assert_eq!(identifiers.len(), 300);
    });
}

/// Each file is accepted, the trace is whole, and each receiver is told once of each licence.
async fn judged(service: &Service, done: &Value) {
    let bureau = DepartmentKey::parse(BUREAU).expect("a department");
    let registry = service.office.registry();
    let faults = registry.trace().check(&bureau).await.expect("a trace");
    assert!(faults.is_empty(), "{faults:?}");
    let lines = done["lines"].as_array().expect("lines");
    for line in lines {
        let file = service.file(BUREAU, text(&line["identifier"])).await;
        let report = service.verified(&file).await;
        assert_eq!(report["answer"], "valid", "{report}");
    }
    let enforcement = DepartmentKey::parse("Q-ENF").expect("a department");
    let outbox = registry.outbox();
    let due = outbox.due(&enforcement, service.now(), 100).await;
    let due = due.expect("an outbox");
    assert_eq!(due.len(), lines.len(), "told once of each");
}

#[test]
fn every_defect_is_told_by_entry_and_field_and_nothing_is_taken() {
    on_each_database("batch_door", async |service: Service| {
        let mut body = foods(6);
        let bend = |body: &mut Value, place: usize, path: &str, value: Value| {
            let request = body["licences"][place].pointer_mut("/request");
            *request
                .and_then(|request| request.pointer_mut(path))
                .expect("a member") = value;
        };
        bend(&mut body, 0, "/fields/uscc", json!("91990102FAKE0A0108"));
        bend(&mut body, 0, "/valid_from", json!("2026-02-30"));
        bend(&mut body, 2, "/matter", json!("990102-XK-9999"));
        body["licences"][3]["request"]["number"] = json!("JY29901020009999");
        body["licences"][4]["request"]["number"] = json!("JY29901020009999");
        body["licences"][5]["request"]["fields"]["colour"] = json!("红");
        let (status, told) = service.post(BUREAU, "/v1/batches", &body, "bad").await;
        assert_eq!((status, text(&told["code"])), (422, "licence.not-admitted"));
        let found: Vec<(&str, &str)> = told["defects"]
            .as_array()
            .expect("defects")
            .iter()
            .map(|defect| (text(&defect["at"]), text(&defect["code"])))
            .collect();
        assert_eq!(
            found,
            [
                ("licences[0].request.valid_from", "licence.date"),
                ("licences[0].request.fields.uscc", "licence.field-code"),
                ("licences[2].request.matter", "catalogue.matter-unknown"),
                ("licences[4]", "licence.number-taken"),
                ("licences[5].request.fields.colour", "licence.field-unknown"),
            ],
            "{told}"
        );
        for (count, lawful) in [(0, false), (301, false)] {
            let (status, told) = service
                .post(
                    BUREAU,
                    "/v1/batches",
                    &foods(count),
                    &format!("count-{count}"),
                )
                .await;
            assert_eq!((status == 202, why(&told).1), (lawful, "batch.count"));
        }
        assert_eq!(licences(&service).await, 0);
        let list = service.call((BUREAU, "custodian"), Call::get("/v1/batches"));
        assert_eq!(list.await, (200, json!([])));
        // A number that another licence has is found when all are reserved: then none is.
        let mut taken = food(50);
        taken["number"] = json!("JY29901020009999");
        service.issued(&taken, "taken").await;
        let mut body = foods(3);
        body["licences"][1]["request"]["number"] = json!("JY29901020009999");
        let (status, told) = service
            .post(BUREAU, "/v1/batches", &body, "taken-too")
            .await;
        assert_eq!((status, why(&told).1), (422, "licence.number-taken"));
        assert_eq!(told["defects"][0]["at"], "licences[1]");
        assert_eq!(licences(&service).await, 1);
        // And the key of what was refused may be used again.
        body["licences"][1]["request"]["number"] = json!("JY29901020009998");
        let batch = waiting(&service, &body, 3, "taken-too").await;
        assert_eq!(look(&service, &batch).await["licences"], 3);
    });
}

#[test]
fn a_release_of_another_list_or_by_another_person_is_refused() {
    on_each_database("batch_release", async |service: Service| {
        let batch = waiting(&service, &foods(3), 3, "list").await;
        let good = signed(&service, RELEASER, &batch).await;
        // Not enrolled; somebody else's key under the custodian's account.
        let (status, told) = release(&service, ("stranger", STRANGER), &batch).await;
        assert_eq!((status, why(&told).0), (403, "caller.not-allowed"));
        let (status, told) = release(&service, ("custodian", STRANGER), &batch).await;
        assert_eq!((status, why(&told).0), (422, "release.refused"));
        // A later expiry than was signed, one that is over, another signature.
        let mut bent = good.clone();
        bent["expires"] = json!("2026-07-03T23:59:59Z");
        let (status, told) = send(&service, "custodian", &batch, &bent).await;
        assert_eq!((status, why(&told).0), (422, "release.refused"));
        bent["expires"] = json!("2026-07-01T00:00:00Z");
        assert_eq!(send(&service, "custodian", &batch, &bent).await.0, 422);
        let mut octets = STANDARD.decode(text(&good["signature"])).expect("base64");
        octets[12] ^= 1;
        let mut bent = good.clone();
        bent["signature"] = json!(STANDARD.encode(octets));
        assert_eq!(send(&service, "custodian", &batch, &bent).await.0, 422);
        // The release of another batch.
        let mut other = foods(3);
        for (place, number) in [(0, 11), (1, 12), (2, 13)] {
            other["licences"][place]["request"] = food(number);
        }
        let other = waiting(&service, &other, 3, "other-list").await;
        assert_eq!(send(&service, "custodian", &other, &good).await.0, 422);
        // One less than was signed.
        let lines = look(&service, &batch).await;
        let body = json!({"reason": "不予签章", "jobs": [lines["lines"][1]["job"]]});
        let (status, told) = refuse(&service, &batch, &body).await;
        assert_eq!(
            (status, &told["counts"]["refused"]),
            (200, &json!(1)),
            "{told}"
        );
        assert_eq!(told["lines"][1]["reason"], "不予签章");
        let (status, told) = send(&service, "custodian", &batch, &good).await;
        assert_eq!((status, why(&told).0), (422, "release.refused"));
        assert_eq!(look(&service, &batch).await["counts"]["waiting"], 2);
        let codes = service.denials(BUREAU, &batch).await;
        let signature = "release.signature";
        assert_eq!(
            codes,
            [
                "release.not-enrolled",
                signature,
                signature,
                "release.expiry",
                signature,
                signature
            ]
        );
        // What is left is released by a list of its own.
        assert_eq!(release(&service, RELEASER, &batch).await.0, 202);
        let done = once(&service, &batch, ("recorded", 2)).await;
        assert_eq!(done["done"], true);
        // Refused whole; what has ended is not refused again.
        let whole = json!({"reason": "材料有误"});
        let (status, told) = refuse(&service, &other, &whole).await;
        assert_eq!((status, &told["counts"]["refused"]), (200, &json!(3)));
        let (status, told) = refuse(&service, &other, &whole).await;
        assert_eq!((status, why(&told).0), (422, "release.refused"));
        assert_eq!(refuse(&service, &batch, &body).await.0, 422);
        let nobody = json!({"reason": "无", "jobs": ["0".repeat(32)]});
        assert_eq!(refuse(&service, &batch, &nobody).await.0, 404);
    });
}

#[test]
fn one_refused_licence_does_not_stop_the_others() {
    on_each_database("batch_held", async |service: Service| {
        let mut body = foods(3);
        // R3: who decided this case does not release its seal.
        body["licences"][1]["request"]["decision"]["decided_by"] = json!(CUSTODIAN);
        let batch = waiting(&service, &body, 3, "held").await;
        let (status, told) = release(&service, RELEASER, &batch).await;
        assert_eq!(status, 202, "{told}");
        let done = once(&service, &batch, ("recorded", 2)).await;
        let line = &done["lines"][1];
        assert_eq!(
            (&done["done"], &line["state"]),
            (&json!(false), &json!("waiting"))
        );
        let reason = text(&line["reason"]);
        assert!(reason.starts_with("release.same-person: "), "{reason}");
        let denied = service.denials(BUREAU, text(&line["job"])).await;
        assert_eq!(denied, ["release.same-person"]);
        // Another custodian, who decided none of it, releases the rest.
        let (status, told) = release(&service, ("decider", DECIDER), &batch).await;
        assert_eq!(status, 202, "{told}");
        let done = once(&service, &batch, ("recorded", 3)).await;
        assert_eq!(
            (&done["done"], &done["lines"][1]["reason"]),
            (&json!(true), &Value::Null)
        );
    });
}

#[test]
fn a_stopped_seal_holds_the_whole_list_and_what_nobody_releases_ends() {
    on_each_database("batch_over", async |service: Service| {
        let batch = waiting(&service, &foods(3), 3, "over").await;
        // A seal that is stopped holds the whole list.
        let seal = text(&look(&service, &batch).await["seal"]).to_owned();
        let stop = json!({"reason": "印章遗失"});
        let call = Call::post(format!("/v1/seals/{seal}/suspend"), &stop);
        let call = call.once("a-key-of-a-stopped-seal");
        let (status, told) = service.call((BUREAU, "custodian"), call).await;
        assert_eq!(status, 200, "{told}");
        let (status, told) = release(&service, RELEASER, &batch).await;
        assert_eq!((status, why(&told).1), (422, "seal.not-in-use"), "{told}");
        assert_eq!(look(&service, &batch).await["counts"]["waiting"], 3);
        service.wait(SignedDuration::days(31)).await;
        let told = look(&service, &batch).await;
        assert_eq!(told["counts"]["failed"], 3, "{told}");
        assert!(text(&told["lines"][0]["reason"]).starts_with("release.none: "));
    });
}

/// The data of a licence as it is signed.
async fn data(service: &Service, identifier: &str) -> Value {
    let identifier = Identifier::parse(identifier).expect("an identifier");
    let content = service.office.registry().licences();
    let content = content.content(&identifier, None).await.expect("a store");
    serde_json::from_slice(&content.expect("data").bytes).expect("JSON")
}

#[test]
fn each_of_several_addresses_has_a_licence_of_its_own_beside_the_others() {
    on_each_database("batch_apart", async |service: Service| {
        let addresses = [
            "云洲省临溪市青石区柳桥路1号",
            "云洲省临溪市青石区柳桥路2号",
            "云洲省临溪市青石区柳桥路3号",
        ];
        let mut several = food(1);
        several["fields"]
            .as_object_mut()
            .expect("fields")
            .remove("address");
        let each = json!({"field": "address", "values": addresses});
        let body = json!({"licences": [{"request": several, "each": each}, {"request": food(2)}]});
        let batch = waiting(&service, &body, 4, "apart").await;
        assert_eq!(release(&service, RELEASER, &batch).await.0, 202);
        let done = once(&service, &batch, ("recorded", 4)).await;
        let lines = done["lines"].as_array().expect("lines");
        let entries: Vec<&Value> = lines.iter().map(|line| &line["entry"]).collect();
        assert_eq!(entries, [0, 0, 0, 1]);
        for (line, address) in lines.iter().zip(addresses) {
            let identifier = text(&line["identifier"]);
            let data = data(&service, identifier).await;
            assert_eq!(data["fields"]["address"], address);
            let beside = format!("/v1/licences/{identifier}/beside");
            let beside = service.read(BUREAU, &beside).await;
            let beside: BTreeSet<&str> = beside
                .as_array()
                .expect("an array")
                .iter()
                .map(|one| text(&one["identifier"]))
                .collect();
            let others = lines.iter().take(3).map(|other| text(&other["identifier"]));
            let others = others.filter(|other| *other != identifier).collect();
            assert_eq!(beside, others);
        }
        let numbers: BTreeSet<&str> = lines.iter().map(|line| text(&line["number"])).collect();
        assert_eq!(numbers.len(), 4, "{done}");
        let alone = format!("/v1/licences/{}/beside", text(&lines[3]["identifier"]));
        assert_eq!(service.read(BUREAU, &alone).await, json!([]));
        beyond(&service, &several).await;
    });
}

/// Limits of an entry for several addresses, at and beyond.
async fn beyond(service: &Service, several: &Value) {
    let before = licences(service).await;
    let values = |count: usize| (1..=count).map(|number| format!("柳桥路{number}号"));
    for (each, code, at) in [
        (
            values(65).collect::<Vec<_>>(),
            "batch.values-count",
            "licences[0].each.values",
        ),
        (Vec::new(), "batch.values-count", "licences[0].each.values"),
        (
            vec!["甲".to_owned(); 2],
            "batch.value-twice",
            "licences[0].each.values[1]",
        ),
        (
            vec!["甲".to_owned(), " ".to_owned()],
            "licence.field-blank",
            "licences[0].request.fields.address",
        ),
    ] {
        let each = json!({"field": "address", "values": each});
        let body = json!({"licences": [{"request": several, "each": each}]});
        let (status, told) = service.post(BUREAU, "/v1/batches", &body, "beyond").await;
        assert_eq!((status, why(&told).1), (422, code), "{told}");
        assert_eq!(told["defects"][0]["at"], at);
    }
    // 64 at most of one entry, 300 of a batch.
    let entry = json!({"request": several, "each": {"field": "address", "values": values(64).collect::<Vec<_>>()}});
    let body = json!({"licences": vec![entry; 5]});
    let (status, told) = service.post(BUREAU, "/v1/batches", &body, "beyond").await;
    assert_eq!((status, why(&told).1), (422, "batch.count"));
    assert_eq!(licences(service).await, before);
}
