//! Attributes, and the typed content of those that the rules are about.

use crypto::{Digest, DigestAlgorithm};
use time::UtcDateTime;

use crate::cms::oids;
use asn1::{Oid, ReadAsn1, Reader, Tag, write};
use pki::algorithm::AlgorithmIdentifier;

/// Values of all attributes in one set: of two octets each, 40 MB of them took 1.1 GB (T-I3).
pub const MAX_VALUES: usize = 1_024;

/// Attributes that a signer may claim.
const MAX_CLAIMED: usize = 16;
/// Octets of a role that is told.
const MAX_ROLE: usize = 256;

/// An attribute: its type and its values, each value as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    kind: Oid,
    values: Vec<Vec<u8>>,
}

/// What signing-certificate (version 1 or 2) says: hashes of certificates, the signer's first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningCertificate {
    /// The certificates named; RFC 5035 5.4: the first is the signer's.
    pub certificates: Vec<CertificateHash>,
}

/// ESSCertID or ESSCertIDv2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateHash {
    /// The algorithm of the hash, `None` where it is not one of ours.
    pub algorithm: Option<DigestAlgorithm>,
    /// The hash over the whole certificate.
    pub hash: Vec<u8>,
    /// The issuer's Name and the serial number's content octets, where they are given.
    pub issuer_serial: Option<(Vec<u8>, Vec<u8>)>,
}

/// cms-algorithm-protection: the algorithms once more, under the signature (RFC 6211 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmProtection {
    /// The digest algorithm.
    pub digest: AlgorithmIdentifier,
    /// The signature algorithm, `None` where the attribute is for a MAC.
    pub signature: Option<AlgorithmIdentifier>,
}

impl Attribute {
    /// An attribute with one value, a whole DER element.
    #[must_use]
    pub fn new(kind: Oid, value: Vec<u8>) -> Self {
        Self {
            kind,
            values: vec![value],
        }
    }

    /// The attribute signature-time-stamp with this token.
    #[must_use]
    pub fn signature_time_stamp(token: &[u8]) -> Self {
        Self::new(oids::SIGNATURE_TIME_STAMP, token.to_vec())
    }

    /// The attribute that holds a receipt of the public log, an OCTET STRING.
    #[must_use]
    pub fn receipt(receipt: &[u8]) -> Self {
        Self::new(oids::RECEIPT, write::octet_string(receipt))
    }

    /// The attribute signer-attributes-v2 with a role that its signer claims, as the attribute title (X.520 6.4.3):
    /// `SEQUENCE { claimedAttributes [0] EXPLICIT SEQUENCE OF Attribute }` (EN 319 122-1, 5.2.6.1).
    #[must_use]
    pub(super) fn claimed_role(role: &str) -> Self {
        let title = Self::new(oids::TITLE, write::utf8_string(role)).encode();
        let claimed = write::context(0, [write::sequence([title])]);
        Self::new(oids::SIGNER_ATTRIBUTES_V2, write::sequence([claimed]))
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> Oid {
        self.kind
    }

    /// Its values, each a whole element.
    #[must_use]
    pub fn values(&self) -> &[Vec<u8>] {
        &self.values
    }

    /// Its value where it has exactly one.
    #[must_use]
    pub fn value(&self) -> Option<&[u8]> {
        match self.values.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// `Attribute ::= SEQUENCE { attrType, attrValues SET OF }`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        write::sequence([write::oid(&self.kind), write::set_of(&self.values)])
    }

    /// `None` where there are more than `most`, or more than [`MAX_VALUES`] values in them.
    pub(super) fn read_all(
        mut reader: Reader<'_>,
        most: usize,
    ) -> Result<Option<Vec<Self>>, ReadAsn1> {
        let mut attributes = Vec::new();
        let mut room = MAX_VALUES;
        while !reader.is_empty() {
            if attributes.len() == most {
                return Ok(None);
            }
            let mut inside = reader.sequence()?;
            let kind = inside.oid()?;
            let mut set = inside.set()?;
            inside.end()?;
            let mut values = Vec::new();
            while !set.is_empty() {
                if room == 0 {
                    return Ok(None);
                }
                room -= 1;
                values.push(set.element()?.raw().to_vec());
            }
            attributes.push(Self { kind, values });
        }
        Ok(Some(attributes))
    }
}

/// The value of content-type.
pub(super) fn content_type(value: &[u8]) -> Result<Oid, ReadAsn1> {
    Reader::single(value, Tag::OID)?.oid()
}

/// The value of message-digest.
pub(super) fn message_digest(value: &[u8]) -> Result<&[u8], ReadAsn1> {
    Ok(Reader::single(value, Tag::OCTET_STRING)?.content())
}

/// The value of signing-time (RFC 5652 11.3: UTCTime until 2049, GeneralizedTime after).
pub(super) fn signing_time(value: &[u8]) -> Result<UtcDateTime, ReadAsn1> {
    let mut reader = Reader::der(value);
    let time = reader.element()?.time()?;
    reader.end()?;
    Ok(time)
}

/// The value of cms-algorithm-protection.
pub(super) fn algorithm_protection(value: &[u8]) -> Result<AlgorithmProtection, ReadAsn1> {
    let mut inside = Reader::single(value, Tag::SEQUENCE)?.reader()?;
    let digest = AlgorithmIdentifier::read(&inside.expect(Tag::SEQUENCE)?)?;
    let signature = implicit_algorithm(&mut inside, 1)?;
    implicit_algorithm(&mut inside, 2)?;
    inside.end()?;
    Ok(AlgorithmProtection { digest, signature })
}

/// `[number] IMPLICIT AlgorithmIdentifier`: the same content under another tag.
fn implicit_algorithm(
    reader: &mut Reader<'_>,
    number: u8,
) -> Result<Option<AlgorithmIdentifier>, ReadAsn1> {
    let Some(element) = reader.optional(Tag::context(number))? else {
        return Ok(None);
    };
    let sequence = write::element(Tag::SEQUENCE, element.content());
    AlgorithmIdentifier::read(&Reader::single(&sequence, Tag::SEQUENCE)?).map(Some)
}

/// Whether words can be shown as they are: not empty, short, and without marks that would make another line of a report of them.
fn is_plain(words: &str) -> bool {
    let odd = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    (1..=MAX_ROLE).contains(&words.len()) && !words.contains(odd)
}

/// The roles that a value of signer-attributes-v2 claims: each value of each claimed attribute that is plain text of UTF-8. Roles
/// that somebody certified or asserted are not read.
///
/// # Errors
/// Every fault of the encoding.
pub(super) fn claimed_roles(value: &[u8]) -> Result<Vec<String>, ReadAsn1> {
    let mut inside = Reader::single(value, Tag::SEQUENCE)?.reader()?;
    let Some(claimed) = inside.optional(Tag::context(0))? else {
        return Ok(Vec::new());
    };
    let list = claimed.only(Tag::SEQUENCE)?.reader()?;
    let attributes = Attribute::read_all(list, MAX_CLAIMED)?.unwrap_or_default();
    let values = attributes.iter().flat_map(Attribute::values);
    let texts = values.filter_map(|value| Reader::single(value, Tag::UTF8_STRING).ok());
    let roles: Result<Vec<&str>, _> = texts.map(|text| text.text()).collect();
    let plain = roles?.into_iter().filter(|role| is_plain(role));
    Ok(plain.map(str::to_owned).collect())
}

impl SigningCertificate {
    /// Reads the value of signing-certificate-v2 (RFC 5035 3).
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn parse_v2(value: &[u8]) -> Result<Self, ReadAsn1> {
        Self::parse(value, |inside| {
            // DEFAULT id-sha256: left out by DER, yet written by many; both are read.
            match inside.optional(Tag::SEQUENCE)? {
                // The issuerSerial is a SEQUENCE too, but comes after the hash.
                Some(element) => Ok(AlgorithmIdentifier::read(&element)?.digest()),
                None => Ok(Some(DigestAlgorithm::Sha256)),
            }
        })
    }

