//! The state of a licence offline: by a list, by an old one, by none (`domain` 4.6, story 6.2).

use credential::{JwsDraft, StatusClaims, StatusList, StatusValue};
use time::{Duration, UtcDateTime};
use verify::report::{Successor, WantedKind};
use verify::{Answer, Material, Origin, Report, Supplied, Verdict};

use crate::hierarchy::{AT, algorithm, certificate, sign, trust};
use crate::maker::{GOOD, INDEX, Recipe, URI, codes, judged, judged_with, outcome, reference};

/// A list token of this moment in which the sample has this value, signed by `key`.
pub(crate) fn list(value: StatusValue, issued_at: UtcDateTime, key: &str) -> String {
    let mut list = StatusList::new();
    assert!(list.set(INDEX, value));
    signed(&list, URI, issued_at, key)
}

fn signed(list: &StatusList, uri: &str, issued_at: UtcDateTime, key: &str) -> String {
    let claims = StatusClaims {
        uri: uri.to_owned(),
        issued_at,
        expires: issued_at + Duration::days(3),
        keep: 3_600,
    };
    let chain = [certificate(key), certificate("ca")];
    let signer = JwsDraft {
        kind: "",
        algorithm: algorithm(key),
        kid: None,
        certificates: &chain,
    };
    let prepared = list.prepare(&claims, signer).expect("in order");
    let signature = sign(key, prepared.to_be_signed());
    prepared.finish(&signature).expect("of this algorithm")
}

fn material(tokens: &[String]) -> Material {
    let mut material = Material::empty();
    for token in tokens {
        assert_eq!(
            material.add("1.statuslist", token.as_bytes()),
            Supplied::Taken
        );
    }
    material
}

fn with(tokens: &[String], at: UtcDateTime) -> Report {
    judged_with(&*GOOD, &trust(), &material(tokens), "default", at)
}

fn hours(count: i64) -> Duration {
    Duration::hours(count)
}

#[test]
fn with_a_list_of_today_the_licence_is_valid() {
    let report = with(&[list(StatusValue::Valid, AT - hours(5), "status")], AT);
    assert_eq!(
        outcome(&report),
        (Verdict::Valid, Some(Answer::Valid), vec![]),
        "{report:#?}"
    );
    assert_eq!(report.state.source, Origin::List);
    assert_eq!(
        report.state.list_of.as_deref(),
        Some("2026-06-10T07:00:00Z")
    );
    assert_eq!(report.state.age_seconds, Some(5 * 3_600));
    assert_eq!(report.sentence.en, "This licence is valid.");
}

#[test]
fn each_value_has_its_answer_with_no_network() {
    for (value, answer, code) in [
        (StatusValue::Ended, Answer::Ended, "status.ended"),
        (
            StatusValue::Suspended,
            Answer::Suspended,
            "status.suspended",
        ),
        (
            StatusValue::Superseded,
            Answer::Superseded,
            "status.superseded",
        ),
    ] {
        let report = with(&[list(value, AT - hours(1), "status")], AT);
        assert_eq!(
            outcome(&report),
            (Verdict::Invalid, Some(answer), vec![code])
        );
        assert_eq!(
            report.signatures[0].verdict,
            Verdict::Valid,
            "the seal is good"
        );
    }
}

#[test]
fn without_a_list_the_status_is_unknown() {
    let report = judged(&GOOD);
    assert_eq!(
        outcome(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::StatusUnknown),
            vec!["status.absent"]
        )
    );
    assert_eq!(report.state.source, Origin::None);
    let wanted: Vec<_> = report
        .wanted
        .iter()
        .map(|wanted| (wanted.kind, wanted.uri.as_str()))
        .collect();
    assert_eq!(wanted, [(WantedKind::StatusList, URI)]);
}

#[test]
fn a_list_too_old_says_nothing_whatever_it_says() {
    for value in [StatusValue::Valid, StatusValue::Ended] {
        let token = list(value, AT, "status");
        let at_the_limit = with(std::slice::from_ref(&token), AT + hours(24));
        assert!(at_the_limit.answer != Some(Answer::StatusUnknown));
        let report = with(&[token], AT + hours(24) + Duration::SECOND);
        assert_eq!(
            outcome(&report),
            (
                Verdict::Indeterminate,
                Some(Answer::StatusUnknown),
                vec!["status.stale"]
            )
        );
    }
}

#[test]
fn each_list_that_does_not_count_is_refused_for_its_reason() {
    let good = list(StatusValue::Valid, AT - hours(1), "status");
    let (body, signature) = good.rsplit_once('.').expect("three parts");
    let other = list(StatusValue::Ended, AT - hours(1), "status");
    let swapped = format!("{body}.{}", other.rsplit_once('.').expect("three parts").1);
    assert_ne!(signature.len(), 0);
    let short = StatusList::new();
    for (token, code) in [
        (swapped, "status.signature-differs"),
        // Keys for codes and for bundles are not for lists.
        (
            list(StatusValue::Valid, AT - hours(1), "credential"),
            "status.signer-purpose",
        ),
        (
            list(StatusValue::Valid, AT - hours(1), "trust"),
            "status.signer-purpose",
        ),
        (
            list(StatusValue::Valid, AT + hours(1), "status"),
            "status.from-the-future",
        ),
        (
            signed(
                &short,
                "https://licences.yinxin.example/status/2",
                AT,
                "status",
            ),
            "status.absent",
        ),
    ] {
        let report = with(&[token], AT);
        assert_eq!(
            outcome(&report),
            (
                Verdict::Indeterminate,
                Some(Answer::StatusUnknown),
                vec![code]
            ),
            "{report:#?}"
        );
    }
}

