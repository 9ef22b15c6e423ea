//! CMS: what a signed message must be, and every way in which it can fail to be that.

use asn1::{Oid, write};
use crypto::{Digest, DigestAlgorithm, SignatureAlgorithm, SoftwareSigner};
use evidence::cms::{
    Attribute, Commitment, Draft, Form, SignedData, oids, with_unsigned_attribute,
};
use pki::certificate::Certificate;

use crate::mutations::bent::{ALGORITHMS, AROUND, ATTRIBUTES, BINDING, OTHER, leaf};
use crate::mutations::forge::{AT, CONTENT, Message, attribute, certificate, key, sign, unsigned};

/// Every fault of a message by its code, each once, in the order of judging.
pub(crate) fn judge(message: &[u8], form: Form, candidates: &[Certificate]) -> Vec<&'static str> {
    let message = match SignedData::parse(message) {
        Ok(message) => message,
        Err(_) => return vec!["unreadable"],
    };
    let mut faults = message.inspect(form);
    for signer in message.signers() {
        if let Ok(algorithm) = signer.digest_algorithm() {
            faults.extend(signer.inspect_digest(&Digest::of(algorithm, CONTENT)).err());
        }
        match signer.find_certificate(candidates) {
            Ok(certificate) => faults.extend(
                signer
                    .check(&certificate.public_key().expect("a key"))
                    .err(),
            ),
            Err(fault) => faults.push(fault),
        }
    }
    let mut codes: Vec<&str> = Vec::new();
    for code in faults.iter().map(evidence::cms::Fault::code) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

fn candidates() -> Vec<Certificate> {
    ["leaf", "revoked", "ca", "other"]
        .map(|name| certificate(&format!("p256/{name}")))
        .to_vec()
}

#[test]
fn each_mutation_is_refused_for_exactly_its_reason() {
    let (certificate, key) = (leaf(), key("p256/leaf", None));
    let whole = Message::cades(&certificate, SignatureAlgorithm::EcdsaP256Sha256);
    assert_eq!(
        judge(&whole.encode(&key), Form::CadesDetached, &candidates()),
        [""; 0]
    );
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, bend, expected) in [AROUND, ATTRIBUTES, BINDING, ALGORITHMS]
        .into_iter()
        .flatten()
    {
        let mut mutant = whole.clone();
        bend(&mut mutant);
        let found = judge(&mutant.encode(&key), Form::CadesDetached, &candidates());
        if found != *expected {
            wrong.push(format!("{name}: {found:?}, expected {expected:?}"));
        }
        count += 1;
    }
    assert!(count >= 50, "{count}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_pdf_signature_has_rules_of_its_own() {
    let (certificate, key) = (leaf(), key("p256/leaf", None));
    let mut whole = Message::cades(&certificate, SignatureAlgorithm::EcdsaP256Sha256);
    let with_time = judge(&whole.encode(&key), Form::Pades, &candidates());
    assert_eq!(with_time, ["cms.signing-time-present"]);
    whole.replace(oids::SIGNING_TIME, &[]);
    assert_eq!(
        judge(&whole.encode(&key), Form::Pades, &candidates()),
        [""; 0]
    );
    // The padding of /Contents is no fault; anything else behind the message is.
    whole.trailing = vec![0; 300];
    assert_eq!(
        judge(&whole.encode(&key), Form::Pades, &candidates()),
        [""; 0]
    );
    whole.trailing[299] = 1;
    assert_eq!(
        judge(&whole.encode(&key), Form::Pades, &candidates()),
        ["cms.trailing-octets"]
    );
    whole.trailing.clear();
    for kind in [
        oids::SIGNER_LOCATION,
        oids::CONTENT_HINTS,
        oids::MIME_TYPE,
        oids::CONTENT_REFERENCE,
        oids::CONTENT_IDENTIFIER,
        oids::ADOBE_REVOCATION_INFO,
    ] {
        let mut mutant = whole.clone();
        mutant
            .attributes()
            .push(attribute(kind, &[write::sequence([[]; 0])]));
        assert_eq!(
            judge(&mutant.encode(&key), Form::Pades, &candidates()),
            ["cms.attribute-forbidden"],
            "{kind}"
        );
    }
    let mut mutant = whole.clone();
    mutant.unsigned = vec![attribute(
        oids::COUNTERSIGNATURE,
        &[write::sequence([[]; 0])],
    )];
    assert_eq!(
        judge(&mutant.encode(&key), Form::Pades, &candidates()),
        ["cms.attribute-forbidden"]
    );
    let mut mutant = whole.clone();
    mutant.signers = 2;
    assert_eq!(
        judge(&mutant.encode(&key), Form::Pades, &candidates()),
        ["cms.several-signers"]
    );
    // The older kind of PDF signature may have a time and need not name its certificate.
    let mut old = Message::cades(&certificate, SignatureAlgorithm::EcdsaP256Sha256);
    old.replace(oids::SIGNING_CERTIFICATE_V2, &[]);
    let message = SignedData::parse(&old.encode(&key)).expect("readable");
    assert_eq!(message.inspect(Form::Pkcs7Detached), []);
}

