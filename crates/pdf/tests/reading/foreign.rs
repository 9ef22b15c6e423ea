//! Files that other software carried on (`tests/fixtures/pdf-foreign`): no false alarm, by our own hand or theirs.

use std::path::Path;

use crypto::DigestAlgorithm;
use pdf::{ChangeKind, Coverage, Standing, read};

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pdf-foreign");
    std::fs::read(folder.join(format!("{name}.pdf"))).expect("the sample is there")
}

/// Every signature of the file stands, is sound, and permits all that came later, but for what is listed.
fn judge(name: &str, fields: &[&str], refused: &[ChangeKind]) {
    let bytes = sample(name);
    let file = read(&bytes).expect("a sound file");
    let signatures = file.signatures().expect("a sound form");
    let names: Vec<&str> = signatures
        .iter()
        .map(|signature| signature.name().split('-').next().unwrap_or_default())
        .collect();
    assert_eq!(names, fields, "{name}");
    for signature in &signatures {
        assert_eq!(signature.value().map(|_| ()), Ok(()), "{name}");
        assert_eq!(signature.standing(), Standing::Standing, "{name}");
        let changes = file.changes_after(signature, &signatures);
        let found: Vec<ChangeKind> = changes
            .iter()
            .filter(|change| !change.permitted)
            .map(|change| change.kind)
            .collect();
        let later: &[ChangeKind] = if signature.revision() == 1 {
            refused
        } else {
            &[]
        };
        assert_eq!(found, later, "{name}: {changes:#?}");
    }
    let last = signatures.last().expect("a signature");
    if last.revision() + 1 == file.revisions() {
        assert_eq!(last.coverage(), Coverage::WholeFile, "{name}");
    }
    assert!(file.survey().is_ok(), "{name}");
}

#[test]
fn our_licence_is_carried_on_by_others() {
    judge("licence-second-hidden", &["Seal", "Foreign"], &[]);
    judge("licence-dss-time-stamp", &["Seal", "Timestamp"], &[]);
}

#[test]
fn our_licence_is_certified_and_takes_no_new_picture() {
    judge(
        "licence-second-visible",
        &["Seal", "Foreign"],
        &[ChangeKind::CertifiedPageCovered],
    );
}

#[test]
fn signatures_of_others_follow_each_other() {
    judge("foreign-one", &["First"], &[]);
    judge("foreign-two", &["First", "Second"], &[]);
    judge("foreign-locked", &["First", "Second"], &[]);
    judge(
        "foreign-two-hidden-dss-stamp",
        &["First", "Second", "Timestamp"],
        &[],
    );
    judge("foreign-waiting-field", &["First", "Wait"], &[]);
}

#[test]
fn upkeep_by_others_is_permitted_at_level_one() {
    judge("foreign-certified-no-changes-dss", &["First"], &[]);
    judge(
        "foreign-certified-no-changes-stamp",
        &["First", "Timestamp"],
        &[],
    );
}

#[test]
fn every_form_of_section_is_carried_on() {
    for name in ["foreign-packed", "foreign-lin-stream", "foreign-lin-table"] {
        judge(name, &["First", "Second", "Timestamp"], &[]);
    }
}

#[test]
fn digests_taken_together_are_those_taken_one_by_one() {
    let mut several = 0;
    for name in [
        "foreign-two",
        "foreign-one",
        "licence-second-hidden",
        "honest-parallel",
        "honest-lta-renewed",
    ] {
        let bytes = sample(name);
        let file = read(&bytes).expect("a sound file");
        let signatures = file.signatures().expect("a sound form");
        // The last first, and each by several algorithms.
        let wanted: Vec<_> = signatures
            .iter()
            .rev()
            .filter_map(|signature| signature.value().ok())
            .flat_map(|value| {
                [
                    (value, DigestAlgorithm::Sm3),
                    (value, DigestAlgorithm::Sha256),
                    (value, DigestAlgorithm::Sha512),
                ]
            })
            .collect();
        several += usize::from(wanted.len() > 3);
        let each: Result<Vec<_>, _> = wanted
            .iter()
            .map(|(value, algorithm)| file.digest(value, *algorithm))
            .collect();
        assert_eq!(file.digests(&wanted), each, "{name}");
    }
    assert!(several >= 3, "{several} with more than one signature");
    let bytes = sample("base");
    let none = read(&bytes).expect("a sound file").digests(&[]);
    assert_eq!(none, Ok(Vec::new()));
}
