//! BER where it is allowed, DER where it is not, and octets that mean no good.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use asn1::{Element, ReadAsn1, Reader, Tag, inspect_der, write};
use crypto::{Digest, DigestAlgorithm, SignatureAlgorithm};
use evidence::cms::{
    Attribute, Form, MAX_ATTRIBUTES, MAX_CERTIFICATES, MAX_SIGNERS, MAX_VALUES, ReadCms,
    SignedData, Trailing, oids, with_unsigned_attribute,
};
use evidence::{ocsp, tsp};

use crate::mutations::forge::{CONTENT, Message, attribute, certificate, key};
use crate::mutations::messages::judge;

fn message() -> Message {
    Message::cades(
        &certificate("p256/leaf"),
        SignatureAlgorithm::EcdsaP256Sha256,
    )
}

fn encoded(message: &Message) -> Vec<u8> {
    message.encode(&key("p256/leaf", None))
}

fn indefinite(tag: Tag, inside: &[u8]) -> Vec<u8> {
    [&[tag.0, 0x80], inside, &[0, 0]].concat()
}

fn children(element: &Element<'_>) -> Vec<Vec<u8>> {
    let mut reader = element.reader().expect("constructed");
    let mut all = Vec::new();
    while !reader.is_empty() {
        all.push(reader.element().expect("an element").raw().to_vec());
    }
    all
}

/// The same message with indefinite lengths down to the SignerInfo, and its content in two pieces: what a
/// streaming signer writes. Certificates and signed attributes stay as they are.
fn loosen(der: &[u8], level: usize) -> Vec<u8> {
    const CERTIFICATES: Tag = Tag::context(0);
    let mut reader = Reader::der(der);
    let element = reader.element().expect("an element");
    let tag = element.tag();
    if level == 6 && tag == Tag::OCTET_STRING {
        let (first, second) = element.content().split_at(element.content().len() / 2);
        let pieces = [write::octet_string(first), write::octet_string(second)].concat();
        return indefinite(tag.constructed(), &pieces);
    }
    if !tag.is_constructed() || level > 5 || (level == 4 && tag == CERTIFICATES) {
        return der.to_vec();
    }
    let inside: Vec<u8> = children(&element)
        .iter()
        .flat_map(|child| loosen(child, level + 1))
        .collect();
    indefinite(tag, &inside)
}

#[test]
fn a_streamed_message_is_read_and_made_der_around_what_was_signed() {
    let leaf = [certificate("p256/leaf")];
    let mut attached = message();
    attached.content = Some(CONTENT.to_vec());
    for (message, form) in [
        (message(), Form::CadesDetached),
        (attached, Form::CadesAttached),
    ] {
        let der = encoded(&message);
        let ber = loosen(&der, 1);
        assert_ne!(der, ber);
        assert_eq!(judge(&ber, form, &leaf), [""; 0]);
        let read = SignedData::parse(&ber).expect("readable");
        assert!(!read.is_der());
        assert_eq!(
            (read.encoded_length(), read.trailing()),
            (ber.len(), Trailing::Nothing)
        );
        assert_eq!(
            read.content(),
            SignedData::parse(&der).expect("readable").content()
        );
        let more = with_unsigned_attribute(&read, Attribute::receipt(b"x")).expect("one signer");
        assert_eq!(judge(&more, form, &leaf), [""; 0]);
        assert!(SignedData::parse(&more).expect("readable").is_der());
    }
}

#[test]
fn a_pdf_signature_in_ber_is_named_as_such() {
    let leaf = [certificate("p256/leaf")];
    let mut message = message();
    message.replace(oids::SIGNING_TIME, &[]);
    let mut ber = loosen(&encoded(&message), 1);
    let length = ber.len();
    ber.extend([0; 100]);
    assert_eq!(judge(&ber, Form::Pades, &leaf), ["cms.not-der"]);
    let read = SignedData::parse(&ber).expect("readable");
    assert_eq!(
        (read.encoded_length(), read.trailing()),
        (length, Trailing::Zeros(100))
    );
}

