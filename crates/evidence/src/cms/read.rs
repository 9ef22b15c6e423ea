//! Reading SignedData.

use thiserror::Error;

use crate::cms::oids;
use crate::cms::signer::{ReadSigner, SignerInfo};
use asn1::{Element, Oid, ReadAsn1, Reader, Tag, inspect_der};
use pki::algorithm::AlgorithmIdentifier;

/// Octets of one SignedData.
pub const MAX_SIGNED_DATA: usize = 64 * 1024 * 1024;
/// T-I8: certificates supplied in one message. Certificate revocation lists and OCSP responses likewise.
pub const MAX_CERTIFICATES: usize = 64;
/// SignerInfos of one message.
pub const MAX_SIGNERS: usize = 16;
/// Attributes of one set.
pub const MAX_ATTRIBUTES: usize = 64;

/// Why octets are no SignedData.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadCms {
    /// The encoding is broken.
    #[error("not a signed message")]
    Asn1(#[from] ReadAsn1),
    /// Another content type of CMS, or a version that RFC 5652 does not have.
    #[error("content type is {0}, not signed data")]
    NotSignedData(Box<Oid>),
    /// More than [`MAX_SIGNED_DATA`] octets.
    #[error("{0} octets are too many")]
    TooLarge(usize),
    /// More than [`MAX_CERTIFICATES`] certificates.
    #[error("too many certificates")]
    TooManyCertificates,
    /// More than [`MAX_CERTIFICATES`] pieces of revocation information.
    #[error("too many pieces of revocation information")]
    TooManyRevocations,
    /// More than [`MAX_SIGNERS`] SignerInfos or digest algorithms.
    #[error("too many signers")]
    TooManySigners,
    /// More than [`MAX_ATTRIBUTES`] attributes in one set, or [`MAX_VALUES`](super::MAX_VALUES) values in them.
    #[error("too many attributes")]
    TooManyAttributes,
}

/// What follows the message in the octets that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trailing {
    /// Nothing.
    Nothing,
    /// This many zeros: the padding of a `/Contents`.
    Zeros(usize),
    /// This many octets, not all of them zero.
    Octets(usize),
}

/// A SignedData: every part as it was received, nothing judged.
#[derive(Debug, Clone)]
pub struct SignedData {
    /// Whether it is called signed data by GB/T 35275, and not by RFC 5652.
    pub(super) national: bool,
    pub(super) version: u64,
    pub(super) digest_algorithms: Vec<AlgorithmIdentifier>,
    pub(super) content_type: Oid,
    pub(super) content: Option<Vec<u8>>,
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) other_certificates: Vec<Vec<u8>>,
    pub(super) crls: Vec<Vec<u8>>,
    pub(super) other_revocations: Vec<Vec<u8>>,
    pub(super) ocsp_responses: Vec<Vec<u8>>,
    pub(super) signers: Vec<SignerInfo>,
    pub(super) length: usize,
    pub(super) trailing: Trailing,
    pub(super) not_der: Option<ReadAsn1>,
}

impl SignedData {
    /// Reads a ContentInfo holding SignedData, BER or DER, cut at its own encoded length.
    ///
    /// # Errors
    /// See [`ReadCms`]. What is readable and wrong is not an error but a matter of [`Self::inspect`].
    pub fn parse(octets: &[u8]) -> Result<Self, ReadCms> {
        Self::parse_under(octets, &[oids::SIGNED_DATA])
    }

    /// The same under one of these content types.
    pub(super) fn parse_under(octets: &[u8], types: &[Oid]) -> Result<Self, ReadCms> {
        let mut outer = Reader::ber(octets);
        let info = outer.expect(Tag::SEQUENCE)?;
        if info.raw().len() > MAX_SIGNED_DATA {
            return Err(ReadCms::TooLarge(info.raw().len()));
        }
        let mut inside = info.reader()?;
        let content_type = inside.oid()?;
        if !types.contains(&content_type) {
            return Err(ReadCms::NotSignedData(Box::new(content_type)));
        }
        let body = inside.expect(Tag::context(0))?.only(Tag::SEQUENCE)?;
        inside.end()?;
        let mut signed = Self::read_body(&body)?;
        signed.national = content_type == oids::NATIONAL_SIGNED_DATA;
        signed.length = info.raw().len();
        signed.trailing = match outer.rest() {
            [] => Trailing::Nothing,
            rest if rest.iter().all(|octet| *octet == 0) => Trailing::Zeros(rest.len()),
            rest => Trailing::Octets(rest.len()),
        };
        signed.not_der = inspect_der(info.raw()).err();
        Ok(signed)
    }

