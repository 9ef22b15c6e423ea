//! How a request ends, why it gets no token, and the answer that says so.

use thiserror::Error;

use asn1::{Oid, ReadAsn1, Tag, write};

/// `PKIStatus` (RFC 3161 2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A token as asked for.
    Granted,
    /// A token, with changes.
    GrantedWithMods,
    /// No token.
    Rejection,
    /// The request waits.
    Waiting,
    /// A revocation is coming.
    RevocationWarning,
    /// The authority's certificate is revoked.
    RevocationNotification,
}

/// `PKIFailureInfo` (RFC 3161 2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// Unknown or unsupported algorithm.
    BadAlgorithm,
    /// Transaction not permitted or supported.
    BadRequest,
    /// The data submitted has the wrong format.
    BadDataFormat,
    /// The source of time is not available.
    TimeNotAvailable,
    /// The policy asked for is not supported.
    UnacceptedPolicy,
    /// The extension asked for is not supported.
    UnacceptedExtension,
    /// The additional information could not be understood or is not available.
    AddInfoNotAvailable,
    /// The request cannot be handled due to system failure.
    SystemFailure,
}

impl Failure {
    const ALL: [Self; 8] = [
        Self::BadAlgorithm,
        Self::BadRequest,
        Self::BadDataFormat,
        Self::TimeNotAvailable,
        Self::UnacceptedPolicy,
        Self::UnacceptedExtension,
        Self::AddInfoNotAvailable,
        Self::SystemFailure,
    ];

    /// Its bit in the BIT STRING.
    #[must_use]
    pub fn bit(self) -> u8 {
        match self {
            Self::BadAlgorithm => 0,
            Self::BadRequest => 2,
            Self::BadDataFormat => 5,
            Self::TimeNotAvailable => 14,
            Self::UnacceptedPolicy => 15,
            Self::UnacceptedExtension => 16,
            Self::AddInfoNotAvailable => 17,
            Self::SystemFailure => 25,
        }
    }

    /// The failure whose bit is the first one set in `octets`.
    pub(super) fn of_bits(octets: &[u8]) -> Option<Self> {
        let is_set = |bit: u8| {
            octets
                .get(usize::from(bit / 8))
                .is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0)
        };
        Self::ALL.into_iter().find(|failure| is_set(failure.bit()))
    }

    /// The named bit alone; no trailing zero bits (X.690 11.2.2).
    fn encode(self) -> Vec<u8> {
        let (octets, bit) = (self.bit() / 8, self.bit() % 8);
        let mut content = vec![0; usize::from(octets) + 2];
        content
            .first_mut()
            .into_iter()
            .for_each(|unused| *unused = 7 - bit);
        content
            .last_mut()
            .into_iter()
            .for_each(|last| *last = 0x80 >> bit);
        write::element(Tag::BIT_STRING, &content)
    }
}

/// Why a request gets no token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// More than [`crate::tsp::MAX_REQUEST`] octets.
    #[error("a request of {0} octets is too large")]
    TooLarge(usize),
    /// Not the DER of a request.
    #[error("the request is malformed")]
    Malformed(#[source] ReadAsn1),
    /// Another version than 1.
    #[error("version {0} of the request")]
    Version(u64),
    /// The digest algorithm of the imprint is not one of ours.
    #[error("imprint algorithm {0} is unknown")]
    ImprintAlgorithm(Box<Oid>),
    /// The digest algorithm of the imprint binds nothing any more.
    #[error("imprint algorithm {0} is too weak")]
    ImprintWeak(Box<Oid>),
    /// The imprint is not as long as its algorithm makes it.
    #[error("imprint of {found} octets, its algorithm makes {expected}")]
    ImprintLength {
        /// Octets given.
        found: usize,
        /// Octets of the algorithm.
        expected: usize,
    },
    /// A nonce of more than [`crate::tsp::MAX_NONCE`] octets.
    #[error("a nonce of {0} octets is too long")]
    Nonce(usize),
    /// A policy that this authority does not keep.
    #[error("policy {0} is not kept here")]
    Policy(Box<Oid>),
    /// An extension; none is known here, and RFC 3161 2.4.1 refuses unknown ones, critical or not.
    #[error("extension {0} is not known here")]
    Extension(Box<Oid>),
    /// The clock is out of tolerance or earlier than a token already given (T-T1, T-T2).
    #[error("the time is not available")]
    TimeNotAvailable,
    /// The authority cannot sign now.
    #[error("the authority cannot sign now")]
    Unavailable,
}

impl Refused {
    /// What the answer says.
    #[must_use]
    pub fn failure(&self) -> Failure {
        match self {
            Self::ImprintAlgorithm(_) | Self::ImprintWeak(_) => Failure::BadAlgorithm,
            Self::TooLarge(_) | Self::Version(_) | Self::Nonce(_) => Failure::BadRequest,
            Self::Malformed(_) | Self::ImprintLength { .. } => Failure::BadDataFormat,
            Self::TimeNotAvailable => Failure::TimeNotAvailable,
            Self::Policy(_) => Failure::UnacceptedPolicy,
            Self::Extension(_) => Failure::UnacceptedExtension,
            Self::Unavailable => Failure::SystemFailure,
        }
    }

    /// The TimeStampResp that refuses: status rejection, the reason in words and as a bit, no token.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let text = write::sequence([write::utf8_string(&self.to_string())]);
        let status = write::sequence([write::unsigned(2), text, self.failure().encode()]);
        write::sequence([status])
    }
}
