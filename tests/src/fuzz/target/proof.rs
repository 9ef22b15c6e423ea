//! ASN.1, certificates, lists, paths, messages, time-stamps, status answers.

use std::sync::LazyLock;

use asn1::{Reader, Tag, inspect_der};
use crypto::{Digest, DigestAlgorithm};
use evidence::cms::{self, Form, SignedData, SigningCertificate};
use evidence::ocsp::{self, Asked, Moment, NoncePolicy};
use evidence::tsp;
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::Crl;
use pki::lint::{self, Subject};
use pki::name::Name;
use pki::path::{Anchor, Budget, Purpose, Question, StatusMaterial, validate};
use records::EvidenceRecord;
use time::{Duration, UtcDateTime};

use crate::fuzz::seeds::{fixture, fixtures};

/// The moment at which fixtures are judged.
pub(crate) const AT: UtcDateTime = UtcDateTime::new(
    match time::Date::from_calendar_date(2026, time::Month::July, 3) {
        Ok(date) => date,
        Err(_) => time::Date::MIN,
    },
    time::Time::MIDNIGHT,
);

/// Both rules of reading, to the bottom, and the inspection of DER.
pub fn asn1(octets: &[u8]) -> bool {
    let mut stack = vec![Reader::der(octets), Reader::ber(octets)];
    let mut steps = 0;
    while let Some(mut reader) = stack.pop() {
        while let Ok(element) = reader.element() {
            let _ = (element.boolean(), element.integer(), element.bit_string());
            let _ = (
                element.oid(),
                element.text(),
                element.time(),
                element.null(),
            );
            let _ = (element.unsigned(), element.bits());
            let _ = reader.clone().octet_string();
            if element.tag().is_constructed()
                && let Ok(inner) = element.reader()
            {
                stack.push(inner);
            }
            steps += 1;
        }
    }
    assert!(steps <= 2 * octets.len() + 2, "no element without octets");
    if let Ok(element) = Reader::single(octets, Tag::SEQUENCE) {
        assert_eq!(element.raw(), octets, "one element is all of it");
    }
    inspect_der(octets).is_ok()
}

/// A certificate with every extension, its lint, its signature under its own key.
pub fn certificate(octets: &[u8]) -> bool {
    for subject in [Subject::Any, Subject::LegalPerson, Subject::NaturalPerson] {
        let _ = lint::inspect(octets, subject);
    }
    let Ok(certificate) = Certificate::parse(octets) else {
        return false;
    };
    assert_eq!(certificate.der(), octets, "kept as received");
    let _ = (certificate.basic_constraints(), certificate.key_usage());
    let _ = (certificate.purposes(), certificate.name_constraints());
    let _ = (
        certificate.subject_alternative_names(),
        certificate.issuer_alternative_names(),
    );
    let _ = (
        certificate.authority_key_identifier(),
        certificate.subject_key_identifier(),
    );
    let _ = (
        certificate.crl_distribution_points(),
        certificate.authority_access(),
    );
    let _ = (certificate.policies(), certificate.policy_mappings());
    let _ = (
        certificate.policy_constraints(),
        certificate.inhibit_any_policy(),
    );
    let _ = (
        certificate.private_key_usage_period(),
        certificate.qc_statements(),
    );
    let _ = (
        certificate.unknown_critical().count(),
        certificate.validity().until(),
    );
    let _ = format!("{} {}", certificate.subject(), certificate.issuer());
    if let Ok(key) = certificate.public_key() {
        let _ = certificate.check_signature(&key);
    }
    true
}

/// A list, its lint, every entry, what it covers.
pub fn crl(octets: &[u8]) -> bool {
    let _ = lint::inspect_crl(octets);
    let Ok(crl) = Crl::parse_any(octets) else {
        return false;
    };
    assert_eq!(crl.der(), octets, "kept as received");
    assert_eq!(Crl::parse(octets).is_ok(), crl.base().is_none());
    assert!(crl.takes(&crl).is_err(), "a list is not its own delta");
    let _ = (crl.point(), crl.expired_kept_since(), crl.authority_key());
    for entry in crl.entries() {
        let _ = format!("{entry:?}");
    }
    if let Some(authority) = AUTHORITY.as_ref() {
        let _ = crl.covers(authority);
        if let Ok(key) = authority.public_key() {
            let _ = crl.check_signature(&key);
        }
    }
    true
}

