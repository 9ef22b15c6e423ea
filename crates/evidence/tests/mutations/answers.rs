//! OCSP answers as they are made here, and every way in which a response can fail to be one.

use crypto::{DigestAlgorithm, SeededRandom, SignatureAlgorithm};
use evidence::ocsp::{
    Answer, Asked, CertificateId, Moment, Nonce, NoncePolicy, Period, Refusal, Responder,
    ResponderError, Response, Signer, Status, StatusFault,
};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::Reason;
use pki::path::Memory;
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};

use crate::mutations::forge::{AT, certificate, key, sign, sign_other};

pub(crate) const PERIOD: Period = Period {
    this_update: utc_datetime!(2026-11-22 0:00),
    next_update: utc_datetime!(2026-11-24 0:00),
    archive_cutoff: Some(utc_datetime!(2016-11-22 0:00)),
};

pub(crate) struct World {
    pub(crate) ca: Certificate,
    delegate: Certificate,
    leaf: Certificate,
    pub(crate) algorithm: SignatureAlgorithm,
    folder: &'static str,
}

fn world(folder: &'static str, algorithm: SignatureAlgorithm) -> World {
    let [ca, delegate, leaf] =
        ["ca", "ocsp", "leaf"].map(|name| certificate(&format!("{folder}/{name}")));
    World {
        ca,
        delegate,
        leaf,
        algorithm,
        folder,
    }
}

pub(crate) fn p256() -> World {
    world("p256", SignatureAlgorithm::EcdsaP256Sha256)
}

impl World {
    pub(crate) fn id(&self, algorithm: DigestAlgorithm) -> CertificateId {
        CertificateId::new(algorithm, &self.ca, self.leaf.serial())
    }

    pub(crate) fn answer(&self) -> Answer<'_> {
        Answer::new(Signer::Delegate(&self.delegate), self.algorithm, AT)
    }

    pub(crate) fn signed(&self, answer: Answer<'_>, name: &str) -> Vec<u8> {
        let prepared = answer.prepare().expect("an answer");
        let key = key(&format!("{}/{name}", self.folder), Some(self.algorithm));
        let signature = sign(&key, prepared.to_be_signed());
        prepared.finish(&signature)
    }

    pub(crate) fn asked<'a>(
        &'a self,
        nonce: Option<&'a Nonce>,
        nonce_policy: NoncePolicy,
    ) -> Asked<'a> {
        Asked {
            issuer: &self.ca,
            serial: self.leaf.serial(),
            nonce,
            nonce_policy,
            moment: LIVE,
        }
    }

    pub(crate) fn judge(&self, response: &[u8]) -> Result<Status, StatusFault> {
        let response = Response::parse(response).expect("readable");
        response
            .check(&self.asked(None, NoncePolicy::Required))
            .map(|accepted| accepted.status)
    }
}

const LIVE: Moment = Moment::Live {
    at: AT,
    skew: Duration::minutes(5),
};

/// RFC 6960 4.4.5: what entries of lists tell, answers may tell too.
#[test]
fn since_when_a_key_was_not_to_be_relied_upon_is_told_and_read() {
    let world = p256();
    let (id, since) = (
        world.id(DigestAlgorithm::Sha256),
        utc_datetime!(2026-10-30 3:00),
    );
    let status = Status::Revoked {
        at: utc_datetime!(2026-11-01 0:00),
        reason: Reason::KeyCompromise,
    };
    for told in [Some(since), None] {
        let answer = world.answer();
        let answer = answer.about_invalid(&[&id], (status, told), &PERIOD);
        let response = world.signed(answer, "ocsp");
        asn1::inspect_der(&response).expect("der");
        let read = Response::parse(&response).expect("our own response");
        assert_eq!(read.singles()[0].invalid_since(), told);
        let asked = world.asked(None, NoncePolicy::Required);
        let accepted = read.check(&asked).expect("acceptable");
        assert_eq!((accepted.status, accepted.invalid_since), (status, told));
        assert_eq!(accepted.archive_cutoff, PERIOD.archive_cutoff);
    }
    // One that does not read would let the key look good until the revocation: nothing of the response counts.
    let answer = world.answer();
    let answer = answer.about_invalid(&[&id], (status, Some(since)), &PERIOD);
    let mut response = world.signed(answer, "ocsp");
    let text = b"20261030030000Z";
    let mut places = response.windows(text.len());
    let place = places.position(|found| found == text).expect("it is there");
    response[place + 4] = b'9';
    assert!(Response::parse(&response).is_err());
}

