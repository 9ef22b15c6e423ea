//! National algorithms in messages and stamps, and GB/T 35275 SignedData with every way in which it can fail.

use asn1::{Oid, Reader, Tag, write};
use crypto::{Digest, DigestAlgorithm, SeededRandom, SignatureAlgorithm};
use evidence::cms::{Attribute, Draft, Fault, Form, NationalDraft, SignedData, oids};
use evidence::ocsp::CertificateId;
use evidence::tsp::{Accuracy, Request, Response, Token, TokenSerial, Unit, grant, prepare};
use pki::algorithm::{bare_identifier, digest_identifier, identifier};
use pki::certificate::Certificate;

use crate::mutations::forge::{AT, CONTENT, Message, attribute, certificate, key, sign};
use crate::mutations::messages::judge;

const SM2: SignatureAlgorithm = SignatureAlgorithm::Sm2Sm3;

fn leaf() -> Certificate {
    certificate("sm2/leaf")
}

#[test]
fn a_pdf_signature_in_sm2_is_made_and_read() {
    let digest = Digest::of(DigestAlgorithm::Sm3, CONTENT);
    let leaf = leaf();
    let draft = Draft::pades(&digest, &leaf, SM2);
    let reserved = draft.reserve(&[leaf.der()], &[]).expect("room");
    let prepared = draft.prepare().expect("a draft");
    let signature = sign(&key("sm2/leaf", None), &prepared.to_be_signed());
    let message = prepared.finish(&signature, &[leaf.der()], &[]);
    assert!(message.len() <= reserved && reserved <= message.len() + 3);
    assert_eq!(
        judge(&message, Form::Pades, std::slice::from_ref(&leaf)),
        [""; 0]
    );
    let other = judge(&message, Form::Pades, &[certificate("sm2/other")]);
    assert_eq!(other, ["cms.signing-certificate-unmatched"]);
    // A digest of the other suite does not go with the key.
    let wrong = Digest::of(DigestAlgorithm::Sha256, CONTENT);
    assert!(Draft::pades(&wrong, &leaf, SM2).prepare().is_err());
}

#[test]
fn cades_in_sm2_with_the_digest_of_the_other_suite_is_refused() {
    let (leaf, key) = (leaf(), key("sm2/leaf", None));
    let whole = Message::cades(&leaf, SM2);
    let candidates = [leaf];
    let judged = |message: &Message| judge(&message.encode(&key), Form::CadesDetached, &candidates);
    assert_eq!(judged(&whole), [""; 0]);
    let mut mixed = whole.clone();
    mixed.digest_algorithm = digest_identifier(DigestAlgorithm::Sha256);
    mixed.digest_algorithms = vec![mixed.digest_algorithm.clone()];
    let value = write::octet_string(Digest::of(DigestAlgorithm::Sha256, CONTENT).bytes());
    mixed.replace(
        oids::MESSAGE_DIGEST,
        &[attribute(oids::MESSAGE_DIGEST, &[value])],
    );
    mixed.replace(oids::ALGORITHM_PROTECTION, &[]);
    assert_eq!(judged(&mixed), ["cms.signature-algorithm"]);
}

