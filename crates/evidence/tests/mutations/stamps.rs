//! Time-stamps: the authority's answers as they are made here, and every way in which a token can fail.

use asn1::{Oid, Reader, Tag, write};
use crypto::{Digest, DigestAlgorithm, SeededRandom, SignatureAlgorithm};
use evidence::cms::oids;
use evidence::tsp::{
    Accuracy, Refused, Request, Response, Token, TokenFault, TokenSerial, Unit, grant, prepare,
};
use pki::algorithm::{digest_identifier, identifier};
use pki::certificate::Certificate;
use time::Duration;
use time::macros::utc_datetime;

use crate::mutations::forge::{
    AT, CONTENT, Message, attribute, certificate, ess_v2, issuer_serial, key, sign,
};

const POLICY: Oid = Oid::of(&[1, 2, 156, 99_999, 1, 1]);

fn unit(folder: &str, algorithm: SignatureAlgorithm) -> Unit {
    let certificate = certificate(&format!("{folder}/tsa"));
    Unit {
        chain: vec![certificate.der().to_vec()],
        certificate,
        algorithm,
        policies: vec![POLICY, Oid::of(&[1, 2, 3])],
        accuracy: Accuracy::SECOND,
    }
}

fn digest() -> Digest {
    Digest::of(DigestAlgorithm::Sha256, CONTENT)
}

fn token_for(request: &Request, folder: &str, algorithm: SignatureAlgorithm) -> Vec<u8> {
    let serial = TokenSerial::draw(&SeededRandom::new(7)).expect("a number");
    let prepared = prepare(request, &unit(folder, algorithm), serial, AT).expect("a request");
    let signature = sign(
        &key(&format!("{folder}/tsa"), Some(algorithm)),
        &prepared.to_be_signed(),
    );
    prepared.finish(&signature)
}

#[test]
fn what_is_stamped_here_is_accepted_here() {
    for (folder, algorithm) in [
        ("p256", SignatureAlgorithm::EcdsaP256Sha256),
        ("ed25519", SignatureAlgorithm::Ed25519),
        ("rsa", SignatureAlgorithm::RsaPkcs1Sha256),
        ("rsa", SignatureAlgorithm::RsaPssSha512),
        ("sm2", SignatureAlgorithm::Sm2Sm3),
    ] {
        let random = SeededRandom::new(1);
        let sent = Request::new(&digest())
            .with_nonce(&random)
            .expect("a nonce")
            .with_policy(POLICY);
        let request = Request::parse(&sent.encode()).expect("our own request");
        assert_eq!(request, sent);
        let token = token_for(&request, folder, algorithm);
        let response = Response::parse(&grant(&token)).expect("our own response");
        let read = response.check(&sent).expect("an answer to the request");
        assert_eq!(read.der(), token);
        let candidates = [certificate(&format!("{folder}/tsa"))];
        let stamped = read
            .check(&digest(), &candidates, AT)
            .expect("a good token");
        assert_eq!((stamped.certificate, stamped.moment), (&candidates[0], AT));
        assert_eq!(read.info().accuracy(), Some(Accuracy::SECOND));
        assert_eq!(
            read.info().accuracy().map(Accuracy::duration),
            Some(Duration::SECOND)
        );
        assert_eq!(
            (read.info().policy(), read.info().nonce()),
            (POLICY, sent.nonce())
        );
        // 128 bits, positive: 16 or 17 octets.
        assert!((12..=17).contains(&read.info().serial().len()));
        assert!(!read.info().is_ordered());
        assert!(read.signed_data().is_der());
    }
}

