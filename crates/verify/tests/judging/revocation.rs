//! Certificates of seals: revoked before, revoked after, expired, and without a status.

use evidence::ocsp::Status;
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::report::WantedKind;
use verify::{Answer, Material, Report, SubIndication, Trust, Verdict};

use crate::hierarchy::{AT, FOOD, SEAL, SEALED, bundle, crl, ocsp, office, trust};
use crate::maker::{GOOD, Recipe, codes, errors, judged_with, outcome, sub};

/// The judgement of a file sealed by the seal of another body, which the bundle then entitles.
fn sealed_by(seal: &'static str, code: &str, at: UtcDateTime, material: &Material) -> Report {
    let mut recipe = Recipe {
        seal,
        answered: &["tsa"],
        ..Recipe::default()
    };
    recipe.licence["issuer"]["code"] = code.into();
    let mut content = bundle();
    content.offices.push(office(code, FOOD));
    let trust = Trust::of(&content).expect("a good bundle");
    judged_with(&recipe.make(), &trust, material, "recheck", at)
}

#[test]
fn an_answer_counts_while_its_signer_has_a_valid_certificate() {
    let answered = utc_datetime!(2027-05-31 12:00);
    let file = Recipe {
        stamp: None,
        store: None,
        ..Recipe::default()
    }
    .make();
    let mut material = Material::empty();
    material.add("a.crl", &crl("root", answered));
    material.add("a.ocsp", &ocsp(SEAL, Status::Good, answered));
    let judged = |at| judged_with(&file, &trust(), &material, "default", at);
    let report = judged(utc_datetime!(2027-05-31 20:00));
    assert_eq!(report.signatures[0].verdict, Verdict::Valid, "{report:#?}");
    let report = judged(utc_datetime!(2027-06-01 1:00));
    assert_eq!(
        sub(&report),
        Some(SubIndication::RevocationOutOfBoundsNoPoe),
        "{report:#?}"
    );
}

/// Lists of both authorities as of `at`.
fn lists(at: UtcDateTime) -> Material {
    let mut material = Material::empty();
    for issuer in ["root", "ca"] {
        material.add("a.crl", &crl(issuer, at));
    }
    material
}

#[test]
fn a_seal_that_was_revoked_before_is_not_trusted() {
    let report = sealed_by("seal-revoked", "11990103FAKE00056E", AT, &lists(AT));
    assert_eq!(
        outcome(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::Untrusted),
            vec!["path.revoked"]
        ),
        "{report:#?}"
    );
    assert_eq!(sub(&report), Some(SubIndication::RevokedNoPoe));
}

#[test]
fn a_seal_that_was_stopped_later_stays_good_for_what_is_proven_to_be_older() {
    let at = utc_datetime!(2026-07-02 0:00);
    let report = sealed_by("seal-on-hold", "11990171FAKE00072K", at, &lists(at));
    assert_eq!(
        outcome(&report),
        (Verdict::Valid, None, vec![]),
        "{report:#?}"
    );
    assert!(codes(&report).contains(&"revocation.later"));
}

#[test]
fn a_seal_without_a_proven_time_is_judged_now() {
    let at = utc_datetime!(2026-07-02 0:00);
    let recipe = Recipe {
        stamp: None,
        store: None,
        ..Recipe::default()
    };
    let file = recipe.make();
    let mut material = lists(at);
    let report = judged_with(&file, &trust(), &material, "default", at);
    assert!(codes(&report).contains(&"time.stamp-absent"));
    assert_eq!(report.signatures[0].verdict, Verdict::Valid, "{report:#?}");
    material.add(
        "a.ocsp",
        &ocsp(
            SEAL,
            Status::Revoked {
                at: utc_datetime!(2026-07-01 0:00),
                reason: pki::crl::Reason::KeyCompromise,
            },
            at,
        ),
    );
    let report = judged_with(&file, &trust(), &material, "default", at);
    assert_eq!(sub(&report), Some(SubIndication::RevokedNoPoe));
}

#[test]
fn an_expired_seal_does_not_seal() {
    let report = sealed_by("seal-expired", "11990121FAKE00064B", AT, &lists(AT));
    assert_eq!(
        outcome(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::Untrusted),
            vec!["path.expired"]
        )
    );
    // The authority's list keeps those that expired: this one was never revoked.
    assert_eq!(sub(&report), Some(SubIndication::OutOfBoundsNotRevoked));
}

