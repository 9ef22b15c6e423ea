//! Sealed OFD files and bare seals of other software: each sample with its verdict and the reason.

use std::path::PathBuf;

use time::UtcDateTime;
use time::macros::utc_datetime;
use verify::{Kind, Material, Policy, Report, Trust, Verdict, examine};

use crate::maker::{codes, errors};

pub(crate) const LATER: UtcDateTime = utc_datetime!(2026-11-26 8:00);

pub(crate) fn sample(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/ofdrw");
    std::fs::read(folder.join(name)).expect("a sample")
}

pub(crate) fn judged(octets: &Vec<u8>, anchor: &str, at: UtcDateTime) -> Report {
    let report = judged_alone(octets, anchor, at);
    crate::maker::replays(octets, &report, |case| {
        let trust = Trust::parse(&sample(anchor)).expect("an anchor");
        let policy = Policy::named("form").expect("built in");
        verify::judge(case, &trust, &Material::empty(), &policy, at)
    });
    report
}

/// The same without writing its evidence down: for who judges thousands.
pub(crate) fn judged_alone(octets: &Vec<u8>, anchor: &str, at: UtcDateTime) -> Report {
    let trust = Trust::parse(&sample(anchor)).expect("an anchor");
    let policy = Policy::named("form").expect("built in");
    examine("it", octets, &trust, &Material::empty(), &policy, at)
}

/// Name, anchor, verdict, and the findings that weigh.
const SAMPLES: &[(&str, &str, Verdict, &[&str])] = &[
    ("sealed-v4.ofd", "ca.pem", Verdict::Valid, &[]),
    ("sealed-v4-certdigest.ofd", "ca.pem", Verdict::Valid, &[]),
    ("sealed-v4-twice.ofd", "ca.pem", Verdict::Valid, &[]),
    ("sealed-v1.ofd", "ca.pem", Verdict::Valid, &[]),
    ("signed-gbt35275.ofd", "ca.pem", Verdict::Valid, &[]),
    ("handmade-v4.ofd", "handmade-v4.ca.pem", Verdict::Valid, &[]),
    (
        "hand-skeleton-sealed-v4.ofd",
        "hand-skeleton-sealed-v4.ca.pem",
        Verdict::Valid,
        &[],
    ),
    (
        "bad-content-changed.ofd",
        "ca.pem",
        Verdict::Invalid,
        &["ofd.reference-differs"],
    ),
    (
        "bad-signature-xml-changed.ofd",
        "ca.pem",
        Verdict::Invalid,
        &["seal.digest-differs"],
    ),
    (
        "bad-seal-signature.ofd",
        "ca.pem",
        Verdict::Invalid,
        &["seal.maker-signature"],
    ),
    (
        "bad-signer-not-in-seal.ofd",
        "ca.pem",
        Verdict::Invalid,
        &["seal.signer-not-listed"],
    ),
    (
        "bad-unlisted-file-added.ofd",
        "ca.pem",
        Verdict::Invalid,
        &["ofd.unprotected-entry"],
    ),
    ("plain.ofd", "ca.pem", Verdict::NotSigned, &[]),
    ("hand-skeleton.ofd", "ca.pem", Verdict::NotSigned, &[]),
    ("seal-v4.esl", "ca.pem", Verdict::Valid, &[]),
    ("seal-v1.esl", "ca.pem", Verdict::Valid, &[]),
];

#[test]
fn every_sample_has_its_verdict_and_its_reason() {
    for (name, anchor, verdict, expected) in SAMPLES {
        let report = judged(&sample(name), anchor, LATER);
        assert_eq!(report.verdict, *verdict, "{name}: {report:#?}");
        assert_eq!(errors(&report), *expected, "{name}: {report:#?}");
        // What others write beside the value is the value's time.
        assert!(!codes(&report).contains(&"ofd.time-differs"), "{name}");
        let kind = if name.ends_with("esl") {
            Kind::Esl
        } else {
            Kind::Ofd
        };
        assert_eq!(report.kind, kind);
    }
}

#[test]
fn another_anchor_leaves_every_good_sample_open() {
    for (name, anchor, verdict, _) in SAMPLES {
        let other = if *anchor == "ca.pem" {
            "handmade-v4.ca.pem"
        } else {
            "ca.pem"
        };
        let report = judged(&sample(name), other, LATER);
        if *verdict == Verdict::Valid {
            assert_eq!(report.verdict, Verdict::Indeterminate, "{name}");
            assert!(codes(&report).contains(&"path.no-issuer"), "{name}");
        }
    }
}
