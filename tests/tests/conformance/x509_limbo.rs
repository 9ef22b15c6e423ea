//! x509-limbo through the harness: every case as it expects, or on the list of divergences with its reason.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use tests::limbo::{Actual, Expected, Limbo, judge_all};
use time::macros::utc_datetime;

#[derive(Debug, Deserialize)]
struct Divergence {
    id: String,
    actual: String,
    reason: String,
}

fn read<T: for<'a> Deserialize<'a>>(name: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/x509-limbo")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).expect(name)).expect("JSON of the expected shape")
}

#[test]
fn every_case_ends_as_expected_or_for_a_written_reason() {
    let limbo: Limbo = read("limbo.json");
    assert_eq!(limbo.testcases.len(), 208);
    let list: Vec<Divergence> = read("divergences.json");
    let mut divergences: BTreeMap<&str, &Divergence> =
        list.iter().map(|one| (one.id.as_str(), one)).collect();
    assert_eq!(divergences.len(), list.len(), "each case once");
    let report = judge_all(&limbo, utc_datetime!(2026-11-22 4:00));
    let mut wrong = Vec::new();
    for (case, result) in limbo.testcases.iter().zip(&report.results) {
        assert_eq!(case.id, result.id);
        let as_expected = matches!(
            (case.expected_result, result.actual_result),
            (Expected::Success, Actual::Success) | (Expected::Failure, Actual::Failure)
        );
        let listed = divergences.remove(case.id.as_str());
        // No reason makes a chain good that must not be.
        let accepted_wrongly =
            case.expected_result == Expected::Failure && result.actual_result == Actual::Success;
        let actual = format!("{:?}", result.actual_result).to_uppercase();
        let explained = listed.is_some_and(|listed| listed.actual == actual);
        // Listed and as expected is wrong too: the list may only shrink.
        if accepted_wrongly || as_expected == listed.is_some() || (!as_expected && !explained) {
            wrong.push(format!("{result:?}, expected {:?}", case.expected_result));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(divergences.is_empty(), "of no case: {divergences:#?}");
    assert!(list.iter().all(|one| one.reason.len() > 20));
}
