//! JAdES signatures of every level and form, judged.

use crypto::{Digest, DigestAlgorithm};
use evidence::ocsp::Status;
use jades::{Commitment, Content, Draft, Element, Object, SignaturePolicy, Token};
use time::Duration;
use verify::{Kind, Material, Report, SubIndication, Trust, Verdict, report::TimeSource};

use crate::hierarchy::{AT, SEAL, SEALED, algorithm, certificate, crl, ocsp, sign, trust};
use crate::maker::{codes, errors, judged_with, sub, token};

pub(crate) const CONTENT: &[u8] = b"{\"decision\":\"granted\"}";

/// The objects of a signature over two files that lie elsewhere.
pub(crate) const OBJECTS: [Object<'static>; 2] = [
    Object {
        uri: "decision.txt",
        media_type: "text/plain",
        octets: b"granted",
    },
    Object {
        uri: "annex.json",
        media_type: "json",
        octets: b"{}",
    },
];

/// Baseline levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Level {
    B,
    T,
    Lt,
    Lta,
}

/// A signature over `content` by the key of this name.
pub(crate) fn signed(key: &str, content: Content<'_>, named_by: DigestAlgorithm) -> Token {
    let own = certificate(key);
    let national = key.starts_with("sm-");
    let chain = [certificate(if national { "sm-ca" } else { "ca" })];
    let draft = Draft {
        certificate: &own,
        chain: &chain,
        algorithm: algorithm(key),
        named_by,
        claimed: SEALED,
        content,
        commitments: &[Commitment::Approval],
        policy: None,
        content_stamps: &[],
    };
    let prepared = draft.prepare().expect("the parts go together");
    let signature = sign(key, prepared.to_be_signed());
    prepared.finish(&signature).expect("its own form")
}

/// The octets under a name, of the objects.
pub(crate) fn object(name: Option<&str>) -> Option<&'static [u8]> {
    OBJECTS
        .iter()
        .find(|one| Some(one.uri) == name)
        .map(|one| one.octets)
}

/// A signature carried to a level.
pub(crate) fn carried(signed: Token, level: Level) -> Token {
    let mut signed = signed;
    if level >= Level::T {
        let stamp = token(
            signed.signature_text().as_bytes(),
            SEALED + Duration::seconds(2),
            "tsa",
        );
        signed = with(signed, Element::SignatureTimeStamp(vec![stamp]));
    }
    if level >= Level::Lt {
        let at = SEALED + Duration::seconds(5);
        let ders = ["ca", "tsa", "ocsp"].map(|name| certificate(name).der().to_vec());
        signed = with(signed, Element::Certificates(ders.to_vec()));
        let ocsps = [SEAL, "tsa"].map(|name| ocsp(name, Status::Good, at));
        let values = Element::Revocations {
            crls: vec![crl("root", at)],
            ocsps: ocsps.to_vec(),
        };
        signed = with(signed, values);
    }
    if level >= Level::Lta {
        signed = archived(signed, Duration::seconds(9));
    }
    signed
}

/// One more archive time-stamp, this long after sealing.
pub(crate) fn archived(signed: Token, after: Duration) -> Token {
    let place = signed.unsigned().elements().count();
    let input = signed
        .archive_input(&object, place)
        .expect("all is at hand");
    let stamp = token(&input, SEALED + after, "tsa");
    with(signed, Element::ArchiveTimeStamp(vec![stamp]))
}

pub(crate) fn with(signed: Token, element: Element) -> Token {
    signed.with(element).expect("elements in base64url")
}

pub(crate) fn inside() -> Token {
    let content = Content::Inside(CONTENT, Some("json"));
    signed(SEAL, content, DigestAlgorithm::Sha256)
}

pub(crate) fn by_uri() -> Token {
    signed(SEAL, Content::ByUri(&OBJECTS), DigestAlgorithm::Sha256)
}

pub(crate) fn by_hash() -> Token {
    let content = Content::ByUriHash(DigestAlgorithm::Sha256, &OBJECTS);
    signed(SEAL, content, DigestAlgorithm::Sha512)
}

/// Lists of today, and the two files.
pub(crate) fn lists() -> Material {
    let mut material = Material::empty();
    for issuer in ["root", "ca"] {
        material.add("a.crl", &crl(issuer, SEALED + Duration::minutes(5)));
    }
    material
}

pub(crate) fn offered() -> Material {
    let mut material = lists();
    for one in OBJECTS {
        material.offer(one.uri, one.octets.to_vec());
    }
    material
}

pub(crate) fn judge(text: &str, material: &Material) -> Report {
    let octets = text.as_bytes().to_vec();
    judged_with(&octets, &trust(), material, "default", AT)
}