#[test]
fn a_stamp_may_have_an_sm3_imprint() {
    let digest = Digest::of(DigestAlgorithm::Sm3, CONTENT);
    let sent = Request::new(&digest);
    let request = Request::parse(&sent.encode()).expect("our own request");
    let certificate = certificate("sm2/tsa");
    let unit = Unit {
        chain: vec![certificate.der().to_vec()],
        certificate: certificate.clone(),
        algorithm: SM2,
        policies: vec![Oid::of(&[1, 2, 3])],
        accuracy: Accuracy::SECOND,
    };
    let serial = TokenSerial::draw(&SeededRandom::new(7)).expect("a number");
    let prepared = prepare(&request, &unit, serial, AT).expect("a request");
    let signature = sign(&key("sm2/tsa", None), &prepared.to_be_signed());
    let response = Response::parse(&grant(&prepared.finish(&signature))).expect("an answer");
    let token = response.check(&sent).expect("an answer to the request");
    assert_eq!(token.info().imprint().algorithm(), DigestAlgorithm::Sm3);
    let candidates = [certificate];
    assert!(token.check(&digest, &candidates, AT).is_ok());
    // GB/T 20520: the message may be called that of GB/T 35275, of whose version it then is.
    for (name, version, holds) in [
        (oids::SIGNED_DATA, 3, true),
        (oids::SIGNED_DATA, 1, false),
        (oids::NATIONAL_SIGNED_DATA, 3, true),
        (oids::NATIONAL_SIGNED_DATA, 1, true),
        (oids::NATIONAL_SIGNED_DATA, 2, false),
    ] {
        let renamed = Token::parse(&renamed(token.der(), &name, version)).expect("a token");
        let found = renamed.check(&digest, &candidates, AT);
        assert_eq!(found.is_ok(), holds, "{name} {version}");
    }
    assert!(Token::parse(&renamed(token.der(), &oids::NATIONAL_DATA, 1)).is_err());
    let other = Digest::of(DigestAlgorithm::Sm3, b"another content");
    assert!(token.check(&other, &candidates, AT).is_err());
    let sha = Digest::of(DigestAlgorithm::Sha256, CONTENT);
    assert!(token.check(&sha, &candidates, AT).is_err());
}

/// The message under another name and of another version.
fn renamed(der: &[u8], name: &Oid, version: u64) -> Vec<u8> {
    let outer = Reader::single(der, Tag::SEQUENCE).expect("a message");
    let mut inside = outer.reader().expect("elements");
    inside.oid().expect("its name");
    let body = inside.expect(Tag::context(0)).expect("its body");
    let mut body = body.reader().expect("it");
    let mut parts = body.sequence().expect("signed data");
    parts.element().expect("its version");
    let rest = parts.rest().to_vec();
    let body = write::sequence([write::unsigned(version), rest]);
    write::sequence([write::oid(name), write::context(0, [body])])
}

#[test]
fn certificates_are_asked_about_under_sm3_too() {
    let ca = certificate("sm2/ca");
    let id = CertificateId::new(DigestAlgorithm::Sm3, &ca, leaf().serial());
    assert!(id.is_issued_by(&ca));
    assert!(!id.is_issued_by(&certificate("p256/ca")));
}

fn national(content: &[u8]) -> Vec<u8> {
    let leaf = leaf();
    let draft = NationalDraft::new(content, &leaf, SM2).expect("its own key");
    let signature = sign(&key("sm2/leaf", None), draft.to_be_signed());
    draft.finish(&signature, &[leaf.der()])
}

/// Every fault by its code, each once.
fn codes(octets: &[u8], content: &[u8]) -> Vec<&'static str> {
    let Ok(message) = SignedData::parse_national(octets) else {
        return vec!["unreadable"];
    };
    let mut faults = message.inspect(Form::National);
    let candidates = [leaf(), certificate("sm2/other")];
    for signer in message.signers() {
        match signer.named_certificate(&candidates) {
            None => faults.push(Fault::SigningCertificateUnmatched),
            Some(named) => {
                let key = named.public_key().expect("a key");
                faults.extend(signer.check_content(&key, content).err());
            }
        }
    }
    let mut codes: Vec<&str> = faults.iter().map(Fault::code).collect();
    codes.dedup();
    codes
}

#[test]
fn a_national_message_is_made_and_read() {
    let octets = national(CONTENT);
    assert_eq!(codes(&octets, CONTENT), [""; 0]);
    assert_eq!(
        codes(&octets, b"another content"),
        ["cms.signature-differs"]
    );
    let message = SignedData::parse_national(&octets).expect("our own");
    assert_eq!(message.content(), Some(CONTENT));
    assert_eq!(message.content_type(), oids::NATIONAL_DATA);
    assert!(message.is_der());
    let signer = message.signer().expect("one");
    assert_eq!(signer.signature_identifier().raw(), bare_identifier(SM2));
    // It is no message of the other content type.
    assert!(SignedData::parse(&octets).is_err());
    let other = certificate("p256/leaf");
    assert!(NationalDraft::new(CONTENT, &other, SM2).is_err());
}