/// A name, what it shows, how it compares.
pub fn name(octets: &[u8]) -> bool {
    let Ok(name) = Name::parse(octets) else {
        return false;
    };
    assert_eq!(name.der(), octets, "kept as received");
    assert_eq!(name, name.clone(), "a name is itself");
    assert!(name.is_within(&name), "and within itself");
    let _ = (name.to_string(), name.common_name());
    let _ = (name.organization_identifier(), name.serial_number());
    for relative in name.relative_names() {
        for attribute in relative {
            let _ = (attribute.kind(), attribute.text());
        }
    }
    true
}

/// A bag of certificates: the first is asked about, the last is the anchor, lists may be among them.
pub fn path(octets: &[u8]) -> bool {
    let mut reader = Reader::der(octets);
    let (mut certificates, mut lists) = (Vec::new(), Vec::new());
    while let Ok(element) = reader.element() {
        if let Ok(certificate) = Certificate::parse(element.raw()) {
            certificates.push(certificate);
        } else if let Ok(list) = Crl::parse_any(element.raw()) {
            lists.push(list);
        }
    }
    let (Some(leaf), Some(root)) = (certificates.first(), certificates.last()) else {
        return false;
    };
    let Ok(anchor) = Anchor::of(root.clone()) else {
        return false;
    };
    let at = leaf.validity().from;
    let mut found = false;
    for purpose in [
        Purpose::AnySignature,
        Purpose::DocumentSigning,
        Purpose::TimeStamping,
    ] {
        let question = Question::new(purpose, at).with_status(StatusMaterial::of_lists(&lists, AT));
        let mut budget = Budget::new();
        match validate(
            leaf,
            &certificates,
            std::slice::from_ref(&anchor),
            &question,
            &mut budget,
        ) {
            Ok(chain) => {
                assert_eq!(
                    chain.certificates().first(),
                    Some(leaf),
                    "the chain of the leaf"
                );
                found = true;
            }
            Err(error) => {
                let _ = (error.to_string(), error.fault.code());
            }
        }
    }
    found
}

/// The declaration of a hierarchy.
pub fn hierarchy(octets: &[u8]) -> bool {
    std::str::from_utf8(octets).is_ok_and(|text| pki::hierarchy::Hierarchy::parse(text).is_ok())
}

/// A signed message: every form's rules, digests, certificates, signatures.
pub fn cms(octets: &[u8]) -> bool {
    let Ok(message) = SignedData::parse(octets) else {
        return false;
    };
    for form in [
        Form::Pades,
        Form::Pkcs7Detached,
        Form::CadesDetached,
        Form::CadesAttached,
        Form::TimeStamp,
    ] {
        for fault in message.inspect(form) {
            let _ = (fault.code(), fault.to_string());
        }
    }
    let certificates: Vec<Certificate> = message
        .certificates()
        .iter()
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    for signer in message.signers() {
        let _ = (signer.signing_time(), signer.claimed_digest());
        let _ = signer.inspect_digest(&Digest::of(DigestAlgorithm::Sha256, b""));
        if let Ok(SigningCertificate { .. }) = signer.signing_certificate() {
            let _ = signer.find_certificate(&certificates);
        }
        for certificate in certificates.iter().take(4) {
            if let Ok(key) = certificate.public_key() {
                let _ = signer.check(&key);
            }
        }
        for token in signer.time_stamps().take(4) {
            let _ = tsp::Token::parse(token);
        }
        for value in signer.archive_time_stamps().take(4) {
            if let Ok(stamp) = cms::ArchiveStamp::parse(value) {
                let _ = stamp
                    .covered(&message, signer)
                    .map_err(|fault| fault.code());
            }
        }
        for value in signer.countersignatures().take(4) {
            if let Ok(counter) = cms::SignerInfo::parse_countersignature(value) {
                let _ = counter.inspect_countersignature(signer);
            }
        }
    }
    let receipt = cms::Attribute::receipt(b"receipt");
    if let Ok(extended) = cms::with_unsigned_attribute(&message, receipt) {
        assert!(
            SignedData::parse(&extended).is_ok(),
            "extended and readable"
        );
    }
    true
}

