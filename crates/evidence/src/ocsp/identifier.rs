//! CertID: which certificate is asked about.

use crypto::{Digest, DigestAlgorithm};

use asn1::{Element, ReadAsn1, Reader, Tag, write};
use pki::algorithm::AlgorithmIdentifier;
use pki::certificate::{Certificate, SerialNumber};

/// `CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }` (RFC 6960 4.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateId {
    raw: Vec<u8>,
    algorithm: Option<DigestAlgorithm>,
    name: Vec<u8>,
    key: Vec<u8>,
    serial: Vec<u8>,
}

impl CertificateId {
    /// The identifier of the certificate with `serial` from `issuer`.
    ///
    /// `algorithm` is SHA-256; SHA-1, an identifier here and nothing more, for what old clients ask.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm, issuer: &Certificate, serial: &SerialNumber) -> Self {
        let name = Digest::of(algorithm, issuer.subject().der())
            .bytes()
            .to_vec();
        let key = Digest::of(algorithm, key_bits(issuer)).bytes().to_vec();
        let serial = serial.octets().to_vec();
        let raw = write::sequence([
            pki::algorithm::digest_identifier(algorithm),
            write::octet_string(&name),
            write::octet_string(&key),
            write::integer(&serial),
        ]);
        Self {
            raw,
            algorithm: Some(algorithm),
            name,
            key,
            serial,
        }
    }

    pub(super) fn read(element: &Element<'_>) -> Result<Self, ReadAsn1> {
        let mut inside = element.reader()?;
        let algorithm = AlgorithmIdentifier::read(&inside.expect(Tag::SEQUENCE)?)?.digest();
        let name = inside.expect(Tag::OCTET_STRING)?.content().to_vec();
        let key = inside.expect(Tag::OCTET_STRING)?.content().to_vec();
        let serial = inside.expect(Tag::INTEGER)?.integer()?.to_vec();
        inside.end()?;
        Ok(Self {
            raw: element.raw().to_vec(),
            algorithm,
            name,
            key,
            serial,
        })
    }

    /// The algorithm of the two hashes; `None` where it is not one of ours.
    #[must_use]
    pub fn algorithm(&self) -> Option<DigestAlgorithm> {
        self.algorithm
    }

    /// The serial number's content octets.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The element as received: an answer repeats it octet for octet, parameters NULL or absent alike.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.raw
    }

    /// Whether the issuer is this one, by its name and its key.
    #[must_use]
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        self.algorithm.is_some_and(|algorithm| {
            Digest::of(algorithm, issuer.subject().der()).bytes() == self.name
                && Digest::of(algorithm, key_bits(issuer)).bytes() == self.key
        })
    }

    /// Whether both name the same certificate by the same hashes; NULL parameters count as absent.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm
            && self.algorithm.is_some()
            && self.name == other.name
            && self.key == other.key
            && self.serial == other.serial
    }
}

/// An issuer as requests name it: the hashes of its name and its key, made once.
#[derive(Debug, Clone)]
pub struct NamedIssuer {
    hashes: [(Digest, Digest); 5],
}

impl NamedIssuer {
    /// The names of this issuer under every algorithm that we know.
    #[must_use]
    pub fn of(issuer: &Certificate) -> Self {
        let (name, key) = (issuer.subject().der(), key_bits(issuer));
        let hashes = [
            DigestAlgorithm::Sha1,
            DigestAlgorithm::Sha256,
            DigestAlgorithm::Sha384,
            DigestAlgorithm::Sha512,
            DigestAlgorithm::Sm3,
        ]
        .map(|algorithm| (Digest::of(algorithm, name), Digest::of(algorithm, key)));
        Self { hashes }
    }

    /// Whether the certificate asked about is of this issuer: as [`CertificateId::is_issued_by`], without a hash.
    #[must_use]
    pub fn issued(&self, id: &CertificateId) -> bool {
        self.hashes.iter().any(|(name, key)| {
            id.algorithm == Some(name.algorithm())
                && name.bytes() == id.name
                && key.bytes() == id.key
        })
    }
}

/// The public key's bits: the BIT STRING's value, without tag, length and unused-bits octet (RFC 6960 4.1.1).
/// Read here, so that a key of an algorithm that is not ours has its name too.
pub(super) fn key_bits(certificate: &Certificate) -> &[u8] {
    let bits = || {
        let mut inside = Reader::single(certificate.spki(), Tag::SEQUENCE)?.reader()?;
        inside.sequence()?;
        inside.expect(Tag::BIT_STRING)?.bits()
    };
    bits().unwrap_or_default()
}