#[test]
fn what_is_answered_here_is_accepted_here() {
    let since = utc_datetime!(2026-11-01 0:00);
    for world in [
        p256(),
        world("ed25519", SignatureAlgorithm::Ed25519),
        world("rsa", SignatureAlgorithm::RsaPkcs1Sha256),
        world("rsa", SignatureAlgorithm::RsaPssSha384),
        world("sm2", SignatureAlgorithm::Sm2Sm3),
    ] {
        let (new, old) = (
            world.id(DigestAlgorithm::Sha256),
            world.id(DigestAlgorithm::Sha1),
        );
        for status in [
            Status::Good,
            Status::Unknown,
            Status::NEVER_ISSUED,
            Status::Revoked {
                at: since,
                reason: Reason::KeyCompromise,
            },
            Status::Revoked {
                at: since,
                reason: Reason::Unspecified,
            },
        ] {
            // Signed in advance: both hashes, no nonce.
            let response =
                world.signed(world.answer().about(&[&new, &old], status, &PERIOD), "ocsp");
            asn1::inspect_der(&response).expect("der");
            let read = Response::parse(&response).expect("our own response");
            assert_eq!(read.singles().len(), 2);
            let asked = world.asked(None, NoncePolicy::Required);
            let accepted = read.check(&asked).expect("acceptable");
            assert_eq!(accepted.status, status);
            assert_eq!(
                (accepted.this_update, accepted.next_update),
                (PERIOD.this_update, PERIOD.next_update)
            );
            assert_eq!(
                (accepted.produced_at, accepted.archive_cutoff),
                (AT, PERIOD.archive_cutoff)
            );
            assert!(
                matches!(&accepted.responder, Responder::Delegate(delegate) if *delegate == world.delegate)
            );
        }
        let by_issuer = Answer::new(Signer::Issuer(&world.ca), world.algorithm, AT);
        let response = world.signed(by_issuer.about(&[&new], Status::Good, &PERIOD), "ca");
        let read = Response::parse(&response).expect("our own response");
        assert!(read.certificates().is_empty());
        let accepted = read
            .check(&world.asked(None, NoncePolicy::Required))
            .expect("acceptable");
        assert!(matches!(accepted.responder, Responder::Issuer));
    }
}

#[test]
fn only_a_serial_number_that_was_never_issued_needs_extended_revoke() {
    let extended = [0x2b, 6, 1, 5, 5, 7, 0x30, 1, 9];
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    let has = |status| {
        let response = world.signed(world.answer().about(&[&id], status, &PERIOD), "ocsp");
        response
            .windows(extended.len())
            .any(|window| window == extended)
    };
    assert!(has(Status::NEVER_ISSUED));
    assert!(!has(Status::Good));
    assert!(!has(Status::Revoked {
        at: AT,
        reason: Reason::CertificateHold
    }));
}

#[test]
fn a_nonce_comes_back_when_the_answer_is_fresh() {
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    let random = SeededRandom::new(9);
    let (sent, other) = (
        Nonce::draw(&random).expect("a nonce"),
        Nonce::draw(&random).expect("another"),
    );
    let fresh = |nonce| {
        world.signed(
            world
                .answer()
                .about(&[&id], Status::Good, &PERIOD)
                .with_nonce(nonce),
            "ocsp",
        )
    };
    let judge = |response: &[u8], policy| {
        let response = Response::parse(response).expect("readable");
        response
            .check(&world.asked(Some(&sent), policy))
            .map(|accepted| accepted.status)
    };
    assert_eq!(
        judge(&fresh(Some(&sent)), NoncePolicy::Required),
        Ok(Status::Good)
    );
    for policy in [NoncePolicy::Required, NoncePolicy::TimesSuffice] {
        assert_eq!(
            judge(&fresh(Some(&other)), policy),
            Err(StatusFault::NonceDiffers)
        );
    }
    assert_eq!(
        judge(&fresh(None), NoncePolicy::Required),
        Err(StatusFault::NonceAbsent)
    );
    assert_eq!(
        judge(&fresh(None), NoncePolicy::TimesSuffice),
        Ok(Status::Good)
    );
}

