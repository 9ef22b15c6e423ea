//! OCSPResponse, as received.

use thiserror::Error;
use time::UtcDateTime;

use crate::ocsp::extension::{self, Extension, Nonce, ReadExtensions};
use crate::ocsp::identifier::CertificateId;
use asn1::{Element, Fraction, Oid, ReadAsn1, Reader, Tag, write};
use pki::algorithm::AlgorithmIdentifier;
use pki::crl::Reason;

/// Octets of one response.
pub const MAX_RESPONSE: usize = 128 * 1024;
/// Answers in one response.
const MAX_SINGLES: usize = 128;
/// Certificates in one response.
const MAX_CERTIFICATES: usize = 16;

/// A response without an answer (RFC 6960 2.3): no bytes, no signature, never cached for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The request is malformed.
    MalformedRequest,
    /// The responder cannot answer.
    InternalError,
    /// The responder cannot answer now.
    TryLater,
    /// The request has to be signed.
    SignatureRequired,
    /// The responder has no authoritative record (RFC 9919 2.2.3).
    Unauthorized,
}

impl Refusal {
    fn code(self) -> u8 {
        match self {
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::SignatureRequired => 5,
            Self::Unauthorized => 6,
        }
    }

    fn of_code(code: u64) -> Option<Self> {
        [
            Self::MalformedRequest,
            Self::InternalError,
            Self::TryLater,
            Self::SignatureRequired,
            Self::Unauthorized,
        ]
        .into_iter()
        .find(|refusal| u64::from(refusal.code()) == code)
    }

    /// The OCSPResponse that says so.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        write::sequence([write::enumerated(self.code())])
    }
}

/// What is known of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Issued and not revoked.
    Good,
    /// Revoked, or on hold.
    Revoked {
        /// Since when.
        at: UtcDateTime,
        /// Why; [`Reason::Unspecified`] where nothing is said.
        reason: Reason,
    },
    /// Not known here.
    Unknown,
}

impl Status {
    /// What a responder says of a serial number that was never issued when it wants to be heard by those who
    /// take *unknown* lightly (RFC 6960 2.2): on hold since 1970.
    pub const NEVER_ISSUED: Self = Self::Revoked {
        at: UtcDateTime::UNIX_EPOCH,
        reason: Reason::CertificateHold,
    };
}

/// One answer in a response.
#[derive(Debug, Clone)]
pub struct SingleResponse {
    pub(super) id: CertificateId,
    pub(super) status: Status,
    pub(super) this_update: UtcDateTime,
    pub(super) next_update: Option<UtcDateTime>,
    pub(super) invalid_since: Option<UtcDateTime>,
    pub(super) extensions: Vec<Extension>,
}

/// Who answers, by one of two names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ResponderId {
    /// The subject, a whole Name.
    Name(Vec<u8>),
    /// SHA-1 of the key bits: the standard fixes the algorithm.
    Key(Vec<u8>),
}

/// A response with answers, read and not judged.
#[derive(Debug, Clone)]
pub struct Response {
    pub(super) to_be_signed: Vec<u8>,
    pub(super) responder: ResponderId,
    pub(super) produced_at: UtcDateTime,
    pub(super) singles: Vec<SingleResponse>,
    pub(super) extensions: Vec<Extension>,
    pub(super) nonce: Option<Nonce>,
    pub(super) signature_algorithm: AlgorithmIdentifier,
    pub(super) signature: Vec<u8>,
    pub(super) certificates: Vec<Vec<u8>>,
    raw: Vec<u8>,
}

/// Why octets are no response with answers.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadResponse {
    /// More than [`MAX_RESPONSE`] octets.
    #[error("a response of {0} octets is too large")]
    TooLarge(usize),
    /// The encoding is broken.
    #[error("not an ocsp response")]
    Asn1(#[from] ReadAsn1),
    /// The responder gave no answer; that is no statement about any certificate.
    #[error("the responder gave no answer: {0:?}")]
    Refused(Refusal),
    /// A status that RFC 6960 does not have.
    #[error("status {0} of the response")]
    ResponseStatus(u64),
    /// A refusal that carries an answer all the same.
    #[error("the responder refused and yet answered")]
    AnswerWithRefusal,
    /// Successful, and no answer inside.
    #[error("the responder gave an empty response")]
    AnswerAbsent,
    /// Another type of response than the basic one.
    #[error("response type {0}")]
    ResponseType(Box<Oid>),
    /// Another version than v1.
    #[error("version {0} of the response")]
    Version(u64),
    /// More answers or certificates than the limits.
    #[error("too many answers or certificates")]
    TooMany,
    /// An extension twice.
    #[error("extension {0} is repeated")]
    Repeated(Box<Oid>),
    /// A nonce of none or more than 128 octets (RFC 9654 2.1).
    #[error("a nonce of {0} octets")]
    NonceLength(usize),
    /// A reason code that RFC 5280 5.3.1 does not have or that no response can have.
    #[error("revocation reason {0}")]
    Reason(u64),
}