fn levels(report: &Report) -> Vec<Option<&'static str>> {
    report.signatures.iter().map(|one| one.level).collect()
}

#[test]
fn a_signature_with_its_content_is_valid_in_both_serializations() {
    let token = inside();
    let compact = token.compact().expect("nothing came later");
    for text in [compact, token.flattened()] {
        let report = judge(&text, &lists());
        assert_eq!(report.kind, Kind::Jades);
        assert_eq!(
            (report.verdict, report.answer),
            (Verdict::Valid, None),
            "{report:#?}"
        );
        assert_eq!(report.signatures[0].format, "JAdES");
        assert_eq!(levels(&report), [Some("B-B")]);
        assert_eq!(report.signatures[0].time_source, TimeSource::Claimed);
    }
}

#[test]
fn each_level_is_reached_by_what_came_later() {
    let all = [
        (Level::B, "B-B"),
        (Level::T, "B-T"),
        (Level::Lt, "B-LT"),
        (Level::Lta, "B-LTA"),
    ];
    for (level, name) in all {
        let token = carried(inside(), level);
        assert_eq!(token.compact().is_some(), level == Level::B);
        let report = judge(&token.flattened(), &lists());
        assert_eq!(report.verdict, Verdict::Valid, "{name} {report:#?}");
        assert_eq!(levels(&report), [Some(name)]);
    }
    // What it carries is enough: nothing beside it.
    let token = carried(inside(), Level::Lt);
    let report = judge(&token.flattened(), &Material::empty());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
}

#[test]
fn an_archive_is_carried_on_by_another_time_stamp() {
    let first = carried(inside(), Level::Lta);
    let validation = Element::ValidationData {
        certificates: vec![certificate("tsa").der().to_vec()],
        crls: vec![crl("root", SEALED + Duration::seconds(11))],
        ocsps: Vec::new(),
    };
    let renewed = archived(with(first, validation), Duration::seconds(13));
    let report = judge(&renewed.flattened(), &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(levels(&report), [Some("B-LTA")]);
}

#[test]
fn files_that_lie_elsewhere_are_found_by_name() {
    for token in [by_uri(), by_hash()] {
        for level in [Level::B, Level::Lta] {
            let text = carried(token.clone(), level).flattened();
            let report = judge(&text, &offered());
            assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
            let report = judge(&text, &lists());
            assert_eq!(report.verdict, Verdict::Indeterminate);
            assert_eq!(sub(&report), Some(SubIndication::SignedDataNotFound));
        }
    }
}

#[test]
fn the_only_file_at_hand_is_the_content_of_a_signature_that_names_none() {
    let token = signed(SEAL, Content::Outside(CONTENT), DigestAlgorithm::Sha256);
    let text = token.compact().expect("nothing came later");
    assert!(text.contains(".."));
    let report = judge(&text, &lists());
    assert_eq!(errors(&report), ["signature.content-absent"]);
    let mut material = lists();
    material.offer("anything", CONTENT.to_vec());
    assert_eq!(judge(&text, &material).verdict, Verdict::Valid);
    let mut material = lists();
    material.offer("anything", b"another".to_vec());
    let report = judge(&text, &material);
    assert_eq!(errors(&report), ["jades.signature-differs"]);
}

#[test]
fn the_national_suite_signs_under_a_name_of_its_own() {
    let content = Content::Inside(CONTENT, None);
    let token = signed("sm-seal-990102-SPZYZ-01", content, DigestAlgorithm::Sm3);
    let octets = token.flattened().into_bytes();
    let national = Trust::of_certificates(vec![certificate("sm-root")]);
    let mut material = Material::empty();
    for issuer in ["sm-root", "sm-ca"] {
        material.add("a.crl", &crl(issuer, SEALED + Duration::minutes(5)));
    }
    let report = judged_with(&octets, &national, &material, "default", AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"signature.national-profile"));
}

