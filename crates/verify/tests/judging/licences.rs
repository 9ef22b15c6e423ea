//! Sealed licences: the good one, and those that are altered, issued by the wrong body, or out of their days.

use verify::{Answer, Covers, Material, Report, TimeSource, Verdict};

use crate::hierarchy::{AT, trust};
use crate::maker::{GOOD, Recipe, errors, judged, judged_with};

fn told(report: &Report) -> (Verdict, Option<Answer>, Vec<&'static str>) {
    (report.verdict, report.answer, errors(report))
}

#[test]
fn a_sealed_licence_is_good_and_without_a_list_its_status_is_not_known() {
    let report = judged(&GOOD);
    assert_eq!(
        told(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::StatusUnknown),
            vec!["status.absent"]
        ),
        "{report:#?}"
    );
    let [signature] = report.signatures.as_slice() else {
        panic!("one signature")
    };
    assert_eq!(signature.verdict, Verdict::Valid);
    assert_eq!(signature.level, Some("B-LT"));
    assert_eq!(signature.time_source, TimeSource::SignatureTimeStamp);
    assert_eq!(
        signature.signing_time.as_deref(),
        Some("2026-06-10T08:42:12Z")
    );
    assert_eq!(signature.covers, Covers::Revision);
    assert!(
        signature
            .changes_after
            .iter()
            .all(|change| change.permitted)
    );
}

#[test]
fn the_recheck_finds_nothing_wrong() {
    let report = judged_with(&*GOOD, &trust(), &Material::empty(), "recheck", AT);
    assert_eq!(told(&report), (Verdict::Valid, None, vec![]), "{report:#?}");
}

#[test]
fn the_same_evidence_gives_the_same_report() {
    assert_eq!(judged(&GOOD).to_json(), judged(&GOOD).to_json());
}

#[test]
fn a_page_that_nobody_sealed_is_not_signed() {
    let report = judged(&Recipe::default().page().bytes);
    assert_eq!(report.verdict, Verdict::NotSigned);
    assert_eq!(errors(&report), ["licence.unsigned"]);
}