#[test]
fn certificates_come_only_when_asked_for() {
    let request = Request::new(&digest()).without_certificates();
    let token = token_for(&request, "p256", SignatureAlgorithm::EcdsaP256Sha256);
    let response = Response::parse(&grant(&token)).expect("a response");
    let read = response.check(&request).expect("an answer");
    assert!(read.signed_data().certificates().is_empty());
    assert!(
        read.check(&digest(), &[certificate("p256/tsa")], AT)
            .is_ok()
    );
    let asking = Request::new(&digest());
    assert_eq!(
        response.check(&asking).err(),
        Some(TokenFault::CertificatesAbsent)
    );
    let more = token_for(&asking, "p256", SignatureAlgorithm::EcdsaP256Sha256);
    let unasked = Response::parse(&grant(&more)).expect("a response");
    assert_eq!(
        unasked.check(&request).err(),
        Some(TokenFault::CertificatesUnasked)
    );
}

#[test]
fn a_moment_is_written_without_superfluous_digits() {
    let request = Request::new(&digest());
    for (moment, digits) in [
        (AT, &b"20261122040000Z"[..]),
        (utc_datetime!(2026-11-22 4:00:00.5), b"20261122040000.5Z"),
        (
            utc_datetime!(2026-11-22 4:00:00.120_999),
            b"20261122040000.12Z",
        ),
        (utc_datetime!(2026-11-22 4:00:00.000_5), b"20261122040000Z"),
    ] {
        let serial = TokenSerial::draw(&SeededRandom::new(7)).expect("a number");
        let unit = unit("p256", SignatureAlgorithm::EcdsaP256Sha256);
        let prepared = prepare(&request, &unit, serial, moment).expect("a request");
        let written = write::element(Tag::GENERALIZED_TIME, digits);
        let signature = sign(&key("p256/tsa", None), &prepared.to_be_signed());
        let token = prepared.finish(&signature);
        assert!(
            token.windows(written.len()).any(|window| window == written),
            "{moment}"
        );
    }
}

#[test]
fn a_policy_that_is_not_kept_is_refused() {
    let serial = || TokenSerial::draw(&SeededRandom::new(7)).expect("a number");
    let unit = unit("p256", SignatureAlgorithm::EcdsaP256Sha256);
    let other = Oid::of(&[1, 2, 4]);
    let refused = prepare(
        &Request::new(&digest()).with_policy(other),
        &unit,
        serial(),
        AT,
    );
    assert_eq!(refused.err(), Some(Refused::Policy(Box::new(other))));
    let second = prepare(
        &Request::new(&digest()).with_policy(Oid::of(&[1, 2, 3])),
        &unit,
        serial(),
        AT,
    );
    assert_eq!(second.expect("kept").info().policy(), Oid::of(&[1, 2, 3]));
    let mut wrong = unit;
    wrong.algorithm = SignatureAlgorithm::Ed25519;
    assert_eq!(
        prepare(&Request::new(&digest()), &wrong, serial(), AT).err(),
        Some(Refused::Unavailable)
    );
}

/// TSTInfo in parts.
#[derive(Clone)]
struct Info {
    version: u64,
    policy: Oid,
    imprint: Vec<u8>,
    serial: Vec<u8>,
    time: Vec<u8>,
    accuracy: Vec<u8>,
    ordering: Vec<u8>,
    nonce: Vec<u8>,
    authority: Vec<u8>,
    extensions: Vec<u8>,
    more: Vec<u8>,
}