/// A message of GB/T 35275 with attributes and everything bendable.
fn bendable() -> Message {
    let leaf = leaf();
    let mut message = Message::cades(&leaf, SM2);
    message.outer = oids::NATIONAL_SIGNED_DATA;
    message.content_type = oids::NATIONAL_DATA;
    message.content = Some(CONTENT.to_vec());
    message.signature_algorithm = bare_identifier(SM2);
    let digest = Digest::of(DigestAlgorithm::Sm3, CONTENT);
    message.attributes = Some(vec![
        attribute(oids::CONTENT_TYPE, &[write::oid(&oids::NATIONAL_DATA)]),
        attribute(oids::MESSAGE_DIGEST, &[write::octet_string(digest.bytes())]),
    ]);
    message
}

type Bend = fn(&mut Message);

#[test]
fn what_is_as_common_is_read_too() {
    let key = key("sm2/leaf", None);
    let bends: [(&str, Bend); 7] = [
        ("as the standard has it", |_| {}),
        ("no attributes", |m| m.attributes = None),
        ("the content types of the RFC", |m| {
            m.outer = oids::SIGNED_DATA;
            m.content_type = oids::DATA;
            m.replace(
                oids::CONTENT_TYPE,
                &[attribute(oids::CONTENT_TYPE, &[write::oid(&oids::DATA)])],
            );
        }),
        ("the attribute names the content type of the RFC", |m| {
            m.replace(
                oids::CONTENT_TYPE,
                &[attribute(oids::CONTENT_TYPE, &[write::oid(&oids::DATA)])],
            );
        }),
        ("SM2 with SM3 for SM2", |m| {
            m.signature_algorithm = identifier(SM2)
        }),
        ("the content outside", |m| m.content = None),
        ("a signing time", |m| {
            m.attributes()
                .push(attribute(oids::SIGNING_TIME, &[write::time(AT)]));
        }),
    ];
    for (name, bend) in bends {
        let mut message = bendable();
        bend(&mut message);
        assert_eq!(codes(&message.encode(&key), CONTENT), [""; 0], "{name}");
    }
}

const NULL: [u8; 2] = [5, 0];