#[test]
fn a_signature_over_the_signature_is_judged_beside_it() {
    let token = inside();
    let value = token.signature();
    let over = signed(SEAL, Content::Outside(&value), DigestAlgorithm::Sha256);
    let countersigned = with(token.clone(), Element::CounterSignature(over.flattened()));
    let report = judge(&countersigned.flattened(), &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signatures[1].format, "JAdES counter-signature");
    let octets = countersigned.flattened().into_bytes();
    let held = transcript::inventory::Inventory::of(&verify::open(&octets), &trust(), &lists());
    let values = [token.signature(), over.signature()].map(Some);
    let held: Vec<_> = held.signatures.into_iter().map(|one| one.value).collect();
    assert_eq!(held, values);
    // And one over that in turn; over something else it is none.
    for (value, verdict) in [
        (over.signature(), Verdict::Valid),
        (token.signature(), Verdict::Invalid),
    ] {
        let third = signed(SEAL, Content::Outside(&value), DigestAlgorithm::Sha256);
        let second = with(over.clone(), Element::CounterSignature(third.flattened()));
        let first = with(token.clone(), Element::CounterSignature(second.flattened()));
        let octets = first.flattened().into_bytes();
        let report = judge(&first.flattened(), &lists());
        let each = report.signatures.iter().map(|one| one.verdict);
        let wanted = [Verdict::Valid, Verdict::Valid, verdict];
        assert_eq!(each.collect::<Vec<_>>(), wanted, "{report:#?}");
        let held = transcript::inventory::Inventory::of(&verify::open(&octets), &trust(), &lists());
        assert_eq!(held.signatures.len(), 3);
        assert_eq!(held.signatures[2].value, Some(third.signature()));
    }
    let mut deep = signed(SEAL, Content::Outside(&value), DigestAlgorithm::Sha256);
    for _ in 0..jades::MAX_DEPTH {
        let next = signed(SEAL, Content::Outside(&value), DigestAlgorithm::Sha256);
        deep = with(next, Element::CounterSignature(deep.flattened()));
    }
    let deep = with(token.clone(), Element::CounterSignature(deep.flattened()));
    let report = judge(&deep.flattened(), &lists());
    assert!(errors(&report).contains(&"limit.signatures"), "{report:#?}");
    // One over something else is none of this.
    let other = signed(SEAL, Content::Outside(b"other"), DigestAlgorithm::Sha256);
    let wrong = with(token.clone(), Element::CounterSignature(other.flattened()));
    let report = judge(&wrong.flattened(), &lists());
    assert_eq!(errors(&report), ["jades.signature-differs"]);
    let broken = with(token, Element::CounterSignature("\"?\"".to_owned()));
    let report = judge(&broken.flattened(), &lists());
    assert_eq!(report.verdict, Verdict::Valid);
    assert!(codes(&report).contains(&"jades.counter-signature"));
}

#[test]
fn what_is_signed_with_a_time_stamp_over_the_content_is_younger_than_it() {
    let stamped = |over: &[u8], moment| {
        let own = certificate(SEAL);
        let draft = Draft {
            certificate: &own,
            chain: &[certificate("ca")],
            algorithm: algorithm(SEAL),
            named_by: DigestAlgorithm::Sha256,
            claimed: SEALED,
            content: Content::Inside(CONTENT, None),
            commitments: &[],
            policy: None,
            content_stamps: &[token(over, moment, "tsa")],
        };
        let prepared = draft.prepare().expect("the parts go together");
        let signature = sign(SEAL, prepared.to_be_signed());
        prepared.finish(&signature).expect("its own form")
    };
    use base64::Engine as _;
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(CONTENT);
    let before = SEALED - Duration::minutes(1);
    let report = judge(&stamped(payload.as_bytes(), before).flattened(), &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"time.content-stamp"));
    // Over something else it proves nothing, and takes nothing.
    let report = judge(&stamped(CONTENT, before).flattened(), &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(!codes(&report).contains(&"time.content-stamp"));
    // After the signature's own time-stamp it cannot have been signed.
    let late = stamped(payload.as_bytes(), SEALED + Duration::minutes(1));
    let report = judge(&carried(late, Level::T).flattened(), &lists());
    assert_eq!(sub(&report), Some(SubIndication::TimestampOrderFailure));
}

#[test]
fn the_policy_that_is_named_is_looked_for() {
    let meant = b"what a seal of this office means";
    let own = certificate(SEAL);
    let policy = SignaturePolicy {
        id: "urn:oid:1.3.6.1.4.1.55555.2".to_owned(),
        digest: Some(Digest::of(DigestAlgorithm::Sha256, meant)),
    };
    let draft = Draft {
        certificate: &own,
        chain: &[certificate("ca")],
        algorithm: algorithm(SEAL),
        named_by: DigestAlgorithm::Sha256,
        claimed: SEALED,
        content: Content::Inside(CONTENT, None),
        commitments: &[],
        policy: Some(&policy),
        content_stamps: &[],
    };
    let prepared = draft.prepare().expect("the parts go together");
    let signature = sign(SEAL, prepared.to_be_signed());
    let text = prepared
        .finish(&signature)
        .expect("its own form")
        .flattened();
    let with = |document: &[u8]| {
        let mut material = lists();
        material.add("1.3.6.1.4.1.55555.2.policy", document);
        judge(&text, &material)
    };
    assert_eq!(errors(&judge(&text, &lists())), ["signature.policy-absent"]);
    assert_eq!(errors(&with(b"another")), ["signature.policy-differs"]);
    assert_eq!(with(meant).verdict, Verdict::Valid);
}