impl Info {
    fn whole() -> Self {
        let algorithm = digest_identifier(DigestAlgorithm::Sha256);
        Self {
            version: 1,
            policy: POLICY,
            imprint: write::sequence([algorithm, write::octet_string(digest().bytes())]),
            serial: write::unsigned(1001),
            time: write::generalized_time(AT),
            accuracy: write::sequence([write::unsigned(1)]),
            ordering: Vec::new(),
            nonce: write::unsigned(99),
            authority: Vec::new(),
            extensions: Vec::new(),
            more: Vec::new(),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let fields = [
            &write::unsigned(self.version),
            &write::oid(&self.policy),
            &self.imprint,
            &self.serial,
            &self.time,
            &self.accuracy,
            &self.ordering,
            &self.nonce,
            &self.authority,
            &self.extensions,
            &self.more,
        ];
        write::sequence(fields)
    }
}

/// The message around a TSTInfo, signed by the sample authority.
fn around(info: &Info) -> Message {
    let authority = certificate("p256/tsa");
    let mut message = Message::cades(&authority, SignatureAlgorithm::EcdsaP256Sha256);
    let content = info.encode();
    let digest = Digest::of(DigestAlgorithm::Sha256, &content);
    message.version = 3;
    message.content_type = oids::TST_INFO;
    message.content = Some(content);
    message.replace(oids::SIGNING_TIME, &[]);
    message.replace(
        oids::CONTENT_TYPE,
        &[attribute(
            oids::CONTENT_TYPE,
            &[write::oid(&oids::TST_INFO)],
        )],
    );
    let value = write::octet_string(digest.bytes());
    message.replace(
        oids::MESSAGE_DIGEST,
        &[attribute(oids::MESSAGE_DIGEST, &[value])],
    );
    message
}

fn judge(message: &Message, candidates: &[Certificate]) -> String {
    let token = match Token::parse(&message.encode(&key("p256/tsa", None))) {
        Ok(token) => token,
        Err(error) => return format!("{error:?}"),
    };
    match token.check(&digest(), candidates, AT) {
        Ok(_) => "accepted".to_owned(),
        Err(fault) => fault.code().to_owned(),
    }
}

fn extension(critical: bool) -> Vec<u8> {
    let critical = if critical {
        write::boolean(true)
    } else {
        Vec::new()
    };
    let one = write::sequence([
        write::oid(&Oid::of(&[1, 2, 3])),
        critical,
        write::octet_string(&[5, 0]),
    ]);
    write::context(1, [one])
}

type Bend = fn(&mut Info);

const CONTENTS: &[(&str, Bend, &str)] = &[
    ("nothing is wrong", |_| {}, "accepted"),
    ("there is no accuracy", |i| i.accuracy.clear(), "accepted"),
    (
        "ordering is true",
        |i| i.ordering = write::boolean(true),
        "accepted",
    ),
    (
        "an extension that is not critical",
        |i| i.extensions = extension(false),
        "accepted",
    ),
    (
        "a critical extension",
        |i| i.extensions = extension(true),
        "tsp.critical-extension",
    ),
    (
        "the authority's name",
        |i| {
            let name = write::context(4, [certificate("p256/tsa").subject().der()]);
            i.authority = write::context(0, [name]);
        },
        "accepted",
    ),
    (
        "another authority's name",
        |i| {
            let name = write::context(4, [certificate("p256/ca").subject().der()]);
            i.authority = write::context(0, [name]);
        },
        "tsp.authority-name",
    ),
    ("version 2", |i| i.version = 2, "Info(Version(2))"),
    (
        "an imprint of other data",
        |i| {
            let other = Digest::of(DigestAlgorithm::Sha256, b"other");
            let algorithm = digest_identifier(DigestAlgorithm::Sha256);
            i.imprint = write::sequence([algorithm, write::octet_string(other.bytes())]);
        },
        "tsp.imprint-differs",
    ),
    (
        "an imprint by another algorithm",
        |i| {
            let other = Digest::of(DigestAlgorithm::Sha512, CONTENT);
            let algorithm = digest_identifier(DigestAlgorithm::Sha512);
            i.imprint = write::sequence([algorithm, write::octet_string(other.bytes())]);
        },
        "tsp.imprint-differs",
    ),
    (
        "an imprint by sha-1",
        |i| {
            let weak = Digest::of(DigestAlgorithm::Sha1, CONTENT);
            let algorithm = digest_identifier(DigestAlgorithm::Sha1);
            i.imprint = write::sequence([algorithm, write::octet_string(weak.bytes())]);
        },
        "tsp.imprint-weak",
    ),
    (
        "an imprint that is too short",
        |i| {
            let algorithm = digest_identifier(DigestAlgorithm::Sha256);
            i.imprint = write::sequence([algorithm, write::octet_string(&[0; 31])]);
        },
        "Info(ImprintLength { found: 31, expected: 32 })",
    ),
    (
        "an imprint by an unknown algorithm",
        |i| {
            let algorithm = write::sequence([write::oid(&POLICY)]);
            i.imprint = write::sequence([algorithm, write::octet_string(digest().bytes())]);
        },
        "Info(ImprintAlgorithm(Oid(1.2.156.99999.1.1)))",
    ),
    (
        "a serial number of 160 bits",
        |i| i.serial = write::unsigned_octets(&[0xff; 20]),
        "accepted",
    ),
    (
        "a serial number of 161 bits",
        |i| i.serial = write::unsigned_octets(&[1; 22]),
        "Info(Serial)",
    ),
    (
        "a moment a minute ahead",
        |i| i.time = write::generalized_time(AT + Duration::MINUTE),
        "accepted",
    ),
    (
        "a moment further ahead",
        |i| {
            i.time = write::generalized_time(AT + Duration::seconds(61));
        },
        "tsp.from-the-future",
    ),
    (
        "an accuracy of 1000 thousandths",
        |i| {
            i.accuracy = write::sequence([write::context_primitive(0, &[3, 0xe8])]);
        },
        "Info(Accuracy)",
    ),
    (
        "an accuracy of no millionths",
        |i| {
            i.accuracy = write::sequence([write::context_primitive(1, &[0])]);
        },
        "Info(Accuracy)",
    ),
    (
        "something after the extensions",
        |i| i.more = write::null(),
        "Info(Asn1(Trailing",
    ),
];

#[test]
fn each_mutation_of_the_content_is_refused_for_exactly_its_reason() {
    let mut wrong = Vec::new();
    for (name, bend, expected) in CONTENTS {
        let mut info = Info::whole();
        bend(&mut info);
        let found = judge(&around(&info), &[certificate("p256/tsa")]);
        if !found.starts_with(expected) {
            wrong.push(format!("{name}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The signer's certificate is another of the authority's, whose key signs.
fn signed_by(name: &str) -> String {
    let authority = certificate(&format!("p256/{name}"));
    let mut message = around(&Info::whole());
    message.certificates = vec![authority.der().to_vec()];
    message.identifier = write::sequence([
        authority.issuer().der(),
        &write::integer(authority.serial().octets()),
    ]);
    let ess = ess_v2(
        &[],
        &crypto::sha256(authority.der()),
        &issuer_serial(&authority),
    );
    message.replace(oids::SIGNING_CERTIFICATE_V2, &[ess]);
    let token = Token::parse(&message.encode(&key("p256/tsa2", None))).expect("a token");
    match token.check(&digest(), &[authority], AT) {
        Ok(_) => "accepted".to_owned(),
        Err(fault) => fault.code().to_owned(),
    }
}

#[test]
fn only_a_certificate_for_time_stamps_alone_signs_them() {
    for (name, expected) in [
        ("tsa-eku-two", "tsp.purpose-shared"),
        ("tsa-eku-not-critical", "tsp.purpose-not-critical"),
        ("tsa-wrong-eku", "tsp.purpose-differs"),
        ("tsa-no-eku", "tsp.purpose-absent"),
        // The dates of the certificate are its path's matter, at the token's moment.
        ("tsa-expired", "accepted"),
        ("tsa-future", "accepted"),
    ] {
        assert_eq!(signed_by(name), expected, "{name}");
    }
}

type BendMessage = fn(&mut Message);

const MESSAGES: &[(&str, BendMessage, &str)] = &[
    ("nothing is wrong", |_| {}, "accepted"),
    (
        "a certificate is added",
        |m| {
            m.certificates
                .push(certificate("p256/other").der().to_vec())
        },
        "accepted",
    ),
    (
        "the content is taken out",
        |m| m.content = None,
        "Content(ContentAbsent)",
    ),
    (
        "the content is called data",
        |m| {
            m.content_type = oids::DATA;
        },
        "Content(ContentType(Oid(1.2.840.113549.1.7.1)))",
    ),
    ("two signed", |m| m.signers = 2, "cms.several-signers"),
    ("nobody signed", |m| m.signers = 0, "cms.no-signer"),
    (
        "the signed attributes are taken out",
        |m| m.attributes = None,
        "cms.signed-attributes-absent",
    ),
    (
        "the signing certificate is not named",
        |m| {
            m.replace(oids::SIGNING_CERTIFICATE_V2, &[]);
        },
        "cms.signing-certificate-absent",
    ),
    (
        "the signing certificate is another",
        |m| {
            m.replace(oids::SIGNING_CERTIFICATE_V2, &[ess_v2(&[], &[7; 32], &[])]);
        },
        "cms.signing-certificate-unmatched",
    ),
    (
        "the digest is of other content",
        |m| {
            let value = write::octet_string(&[7; 32]);
            m.replace(
                oids::MESSAGE_DIGEST,
                &[attribute(oids::MESSAGE_DIGEST, &[value])],
            );
        },
        "cms.message-digest-differs",
    ),
    (
        "the signature is over something else",
        |m| m.is_signed_rightly = false,
        "cms.signature-differs",
    ),
    (
        "the algorithm is another",
        |m| {
            m.signature_algorithm = identifier(SignatureAlgorithm::EcdsaP256Sha384);
            m.replace(oids::ALGORITHM_PROTECTION, &[]);
        },
        "cms.signature-algorithm",
    ),
    (
        "an octet follows",
        |m| m.trailing = vec![0],
        "cms.trailing-zeros",
    ),
];

#[test]
fn each_mutation_of_the_message_is_refused_for_exactly_its_reason() {
    let mut wrong = Vec::new();
    for (name, bend, expected) in MESSAGES {
        let mut message = around(&Info::whole());
        bend(&mut message);
        let found = judge(&message, &[certificate("p256/tsa")]);
        if found != *expected {
            wrong.push(format!("{name}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_single_bit_counts() {
    let request = Request::new(&digest());
    let token = token_for(&request, "p256", SignatureAlgorithm::EcdsaP256Sha256);
    let candidates = [certificate("p256/tsa")];
    let accepts = |octets: &[u8]| {
        Token::parse(octets).is_ok_and(|token| token.check(&digest(), &candidates, AT).is_ok())
    };
    assert!(accepts(&token));
    // The certificates inside are candidates: what is not the signer's is not looked at, and the signer's is
    // given from elsewhere. The signer's identifier is compared as a name, in which case does not count.
    // Everything around them does.
    let certificates = certificate_range(&token);
    let issuer = candidates[0].issuer().der();
    let after = &token[certificates.end..];
    let at = after
        .windows(issuer.len())
        .position(|window| window == issuer)
        .expect("the identifier");
    let at = certificates.end + at;
    let identifier = at..at + issuer.len();
    let mut unnoticed = Vec::new();
    let counts = |at: &usize| !certificates.contains(at) && !identifier.contains(at);
    for at in (0..token.len()).filter(counts) {
        for bit in 0..8 {
            let mut changed = token.clone();
            changed[at] ^= 1 << bit;
            if accepts(&changed) {
                unnoticed.push((at, bit));
            }
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:?} of {}", token.len());
}

fn certificate_range(token: &[u8]) -> std::ops::Range<usize> {
    let info = Reader::single(token, Tag::SEQUENCE).expect("a token");
    let mut inside = info.reader().expect("its parts");
    inside.oid().expect("a type");
    let mut data = inside
        .element()
        .and_then(|e| e.only(Tag::SEQUENCE))
        .and_then(|e| e.reader())
        .expect("data");
    for _ in 0..3 {
        data.element().expect("a part");
    }
    let element = data.expect(Tag::context(0)).expect("certificates");
    element.at()..element.at() + element.raw().len()
}
