//! Signed messages without a document: CAdES with the content inside or elsewhere.

use crypto::{Digest, DigestAlgorithm, Signature};
use evidence::cms::{Attribute, Draft, Extended, SignedData, Time, oids};
use time::Duration;
use verify::{Kind, Material, Report, SubIndication, Verdict};

use crate::hierarchy::{AT, SEAL, SEALED, algorithm, certificate, crl, sign, trust};
use crate::maker::{codes, errors, judged_with, sub, token};

const CONTENT: &[u8] = b"a decision in plain text";

fn lists() -> Material {
    let mut material = Material::empty();
    for issuer in ["root", "ca"] {
        material.add("a.crl", &crl(issuer, SEALED + Duration::minutes(5)));
    }
    material
}

pub(crate) fn attached(key: &str) -> Vec<u8> {
    attached_and_made(key).0
}

/// The message, and its signature as whoever made it has it in hand.
fn attached_and_made(key: &str) -> (Vec<u8>, Signature) {
    let seal = certificate(key);
    let draft = Draft::attached(
        oids::DATA,
        CONTENT,
        &seal,
        algorithm(key),
        Time::Signed(SEALED),
    )
    .prepare()
    .expect("the parts go together");
    let signature = sign(key, &draft.to_be_signed());
    let stamp = token(signature.bytes(), SEALED + Duration::seconds(1), "tsa");
    let chain = [seal.der(), certificate("ca").der()].map(<[u8]>::to_vec);
    let stamped = [Attribute::signature_time_stamp(&stamp)];
    (draft.finish(&signature, &chain, &stamped), signature)
}

fn detached() -> Vec<u8> {
    let seal = certificate(SEAL);
    let digest = Digest::of(DigestAlgorithm::Sha256, CONTENT);
    let draft = Draft::cades(&digest, &seal, algorithm(SEAL), SEALED)
        .prepare()
        .expect("the parts go together");
    let signature = sign(SEAL, &draft.to_be_signed());
    draft.finish(&signature, &[seal.der().to_vec()], &[])
}

fn judge(octets: &Vec<u8>) -> Report {
    judged_with(octets, &trust(), &lists(), "default", AT)
}

#[test]
fn a_message_with_its_content_is_valid_and_has_no_answer() {
    let report = judge(&attached(SEAL));
    assert_eq!(report.kind, Kind::Cms);
    assert_eq!(
        (report.verdict, report.answer),
        (Verdict::Valid, None),
        "{report:#?}"
    );
    assert_eq!(report.signatures[0].format, "CAdES");
    assert_eq!(report.signatures[0].level, Some("B-T"));
    assert_eq!(report.sentence.en, "The signatures are valid.");
}

#[test]
fn each_of_several_signers_speaks_for_itself() {
    let read = |octets: &[u8]| SignedData::parse(octets).expect("a message");
    let mut both = Extended::of(read(&attached(SEAL)));
    both.add_signers(read(&attached("status")))
        .expect("the same content");
    let report = judge(&both.encode());
    // Signers stand in the order of their encoding.
    let mut each: Vec<Verdict> = report.signatures.iter().map(|one| one.verdict).collect();
    each.sort_by_key(|verdict| *verdict != Verdict::Valid);
    // A key for status lists signs no documents: the message as a whole is worth no more.
    assert_eq!(each, [Verdict::Valid, Verdict::Indeterminate]);
    assert_eq!(report.verdict, Verdict::Indeterminate);
    assert_eq!(errors(&report), ["path.purpose"]);
}

#[test]
fn a_countersignature_is_a_signature_of_its_own() {
    let countersigned = |over: &[u8]| {
        let read = SignedData::parse(&attached(SEAL)).expect("a message");
        let by = certificate("seal-990102-SLZYZ-01");
        let algorithm = algorithm("seal-990102-SLZYZ-01");
        let value = read.signers()[0].signature().to_vec();
        let over = if over.is_empty() { &value } else { over };
        let draft = Draft::countersignature(over, &by, algorithm, SEALED)
            .prepare()
            .expect("the parts go together");
        let signature = sign("seal-990102-SLZYZ-01", &draft.to_be_signed());
        let mut message = Extended::of(read);
        let counter = draft.finish_countersignature(&signature, &[]);
        message
            .add_attribute(0, counter)
            .expect("there is a signer");
        message.add_material(&evidence::cms::Material {
            certificates: &[by.der().to_vec()],
            ..evidence::cms::Material::default()
        });
        judge(&message.encode())
    };
    let report = countersigned(b"");
    let formats: Vec<_> = report.signatures.iter().map(|one| one.format).collect();
    assert_eq!(formats, ["CAdES", "CAdES countersignature"]);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    // Over another signature it says nothing of this one.
    let report = countersigned(b"another signature");
    assert_eq!(report.signatures[0].verdict, Verdict::Valid);
    assert_eq!(report.signatures[1].verdict, Verdict::Invalid);
    assert_eq!(errors(&report), ["cms.message-digest-differs"]);
}