fn period(this_update: UtcDateTime, next_update: UtcDateTime) -> Period {
    Period {
        this_update,
        next_update,
        archive_cutoff: None,
    }
}

#[test]
fn times_are_judged_to_the_second() {
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    let skew = Duration::minutes(5);
    let judge = |produced_at, period: Period, at| {
        let answer = Answer::new(
            Signer::Delegate(&world.delegate),
            world.algorithm,
            produced_at,
        );
        let response = world.signed(answer.about(&[&id], Status::Good, &period), "ocsp");
        let read = Response::parse(&response).expect("readable");
        let mut asked = world.asked(None, NoncePolicy::Required);
        asked.moment = Moment::Live { at, skew };
        read.check(&asked).map(|accepted| accepted.next_update)
    };
    let (from, until) = (AT, AT + Duration::DAY);
    let usual = period(from, until);
    assert_eq!(judge(from, usual, from - skew), Ok(until));
    let early = from - skew - Duration::SECOND;
    assert_eq!(
        judge(from, usual, early),
        Err(StatusFault::NotYetValid {
            this_update: from,
            at: early
        })
    );
    assert_eq!(judge(from, usual, until + skew), Ok(until));
    let late = until + skew + Duration::SECOND;
    assert_eq!(
        judge(from, usual, late),
        Err(StatusFault::Stale {
            next_update: until,
            at: late
        })
    );
    let produced_at = from + Duration::HOUR;
    let ahead = StatusFault::ProducedAhead {
        produced_at,
        at: from,
    };
    assert_eq!(judge(produced_at, usual, from), Err(ahead));
    // Fractions are not written, and so never make an answer older or newer than it says.
    let fine = period(from + Duration::milliseconds(900), until);
    assert_eq!(judge(from, fine, from - skew), Ok(until));
}

#[test]
fn only_whom_the_issuer_named_answers() {
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    let by = |name: &str, key_name: &str| {
        let delegate = certificate(&format!("p256/{name}"));
        let answer = Answer::new(Signer::Delegate(&delegate), world.algorithm, AT);
        world.judge(&world.signed(answer.about(&[&id], Status::Good, &PERIOD), key_name))
    };
    assert_eq!(by("ocsp", "ocsp"), Ok(Status::Good));
    assert_eq!(
        by("ocsp-no-eku", "ocsp"),
        Err(StatusFault::ResponderPurpose)
    );
    assert_eq!(
        by("ocsp-other-ca", "ocsp"),
        Err(StatusFault::ResponderIssuer)
    );
    assert_eq!(by("leaf", "leaf"), Err(StatusFault::ResponderPurpose));
    assert_eq!(by("tsa", "tsa"), Err(StatusFault::ResponderPurpose));
    assert_eq!(by("other", "other"), Err(StatusFault::ResponderIssuer));
    let until = certificate("p256/ocsp-expired").validity().last;
    assert_eq!(
        by("ocsp-expired", "ocsp"),
        Err(StatusFault::ResponderExpired { until })
    );
    assert_eq!(by("ocsp", "leaf"), Err(StatusFault::SignatureDiffers));
    let forged = forged_delegate(&world);
    let answer = Answer::new(Signer::Delegate(&forged), world.algorithm, AT);
    let response = world.signed(answer.about(&[&id], Status::Good, &PERIOD), "ocsp");
    assert_eq!(world.judge(&response), Err(StatusFault::ResponderSignature));
    // A delegate that is right, and is not in the response.
    let prepared = world
        .answer()
        .about(&[&id], Status::Good, &PERIOD)
        .prepare()
        .expect("an answer");
    let signature = sign(&key("p256/ocsp", None), prepared.to_be_signed());
    let bare = without_certificates(prepared.to_be_signed(), signature.bytes());
    assert_eq!(world.judge(&bare), Err(StatusFault::ResponderAbsent));
}