impl From<ReadExtensions> for ReadResponse {
    fn from(error: ReadExtensions) -> Self {
        match error {
            ReadExtensions::Asn1(error) => Self::Asn1(error),
            ReadExtensions::Repeated(oid) => Self::Repeated(oid),
            ReadExtensions::TooMany => Self::TooMany,
            ReadExtensions::NonceLength(length) => Self::NonceLength(length),
        }
    }
}

impl Response {
    /// Reads a DER OCSPResponse.
    ///
    /// # Errors
    /// See [`ReadResponse`]; a refusal of the responder is one, since it states nothing.
    pub fn parse(octets: &[u8]) -> Result<Self, ReadResponse> {
        if octets.len() > MAX_RESPONSE {
            return Err(ReadResponse::TooLarge(octets.len()));
        }
        let mut outer = Reader::single(octets, Tag::SEQUENCE)?.reader()?;
        let status = outer.expect(Tag::ENUMERATED)?.unsigned()?;
        let bytes = outer.optional(Tag::context(0))?;
        outer.end()?;
        let bytes = match (status, bytes) {
            (0, Some(bytes)) => bytes.only(Tag::SEQUENCE)?,
            (0, None) => return Err(ReadResponse::AnswerAbsent),
            (_, Some(_)) => return Err(ReadResponse::AnswerWithRefusal),
            (code, None) => {
                return Err(Refusal::of_code(code)
                    .map_or(ReadResponse::ResponseStatus(code), ReadResponse::Refused));
            }
        };
        let mut inside = bytes.reader()?;
        let kind = inside.oid()?;
        if kind != extension::BASIC {
            return Err(ReadResponse::ResponseType(Box::new(kind)));
        }
        let basic = inside.expect(Tag::OCTET_STRING)?.content();
        inside.end()?;
        let mut response = Self::read_basic(basic)?;
        response.raw = octets.to_vec();
        Ok(response)
    }

    /// `BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature, certs [0] }`.
    fn read_basic(octets: &[u8]) -> Result<Self, ReadResponse> {
        let mut inside = Reader::single(octets, Tag::SEQUENCE)?.reader()?;
        let data = inside.expect(Tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmIdentifier::read(&inside.expect(Tag::SEQUENCE)?)?;
        let signature = inside.expect(Tag::BIT_STRING)?.bits()?.to_vec();
        let mut certificates = Vec::new();
        if let Some(explicit) = inside.optional(Tag::context(0))? {
            let mut list = explicit.only(Tag::SEQUENCE)?.reader()?;
            while !list.is_empty() {
                if certificates.len() == MAX_CERTIFICATES {
                    return Err(ReadResponse::TooMany);
                }
                certificates.push(list.expect(Tag::SEQUENCE)?.raw().to_vec());
            }
        }
        inside.end()?;
        let mut response = Self::read_data(&data, signature_algorithm)?;
        response.signature = signature;
        response.certificates = certificates;
        Ok(response)
    }

    /// `ResponseData ::= SEQUENCE { version [0], responderID, producedAt, responses, responseExtensions [1] }`.
    fn read_data(
        data: &Element<'_>,
        signature_algorithm: AlgorithmIdentifier,
    ) -> Result<Self, ReadResponse> {
        let mut inside = data.reader()?;
        if let Some(explicit) = inside.optional(Tag::context(0))? {
            let version = explicit.only(Tag::INTEGER)?;
            return match version.unsigned()? {
                0 => Err(ReadAsn1::Default { at: version.at() }.into()),
                other => Err(ReadResponse::Version(other)),
            };
        }
        let responder = match inside.optional(Tag::context(1))? {
            Some(name) => ResponderId::Name(name.only(Tag::SEQUENCE)?.raw().to_vec()),
            None => {
                let key = inside.expect(Tag::context(2))?.only(Tag::OCTET_STRING)?;
                ResponderId::Key(key.content().to_vec())
            }
        };
        let produced_at = inside
            .expect(Tag::GENERALIZED_TIME)?
            .generalized_time(Fraction::Refused)?;
        let mut list = inside.sequence()?;
        let mut singles = Vec::new();
        while !list.is_empty() {
            if singles.len() == MAX_SINGLES {
                return Err(ReadResponse::TooMany);
            }
            singles.push(SingleResponse::read(list.sequence()?)?);
        }
        let extensions = read_extensions(&mut inside)?;
        inside.end()?;
        let nonce = extension::nonce(&extensions)?;
        Ok(Self {
            to_be_signed: data.raw().to_vec(),
            responder,
            produced_at,
            singles,
            extensions,
            nonce,
            signature_algorithm,
            signature: Vec::new(),
            certificates: Vec::new(),
            raw: Vec::new(),
        })
    }

    /// What it is signed with, by its own word.
    #[must_use]
    pub fn signature_algorithm(&self) -> &AlgorithmIdentifier {
        &self.signature_algorithm
    }

    /// When the response was signed, by its own word.
    #[must_use]
    pub fn produced_at(&self) -> UtcDateTime {
        self.produced_at
    }

    /// The answers.
    #[must_use]
    pub fn singles(&self) -> &[SingleResponse] {
        &self.singles
    }

    /// The nonce.
    #[must_use]
    pub fn nonce(&self) -> Option<&Nonce> {
        self.nonce.as_ref()
    }

    /// The certificates inside: candidates, never trust.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// The whole OCSPResponse as received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.raw
    }
}