#[test]
fn a_countersignature_of_a_countersignature_is_one_too() {
    const OTHER: &str = "seal-990102-SLZYZ-01";
    let by = certificate(OTHER);
    let over = |value: &[u8]| {
        Draft::countersignature(value, &by, algorithm(OTHER), SEALED)
            .prepare()
            .expect("the parts go together")
    };
    // The outer one carries the inner one among its unsigned attributes (RFC 5652 11.4).
    let message = |inner_over: Option<&[u8]>| {
        let first = SignedData::parse(&attached(SEAL)).expect("a message");
        let outer = over(first.signers()[0].signature());
        let mut read = Extended::of(first);
        let value = sign(OTHER, &outer.to_be_signed());
        let inner = over(inner_over.unwrap_or(value.bytes()));
        let inner_value = sign(OTHER, &inner.to_be_signed());
        let inner = inner.finish_countersignature(&inner_value, &[]);
        let outer = outer.finish_countersignature(&value, &[inner]);
        read.add_attribute(0, outer).expect("there is a signer");
        read.add_material(&evidence::cms::Material {
            certificates: &[by.der().to_vec()],
            ..evidence::cms::Material::default()
        });
        judge(&read.encode())
    };
    let report = message(None);
    let formats: Vec<_> = report.signatures.iter().map(|one| one.format).collect();
    let counter = "CAdES countersignature";
    assert_eq!(formats, ["CAdES", counter, counter], "{report:#?}");
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let report = message(Some(b"another signature"));
    assert_eq!(report.signatures[1].verdict, Verdict::Valid);
    assert_eq!(report.signatures[2].verdict, Verdict::Invalid);
    assert_eq!(errors(&report), ["cms.message-digest-differs"]);
}

#[test]
fn the_same_message_in_pem_is_the_same() {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(attached(SEAL));
    let pem = format!("-----BEGIN CMS-----\n{body}\n-----END CMS-----\n").into_bytes();
    assert_eq!(judge(&pem).verdict, Verdict::Valid);
}

#[test]
fn without_its_content_nobody_can_say() {
    let report = judge(&detached());
    assert_eq!(report.verdict, Verdict::Indeterminate);
    assert_eq!(errors(&report), ["signature.content-absent"]);
    assert_eq!(sub(&report), Some(SubIndication::SignedDataNotFound));
}

#[test]
fn changed_content_and_changed_signatures_fail() {
    let good = attached(SEAL);
    let at = good
        .windows(CONTENT.len())
        .position(|window| window == CONTENT)
        .expect("the content is inside");
    let mut changed = good.clone();
    changed[at] ^= 1;
    let report = judge(&changed);
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(errors(&report), ["cms.message-digest-differs"]);
    assert_eq!(sub(&report), Some(SubIndication::HashFailure));
    let mut longer = good;
    longer.push(7);
    let report = judge(&longer);
    assert_eq!(errors(&report), ["cms.trailing-octets"]);
    assert_eq!(sub(&report), Some(SubIndication::FormatFailure));
}

#[test]
fn a_key_for_other_purposes_signs_no_documents() {
    let report = judge(&attached("status"));
    assert_eq!(errors(&report), ["path.purpose"]);
    assert_eq!(sub(&report), Some(SubIndication::ChainConstraintsFailure));
    let report = judged_with(&attached("status"), &trust(), &lists(), "form", AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"revocation.not-asked"));
}

#[test]
fn what_begins_like_a_message_and_is_none_is_a_format_failure() {
    for octets in [
        vec![0x30],
        vec![0x30, 0x80],
        vec![0x30, 0x03, 0x06, 0x01, 0x2a],
    ] {
        let report = judge(&octets);
        assert_eq!(report.verdict, Verdict::Invalid);
        assert_eq!(errors(&report), ["signature.cms-unreadable"]);
        assert_eq!(report.sub_indication, Some(SubIndication::FormatFailure));
    }
}

#[test]
fn what_was_just_made_is_believed_where_it_stands_over_what_it_was_made_for_and_nowhere_else() {
    let (whole, signature) = attached_and_made(SEAL);
    let mut said = lists();
    said.say_made(vec![signature.clone()]);
    let with_word = |octets: &Vec<u8>| judged_with(octets, &trust(), &said, "default", AT);
    assert_eq!(with_word(&whole).verdict, Verdict::Valid);
    // Whatever is changed, the word of the maker changes nothing of the answer.
    for at in (0..whole.len()).step_by(11) {
        let mut bent = whole.clone();
        bent[at] ^= 1;
        let (judged, believed) = (judge(&bent), with_word(&bent));
        let told = |report: &Report| (report.verdict, codes(report));
        assert_eq!(told(&believed), told(&judged), "octet {at}");
    }
    // A value that is only said to have been made is computed like any other.
    let at = whole
        .windows(signature.bytes().len())
        .position(|window| window == signature.bytes());
    let mut bent = whole.clone();
    let last = at.expect("it is in the message") + signature.bytes().len() - 1;
    bent[last] ^= 1;
    let mut forged = signature.bytes().to_vec();
    *forged.last_mut().expect("octets") ^= 1;
    let mut said = lists();
    said.say_made(vec![Signature::new(forged)]);
    let report = judged_with(&bent, &trust(), &said, "default", AT);
    assert_ne!(report.verdict, Verdict::Valid);
    assert_eq!(codes(&report), codes(&judge(&bent)));
}
