//! OCSPRequest.

use thiserror::Error;

use crate::ocsp::extension::Nonce;
use crate::ocsp::extension::{self, ReadExtensions};
use crate::ocsp::identifier::CertificateId;
use crate::ocsp::response::Refusal;
use asn1::{Oid, ReadAsn1, Reader, Tag, write};

/// T-C8: octets of one request.
pub const MAX_REQUEST: usize = 8 * 1024;
/// T-C8: certificates asked about in one request.
pub const MAX_IDS: usize = 20;

/// What a client asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    ids: Vec<CertificateId>,
    nonce: Option<Nonce>,
    preferred: Vec<Oid>,
}

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadRequest {
    /// More than [`MAX_REQUEST`] octets.
    #[error("a request of {0} octets is too large")]
    TooLarge(usize),
    /// Not the DER of a request.
    #[error("the request is malformed")]
    Asn1(#[from] ReadAsn1),
    /// Another version than v1, which DER leaves out.
    #[error("version {0} of the request")]
    Version(u64),
    /// No certificate asked about.
    #[error("the request asks about nothing")]
    Empty,
    /// More than [`MAX_IDS`] certificates.
    #[error("the request asks about too many certificates")]
    TooManyIds,
    /// An extension twice.
    #[error("extension {0} is repeated")]
    Repeated(Box<Oid>),
    /// Too many extensions.
    #[error("the request has too many extensions")]
    TooManyExtensions,
    /// A nonce of none or more than 128 octets (RFC 9654 2.1).
    #[error("a nonce of {0} octets")]
    NonceLength(usize),
    /// A critical extension that is not known here.
    #[error("critical extension {0} is not known here")]
    CriticalExtension(Box<Oid>),
}

impl From<ReadExtensions> for ReadRequest {
    fn from(error: ReadExtensions) -> Self {
        match error {
            ReadExtensions::Asn1(error) => Self::Asn1(error),
            ReadExtensions::Repeated(oid) => Self::Repeated(oid),
            ReadExtensions::TooMany => Self::TooManyExtensions,
            ReadExtensions::NonceLength(length) => Self::NonceLength(length),
        }
    }
}

impl ReadRequest {
    /// The answer to such a request: malformedRequest (RFC 6960 2.3).
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        Refusal::MalformedRequest
    }
}

impl Request {
    /// A request about one certificate (RFC 9919: exactly one, no further extensions but a nonce).
    #[must_use]
    pub fn new(id: CertificateId, nonce: Option<Nonce>) -> Self {
        Self {
            ids: vec![id],
            nonce,
            preferred: Vec::new(),
        }
    }

    /// Reads a request. A signature on it and its requestorName are ignored, as RFC 9919 allows.
    ///
    /// # Errors
    /// See [`ReadRequest`].
    pub fn parse(octets: &[u8]) -> Result<Self, ReadRequest> {
        if octets.len() > MAX_REQUEST {
            return Err(ReadRequest::TooLarge(octets.len()));
        }
        let mut outer = Reader::single(octets, Tag::SEQUENCE)?.reader()?;
        let mut inside = outer.sequence()?;
        outer.optional(Tag::context(0))?;
        outer.end()?;
        if let Some(explicit) = inside.optional(Tag::context(0))? {
            let version = explicit.only(Tag::INTEGER)?;
            return match version.unsigned()? {
                0 => Err(ReadAsn1::Default { at: version.at() }.into()),
                other => Err(ReadRequest::Version(other)),
            };
        }
        inside.optional(Tag::context(1))?;
        let ids = read_ids(inside.sequence()?)?;
        let extensions = match inside.optional(Tag::context(2))? {
            Some(explicit) => extension::read(explicit.only(Tag::SEQUENCE)?.reader()?)?,
            None => Vec::new(),
        };
        inside.end()?;
        const KNOWN: [Oid; 3] = [
            extension::NONCE,
            extension::PREFERRED_ALGORITHMS,
            extension::ACCEPTABLE_RESPONSES,
        ];
        if let Some(unknown) = extensions
            .iter()
            .find(|extension| extension.critical && !KNOWN.contains(&extension.kind))
        {
            return Err(ReadRequest::CriticalExtension(Box::new(unknown.kind)));
        }
        let nonce = extension::nonce(&extensions)?;
        let preferred = match extensions
            .iter()
            .find(|extension| extension.kind == extension::PREFERRED_ALGORITHMS)
        {
            Some(extension) => read_preferred(&extension.value)?,
            None => Vec::new(),
        };
        Ok(Self {
            ids,
            nonce,
            preferred,
        })
    }

    /// `OCSPRequest ::= SEQUENCE { tbsRequest SEQUENCE { requestList, requestExtensions [2] } }`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let list = self.ids.iter().map(|id| write::sequence([id.der()]));
        let extensions = match &self.nonce {
            Some(nonce) => write::context(2, [write::sequence([nonce.encode()])]),
            None => Vec::new(),
        };
        write::sequence([write::sequence([write::sequence(list), extensions])])
    }

    /// The certificates asked about, 1 to 20.
    #[must_use]
    pub fn ids(&self) -> &[CertificateId] {
        &self.ids
    }

    /// The nonce.
    #[must_use]
    pub fn nonce(&self) -> Option<&Nonce> {
        self.nonce.as_ref()
    }

    /// The signature algorithms the client would like, best first (RFC 6960 4.4.7): a wish, honoured inside
    /// our own list only.
    #[must_use]
    pub fn preferred_algorithms(&self) -> &[Oid] {
        &self.preferred
    }
}

/// `requestList SEQUENCE OF Request ::= SEQUENCE { reqCert CertID, singleRequestExtensions [0] }`.
fn read_ids(mut list: Reader<'_>) -> Result<Vec<CertificateId>, ReadRequest> {
    let mut ids = Vec::new();
    while !list.is_empty() {
        if ids.len() == MAX_IDS {
            return Err(ReadRequest::TooManyIds);
        }
        let mut inside = list.sequence()?;
        ids.push(CertificateId::read(&inside.expect(Tag::SEQUENCE)?)?);
        if let Some(explicit) = inside.optional(Tag::context(0))? {
            let extensions = extension::read(explicit.only(Tag::SEQUENCE)?.reader()?)?;
            if let Some(unknown) = extensions.iter().find(|extension| extension.critical) {
                return Err(ReadRequest::CriticalExtension(Box::new(unknown.kind)));
            }
        }
        inside.end()?;
    }
    if ids.is_empty() {
        Err(ReadRequest::Empty)
    } else {
        Ok(ids)
    }
}

/// `PreferredSignatureAlgorithms ::= SEQUENCE OF SEQUENCE { sigIdentifier, pubKeyAlgIdentifier OPTIONAL }`.
fn read_preferred(value: &[u8]) -> Result<Vec<Oid>, ReadAsn1> {
    let mut list = Reader::single(value, Tag::SEQUENCE)?.reader()?;
    let mut preferred = Vec::new();
    while !list.is_empty() {
        preferred.push(list.sequence()?.sequence()?.oid()?);
    }
    Ok(preferred)
}