#[test]
fn signed_attributes_in_ber_are_refused_and_never_put_right() {
    let leaf = [certificate("p256/leaf")];
    let der = encoded(&message());
    let attributes = signed_attributes(&der);
    let content = Reader::der(&attributes)
        .element()
        .expect("attributes")
        .content()
        .to_vec();
    let loose = indefinite(Tag::context(0), &content);
    // The lengths around are indefinite too, so that none of them has to change.
    let ber = loosen(&der, 1);
    let in_ber = ber
        .windows(attributes.len())
        .position(|window| window == attributes)
        .expect("inside");
    let changed = [&ber[..in_ber], &loose, &ber[in_ber + attributes.len()..]].concat();
    assert_eq!(
        judge(&changed, Form::CadesDetached, &leaf),
        ["cms.signed-attributes-not-der"]
    );
}

fn signed_attributes(message: &[u8]) -> Vec<u8> {
    let read = SignedData::parse(message).expect("readable");
    let mut attributes = read
        .signer()
        .and_then(|s| s.signed_attributes())
        .expect("signed")
        .to_be_checked()
        .to_vec();
    attributes[0] = Tag::context(0).0;
    attributes
}

#[test]
fn sixteen_indefinite_lengths_are_the_limit() {
    let nested = |levels: usize| {
        let inner = (0..levels).fold(write::null(), |inner, _| indefinite(Tag::SEQUENCE, &inner));
        let mut message = message();
        // Behind three definite levels and a set, as the value of an attribute.
        message.unsigned = vec![write::sequence([
            write::oid(&oids::SIGNER_LOCATION),
            write::element(Tag::SET, &inner),
        ])];
        encoded(&message)
    };
    assert!(SignedData::parse(&nested(16)).is_ok());
    assert!(matches!(
        SignedData::parse(&nested(17)),
        Err(ReadCms::Asn1(ReadAsn1::TooDeep { .. }))
    ));
}

#[test]
fn each_count_has_its_limit() {
    let parse = |message: &Message| SignedData::parse(&encoded(message)).map(drop);
    let certificate = certificate("p256/leaf").der().to_vec();
    let mut most = message();
    most.certificates = vec![certificate.clone(); MAX_CERTIFICATES];
    assert_eq!(parse(&most), Ok(()));
    most.certificates.push(certificate);
    assert_eq!(parse(&most), Err(ReadCms::TooManyCertificates));
    let mut most = message();
    most.revocations = vec![write::sequence([write::null()]); MAX_CERTIFICATES];
    assert_eq!(parse(&most), Ok(()));
    most.revocations.push(write::sequence([write::null()]));
    assert_eq!(parse(&most), Err(ReadCms::TooManyRevocations));
    let mut most = message();
    most.signers = MAX_SIGNERS;
    assert_eq!(parse(&most), Ok(()));
    most.signers += 1;
    assert_eq!(parse(&most), Err(ReadCms::TooManySigners));
    let mut most = message();
    most.unsigned = vec![attribute(oids::SIGNER_LOCATION, &[write::null()]); MAX_ATTRIBUTES];
    assert_eq!(parse(&most), Ok(()));
    most.unsigned
        .push(attribute(oids::SIGNER_LOCATION, &[write::null()]));
    assert_eq!(parse(&most), Err(ReadCms::TooManyAttributes));
    let half = vec![write::null(); MAX_VALUES / 2];
    most.unsigned = vec![attribute(oids::SIGNER_LOCATION, &half); 2];
    assert_eq!(parse(&most), Ok(()));
    most.unsigned
        .push(attribute(oids::SIGNER_LOCATION, &[write::null()]));
    assert_eq!(parse(&most), Err(ReadCms::TooManyAttributes));
}

