//! Sealed licences: the good one, and those that are altered, issued by the wrong body, or out of their days.

use affix::seal::{Certification, Place, prepare_time_stamp};
use credential::StatusValue;
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::report::{Covers, TimeSource};
use verify::{Answer, Material, SubIndication, Verdict, open};

use crate::hierarchy::{AT, trust};
use crate::maker::{GOOD, Recipe, errors, judged, judged_with, outcome as told, sub, token_over};
use crate::status::list;

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
fn what_a_file_says_it_is_can_be_asked_before_it_is_judged() {
    let said = verify::licence_said(&open(&*GOOD));
    let report = judged(&GOOD);
    let told = report.licence.expect("the data of a licence");
    assert_eq!(said, Some(told.identifier));
    // Data that no signature saw say nothing, as in the report.
    let page = Recipe::default().page().bytes;
    assert_eq!(verify::licence_said(&open(&page)), None);
    assert!(judged(&page).licence.is_none());
    assert_eq!(verify::licence_said(&open(&b"%PDF-1.7\n".to_vec())), None);
}

#[test]
fn a_page_that_nobody_sealed_is_not_signed() {
    let report = judged(&Recipe::default().page().bytes);
    assert_eq!(report.verdict, Verdict::NotSigned);
    assert_eq!(errors(&report), ["licence.unsigned"]);
}

/// A list in which the sample is valid, so that its days and its issuer are all that can be told against it.
fn listed(at: UtcDateTime) -> Material {
    let mut material = Material::empty();
    material.add(
        "a.statuslist",
        list(StatusValue::Valid, at - Duration::hours(1), "status").as_bytes(),
    );
    material
}

fn dated(from: &str, to: &str) -> Vec<u8> {
    let mut recipe = Recipe::default();
    recipe.licence["validity"] = serde_json::json!({ "from": from, "to": to });
    recipe.make()
}

#[test]
fn the_last_day_belongs_to_the_licence_in_the_zone_of_its_office() {
    let file = dated("2026-06-10", "2026-06-12");
    for (at, answer) in [
        (utc_datetime!(2026-06-12 15:59:59), Answer::Valid),
        (utc_datetime!(2026-06-12 16:00:00), Answer::Expired),
    ] {
        let report = judged_with(&file, &trust(), &listed(at), "default", at);
        assert_eq!(report.answer, Some(answer), "{report:#?}");
    }
    let file = dated("2026-06-12", "长期");
    for (at, answer) in [
        (utc_datetime!(2026-06-11 15:59:59), Answer::NotYetValid),
        (utc_datetime!(2026-06-11 16:00:00), Answer::Valid),
        (utc_datetime!(2070-01-01 0:00), Answer::Valid),
    ] {
        let policy = if at.year() > 2026 {
            "recheck"
        } else {
            "default"
        };
        let report = judged_with(&file, &trust(), &listed(at), policy, at);
        // The recheck asks for no state: what is not told against is not told at all.
        let told = report.answer.unwrap_or(Answer::Valid);
        assert!(told == answer || at.year() > 2036, "{report:#?}");
    }
}

#[test]
fn an_expired_licence_is_expired_with_or_without_a_list() {
    let file = dated("2020-01-01", "2026-01-01");
    let report = judged(&file);
    assert_eq!(
        told(&report),
        (
            Verdict::Invalid,
            Some(Answer::Expired),
            vec!["status.absent", "licence.expired"]
        )
    );
}

#[test]
fn a_seal_of_another_body_does_not_make_a_licence() {
    let recipe = Recipe {
        seal: "seal-990100-SCJDG-01",
        answered: &["seal-990100-SCJDG-01", "tsa"],
        ..Recipe::default()
    };
    let report = judged_with(&recipe.make(), &trust(), &listed(AT), "default", AT);
    assert_eq!(
        told(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::Untrusted),
            vec!["licence.issuer-differs"]
        ),
        "{report:#?}"
    );
    assert_eq!(sub(&report), Some(SubIndication::ChainConstraintsFailure));
}

