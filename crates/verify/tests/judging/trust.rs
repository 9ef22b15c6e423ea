//! Trust: PEM and signed bundles.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential::JwsDraft;
use pki::Certificate;
use time::Duration;
use verify::{Answer, Bundle, Material, ReadTrust, Report, SubIndication, Trust, Verdict};

use crate::hierarchy::{AT, OFFICE, algorithm, bundle, certificate, office, sign, trust};
use crate::maker::{GOOD, codes, errors, judged_with, outcome, sub};

fn recheck(trust: &Trust) -> Report {
    judged_with(&*GOOD, trust, &Material::empty(), "recheck", AT)
}

pub(crate) fn pem(certificates: &[Certificate]) -> String {
    certificates
        .iter()
        .map(|one| {
            format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                STANDARD.encode(one.der())
            )
        })
        .collect()
}

fn signed(bundle: &Bundle, key: &str) -> String {
    let chain = [certificate(key), certificate("ca")];
    let prepared = bundle
        .prepare(JwsDraft {
            kind: "",
            algorithm: algorithm(key),
            kid: None,
            certificates: &chain,
        })
        .expect("in order");
    let signature = sign(key, prepared.to_be_signed());
    prepared.finish(&signature).expect("of this algorithm")
}

#[test]
fn a_root_in_pem_is_enough_to_judge_a_seal() {
    let trust = Trust::parse(pem(&[certificate("root")]).as_bytes()).expect("a certificate");
    let report = recheck(&trust);
    assert_eq!(
        outcome(&report),
        (Verdict::Valid, None, vec![]),
        "{report:#?}"
    );
    let told = codes(&report);
    assert!(told.contains(&"licence.office-not-checked"));
    assert!(told.contains(&"receipt.log-unknown"));
}

#[test]
fn a_signed_bundle_is_read_and_means_what_it_said() {
    let trust = Trust::parse(signed(&bundle(), "trust").as_bytes()).expect("a good bundle");
    let report = recheck(&trust);
    assert_eq!(
        outcome(&report),
        (Verdict::Valid, None, vec![]),
        "{report:#?}"
    );
    assert!(codes(&report).contains(&"receipt.recorded"));
    assert_eq!(trust.next_update(), Some(bundle().next_update));
}

#[test]
fn each_bundle_that_gives_no_trust_is_refused_for_its_reason() {
    let good = signed(&bundle(), "trust");
    let refused = |text: &str| Trust::parse(text.as_bytes()).expect_err("refused");
    let parts: Vec<&str> = good.split('.').collect();
    let mut other = bundle();
    other.offices.clear();
    let swapped = signed(&other, "trust");
    let body = swapped.split('.').nth(1).expect("three parts");
    assert!(matches!(
        refused(&[parts[0], body, parts[2]].join(".")),
        ReadTrust::Signature(_)
    ));
    // A key for lists signs no bundles.
    assert!(matches!(
        refused(&signed(&bundle(), "status")),
        ReadTrust::Untrusted(_)
    ));
    let mut unanchored = bundle();
    unanchored.anchors[0].purposes = vec![pki::path::Purpose::DocumentSigning];
    assert!(matches!(
        refused(&signed(&unanchored, "trust")),
        ReadTrust::Untrusted(_)
    ));
    assert!(matches!(
        refused(&parts[..2].join(".")),
        ReadTrust::Token(_)
    ));
    assert!(matches!(refused(""), ReadTrust::Token(_)));
    let list = crate::status::list(credential::StatusValue::Valid, AT, "trust");
    assert_eq!(refused(&list), ReadTrust::Kind);
    assert_eq!(refused("-----BEGIN CERTIFICATE-----"), ReadTrust::Form);
    assert!(matches!(
        refused("-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----"),
        ReadTrust::Certificate { at: 0, .. }
    ));
    let large = vec![b'e'; verify::MAX_TRUST + 1];
    assert_eq!(Trust::parse(&large).err(), Some(ReadTrust::TooLarge));
}