    /// Reads the value of signing-certificate: SHA-1, version 1 (RFC 2634 5.4).
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn parse_v1(value: &[u8]) -> Result<Self, ReadAsn1> {
        Self::parse(value, |_| Ok(Some(DigestAlgorithm::Sha1)))
    }

    fn parse(
        value: &[u8],
        algorithm: impl Fn(&mut Reader<'_>) -> Result<Option<DigestAlgorithm>, ReadAsn1>,
    ) -> Result<Self, ReadAsn1> {
        let mut inside = Reader::single(value, Tag::SEQUENCE)?.reader()?;
        let mut list = inside.sequence()?;
        let mut certificates = Vec::new();
        while !list.is_empty() {
            let mut one = list.sequence()?;
            let algorithm = algorithm(&mut one)?;
            let hash = one.expect(Tag::OCTET_STRING)?.content().to_vec();
            let issuer_serial = match one.optional(Tag::SEQUENCE)? {
                Some(element) => Some(issuer_serial(element.reader()?)?),
                None => None,
            };
            one.end()?;
            certificates.push(CertificateHash {
                algorithm,
                hash,
                issuer_serial,
            });
        }
        // Policies are informational and no rule of ours (RFC 5035 5.4.1).
        inside.optional(Tag::SEQUENCE)?;
        inside.end()?;
        Ok(Self { certificates })
    }

    /// The value of signing-certificate-v2 naming one certificate by SHA-256 (the DEFAULT, left out),
    /// with issuer and serial.
    #[must_use]
    pub(super) fn encode_v2(certificate: &[u8], issuer: &[u8], serial: &[u8]) -> Vec<u8> {
        let hash = write::octet_string(Digest::of(DigestAlgorithm::Sha256, certificate).bytes());
        let general_names = write::sequence([write::context(4, [issuer])]);
        let issuer_serial = write::sequence([general_names, write::integer(serial)]);
        write::sequence([write::sequence([write::sequence([hash, issuer_serial])])])
    }
}

/// `IssuerSerial`: RFC 5035 5: for public-key certificates exactly one directoryName.
fn issuer_serial(mut inside: Reader<'_>) -> Result<(Vec<u8>, Vec<u8>), ReadAsn1> {
    let mut names = inside.sequence()?;
    let issuer = names
        .expect(Tag::context(4))?
        .only(Tag::SEQUENCE)?
        .raw()
        .to_vec();
    names.end()?;
    let serial = inside.expect(Tag::INTEGER)?.integer()?.to_vec();
    inside.end()?;
    Ok((issuer, serial))
}

impl CertificateHash {
    /// Whether the hash is that of `certificate`, the whole DER of one.
    #[must_use]
    pub fn names(&self, certificate: &[u8]) -> bool {
        self.algorithm
            .is_some_and(|algorithm| Digest::of(algorithm, certificate).bytes() == self.hash)
    }
}
