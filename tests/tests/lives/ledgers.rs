//! The ledger seen by seal, by matter and by person: each view sums up to the signatures that were made, as the public log has them.

use std::collections::BTreeMap;

use registry::jobs::{JobId, JobState};
use serde_json::{Value, json};
use server::Client;
use time::SignedDuration;
use tlog::{Leaf, LeafKind};

use super::stage::{Service, food, on_each_national};

const BUREAU: &str = "Q-APR";
const DELEGATE: &str = "T-LIU";
const SEAL: &str = "990102-SPZYZ-01";
const LENT: &str = "990102-SLZYZ-01";
const MATTER: &str = "990102-XK-0006";

/// A document that waits for a seal: its job.
async fn document(
    service: &Service,
    (department, seal, purpose): (&str, &str, &str),
    (key, file): (&str, &[u8]),
) -> String {
    let order = json!({
        "seal": seal, "purpose": purpose, "matter": MATTER, "case": "BJ-990102-20260702-00001",
        "ground": "受理", "page": 1, "x_mm": 100, "y_mm": 40,
    });
    let call = tests::paper::form("/v1/seal-signatures", &order, file);
    let call = call.once(format!("a-key-of-ledgers-{key}"));
    let (status, told) = service.call((department, "approvals"), call).await;
    assert_eq!(status, 202, "{key} {told}");
    told["job"].as_str().expect("a job").to_owned()
}

/// The same, sealed.
async fn sealed(service: &Service, order: (&str, &str, &str), key: &str) -> String {
    let page = tests::paper::page("受理通知书");
    let job = document(service, order, (key, &page)).await;
    let (status, told) = service.release(order.0, &job).await;
    assert_eq!(status, 201, "{told}");
    job
}

/// A document that was sealed before and changed since: it is sealed three times, each time refused, and given up.
async fn given_up(service: &Service) {
    let order = (BUREAU, SEAL, "document");
    let job = sealed(service, order, "whole").await;
    let path = format!("/v1/seal-signatures/{job}/file");
    let (status, _, mut file) = super::envelopes::had(service, "approvals", path).await;
    assert_eq!(status, 200);
    let place = file.windows(7).position(|part| part == b"595 842");
    file[place.expect("its size") + 2] = b'6';
    let job = document(service, order, ("bent", &file)).await;
    service.release(BUREAU, &job).await;
    for _ in 0..6 {
        service.wait(SignedDuration::minutes(2)).await;
    }
    let jobs = service.office.registry().jobs();
    let job = JobId::parse(&job).expect("a job");
    let job = jobs
        .find(&job, None)
        .await
        .expect("answers")
        .expect("a job");
    assert_eq!((job.state, job.attempts), (JobState::Failed, 3));
}

/// Signatures of these seals whose files left: leaves of the public log that none closes, as anybody counts them.
async fn signatures(service: &Service, seals: &[&str]) -> u64 {
    let client = Client::anonymous(&service.base);
    let fetch = async |path: String| {
        let call = server::Call::get(path);
        let answer = client.call(call, service.now()).await.expect("an answer");
        answer.content.to_vec()
    };
    let note = String::from_utf8(fetch("/log/checkpoint".to_owned()).await).expect("a note");
    let size: u16 = note.lines().nth(1).expect("a size").parse().expect("few");
    let bundle = fetch(format!("/log/tile/entries/000.p/{size}")).await;
    let entries = tlog::bundle::parse_bundle(&bundle).expect("a bundle");
    let leaves = entries
        .iter()
        .map(|entry| Leaf::parse(entry).expect("a leaf"));
    let own = leaves.filter(|leaf| seals.contains(&leaf.subject.as_str()));
    own.fold(0, |made, leaf| match leaf.kind {
        LeafKind::SealSignature => made + 1,
        LeafKind::Abandoned => made - 1,
        _ => made,
    })
}

/// By name, how many.
fn counts(totals: &Value, member: &str) -> BTreeMap<String, u64> {
    let counts = totals[member].as_object().expect("counts").iter();
    let counts = counts.map(|(name, count)| (name.clone(), count.as_u64().expect("a count")));
    counts.collect()
}

fn count(totals: &Value, member: &str) -> u64 {
    totals[member].as_u64().expect("a count")
}