#[test]
fn a_changed_octet_under_the_seal_is_altered() {
    let page = Recipe::default().page().bytes.len();
    // Somewhere in the middle of a stream that no reader has to open: a font.
    let mut changed = GOOD.clone();
    let at = page / 2;
    changed[at] ^= 1;
    let report = judged_with(&changed, &trust(), &listed(AT), "default", AT);
    assert_eq!(report.verdict, Verdict::Invalid);
    assert!(
        errors(&report).contains(&"cms.message-digest-differs"),
        "{report:#?}"
    );
    assert_eq!(report.answer, Some(Answer::Altered));
    assert_eq!(sub(&report), Some(SubIndication::HashFailure));
}

#[test]
fn a_signature_value_that_does_not_hold_is_altered() {
    let recipe = Recipe {
        bend_signature: |signature| {
            let mut octets = signature.into_bytes();
            if let Some(last) = octets.last_mut() {
                *last ^= 1;
            }
            crypto::Signature::new(octets)
        },
        ..Recipe::default()
    };
    let report = judged_with(&recipe.make(), &trust(), &listed(AT), "default", AT);
    assert_eq!(
        told(&report),
        (
            Verdict::Invalid,
            Some(Answer::Altered),
            vec!["cms.signature-differs"]
        )
    );
    assert_eq!(sub(&report), Some(SubIndication::SigCryptoFailure));
}

#[test]
fn a_second_seal_leaves_the_first_one_good() {
    let second = Recipe {
        seal: "seal-990102-SLZYZ-01",
        certification: Certification::Approval,
        answered: &["seal-990102-SLZYZ-01", "tsa"],
        bend_receipt: |_| None,
        ..Recipe::default()
    };
    let update = second.seal(&*GOOD, Place::Invisible { name: "Second" });
    let file = [&GOOD[..], &update].concat();
    let report = judged_with(&file, &trust(), &listed(AT), "default", AT);
    let verdicts: Vec<_> = report
        .signatures
        .iter()
        .map(|signature| (signature.field.as_deref(), signature.verdict))
        .collect();
    // The second has neither its status nor a receipt; the first does not suffer for it.
    assert_eq!(
        verdicts,
        [
            (Some("Seal"), Verdict::Valid),
            (Some("Second"), Verdict::Indeterminate)
        ],
        "{report:#?}"
    );
    assert_eq!(report.verdict, Verdict::Indeterminate);
}

#[test]
fn a_file_without_its_last_updates_is_an_earlier_file() {
    let page = Recipe::default().page().bytes;
    assert_eq!(&GOOD[..page.len()], &page[..], "same input, same page (R8)");
    assert_eq!(judged(&page).verdict, Verdict::NotSigned);
}

#[test]
fn the_certificate_of_an_officer_is_no_seal() {
    let recipe = Recipe {
        seal: "signer-custodian",
        answered: &["signer-custodian", "tsa"],
        ..Recipe::default()
    };
    let report = judged_with(&recipe.make(), &trust(), &listed(AT), "default", AT);
    assert_eq!(
        told(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::Untrusted),
            vec!["licence.not-a-seal"]
        ),
        "{report:#?}"
    );
}

#[test]
fn a_time_stamp_over_a_licence_is_no_seal() {
    let page = Recipe::default().page().bytes;
    let prepared = prepare_time_stamp(&page, "Stamp", 8_000).expect("prepared");
    let digest = prepared
        .digest(&page, crypto::DigestAlgorithm::Sha256)
        .expect("in memory");
    let update = prepared
        .finish(&token_over(&digest, AT - Duration::hours(1), "tsa"))
        .expect("it fits");
    let file = [page, update].concat();
    let mut material = listed(AT);
    for issuer in ["root", "ca"] {
        material.add("a.crl", &crate::hierarchy::crl(issuer, AT));
    }
    let report = judged_with(&file, &trust(), &material, "default", AT);
    assert_eq!(report.signatures.len(), 1);
    assert_eq!(report.signatures[0].verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(
        told(&report),
        (
            Verdict::NotSigned,
            Some(Answer::Untrusted),
            vec!["licence.unsigned"]
        )
    );
}