/// A time-stamp request: what is accepted reads the same when it is written again.
pub fn tsp_request(octets: &[u8]) -> bool {
    match tsp::Request::parse(octets) {
        Ok(request) => {
            let again = tsp::Request::parse(&request.encode());
            assert_eq!(
                again.as_ref().ok(),
                Some(&request),
                "written and read again"
            );
            true
        }
        Err(refused) => {
            let _ = (refused.encode(), refused.failure().bit());
            false
        }
    }
}

/// A time-stamp response, against a request it may or may not answer.
pub fn tsp_response(octets: &[u8]) -> bool {
    let Ok(response) = tsp::Response::parse(octets) else {
        return false;
    };
    let _ = (response.status(), response.text(), response.failure());
    let digest = Digest::of(DigestAlgorithm::Sha256, b"");
    let _ = response.check(&tsp::Request::new(&digest));
    if let Some(token) = response.token() {
        judge_token(token);
    }
    true
}

/// A time-stamp token.
pub fn tsp_token(octets: &[u8]) -> bool {
    let _ = tsp::TstInfo::parse(octets);
    match tsp::Token::parse(octets) {
        Ok(token) => {
            judge_token(&token);
            true
        }
        Err(_) => false,
    }
}

/// An evidence record: what is accepted reads the same when it is written again.
pub fn evidence_record(octets: &[u8]) -> bool {
    let Ok(record) = EvidenceRecord::parse(octets) else {
        return false;
    };
    let again = EvidenceRecord::parse(&record.encode());
    assert_eq!(again.as_ref(), Ok(&record), "written and read again");
    let object = |algorithm| Some(Digest::of(algorithm, b""));
    for fault in record.inspect(&[&object]).faults {
        let _ = (fault.code(), fault.to_string());
    }
    let _ = record.stamp_leaf();
    true
}

fn judge_token(token: &tsp::Token) {
    let certificates: Vec<Certificate> = token
        .signed_data()
        .certificates()
        .iter()
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    let imprint = token.info().imprint().digest().clone();
    match token.check(&imprint, &certificates, AT) {
        Ok(stamped) => assert!(
            stamped.moment <= AT + tsp::MAX_AHEAD,
            "never from the future"
        ),
        Err(fault) => {
            let _ = (fault.code(), fault.to_string());
        }
    }
}

/// An OCSP request.
pub fn ocsp_request(octets: &[u8]) -> bool {
    match ocsp::Request::parse(octets) {
        Ok(request) => {
            assert!(request.ids().len() <= ocsp::MAX_IDS, "T-C8");
            let _ = (request.nonce(), request.preferred_algorithms());
            let again = ocsp::Request::parse(&request.encode());
            assert!(again.is_ok(), "written and read again");
            true
        }
        Err(refused) => {
            let _ = refused.refusal().encode();
            false
        }
    }
}

/// An OCSP response, asked about the example's leaf.
pub fn ocsp_response(octets: &[u8]) -> bool {
    let Ok(response) = ocsp::Response::parse(octets) else {
        return false;
    };
    for single in response.singles() {
        let _ = (single.status(), single.this_update(), single.next_update());
    }
    if let (Some(issuer), Some(serial)) = (AUTHORITY.as_ref(), SERIAL.as_ref()) {
        let skew = Duration::minutes(5);
        for moment in [Moment::Live { at: AT, skew }, Moment::Kept { at: AT }] {
            let asked = Asked {
                issuer,
                serial,
                nonce: None,
                nonce_policy: NoncePolicy::TimesSuffice,
                moment,
            };
            if let Err(fault) = response.check(&asked) {
                let _ = (fault.code(), fault.to_string());
            }
        }
    }
    true
}

/// The path of an OCSP GET.
pub fn ocsp_path(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else {
        return false;
    };
    ocsp::decode_path(text).is_ok_and(|request| {
        let _ = ocsp::Request::parse(&request);
        true
    })
}

static AUTHORITY: LazyLock<Option<Certificate>> = LazyLock::new(|| example("ca.der"));
static SERIAL: LazyLock<Option<SerialNumber>> =
    LazyLock::new(|| example("leaf.der").map(|leaf| *leaf.serial()));

pub(crate) fn example(name: &str) -> Option<Certificate> {
    let folder = fixtures().join("rfc3161-ocsp-crl/p256/certs");
    Certificate::parse(&fixture(&folder.join(name))?).ok()
}