/// The totals of a department, the same by each seal, matter and person: they agree with one another.
async fn agreeing(service: &Service, department: &str, person: &str) -> Value {
    let path = "/v1/ledger/totals";
    let totals = service.read(department, path).await;
    let uses = count(&totals, "uses");
    let lines = uses + count(&totals, "not_made") + count(&totals, "tests");
    assert_eq!(count(&totals, "lines"), lines, "{totals}");
    for (member, filter) in [("by_seal", "seal"), ("by_matter", "matter")] {
        let counts = counts(&totals, member);
        assert_eq!(counts.values().sum::<u64>(), uses, "{member} {totals}");
        for (name, counted) in counts {
            let path = format!("{path}?{filter}={name}");
            let one = service.read(department, &path).await;
            assert_eq!(count(&one, "uses"), counted, "{path} {one}");
        }
    }
    let releasers = counts(&totals, "by_releaser");
    assert_eq!(releasers.values().sum::<u64>(), uses, "{totals}");
    let own = service
        .read(department, &format!("{path}?person={person}"))
        .await;
    assert_eq!(own["uses"], totals["uses"], "{own}");
    assert_eq!(own["signatures"], totals["signatures"], "{own}");
    totals
}

/// What is told of a seal is the length of its whole ledger, over both of its keys.
async fn told_of_seals(service: &Service, totals: &Value) {
    let page = service.read(BUREAU, "/v1/seals").await;
    for compared in totals["seals"].as_array().expect("seals") {
        let seal = compared["seal"].as_str().expect("a seal");
        assert_eq!(compared["agrees"], true, "{compared}");
        let one = service.read(BUREAU, &format!("/v1/seals/{seal}")).await;
        assert_eq!(one["uses"], compared["lines"], "{one} {compared}");
        let listed = page.as_array().expect("seals").iter();
        let listed = listed.filter(|one| one["seal"] == seal);
        let uses: Vec<&Value> = listed.map(|one| &one["uses"]).collect();
        assert_eq!(uses, [&compared["lines"]], "{seal}");
    }
}

#[test]
fn every_view_of_the_ledger_sums_up_to_the_signatures_that_were_made() {
    on_each_national("ledgers", async |service: Service| {
        let service = &service;
        service
            .account(DELEGATE, "approvals", &["seal", "read"], None)
            .await;
        let custodian = Some(tests::installation::CUSTODIAN);
        service
            .account(DELEGATE, "custodian", &["release"], custodian)
            .await;
        service.issued(&food(1), "in-two-suites").await;
        // Both files in the national suite: two signatures by one key, which is not the key that the seal was found with.
        service
            .import(|whole| {
                for kind in whole["types"]["types"].as_array_mut().expect("types") {
                    kind["suite"]["pdf"] = json!("sm");
                }
            })
            .await;
        service.issued(&food(2), "in-one-suite").await;
        given_up(service).await;
        sealed(service, (DELEGATE, LENT, "acceptance-notice"), "delegate").await;
        sealed(service, (BUREAU, LENT, "acceptance-notice"), "own").await;
        service.wait(SignedDuration::seconds(1)).await;
        let totals = agreeing(service, BUREAU, tests::installation::CUSTODIAN).await;
        let expected = BTreeMap::from([(SEAL.to_owned(), 3), (LENT.to_owned(), 2)]);
        assert_eq!(counts(&totals, "by_seal"), expected, "{totals}");
        assert_eq!(totals["not_made"], 3, "the attempts that were given up");
        let suites = &totals["signatures"];
        let made = count(suites, "international") + count(suites, "sm");
        assert_eq!(made, signatures(service, &[SEAL, LENT]).await, "{totals}");
        assert_eq!(made, 7, "two, two and three documents: {totals}");
        told_of_seals(service, &totals).await;
        // R4: what a delegate did is in its own ledger, too; the rest of that seal's is not.
        let theirs = agreeing(service, DELEGATE, "T-LIU-approvals").await;
        let expected = BTreeMap::from([(LENT.to_owned(), 1)]);
        assert_eq!(counts(&theirs, "by_seal"), expected, "{theirs}");
        let whole = theirs["seals"].as_array().expect("seals").iter();
        assert_eq!(whole.filter(|one| one["seal"] == LENT).count(), 0);
        // One that was never lent is not there, as one that nobody has (T-P3).
        let call = server::Call::get("/v1/ledger?seal=990102-SPZYZ-99");
        assert_eq!(service.call((DELEGATE, "approvals"), call).await.0, 404);
    });
}