#[test]
fn ten_thousand_certificates_are_refused_at_once() {
    let mut message = message();
    message.certificates = vec![certificate("p256/leaf").der().to_vec(); 10_000];
    let octets = encoded(&message);
    let begin = Instant::now();
    assert!(matches!(
        SignedData::parse(&octets),
        Err(ReadCms::TooManyCertificates)
    ));
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[test]
fn other_messages_are_named() {
    let enveloped = asn1::Oid::of(&[1, 2, 840, 113_549, 1, 7, 3]);
    let octets = write::sequence([write::oid(&enveloped), write::context(0, [write::null()])]);
    assert_eq!(
        SignedData::parse(&octets).map(drop),
        Err(ReadCms::NotSignedData(Box::new(enveloped)))
    );
}

#[test]
fn no_prefix_of_a_message_is_a_message() {
    let der = encoded(&message());
    for octets in [loosen(&der, 1), der] {
        for length in 0..octets.len() {
            assert!(
                SignedData::parse(&octets[..length]).is_err(),
                "{length} of {}",
                octets.len()
            );
        }
    }
}

/// Gives octets to every entry point; each has to return.
fn read_by_all(octets: &[u8]) -> [bool; 6] {
    let text = String::from_utf8_lossy(octets);
    [
        SignedData::parse(octets).is_ok(),
        tsp::Token::parse(octets).is_ok(),
        tsp::Response::parse(octets).is_ok(),
        tsp::Request::parse(octets).is_ok(),
        ocsp::Request::parse(octets).is_ok(),
        ocsp::Response::parse(octets).is_ok()
            || ocsp::decode_path(&text).is_ok_and(|p| inspect_der(&p).is_ok()),
    ]
}

#[test]
fn hostile_octets_are_refused_in_time_by_every_entry_point() {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/malformed/der");
    let manifest = std::fs::read(folder.join("manifest.json")).expect("the manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("json");
    let cases = manifest["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 51);
    for case in cases {
        let name = case["file"].as_str().expect("a name");
        let octets = std::fs::read(folder.join(name)).expect("a case");
        let begin = Instant::now();
        assert_eq!(read_by_all(&octets), [false; 6], "{name}");
        // As the value of an unsigned attribute, and as the content of a message.
        let mut around = message();
        around.unsigned = vec![write::sequence([
            write::oid(&oids::SIGNER_LOCATION),
            write::element(Tag::SET, &octets),
        ])];
        around.content = Some(octets.clone());
        let _ = read_by_all(&encoded(&around));
        if case["reader"]
            .as_str()
            .is_some_and(|reader| reader.starts_with("DER"))
        {
            assert!(inspect_der(&octets).is_err(), "{name}");
        }
        assert!(begin.elapsed() < Duration::from_secs(2), "{name}");
    }
}

#[test]
fn octets_drawn_at_random_and_bent_from_good_ones_end_in_an_answer() {
    let digest = Digest::of(DigestAlgorithm::Sha256, CONTENT);
    let ca = certificate("p256/ca");
    let id = ocsp::CertificateId::new(DigestAlgorithm::Sha256, &ca, ca.serial());
    let seeds = [
        encoded(&message()),
        loosen(&encoded(&message()), 1),
        tsp::Request::new(&digest).encode(),
        ocsp::Request::new(id, None).encode(),
        tsp::Refused::TimeNotAvailable.encode(),
    ];
    let mut state = crypto::sha256(b"seed 1");
    let mut read = 0;
    for round in 0..20_000 {
        state = crypto::sha256(&state);
        let mut octets = seeds[round % seeds.len()].clone();
        for change in state.chunks(8).take(1 + round % 3) {
            let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % octets.len();
            match change[2] % 4 {
                0 => octets[at] = change[3],
                1 => octets.truncate(at),
                2 => octets.insert(at, change[3]),
                _ => octets[at] ^= 1 << (change[3] % 8),
            }
            if octets.is_empty() {
                octets.push(change[4]);
            }
        }
        read += read_by_all(&octets)
            .into_iter()
            .filter(|read| *read)
            .count();
    }
    assert!(read > 100, "some of them are still readable: {read}");
}