/// `[1] EXPLICIT Extensions`, of a response or of one answer.
fn read_extensions(inside: &mut Reader<'_>) -> Result<Vec<Extension>, ReadResponse> {
    match inside.optional(Tag::context(1))? {
        Some(explicit) => Ok(extension::read(explicit.only(Tag::SEQUENCE)?.reader()?)?),
        None => Ok(Vec::new()),
    }
}

impl SingleResponse {
    /// `SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate, nextUpdate [0], singleExtensions [1] }`.
    fn read(mut inside: Reader<'_>) -> Result<Self, ReadResponse> {
        let id = CertificateId::read(&inside.expect(Tag::SEQUENCE)?)?;
        let status = read_status(&inside.element()?)?;
        let this_update = inside
            .expect(Tag::GENERALIZED_TIME)?
            .generalized_time(Fraction::Refused)?;
        let next_update = match inside.optional(Tag::context(0))? {
            Some(explicit) => Some(
                explicit
                    .only(Tag::GENERALIZED_TIME)?
                    .generalized_time(Fraction::Refused)?,
            ),
            None => None,
        };
        let extensions = read_extensions(&mut inside)?;
        inside.end()?;
        Ok(Self {
            id,
            status,
            this_update,
            next_update,
            invalid_since: read_invalid_since(&extensions)?,
            extensions,
        })
    }

    /// Which certificate it is about.
    #[must_use]
    pub fn id(&self) -> &CertificateId {
        &self.id
    }

    /// What it says.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Since when a revoked certificate is not to be relied upon, where that is told (invalidityDate, RFC 6960 4.4.5).
    #[must_use]
    pub fn invalid_since(&self) -> Option<UtcDateTime> {
        self.invalid_since
    }

    /// As of when that is known.
    #[must_use]
    pub fn this_update(&self) -> UtcDateTime {
        self.this_update
    }

    /// By when something newer will be known.
    #[must_use]
    pub fn next_update(&self) -> Option<UtcDateTime> {
        self.next_update
    }
}

/// One that does not read would make a key look good for longer than its authority says: the response is refused.
fn read_invalid_since(extensions: &[Extension]) -> Result<Option<UtcDateTime>, ReadAsn1> {
    let mut found = extensions.iter();
    let found = found.find(|extension| extension.kind == extension::INVALIDITY_DATE);
    let read = |extension: &Extension| {
        Reader::single(&extension.value, Tag::GENERALIZED_TIME)?.generalized_time(Fraction::Refused)
    };
    found.map(read).transpose()
}

/// `CertStatus ::= CHOICE { good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo, unknown [2] IMPLICIT
/// NULL }`.
fn read_status(element: &Element<'_>) -> Result<Status, ReadResponse> {
    const GOOD: Tag = Tag::context_primitive(0);
    const REVOKED: Tag = Tag::context(1);
    const UNKNOWN: Tag = Tag::context_primitive(2);
    match element.tag() {
        GOOD => element.null().map(|()| Status::Good).map_err(Into::into),
        UNKNOWN => element.null().map(|()| Status::Unknown).map_err(Into::into),
        REVOKED => {
            let mut inside = element.reader()?;
            let at = inside
                .expect(Tag::GENERALIZED_TIME)?
                .generalized_time(Fraction::Refused)?;
            let reason = match inside.optional(Tag::context(0))? {
                None => Reason::Unspecified,
                Some(explicit) => {
                    let code = explicit.only(Tag::ENUMERATED)?.unsigned()?;
                    let reason = u8::try_from(code).ok().and_then(Reason::from_code);
                    reason.ok_or(ReadResponse::Reason(code))?
                }
            };
            inside.end()?;
            Ok(Status::Revoked { at, reason })
        }
        found => Err(ReadAsn1::Unexpected {
            at: element.at(),
            expected: GOOD,
            found,
        }
        .into()),
    }
}