#[test]
fn nothing_below_a_compromised_authority_counts() {
    let mut material = lists(AT);
    material.add("c.crl", &crl("ca-compromised", AT));
    let mut recipe = Recipe {
        seal: "seal-below-compromised",
        answered: &["tsa"],
        ..Recipe::default()
    };
    recipe.licence["issuer"]["code"] = "11990100FAKE00195R".into();
    let mut content = bundle();
    content.offices.push(office("11990100FAKE00195R", FOOD));
    content
        .certificates
        .push(crate::hierarchy::certificate("ca-compromised"));
    let trust = Trust::of(&content).expect("a good bundle");
    let report = judged_with(&recipe.make(), &trust, &material, "recheck", AT);
    assert_eq!(errors(&report), ["path.revoked"], "{report:#?}");
    assert_eq!(sub(&report), Some(SubIndication::RevokedCaNoPoe));
}

#[test]
fn without_any_status_one_could_try_later_and_with_it_the_seal_is_good() {
    let file = Recipe {
        store: None,
        ..Recipe::default()
    }
    .make();
    let report = judged_with(&file, &trust(), &Material::empty(), "recheck", AT);
    // The authority that stamped has no status either: nothing is proven.
    assert_eq!(
        errors(&report),
        [
            "time.stamp-required",
            "path.status-unknown",
            "path.status-unknown"
        ]
    );
    let told: Vec<_> = report.wanted.iter().map(|wanted| wanted.kind).collect();

    assert_eq!(told, [WantedKind::Ocsp, WantedKind::Crl]);
    let report = judged_with(&file, &trust(), &lists(AT), "recheck", AT);
    assert_eq!(
        outcome(&report),
        (Verdict::Valid, None, vec![]),
        "{report:#?}"
    );
    assert_eq!(report.signatures[0].level, Some("B-T"));
}

#[test]
fn a_seal_of_unknown_status_leaves_the_licence_unknown() {
    let file = Recipe {
        answered: &["tsa"],
        ..Recipe::default()
    }
    .make();
    let report = judged_with(&file, &trust(), &Material::empty(), "default", AT);
    assert_eq!(sub(&report), Some(SubIndication::TryLater));
    assert_eq!(report.answer, Some(Answer::StatusUnknown));
    assert_eq!(errors(&report), ["path.status-unknown", "status.absent"]);
}

#[test]
fn answers_that_do_not_count_leave_the_status_unknown() {
    let file = Recipe {
        answered: &["tsa"],
        ..Recipe::default()
    }
    .make();
    let good = ocsp(SEAL, Status::Good, SEALED + Duration::minutes(1));
    let mut bent = good.clone();
    // The signature stands before the delegate's certificate; its digest covers the answer's own octets.
    let at = good
        .windows(4)
        .position(|four| four == b"2026")
        .expect("a time");
    bent[at + 7] ^= 1;
    for (octets, told) in [
        (bent, Some("ocsp.signature-differs")),
        (
            ocsp(SEAL, Status::Unknown, SEALED + Duration::minutes(1)),
            None,
        ),
        (ocsp("seal-990102-SLZYZ-01", Status::Good, SEALED), None),
        // Good until before the time-stamp.
        (ocsp(SEAL, Status::Good, SEALED - Duration::hours(49)), None),
        (
            ocsp(SEAL, Status::Good, AT + Duration::hours(1)),
            Some("ocsp.not-yet-valid"),
        ),
    ] {
        let mut material = Material::empty();
        material.add("a.ocsp", &octets);
        let report = judged_with(&file, &trust(), &material, "recheck", AT);
        assert_eq!(errors(&report), ["path.status-unknown"]);
        let found: Vec<_> = codes(&report)
            .into_iter()
            .filter(|code| code.starts_with("ocsp."))
            .collect();
        assert_eq!(found, Vec::from_iter(told), "{report:#?}");
    }
    let mut material = Material::empty();
    material.add("a.ocsp", &good);
    let report = judged_with(&file, &trust(), &material, "recheck", AT);
    assert_eq!(outcome(&report), (Verdict::Valid, None, vec![]));
}

#[test]
fn later_the_file_still_carries_its_own_proof_until_those_who_gave_it_expire() {
    let judged = |at| judged_with(&*GOOD, &trust(), &Material::empty(), "default", at);
    let report = judged(utc_datetime!(2027-05-31 0:00));
    assert_eq!(report.signatures[0].verdict, Verdict::Valid, "{report:#?}");
    // EN 319 102-1 5.2.6: whoever answered for the status could have answered anything after that.
    let report = judged(utc_datetime!(2027-06-02 0:00));
    assert!(codes(&report).contains(&"revocation.signer-expired"));
    assert_eq!(report.signatures[0].verdict, Verdict::Indeterminate);
}
