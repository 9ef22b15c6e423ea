//! Printed codes.

use credential::{Lc1Claims, LicenceClaims, StatusReference, StatusValue, key_id};
use time::{Duration, UtcDateTime};
use verify::{Answer, Kind, Material, Report, SubIndication, Trust, Verdict, open};

use crate::hierarchy::{
    AT, FOOD, OFFICE, SEALED, algorithm, bundle, certificate, office, sign, trust,
};
use crate::maker::{INDEX, URI, errors, judged_with, outcome, sub};
use crate::status::list;

fn claims() -> Lc1Claims {
    Lc1Claims {
        issuer: OFFICE.to_owned(),
        issued_at: SEALED,
        not_before: None,
        expires: Some(SEALED + Duration::days(700)),
        status: Some(StatusReference {
            uri: URI.to_owned(),
            index: INDEX,
        }),
        licence: LicenceClaims {
            identifier: format!("1.2.156.3005.2.{FOOD}.{OFFICE}.2026000002.001.3"),
            type_name: Some("食品经营许可证".to_owned()),
            number: Some("JY29901020000001".to_owned()),
            holder: Some("临溪青石区云上小馆餐饮有限公司".to_owned()),
            valid_to: Some("2031-06-09".to_owned()),
            content_digest: Some([9; 32]),
            ..LicenceClaims::default()
        },
    }
}

fn printed(claims: &Lc1Claims, key: &str) -> Vec<u8> {
    let prepared = claims
        .prepare(key_id(&certificate(key)), algorithm(key))
        .expect("in order");
    let signature = sign(key, prepared.to_be_signed());
    prepared
        .finish(&signature)
        .expect("of this algorithm")
        .into_bytes()
}

fn listed(value: StatusValue) -> Material {
    let mut material = Material::empty();
    let token = list(value, AT - Duration::hours(1), "status");
    material.add("a.statuslist", token.as_bytes());
    material
}

fn judge(code: &Vec<u8>, trust: &Trust, material: &Material, at: UtcDateTime) -> Report {
    judged_with(code, trust, material, "default", at)
}

#[test]
fn a_code_with_a_list_of_today_is_valid() {
    let code = printed(&claims(), "credential");
    let report = judge(&code, &trust(), &listed(StatusValue::Valid), AT);
    assert_eq!(
        outcome(&report),
        (Verdict::Valid, Some(Answer::Valid), vec![]),
        "{report:#?}"
    );
    assert_eq!(report.kind, Kind::Lc1);
    let licence = report.licence.expect("a licence");
    assert_eq!(verify::licence_said(&open(&code)), Some(licence.identifier));
    assert_eq!(licence.number.as_deref(), Some("JY29901020000001"));
    assert_eq!(licence.content_digest, Some("09".repeat(32)));
}

#[test]
fn a_code_without_a_list_or_with_a_bad_word_in_it_is_told_so() {
    let code = printed(&claims(), "credential");
    let report = judge(&code, &trust(), &Material::empty(), AT);
    assert_eq!(
        outcome(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::StatusUnknown),
            vec!["status.absent"]
        )
    );
    let report = judge(&code, &trust(), &listed(StatusValue::Ended), AT);
    assert_eq!(report.answer, Some(Answer::Ended));
    assert_eq!(report.verdict, Verdict::Invalid);
}

#[test]
fn a_code_has_its_days() {
    let material = listed(StatusValue::Valid);
    let mut late = claims();
    late.not_before = Some(AT + Duration::SECOND);
    let report = judge(&printed(&late, "credential"), &trust(), &material, AT);
    assert_eq!(
        outcome(&report),
        (
            Verdict::Invalid,
            Some(Answer::NotYetValid),
            vec!["code.not-yet-valid"]
        )
    );
    let mut over = claims();
    over.expires = Some(AT);
    let report = judge(&printed(&over, "credential"), &trust(), &material, AT);
    assert_eq!(
        outcome(&report),
        (
            Verdict::Invalid,
            Some(Answer::Expired),
            vec!["code.expired"]
        )
    );
    over.expires = Some(AT + Duration::SECOND);
    let report = judge(&printed(&over, "credential"), &trust(), &material, AT);
    assert_eq!(report.answer, Some(Answer::Valid));
}

#[test]
fn each_code_that_is_not_the_offices_is_refused_for_its_reason() {
    let material = listed(StatusValue::Valid);
    let mut ahead = claims();
    ahead.issued_at = AT + Duration::hours(1);
    for (code, finding, wanted) in [
        (
            printed(&ahead, "credential"),
            "code.issued-ahead",
            SubIndication::SigConstraintsFailure,
        ),
        // A key for lists is for nothing else.
        (
            printed(&claims(), "status"),
            "path.purpose",
            SubIndication::ChainConstraintsFailure,
        ),
        // Not at hand: the bundle does not carry seals.
        (
            printed(&claims(), "seal-990102-SPZYZ-01"),
            "code.signer-unknown",
            SubIndication::NoSigningCertificateFound,
        ),
    ] {
        let report = judge(&code, &trust(), &material, AT);
        assert_eq!(errors(&report), [finding], "{report:#?}");
        assert_eq!(sub(&report), Some(wanted));
        assert_eq!(report.answer, Some(Answer::Untrusted));
    }
}

#[test]
fn an_office_or_type_that_the_bundle_does_not_entitle_is_untrusted() {
    let code = printed(&claims(), "credential");
    for (offices, finding) in [
        (vec![], "licence.office-unknown"),
        (
            vec![office(OFFICE, "11990000FAKE00013G001")],
            "licence.type-not-entitled",
        ),
    ] {
        let mut content = bundle();
        content.offices = offices;
        let trust = Trust::of(&content).expect("a good bundle");
        let report = judge(&code, &trust, &listed(StatusValue::Valid), AT);
        assert_eq!(errors(&report), [finding]);
        assert_eq!(report.answer, Some(Answer::Untrusted));
    }
}

#[test]
fn a_changed_code_is_altered() {
    let good = printed(&claims(), "credential");
    let other = {
        let mut claims = claims();
        claims.licence.number = Some("JY29901020000002".to_owned());
        claims
            .prepare(key_id(&certificate("credential")), algorithm("credential"))
            .expect("in order")
    };
    // Claims of one code under the signature of another.
    let stolen = sign("credential", b"another message");
    let forged = other
        .finish(&stolen)
        .expect("of this algorithm")
        .into_bytes();
    let report = judge(&forged, &trust(), &listed(StatusValue::Valid), AT);
    assert_eq!(
        outcome(&report),
        (
            Verdict::Invalid,
            Some(Answer::Altered),
            vec!["code.signature-differs"]
        )
    );
    let mut broken = good;
    broken.truncate(60);
    let report = judge(&broken, &trust(), &listed(StatusValue::Valid), AT);
    assert_eq!(errors(&report), ["code.unreadable"]);
    assert_eq!(report.verdict, Verdict::Invalid);
}

#[test]
fn without_trust_a_code_is_nobodys() {
    let code = printed(&claims(), "credential");
    let report = judge(&code, &Trust::absent(), &listed(StatusValue::Valid), AT);
    assert_eq!(report.answer, Some(Answer::Untrusted));
    assert_eq!(report.verdict, Verdict::Indeterminate);
}