/// The delegate's certificate with these octets instead of those, signed again by its CA.
fn bent_delegate(world: &World, from: &[u8], to: &[u8]) -> Certificate {
    use asn1::write;
    let mut tbs = world.delegate.tbs().to_vec();
    let mut places = tbs.windows(from.len());
    let place = places.position(|found| found == from).expect("it is there");
    tbs[place..place + from.len()].copy_from_slice(to);
    let signature = sign(&key("p256/ca", None), &tbs);
    let bits = write::bit_string(signature.bytes());
    let der = write::sequence([&tbs, world.delegate.algorithm_der(), &bits]);
    Certificate::parse(&der).expect("a certificate")
}

#[test]
fn a_delegate_answers_within_its_usage_time_and_what_is_understood() {
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    let by = |from: &[u8], to: &[u8]| {
        let delegate = bent_delegate(&world, from, to);
        let answer = Answer::new(Signer::Delegate(&delegate), world.algorithm, AT);
        world.judge(&world.signed(answer.about(&[&id], Status::Good, &PERIOD), "ocsp"))
    };
    // keyUsage, critical: digitalSignature, and keyEncipherment instead of it.
    let usage = b"\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x07\x80";
    let enciphers = b"\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x05\x20";
    assert_eq!(by(usage, usage), Ok(Status::Good));
    assert_eq!(by(usage, enciphers), Err(StatusFault::ResponderKeyUsage));
    // 2.5.29.99, critical.
    let unknown = Box::new(asn1::Oid::of(&[2, 5, 29, 99]));
    assert_eq!(
        by(&usage[..6], b"\x55\x1d\x63\x01\x01\xff"),
        Err(StatusFault::CriticalExtension(unknown))
    );
    let from = utc_datetime!(2027-06-01 0:00);
    assert_eq!(
        by(b"260601000000Z", b"270601000000Z"),
        Err(StatusFault::ResponderNotYetValid { from })
    );
}

#[test]
fn of_two_answers_that_agree_the_newest_counts() {
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    let older = period(
        PERIOD.this_update - Duration::DAY,
        PERIOD.next_update - Duration::HOUR,
    );
    for [first, second] in [[&older, &PERIOD], [&PERIOD, &older]] {
        let both = world.answer().about(&[&id], Status::Good, first);
        let both = both.about(&[&id], Status::Good, second);
        let read = Response::parse(&world.signed(both, "ocsp")).expect("readable");
        let accepted = read.check(&world.asked(None, NoncePolicy::Required));
        let accepted = accepted.expect("acceptable");
        assert_eq!(accepted.this_update, PERIOD.this_update);
    }
}

/// The delegate's certificate under another CA's signature.
fn forged_delegate(world: &World) -> Certificate {
    use asn1::write;
    let signature = sign(&key("p256/other", None), world.delegate.tbs());
    let bits = write::bit_string(signature.bytes());
    let der = write::sequence([world.delegate.tbs(), world.delegate.algorithm_der(), &bits]);
    Certificate::parse(&der).expect("a certificate")
}

pub(crate) fn without_certificates(to_be_signed: &[u8], signature: &[u8]) -> Vec<u8> {
    use asn1::{Oid, write};
    let algorithm = pki::algorithm::identifier(SignatureAlgorithm::EcdsaP256Sha256);
    let basic = write::sequence([to_be_signed, &algorithm, &write::bit_string(signature)]);
    let kind = write::oid(&Oid::of(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 1]));
    let bytes = write::sequence([kind, write::octet_string(&basic)]);
    write::sequence([write::enumerated(0), write::context(0, [bytes])])
}

#[test]
fn an_answer_is_about_the_certificate_asked_about() {
    let world = p256();
    let other_serial = SerialNumber::from_octets(&[9]).expect("a number");
    let other_ca = certificate("p256/other");
    for id in [
        CertificateId::new(DigestAlgorithm::Sha256, &world.ca, &other_serial),
        CertificateId::new(DigestAlgorithm::Sha256, &other_ca, world.leaf.serial()),
        CertificateId::new(
            DigestAlgorithm::Sha256,
            &world.delegate,
            world.leaf.serial(),
        ),
    ] {
        let response = world.signed(world.answer().about(&[&id], Status::Good, &PERIOD), "ocsp");
        assert_eq!(world.judge(&response), Err(StatusFault::Unanswered));
    }
    let id = world.id(DigestAlgorithm::Sha256);
    let both =
        world
            .answer()
            .about(&[&id], Status::Good, &PERIOD)
            .about(&[&id], Status::Unknown, &PERIOD);
    assert_eq!(
        world.judge(&world.signed(both, "ocsp")),
        Err(StatusFault::Disagreeing)
    );
}