type Mutation = (&'static str, Bend, &'static [&'static str]);

const SHAPE: &[Mutation] = &[
    (
        "another signature",
        |m| m.is_signed_rightly = false,
        &["cms.signature-differs"],
    ),
    (
        "the version of the message is 3",
        |m| m.version = 3,
        &["cms.version"],
    ),
    (
        "the version of the signer is 3",
        |m| m.signer_version = 3,
        &["cms.signer-version"],
    ),
    ("nobody signed", |m| m.signers = 0, &["cms.no-signer"]),
    ("two signed", |m| m.signers = 2, &["cms.several-signers"]),
    (
        "no certificate",
        |m| m.certificates.clear(),
        &["cms.certificates-absent"],
    ),
    (
        "an octet follows",
        |m| m.trailing = vec![1],
        &["cms.trailing-octets"],
    ),
    (
        "zeros follow",
        |m| m.trailing = vec![0],
        &["cms.trailing-zeros"],
    ),
    (
        "not announced",
        |m| m.digest_algorithms.clear(),
        &["cms.digest-not-announced"],
    ),
    (
        "the signer by a key identifier",
        |m| m.identifier = vec![0x80, 1, 7],
        &[
            "cms.signer-version",
            "cms.identifier-form",
            "cms.signing-certificate-unmatched",
        ],
    ),
    (
        "the signer by another number",
        |m| {
            let leaf = leaf();
            m.identifier = write::sequence([leaf.issuer().der(), &write::integer(&[9])]);
        },
        &["cms.signing-certificate-unmatched"],
    ),
    (
        "the signer is another one",
        |m| {
            let other = certificate("sm2/other");
            m.identifier = write::sequence([
                other.issuer().der(),
                &write::integer(other.serial().octets()),
            ]);
        },
        &["cms.signature-differs"],
    ),
    (
        "the time-stamp's content type",
        |m| m.content_type = oids::TST_INFO,
        &["cms.content-type", "cms.content-type-differs"],
    ),
    (
        "no message digest",
        |m| m.replace(oids::MESSAGE_DIGEST, &[]),
        &["cms.message-digest-absent"],
    ),
    (
        "no content type among the attributes",
        |m| m.replace(oids::CONTENT_TYPE, &[]),
        &["cms.content-type-absent"],
    ),
    (
        "a digest of other content",
        |m| {
            let digest = Digest::of(DigestAlgorithm::Sm3, b"another content");
            let value = write::octet_string(digest.bytes());
            m.replace(
                oids::MESSAGE_DIGEST,
                &[attribute(oids::MESSAGE_DIGEST, &[value])],
            );
        },
        &["cms.message-digest-differs"],
    ),
    (
        "attributes not in order",
        |m| m.is_sorted = false,
        &["cms.signed-attributes-not-der"],
    ),
];

const ALGORITHMS: &[Mutation] = &[
    (
        "SM2 with SM3 and NULL",
        |m| {
            let oid = write::oid(&Oid::of(&[1, 2, 156, 10_197, 1, 501]));
            m.signature_algorithm = write::sequence([&oid[..], &NULL]);
        },
        &["cms.signature-algorithm"],
    ),
    (
        "RSA with SM3",
        |m| {
            let oid = write::oid(&Oid::of(&[1, 2, 156, 10_197, 1, 504]));
            m.signature_algorithm = write::sequence([oid]);
        },
        &["cms.signature-algorithm"],
    ),
    (
        "ECDSA",
        |m| m.signature_algorithm = identifier(SignatureAlgorithm::EcdsaP256Sha256),
        &["cms.signature-algorithm"],
    ),
    (
        "SHA-256 beside SM2",
        |m| {
            m.digest_algorithm = digest_identifier(DigestAlgorithm::Sha256);
            m.digest_algorithms = vec![m.digest_algorithm.clone()];
            let value = write::octet_string(Digest::of(DigestAlgorithm::Sha256, CONTENT).bytes());
            m.replace(
                oids::MESSAGE_DIGEST,
                &[attribute(oids::MESSAGE_DIGEST, &[value])],
            );
        },
        &["cms.signature-algorithm"],
    ),
];

#[test]
fn each_mutation_of_a_national_message_is_refused_for_its_reason() {
    let key = key("sm2/leaf", None);
    let mut wrong = Vec::new();
    for (name, bend, expected) in SHAPE.iter().chain(ALGORITHMS) {
        let mut message = bendable();
        bend(&mut message);
        let found = codes(&message.encode(&key), CONTENT);
        if found != *expected {
            wrong.push(format!("{name}: {found:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_known_later_stands_beside_the_value_and_is_signed_by_nobody() {
    let leaf = leaf();
    let (receipt, token) = (b"a receipt".as_slice(), write::sequence([write::null()]));
    let unsigned = [
        Attribute::receipt(receipt),
        Attribute::signature_time_stamp(&token),
    ];
    let draft = NationalDraft::new(CONTENT, &leaf, SM2).expect("its own key");
    let signature = sign(&key("sm2/leaf", None), draft.to_be_signed());
    let octets = draft.finish_with(&signature, &[leaf.der()], &unsigned);
    assert_eq!(codes(&octets, CONTENT), [""; 0]);
    let message = SignedData::parse_national(&octets).expect("our own");
    assert!(message.is_der());
    let signer = message.signer().expect("one");
    assert!(signer.time_stamps().eq([token.as_slice()]));
    let kept: Vec<&[u8]> = signer.unsigned(oids::RECEIPT).collect();
    assert_eq!(kept, [write::octet_string(receipt)]);
}

#[test]
fn a_signature_over_attributes_is_none_over_content_of_their_octets() {
    let key = key("sm2/leaf", None);
    let signed = SignedData::parse_national(&bendable().encode(&key)).expect("a message");
    let signer = signed.signer().expect("one");
    let attributes = signer
        .signed_attributes()
        .expect("attributes")
        .to_be_checked()
        .to_vec();
    let leaf = leaf();
    let draft = NationalDraft::new(&attributes, &leaf, SM2).expect("its own key");
    let taken = crypto::Signature::new(signer.signature().to_vec());
    let forged = draft.finish(&taken, &[leaf.der()]);
    assert_eq!(
        codes(&forged, &attributes),
        ["cms.signed-attributes-absent"]
    );
}