    /// `SignedData ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, certificates [0]
    /// IMPLICIT OPTIONAL, crls [1] IMPLICIT OPTIONAL, signerInfos }` (RFC 5652 5.1).
    fn read_body(body: &Element<'_>) -> Result<Self, ReadCms> {
        let mut inside = body.reader()?;
        let version = inside.expect(Tag::INTEGER)?.unsigned()?;
        let mut digest_algorithms = Vec::new();
        let mut set = inside.set()?;
        while !set.is_empty() {
            if digest_algorithms.len() == MAX_SIGNERS {
                return Err(ReadCms::TooManySigners);
            }
            digest_algorithms.push(AlgorithmIdentifier::read(&set.expect(Tag::SEQUENCE)?)?);
        }
        let (content_type, content) = read_content(inside.sequence()?)?;
        let mut signed = Self {
            national: false,
            version,
            digest_algorithms,
            content_type,
            content,
            certificates: Vec::new(),
            other_certificates: Vec::new(),
            crls: Vec::new(),
            other_revocations: Vec::new(),
            ocsp_responses: Vec::new(),
            signers: Vec::new(),
            length: 0,
            trailing: Trailing::Nothing,
            not_der: None,
        };
        if let Some(set) = inside.optional(Tag::context(0))? {
            signed.read_certificates(set.reader()?)?;
        }
        if let Some(set) = inside.optional(Tag::context(1))? {
            signed.read_revocations(set.reader()?)?;
        }
        let mut set = inside.set()?;
        inside.end()?;
        while !set.is_empty() {
            if signed.signers.len() == MAX_SIGNERS {
                return Err(ReadCms::TooManySigners);
            }
            let signer = SignerInfo::read(&set.expect(Tag::SEQUENCE)?, MAX_ATTRIBUTES);
            signed.signers.push(signer.map_err(|error| match error {
                ReadSigner::Asn1(error) => ReadCms::Asn1(error),
                ReadSigner::TooManyAttributes => ReadCms::TooManyAttributes,
            })?);
        }
        Ok(signed)
    }

    fn read_certificates(&mut self, mut set: Reader<'_>) -> Result<(), ReadCms> {
        while !set.is_empty() {
            if self.certificates.len() + self.other_certificates.len() == MAX_CERTIFICATES {
                return Err(ReadCms::TooManyCertificates);
            }
            let element = set.element()?;
            // RFC 5652 10.2.2: a certificate is the one choice without a tag of its own.
            let list = if element.tag() == Tag::SEQUENCE {
                &mut self.certificates
            } else {
                &mut self.other_certificates
            };
            list.push(element.raw().to_vec());
        }
        Ok(())
    }

    fn read_revocations(&mut self, mut set: Reader<'_>) -> Result<(), ReadCms> {
        while !set.is_empty() {
            if self.crls.len() + self.other_revocations.len() + self.ocsp_responses.len()
                == MAX_CERTIFICATES
            {
                return Err(ReadCms::TooManyRevocations);
            }
            let element = set.element()?;
            if element.tag() == Tag::SEQUENCE {
                self.crls.push(element.raw().to_vec());
                continue;
            }
            // RFC 5652 10.2.1: [1] is OtherRevocationInfoFormat; RFC 5940 2.1: an OCSPResponse in it.
            match ocsp_response(&element) {
                Some(response) => self.ocsp_responses.push(response),
                None => self.other_revocations.push(element.raw().to_vec()),
            }
        }
        Ok(())
    }

    /// The version given.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The digest algorithms announced.
    #[must_use]
    pub fn digest_algorithms(&self) -> &[AlgorithmIdentifier] {
        &self.digest_algorithms
    }

    /// What kind of content was signed.
    #[must_use]
    pub fn content_type(&self) -> Oid {
        self.content_type
    }

    /// The content, where it is inside.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// The certificates as received: candidates, never trust (T-V7).
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// The certificate revocation lists as received.
    #[must_use]
    pub fn crls(&self) -> &[Vec<u8>] {
        &self.crls
    }

    /// The OCSP responses as received (RFC 5940), each an `OCSPResponse`.
    #[must_use]
    pub fn ocsp_responses(&self) -> &[Vec<u8>] {
        &self.ocsp_responses
    }

    /// The signers.
    #[must_use]
    pub fn signers(&self) -> &[SignerInfo] {
        &self.signers
    }

    /// The one signer; `None` where there are none or several.
    #[must_use]
    pub fn signer(&self) -> Option<&SignerInfo> {
        match self.signers.as_slice() {
            [signer] => Some(signer),
            _ => None,
        }
    }

    /// How many of the octets given are the message.
    #[must_use]
    pub fn encoded_length(&self) -> usize {
        self.length
    }

    /// What followed it.
    #[must_use]
    pub fn trailing(&self) -> Trailing {
        self.trailing
    }

    /// Whether all of the message is DER.
    #[must_use]
    pub fn is_der(&self) -> bool {
        self.not_der.is_none()
    }
}

/// `EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }`.
fn read_content(mut inside: Reader<'_>) -> Result<(Oid, Option<Vec<u8>>), ReadAsn1> {
    let content_type = inside.oid()?;
    let content = match inside.optional(Tag::context(0))? {
        None => None,
        Some(explicit) => {
            let mut explicit = explicit.reader()?;
            let content = explicit.octet_string()?;
            explicit.end()?;
            Some(content.into_owned())
        }
    };
    inside.end()?;
    Ok((content_type, content))
}

fn ocsp_response(element: &Element<'_>) -> Option<Vec<u8>> {
    if element.tag() != Tag::context(1) {
        return None;
    }
    let mut inside = element.reader().ok()?;
    if inside.oid().ok()? != oids::OCSP_RESPONSE {
        return None;
    }
    let response = inside.expect(Tag::SEQUENCE).ok()?;
    inside.end().ok()?;
    Some(response.raw().to_vec())
}