#[test]
fn the_youngest_list_counts_and_a_bad_one_does_not_hide_a_good_one() {
    let older = list(StatusValue::Valid, AT - hours(3), "status");
    let younger = list(StatusValue::Suspended, AT - hours(1), "status");
    let report = with(&[older.clone(), younger], AT);
    assert_eq!(report.answer, Some(Answer::Suspended));
    let foreign = list(StatusValue::Suspended, AT - hours(1), "credential");
    let report = with(&[foreign, older], AT);
    assert_eq!(report.answer, Some(Answer::Valid));
}

#[test]
fn an_index_beyond_the_list_is_no_statement() {
    let recipe = Recipe {
        status: reference(1_048_576),
        bend_leaf: |leaf| {
            if let Some(status) = &mut leaf.status {
                status.index = 1_048_576;
            }
        },
        ..Recipe::default()
    };
    let token = list(StatusValue::Valid, AT, "status");
    let report = judged_with(&recipe.make(), &trust(), &material(&[token]), "default", AT);
    assert_eq!(
        outcome(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::StatusUnknown),
            vec!["status.index"]
        )
    );
}

#[test]
fn a_reference_that_cannot_be_read_is_no_status() {
    for text in [
        "{}",
        "[1]",
        r#"{"idx":1,"uri":"a"}"#,
        r#"{"status":{"status_list":{"idx":1,"idx":2,"uri":"a"}}}"#,
        r#"{"status":{"status_list":{"idx":-1,"uri":"a"}}}"#,
        r#"{"status":{"status_list":{"idx":1}}}"#,
    ] {
        let recipe = Recipe {
            status: text.to_owned(),
            bend_leaf: |leaf| leaf.status = None,
            ..Recipe::default()
        };
        let report = judged(&recipe.make());
        assert_eq!(
            outcome(&report),
            (
                Verdict::Indeterminate,
                Some(Answer::StatusUnknown),
                vec!["status.reference-malformed", "status.reference-absent"]
            ),
            "{text}"
        );
    }
}

#[test]
fn the_register_knows_better_than_any_list() {
    let identifier = crate::maker::sample()["identifier"]
        .as_str()
        .expect("text")
        .to_owned();
    for (said, verdict) in [
        (Answer::Valid, Verdict::Valid),
        (Answer::Revoked, Verdict::Invalid),
        (Answer::Annulled, Verdict::Invalid),
        (Answer::Void, Verdict::Invalid),
        (Answer::Superseded, Verdict::Invalid),
        (Answer::Suspended, Verdict::Invalid),
        (Answer::Unknown, Verdict::Indeterminate),
        (Answer::StatusUnknown, Verdict::Indeterminate),
    ] {
        let mut material = material(&[list(StatusValue::Valid, AT, "status")]);
        material.say_live(&identifier, said, Some(AT - hours(2)));
        let report = judged_with(&*GOOD, &trust(), &material, "default", AT);
        assert_eq!((report.verdict, report.answer), (verdict, Some(said)));
        assert_eq!(report.state.source, Origin::Live);
        assert!(codes(&report).contains(&"status.live"));
    }
}

#[test]
fn the_register_names_the_version_that_took_the_place_and_a_list_does_not() {
    let identifier = crate::maker::sample()["identifier"]
        .as_str()
        .expect("text")
        .to_owned();
    let successor = || Successor {
        version: "002".to_owned(),
        identifier: identifier.replace(".001.", ".002."),
    };
    let named = |material: &Material| {
        let report = judged_with(&*GOOD, &trust(), material, "default", AT);
        report.licence.and_then(|licence| licence.superseded_by)
    };
    let mut live = Material::empty();
    live.say_live(&identifier, Answer::Superseded, Some(AT - hours(2)));
    live.say_successor(successor());
    assert_eq!(named(&live), Some(successor()));
    // Of a version that holds, or of another licence, it is not told.
    for (about, answer) in [
        (identifier.as_str(), Answer::Valid),
        ("another", Answer::Superseded),
    ] {
        let mut live = material(&[list(StatusValue::Valid, AT, "status")]);
        live.say_live(about, answer, None);
        live.say_successor(successor());
        assert_eq!(named(&live), None);
    }
    let listed = material(&[list(StatusValue::Superseded, AT, "status")]);
    assert_eq!(named(&listed), None);
}

#[test]
fn the_register_speaks_of_its_own_licence_alone() {
    let mut material = Material::empty();
    material.say_live("another", Answer::Valid, None);
    let report = judged_with(&*GOOD, &trust(), &material, "default", AT);
    assert_eq!(report.answer, Some(Answer::StatusUnknown));
}