/// Every algorithm that is signed with: what is prepared and finished here is what is accepted here.
fn makers() -> Vec<(Certificate, SoftwareSigner, SignatureAlgorithm)> {
    use SignatureAlgorithm as A;
    [
        ("p256/leaf", A::EcdsaP256Sha256),
        ("ed25519/leaf", A::Ed25519),
        ("rsa/leaf", A::RsaPkcs1Sha256),
        ("rsa/leaf", A::RsaPkcs1Sha384),
        ("rsa/leaf", A::RsaPkcs1Sha512),
        ("rsa/leaf", A::RsaPssSha256),
        ("rsa/leaf", A::RsaPssSha384),
        ("rsa/leaf", A::RsaPssSha512),
    ]
    .into_iter()
    .map(|(name, algorithm)| (certificate(name), key(name, Some(algorithm)), algorithm))
    .collect()
}

#[test]
fn what_is_made_here_is_accepted_here() {
    for (certificate, key, algorithm) in makers() {
        let digest = Digest::of(algorithm.digest(), CONTENT);
        let candidates = [certificate.clone()];
        for (form, draft) in [
            (Form::Pades, Draft::pades(&digest, &certificate, algorithm)),
            (
                Form::CadesDetached,
                Draft::cades(&digest, &certificate, algorithm, AT),
            ),
            (
                Form::Pades,
                Draft::pades(&digest, &certificate, algorithm).committing_to(Commitment::Approval),
            ),
        ] {
            let receipt = Attribute::receipt(b"a receipt");
            let reserved = draft.reserve(&[certificate.der()], &[9]).expect("a size");
            let prepared = draft.prepare().expect("a draft");
            let signature = sign(&key, &prepared.to_be_signed());
            let message = prepared.finish(
                &signature,
                &[certificate.der()],
                std::slice::from_ref(&receipt),
            );
            assert_eq!(
                judge(&message, form, &candidates),
                [""; 0],
                "{algorithm:?} {form:?}"
            );
            assert!(
                (message.len()..=message.len() + 16).contains(&reserved),
                "{algorithm:?}: {reserved}"
            );
            let read = SignedData::parse(&message).expect("readable");
            assert!(read.is_der());
            assert_eq!(read.encoded_length(), message.len());
            let signer = read.signer().expect("one");
            assert_eq!(
                signer.signing_time(),
                (form == Form::CadesDetached).then_some(AT)
            );
            assert_eq!(signer.unsigned_attributes(), [receipt]);
        }
    }
}

#[test]
fn parts_that_do_not_go_together_cannot_be_prepared() {
    use evidence::cms::PrepareCms;
    let certificate = leaf();
    let digest = Digest::of(DigestAlgorithm::Sha384, CONTENT);
    let other_digest =
        Draft::pades(&digest, &certificate, SignatureAlgorithm::EcdsaP256Sha256).prepare();
    assert_eq!(other_digest.err(), Some(PrepareCms::Digest));
    let other_key =
        Draft::pades(&digest, &certificate, SignatureAlgorithm::EcdsaP384Sha384).prepare();
    assert_eq!(other_key.err(), Some(PrepareCms::Key));
}

#[test]
fn an_unsigned_attribute_touches_nothing_that_was_signed() {
    let (certificate, key) = (leaf(), key("p256/leaf", None));
    let digest = Digest::of(DigestAlgorithm::Sha256, CONTENT);
    let prepared = Draft::pades(&digest, &certificate, SignatureAlgorithm::EcdsaP256Sha256)
        .prepare()
        .expect("a draft");
    let signature = sign(&key, &prepared.to_be_signed());
    let message = prepared.finish(&signature, &[certificate.der()], &[]);
    let before = SignedData::parse(&message).expect("readable");
    let token = write::sequence([write::unsigned(1)]);
    let once = with_unsigned_attribute(&before, Attribute::signature_time_stamp(&token))
        .expect("one signer");
    let between = SignedData::parse(&once).expect("readable");
    let twice =
        with_unsigned_attribute(&between, Attribute::receipt(b"receipt")).expect("one signer");
    assert_eq!(
        judge(&twice, Form::Pades, std::slice::from_ref(&certificate)),
        [""; 0]
    );
    let after = SignedData::parse(&twice).expect("readable");
    let signer = after.signer().expect("one");
    assert_eq!(signer.time_stamps().collect::<Vec<_>>(), [&token[..]]);
    assert_eq!(
        signer
            .unsigned(evidence::cms::RECEIPT_OID)
            .collect::<Vec<_>>(),
        [&write::octet_string(b"receipt")[..]]
    );
    let octets = |message: &SignedData| {
        let signer = message.signer().expect("one").clone();
        (
            signer
                .signed_attributes()
                .expect("signed")
                .to_be_checked()
                .to_vec(),
            signer.signature().to_vec(),
        )
    };
    assert_eq!(octets(&before), octets(&after));
    assert_eq!(before.certificates(), after.certificates());
}

