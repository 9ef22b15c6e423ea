//! Files that other software signed and carried on (`tests/fixtures/pdf-foreign`), judged whole: every signature is
//! good, and what came later is permitted and told.

use std::path::{Path, PathBuf};

use pki::certificate::Certificate;
use time::macros::utc_datetime;
use verify::{Material, Policy, Report, Trust, Verdict, examine};

use crate::maker::codes;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).expect("the fixture is there")
}

fn judged(name: &str) -> Report {
    let anchors = ["rfc3161-ocsp-crl/p256/certs/ca.der", "pdf-foreign/time.der"];
    let anchors = anchors.map(|name| Certificate::parse(&read(name)).expect("a certificate"));
    let trust = Trust::of_certificates(anchors.to_vec());
    let file = read(&format!("pdf-foreign/honest-{name}.pdf"));
    let policy = Policy::named("form").expect("built in");
    let at = utc_datetime!(2026-12-01 0:00);
    examine(name, &file, &trust, &Material::empty(), &policy, at)
}

/// What was done by pyHanko, how many signatures and time-stamps there are, and what is told of changes after the first.
const FILES: &[(&str, usize, &[&str])] = &[
    ("filled", 1, &["change.field-filled"]),
    ("filled-bare", 1, &["change.field-filled"]),
    (
        "filled-then-signed",
        2,
        &["change.field-filled", "change.signature-added"],
    ),
    ("certified-1-lta", 2, &[]),
    (
        "certified-2-visible",
        2,
        &["change.visible-signature-added"],
    ),
    ("certified-3-remark", 1, &["change.annotated"]),
    ("certified-3-marker", 1, &["change.annotated"]),
    ("locked-other", 1, &["change.field-filled"]),
    ("locked-all-but", 1, &["change.field-filled"]),
    ("waiting-both", 2, &["change.field-signed"]),
    (
        "streams",
        2,
        &["change.visible-signature-added", "change.field-filled"],
    ),
    ("lta-renewed", 3, &[]),
    ("described", 1, &[]),
    ("nested", 2, &["change.signature-added"]),
    (
        "parallel",
        3,
        &["change.signature-added", "change.visible-signature-added"],
    ),
];

#[test]
fn files_of_other_software_are_good() {
    let mut wrong = Vec::new();
    for (name, count, wanted) in FILES {
        let report = judged(name);
        let changes = report.signatures.first().map(|first| &first.changes_after);
        let found: Vec<&str> = changes
            .into_iter()
            .flatten()
            .map(|change| change.code)
            .collect();
        // Its stamper names the certificate by SHA-1 alone, which we do not take as proof of time.
        let weak = codes(&report).contains(&"cms.signing-certificate-weak");
        let verdict = if weak {
            Verdict::Indeterminate
        } else {
            Verdict::Valid
        };
        let good = report.verdict == verdict && report.signatures.len() == *count;
        if !good || found != *wanted {
            wrong.push(format!(
                "{name}: {:?}, {} signatures, {:?}, {changes:?}",
                report.verdict,
                report.signatures.len(),
                codes(&report)
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_encrypted_is_not_processed_and_says_so() {
    let report = judged("encrypted");
    assert_eq!(report.verdict, Verdict::NotProcessed);
    assert_eq!(codes(&report), ["pdf.encrypted"]);
}
