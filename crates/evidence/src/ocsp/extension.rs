//! The extensions of requests and responses.

use crypto::{Random, RandomUnavailable};

use asn1::{Oid, ReadAsn1, Reader, Tag, write};

const fn ocsp(last: u128) -> Oid {
    Oid::of(&[1, 3, 6, 1, 5, 5, 7, 48, 1, last])
}

/// id-pkix-ocsp-basic.
pub(super) const BASIC: Oid = ocsp(1);
/// id-pkix-ocsp-nonce (RFC 9654).
pub(super) const NONCE: Oid = ocsp(2);
/// id-pkix-ocsp-archive-cutoff (RFC 6960 4.4.4).
pub(super) const ARCHIVE_CUTOFF: Oid = ocsp(6);
/// id-pkix-ocsp-pref-sig-algs (RFC 6960 4.4.7.1).
pub(super) const PREFERRED_ALGORITHMS: Oid = ocsp(8);
/// id-pkix-ocsp-extended-revoke (RFC 6960 4.4.8).
pub(super) const EXTENDED_REVOKE: Oid = ocsp(9);
/// id-pkix-ocsp-response: the responses understood (RFC 6960 4.4.3).
pub(super) const ACCEPTABLE_RESPONSES: Oid = ocsp(4);

/// invalidityDate: an extension of entries of lists, which answers may carry (RFC 6960 4.4.5, RFC 5280 5.3.2).
pub(super) const INVALIDITY_DATE: Oid = pki::identifiers::INVALIDITY_DATE;

/// Octets of a nonce (RFC 9654 2.1).
pub const MAX_NONCE: usize = 128;
const MAX_EXTENSIONS: usize = 16;

/// A nonce of 1 to 128 octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(Vec<u8>);

impl Nonce {
    /// A nonce of 32 random octets, what a client sends (RFC 9654 2.1).
    ///
    /// # Errors
    /// Where no randomness can be had.
    pub fn draw(random: &dyn Random) -> Result<Self, RandomUnavailable> {
        let mut octets = vec![0; 32];
        random.fill(&mut octets)?;
        Ok(Self(octets))
    }

    /// `None` unless there are 1 to 128 octets.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        (1..=MAX_NONCE)
            .contains(&octets.len())
            .then(|| Self(octets.to_vec()))
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The whole extension; extnValue wraps an OCTET STRING (RFC 9654 2.1).
    pub(super) fn encode(&self) -> Vec<u8> {
        encode(NONCE, &write::octet_string(&self.0))
    }
}

/// One extension as received.
#[derive(Debug, Clone)]
pub(super) struct Extension {
    pub(super) kind: Oid,
    pub(super) critical: bool,
    pub(super) value: Vec<u8>,
}

/// An extension, not critical: none of RFC 6960 needs to be.
pub(super) fn encode(kind: Oid, value: &[u8]) -> Vec<u8> {
    write::sequence([write::oid(&kind), write::octet_string(value)])
}

/// Why a list of extensions is refused.
#[derive(Debug)]
pub(super) enum ReadExtensions {
    Asn1(ReadAsn1),
    Repeated(Box<Oid>),
    TooMany,
    NonceLength(usize),
}

impl From<ReadAsn1> for ReadExtensions {
    fn from(error: ReadAsn1) -> Self {
        Self::Asn1(error)
    }
}

/// `Extensions ::= SEQUENCE OF Extension`, each kind once.
pub(super) fn read(mut list: Reader<'_>) -> Result<Vec<Extension>, ReadExtensions> {
    let mut all: Vec<Extension> = Vec::new();
    while !list.is_empty() {
        if all.len() == MAX_EXTENSIONS {
            return Err(ReadExtensions::TooMany);
        }
        let mut inside = list.sequence()?;
        let kind = inside.oid()?;
        let critical = inside
            .optional(Tag::BOOLEAN)?
            .map(|element| element.boolean())
            .transpose()?;
        let value = inside.expect(Tag::OCTET_STRING)?.content().to_vec();
        inside.end()?;
        if all.iter().any(|extension| extension.kind == kind) {
            return Err(ReadExtensions::Repeated(Box::new(kind)));
        }
        all.push(Extension {
            kind,
            critical: critical.unwrap_or(false),
            value,
        });
    }
    Ok(all)
}

/// The nonce among `extensions`.
pub(super) fn nonce(extensions: &[Extension]) -> Result<Option<Nonce>, ReadExtensions> {
    let Some(extension) = extensions.iter().find(|extension| extension.kind == NONCE) else {
        return Ok(None);
    };
    let octets = Reader::single(&extension.value, Tag::OCTET_STRING)?.content();
    // RFC 9654 2.1: fewer than 1 or more than 128 octets are malformed.
    Nonce::from_octets(octets)
        .map(Some)
        .ok_or(ReadExtensions::NonceLength(octets.len()))
}