#[test]
fn the_next_bundle_is_one_that_this_one_trusts() {
    let first = trust();
    let issued_at = bundle().issued_at;
    let mut next = bundle();
    next.issued_at += Duration::hours(1);
    assert!(
        first
            .parse_successor(signed(&next, "trust").as_bytes(), issued_at)
            .is_ok()
    );
    next.issued_at -= Duration::hours(2);
    assert_eq!(
        first
            .parse_successor(signed(&next, "trust").as_bytes(), issued_at)
            .err(),
        Some(ReadTrust::Older)
    );
    assert!(matches!(
        Trust::absent().parse_successor(signed(&bundle(), "trust").as_bytes(), issued_at),
        Err(ReadTrust::Untrusted(_))
    ));
}

#[test]
fn a_bundle_past_its_next_update_fails_closed() {
    let mut old = bundle();
    old.next_update = AT;
    let report = recheck(&Trust::of(&old).expect("a good bundle"));
    assert_eq!(report.verdict, Verdict::Indeterminate);
    assert_eq!(errors(&report), ["trust.stale"]);
}

#[test]
fn without_trust_nothing_is_trusted() {
    let report = recheck(&Trust::absent());
    assert_eq!(report.verdict, Verdict::Indeterminate);
    assert_eq!(report.answer, Some(Answer::Untrusted));
    assert!(codes(&report).contains(&"trust.absent"));
    let report = recheck(&Trust::of_certificates(vec![certificate("ca-compromised")]));
    assert_eq!(sub(&report), Some(SubIndication::NoPoe));
    assert!(errors(&report).contains(&"path.no-issuer"));
}

#[test]
fn an_anchor_for_other_purposes_or_times_does_not_count() {
    let mut content = bundle();
    content.anchors[0].purposes = vec![pki::path::Purpose::TimeStamping];
    let report = recheck(&Trust::of(&content).expect("a good bundle"));
    assert_eq!(errors(&report), ["path.anchor-purpose"]);
    let mut content = bundle();
    content.anchors[0].until = Some(AT - Duration::days(30));
    let report = recheck(&Trust::of(&content).expect("a good bundle"));
    assert!(errors(&report).contains(&"path.anchor-period"));
    assert_ne!(report.verdict, Verdict::Valid);
}

#[test]
fn offices_may_issue_what_the_bundle_says_when_it_says() {
    let foreign = |offices| {
        let mut content = bundle();
        content.offices = offices;
        recheck(&Trust::of(&content).expect("a good bundle"))
    };
    let mut ended = office(OFFICE, crate::hierarchy::FOOD);
    ended.until = Some(crate::hierarchy::SEALED);
    let mut type_ended = office(OFFICE, crate::hierarchy::FOOD);
    type_ended.types[0].until = Some(crate::hierarchy::SEALED);
    for (offices, code) in [
        (vec![], "licence.office-unknown"),
        (vec![ended], "licence.office-period"),
        (vec![type_ended], "licence.type-not-entitled"),
        (
            vec![office(OFFICE, "11990000FAKE00013G001")],
            "licence.type-not-entitled",
        ),
    ] {
        let report = foreign(offices);
        assert_eq!(
            outcome(&report),
            (Verdict::Indeterminate, Some(Answer::Untrusted), vec![code])
        );
    }
}

#[test]
fn every_given_certificate_is_an_anchor_for_foreign_files_alone() {
    let seal = certificate(crate::hierarchy::SEAL);
    let trust = Trust::of_certificates(vec![seal]);
    let report = judged_with(&*GOOD, &trust, &Material::empty(), "form", AT);
    assert_eq!(report.signatures[0].verdict, Verdict::Valid, "{report:#?}");
    let report = recheck(&trust);
    assert_ne!(report.verdict, Verdict::Valid);
}