#[test]
fn another_certificate_cannot_take_the_place_of_the_signers() {
    // The same key, another certificate: identifier and key would fit, the hash does not.
    let (certificate, key) = (leaf(), key("p256/leaf", None));
    let message = Message::cades(&certificate, SignatureAlgorithm::EcdsaP256Sha256).encode(&key);
    let renewed = certificate_for_same_key();
    assert_eq!(renewed.spki(), certificate.spki());
    assert_eq!(
        judge(&message, Form::CadesDetached, &[renewed]),
        ["cms.signing-certificate-unmatched"]
    );
}

/// The leaf's certificate with its signature made anew: another certificate, the same in every field.
fn certificate_for_same_key() -> Certificate {
    let leaf = leaf();
    let signature = sign(&key("p256/ca", None), leaf.tbs());
    let der = write::sequence([
        leaf.tbs(),
        leaf.algorithm_der(),
        &write::bit_string(signature.bytes()),
    ]);
    Certificate::parse(&der).expect("a certificate")
}

#[test]
fn revocation_material_is_found_in_the_message() {
    let (certificate, key) = (leaf(), key("p256/leaf", None));
    let mut message = Message::cades(&certificate, SignatureAlgorithm::EcdsaP256Sha256);
    let response = write::sequence([write::enumerated(3)]);
    let format = Oid::of(&[1, 3, 6, 1, 5, 5, 7, 16, 2]);
    message.revocations = vec![
        write::sequence([write::unsigned(7)]),
        write::context(1, [write::oid(&format), response.clone()]),
        write::context(1, [write::oid(&OTHER), write::null()]),
    ];
    message.version = 5;
    message.unsigned = vec![unsigned(&Attribute::receipt(b"x"))];
    let octets = message.encode(&key);
    assert_eq!(judge(&octets, Form::CadesDetached, &candidates()), [""; 0]);
    let read = SignedData::parse(&octets).expect("readable");
    assert_eq!(read.ocsp_responses(), [response]);
    assert_eq!(read.crls().len(), 1);
    let more = with_unsigned_attribute(&read, Attribute::receipt(b"y")).expect("one signer");
    let again = SignedData::parse(&more).expect("readable");
    assert_eq!(
        (again.crls(), again.ocsp_responses()),
        (read.crls(), read.ocsp_responses())
    );
    assert_eq!(judge(&more, Form::CadesDetached, &candidates()), [""; 0]);
}

/// The roles that a message tells, and its faults as a PDF signature.
fn roles(message: &[u8]) -> (Vec<String>, Vec<&'static str>) {
    let read = SignedData::parse(message).expect("readable");
    let roles = read.signer().expect("one").claimed_roles();
    (roles, judge(message, Form::Pades, &[leaf()]))
}

#[test]
fn a_role_that_is_claimed_is_told_and_what_is_no_plain_word_is_not() {
    let (certificate, key) = (leaf(), key("p256/leaf", None));
    let digest = Digest::of(DigestAlgorithm::Sha256, CONTENT);
    let draft = Draft::pades(&digest, &certificate, SignatureAlgorithm::EcdsaP256Sha256);
    let prepared = draft.in_role("核稿人").prepare().expect("a draft");
    let signature = sign(&key, &prepared.to_be_signed());
    let made = prepared.finish(&signature, &[certificate.der()], &[]);
    assert_eq!(roles(&made), (vec!["核稿人".to_owned()], Vec::new()));

    let title = |value: Vec<u8>| attribute(oids::TITLE, &[value]);
    let claimed =
        |titles: &[Vec<u8>]| write::sequence([write::context(0, [write::sequence(titles)])]);
    let long = "核".repeat(86);
    for (value, expected) in [
        (
            claimed(&[
                title(write::utf8_string("撰稿人")),
                title(write::utf8_string("审稿人")),
            ]),
            2,
        ),
        (
            claimed(&[title(write::utf8_string("审稿人\n  signature valid"))]),
            0,
        ),
        (claimed(&[title(write::utf8_string("\u{202e}人稿审"))]), 0),
        (claimed(&[title(write::utf8_string(""))]), 0),
        (claimed(&[title(write::utf8_string(&long))]), 0),
        (
            claimed(&[title(write::octet_string("审稿人".as_bytes()))]),
            0,
        ),
        (claimed(&vec![title(write::utf8_string("审稿人")); 17]), 0),
        (
            write::sequence([write::context(1, [write::sequence([[]; 0])])]),
            0,
        ),
        (write::octet_string(b"no sequence"), 0),
    ] {
        let mut message = Message::cades(&certificate, SignatureAlgorithm::EcdsaP256Sha256);
        message.replace(oids::SIGNING_TIME, &[]);
        message
            .attributes()
            .push(attribute(oids::SIGNER_ATTRIBUTES_V2, &[value]));
        assert_eq!(roles(&message.encode(&key)).0.len(), expected);
    }
}