#[test]
fn every_single_bit_of_a_response_counts() {
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    let by_issuer = Answer::new(Signer::Issuer(&world.ca), world.algorithm, AT);
    let response = world.signed(by_issuer.about(&[&id], Status::Good, &PERIOD), "ca");
    // What held before is remembered, and nothing that differs from it in a bit.
    let memory = Memory::new();
    let accepts = |octets: &[u8]| {
        let asked = world.asked(None, NoncePolicy::Required);
        Response::parse(octets).is_ok_and(|response| {
            let plain = response.check(&asked).is_ok();
            let remembering = response.check_remembering(&asked, &memory).is_ok();
            assert_eq!(plain, remembering);
            plain
        })
    };
    assert!(accepts(&response));
    for at in 0..response.len() {
        for bit in 0..8 {
            let mut changed = response.clone();
            changed[at] ^= 1 << bit;
            assert!(!accepts(&changed), "bit {bit} of octet {at}");
        }
    }
    let prepared = world
        .answer()
        .about(&[&id], Status::Good, &PERIOD)
        .prepare()
        .expect("an answer");
    let other = prepared.finish(&sign_other(&key("p256/ocsp", None)));
    let asked = world.asked(None, NoncePolicy::Required);
    let sound = world.signed(world.answer().about(&[&id], Status::Good, &PERIOD), "ocsp");
    let sound = Response::parse(&sound).expect("our own response");
    assert!(sound.check_remembering(&asked, &memory).is_ok());
    assert_eq!(
        memory.len(),
        3,
        "the issuer's answer, the delegate and its answer"
    );
    assert_eq!(world.judge(&other), Err(StatusFault::SignatureDiffers));
}

#[test]
fn a_response_that_cannot_be_right_is_not_prepared() {
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    assert_eq!(world.answer().prepare().err(), Some(ResponderError::Empty));
    let backwards = period(AT, AT);
    assert_eq!(
        world
            .answer()
            .about(&[&id], Status::Good, &backwards)
            .prepare()
            .err(),
        Some(ResponderError::Period)
    );
    let ahead = period(AT + Duration::SECOND, AT + Duration::DAY);
    assert_eq!(
        world
            .answer()
            .about(&[&id], Status::Good, &ahead)
            .prepare()
            .err(),
        Some(ResponderError::Period)
    );
    let ids = vec![&id; 41];
    assert_eq!(
        world
            .answer()
            .about(&ids[..40], Status::Good, &PERIOD)
            .prepare()
            .err(),
        None
    );
    assert_eq!(
        world
            .answer()
            .about(&ids, Status::Good, &PERIOD)
            .prepare()
            .err(),
        Some(ResponderError::TooMany)
    );
    let wrong = Answer::new(
        Signer::Delegate(&world.delegate),
        SignatureAlgorithm::Ed25519,
        AT,
    );
    assert_eq!(
        wrong.about(&[&id], Status::Good, &PERIOD).prepare().err(),
        Some(ResponderError::Key)
    );
}

#[test]
fn a_refusal_states_nothing() {
    use evidence::ocsp::ReadResponse;
    for (refusal, code) in [
        (Refusal::MalformedRequest, 1),
        (Refusal::InternalError, 2),
        (Refusal::TryLater, 3),
        (Refusal::SignatureRequired, 5),
        (Refusal::Unauthorized, 6),
    ] {
        assert_eq!(refusal.encode(), [0x30, 3, 10, 1, code]);
        assert_eq!(
            Response::parse(&refusal.encode()).err(),
            Some(ReadResponse::Refused(refusal))
        );
    }
    assert_eq!(
        Response::parse(&[0x30, 3, 10, 1, 4]).err(),
        Some(ReadResponse::ResponseStatus(4))
    );
    assert_eq!(
        Response::parse(&[0x30, 3, 10, 1, 0]).err(),
        Some(ReadResponse::AnswerAbsent)
    );
}
