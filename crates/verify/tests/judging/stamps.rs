//! Proven and claimed times.

use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::report::TimeSource;
use verify::{Answer, Material, Report, SubIndication, Trust, Verdict};

use crate::hierarchy::{AT, SEALED, bundle, trust};
use crate::maker::{Recipe, codes, errors, judged_with, sub, token};

fn recheck(recipe: &Recipe) -> Report {
    judged_with(&recipe.make(), &trust(), &Material::empty(), "default", AT)
}

/// What weighs beside the list that these tests do not have.
fn weighs(report: &Report) -> Vec<&'static str> {
    errors(report)
        .into_iter()
        .filter(|code| *code != "status.absent")
        .collect()
}

fn stamped(moment: UtcDateTime, authority: &'static str) -> Recipe {
    Recipe {
        stamp: Some((moment, authority)),
        ..Recipe::default()
    }
}

#[test]
fn each_token_that_proves_nothing_is_refused_for_its_reason() {
    let other = |_: Vec<u8>| token(b"something else", SEALED + Duration::seconds(2), "tsa");
    let bent = |mut token: Vec<u8>| {
        // The last octet of the token is of its signature.
        if let Some(last) = token.last_mut() {
            *last ^= 1;
        }
        token
    };
    for (recipe, code) in [
        (
            Recipe {
                bend_token: other,
                ..Recipe::default()
            },
            "tsp.imprint-differs",
        ),
        (
            Recipe {
                bend_token: |_| vec![4, 1, 0],
                ..Recipe::default()
            },
            "time.stamp-unreadable",
        ),
        (
            Recipe {
                bend_token: |_| vec![0x30, 0],
                ..Recipe::default()
            },
            "time.stamp-unreadable",
        ),
        (
            Recipe {
                bend_token: bent,
                ..Recipe::default()
            },
            "cms.signature-differs",
        ),
        (stamped(SEALED, "ocsp"), "tsp.purpose-differs"),
        (stamped(SEALED, "credential"), "tsp.purpose-absent"),
        (
            stamped(AT + Duration::hours(1), "tsa"),
            "tsp.from-the-future",
        ),
        (
            stamped(utc_datetime!(2025-05-01 0:00), "tsa"),
            "path.not-yet-valid",
        ),
    ] {
        let report = recheck(&recipe);
        let found = weighs(&report);
        assert!(found.contains(&code), "{code}: {found:?}");
        // The answers in the last but one lie as far ahead as its token: there is no status yet.
        let (expected, answer) = match code {
            "tsp.from-the-future" => (SubIndication::TryLater, Answer::StatusUnknown),
            // And those in the last are of its time.
            "path.not-yet-valid" => (SubIndication::TryLater, Answer::StatusUnknown),
            _ => (SubIndication::NoPoe, Answer::Untrusted),
        };
        assert_eq!(sub(&report), Some(expected), "{code}");
        assert_eq!(report.verdict, Verdict::Indeterminate, "{code}");
        assert_eq!(report.answer, Some(answer), "{code}");
    }
}

#[test]
fn a_policy_of_time_stamps_that_the_bundle_does_not_name_is_not_taken() {
    let mut content = bundle();
    content.time_stamp_policies = vec!["1.2.3".to_owned()];
    let trust = Trust::of(&content).expect("a good bundle");
    let file = Recipe::default().make();
    let report = judged_with(&file, &trust, &Material::empty(), "default", AT);
    assert_eq!(weighs(&report), ["time.policy-unknown"]);
}

#[test]
fn without_a_time_stamp_the_time_is_claimed_and_a_policy_may_ask_for_more() {
    let recipe = Recipe {
        stamp: None,
        ..Recipe::default()
    };
    let report = recheck(&recipe);
    assert_eq!(weighs(&report), [""; 0], "{report:#?}");
    assert!(codes(&report).contains(&"time.stamp-absent"));
    assert_eq!(report.signatures[0].time_source, TimeSource::Claimed);
    assert_eq!(report.signatures[0].level, Some("B-B"));
    let report = judged_with(&recipe.make(), &trust(), &Material::empty(), "recheck", AT);
    assert_eq!(errors(&report), ["time.stamp-required"]);
}

#[test]
fn a_claimed_time_after_the_proven_one_is_refused_and_one_long_before_is_noted() {
    let report = recheck(&Recipe {
        claimed: SEALED + Duration::hours(1),
        ..Recipe::default()
    });
    assert_eq!(weighs(&report), ["time.claimed-ahead"]);
    let report = recheck(&Recipe {
        claimed: SEALED - Duration::hours(25),
        ..Recipe::default()
    });
    assert_eq!(weighs(&report), [""; 0]);
    assert!(codes(&report).contains(&"time.claimed-long-before"));
}
