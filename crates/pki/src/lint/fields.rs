//! The fields beside names and extensions, and what could not be read at all.

use crypto::KeyAlgorithm;

use crate::certificate::{Certificate, ReadCertificate};
use asn1::{Oid, ReadAsn1, Reader, Tag};

use super::{Findings, rules};

/// A fault that the reader has found.
pub(super) fn unreadable(fault: &ReadCertificate, findings: &mut Findings) {
    let rule = match fault {
        ReadCertificate::Encoding(ReadAsn1::Time { .. }) => &rules::TIME_FORM,
        ReadCertificate::Version | ReadCertificate::VersionTooLow { .. } => &rules::VERSION,
        ReadCertificate::Serial(_) => &rules::SERIAL,
        ReadCertificate::IssuerEmpty => &rules::ISSUER_EMPTY,
        ReadCertificate::AlgorithmsDiffer => &rules::ALGORITHMS_DIFFER,
        ReadCertificate::Extensions(_) => &rules::EXTENSIONS,
        ReadCertificate::Issuer(_) | ReadCertificate::Subject(_) => &rules::NAME_CHARACTERS,
        // Encoding, size, two readers that disagree.
        _ => &rules::ENCODING,
    };
    let cause = std::error::Error::source(fault).map(|source| format!(": {source}"));
    findings.add(rule, format!("{fault}{}", cause.unwrap_or_default()));
}

pub(super) fn inspect(certificate: &Certificate, findings: &mut Findings) {
    // RFC 5280 4.1.2.1: extensions are used, so the version is 3.
    let version = certificate.version();
    findings.add_if(version != 3, &rules::VERSION, format!("version {version}"));
    findings.add_if(
        certificate.extensions().next().is_none(),
        &rules::EXTENSIONS_ABSENT,
        "no extensions",
    );
    let validity = certificate.validity();
    findings.add_if(
        validity.from > validity.last,
        &rules::VALIDITY_REVERSED,
        "ends before it begins",
    );
    // T-C1: a number of 8 octets cannot hold 64 random bits and be positive.
    findings.add_if(
        certificate.serial().octets().len() < 8,
        &rules::SERIAL_ENTROPY,
        format!("serial number {}", certificate.serial()),
    );
    // Whoever could read the certificate can read its fields again.
    let _ = inner(certificate, findings);
    algorithm(
        certificate.algorithm_der(),
        &rules::ALGORITHM_PARAMETERS,
        findings,
    );
    if let Ok(key) = key_algorithm(certificate) {
        algorithm(key, &rules::KEY_PARAMETERS, findings);
    }
}

/// What the typed reading does not tell: unique identifiers, and the algorithm inside.
fn inner(certificate: &Certificate, findings: &mut Findings) -> Result<(), ReadAsn1> {
    let mut fields = Reader::single(certificate.tbs(), Tag::SEQUENCE)?.reader()?;
    fields.optional(Tag::context(0))?;
    fields.expect(Tag::INTEGER)?;
    let inside = fields.expect(Tag::SEQUENCE)?.raw();
    if inside != certificate.algorithm_der() {
        algorithm(inside, &rules::ALGORITHM_PARAMETERS, findings);
    }
    while !fields.is_empty() {
        // RFC 5280 4.1.2.8: conforming CAs do not make them.
        let tag = fields.element()?.tag();
        findings.add_if(
            tag == Tag::context_primitive(1) || tag == Tag::context_primitive(2),
            &rules::UNIQUE_IDENTIFIER,
            format!("tag {tag}"),
        );
    }
    Ok(())
}

fn key_algorithm(certificate: &Certificate) -> Result<&[u8], ReadAsn1> {
    let mut key = Reader::single(certificate.spki(), Tag::SEQUENCE)?.reader()?;
    Ok(key.expect(Tag::SEQUENCE)?.raw())
}

/// The algorithm that a key is for.
pub(super) fn key_kind(certificate: &Certificate) -> Option<Oid> {
    let mut fields = Reader::single(key_algorithm(certificate).ok()?, Tag::SEQUENCE)
        .and_then(|algorithm| algorithm.reader())
        .ok()?;
    fields.oid().ok()
}

/// Whether the key is a point on the curve of SM2, under either of its identifiers.
pub(super) fn is_sm2(certificate: &Certificate) -> bool {
    certificate
        .public_key()
        .is_ok_and(|key| key.algorithm() == KeyAlgorithm::Sm2)
}

/// Parameters: NULL, absent, or something, by the family of the identifier.
fn algorithm(der: &[u8], rule: &'static super::Rule, findings: &mut Findings) {
    // RFC 3279 2.2.1, 2.3.1; RFC 4055 5: all of PKCS #1 but PSS and OAEP carry NULL.
    const RSA: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1]);
    const PSS: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 10]);
    const OAEP: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 7]);
    // RFC 5758 3.2: ecdsa-with-SHA2 has none. RFC 8410 3: nor have the Edwards and Montgomery curves.
    const ECDSA: Oid = Oid::of(&[1, 2, 840, 10_045, 4]);
    const EDWARDS: Oid = Oid::of(&[1, 3, 101]);
    // RFC 9881 2: nor has ML-DSA.
    const NIST: Oid = Oid::of(&[2, 16, 840, 1, 101, 3, 4, 3]);
    // GB/T 20518 5.2: nor has SM2 with SM3.
    const SM2_SM3: Oid = Oid::of(&[1, 2, 156, 10_197, 1, 501]);
    let Ok(mut fields) = Reader::single(der, Tag::SEQUENCE).and_then(|all| all.reader()) else {
        return;
    };
    let Ok(oid) = fields.oid() else {
        return;
    };
    let below = |base: &Oid| oid.octets().starts_with(base.octets());
    let broken = if oid == PSS || oid == OAEP {
        false
    } else if below(&RSA) {
        fields.rest() != [0x05, 0x00]
    } else {
        (below(&ECDSA) || below(&EDWARDS) || below(&NIST) || oid == SM2_SM3) && !fields.is_empty()
    };
    findings.add_if(broken, rule, format!("parameters of {oid}"));
}
