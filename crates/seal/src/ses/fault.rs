//! What can be wrong with a seal or a seal signature: what cannot be read, and what breaks a rule.

use std::fmt;

use asn1::{Oid, ReadAsn1};
use crypto::{DigestAlgorithm, ReadKey};
use pki::algorithm::ResolveAlgorithm;
use pki::certificate::ReadCertificate;
use thiserror::Error;
use time::UtcDateTime;

use crate::ses::edition::Edition;

/// A part that has a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The whole seal.
    Seal,
    /// Its picture.
    Picture,
    /// Its list of signers.
    List,
    /// The whole seal signature.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seal => "seal",
            Self::Picture => "picture",
            Self::List => "list of signers",
            Self::Signature => "seal signature",
        })
    }
}

/// Why octets are no seal, or no seal signature.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadSeal {
    /// A part is larger than is looked at.
    #[error("{part} of {octets} octets, more than {limit}")]
    TooLarge {
        /// Which part.
        part: Part,
        /// Its octets.
        octets: usize,
        /// Its limit.
        limit: usize,
    },
    /// Not the DER of the structure.
    #[error("not the encoding of a seal, {0}")]
    Encoding(#[from] ReadAsn1),
    /// A number of elements that no edition has.
    #[error("{0} elements, which no edition has")]
    Elements(usize),
    /// The header is not marked `ES`.
    #[error("the header is not marked ES")]
    Mark,
    /// A string with characters that its type does not have.
    #[error("a string has characters that its type does not have")]
    Text,
    /// A number that its place does not take.
    #[error("a number is out of range")]
    Number,
    /// The list of signers is neither of certificates (1) nor of digests (2).
    #[error("a list of signers of kind {0}")]
    ListKind(u64),
    /// The list of signers is empty.
    #[error("nobody is listed as signer")]
    NobodyListed,
    /// The list of signers is longer than is looked at.
    #[error("more than {0} signers are listed")]
    TooManyListed(usize),
    /// A critical extension that is not known here; none is.
    #[error("critical extension {0} is not known here")]
    CriticalExtension(Box<Oid>),
    /// An extension stands there twice.
    #[error("extension {0} stands there twice")]
    ExtensionTwice(Box<Oid>),
    /// More extensions than are looked at.
    #[error("more than {0} extensions")]
    TooManyExtensions(usize),
    /// The signature is of another edition than the seal in it.
    #[error("a signature of edition {signature} around a seal of edition {seal}")]
    EditionsDiffer {
        /// Of the seal.
        seal: Edition,
        /// Of the signature.
        signature: Edition,
    },
}

impl ReadSeal {
    /// The code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::TooManyListed(_) | Self::TooManyExtensions(_) => {
                "limit.seal"
            }
            Self::CriticalExtension(_) => "seal.critical-extension",
            Self::EditionsDiffer { .. } => "seal.versions-differ",
            _ => "seal.malformed",
        }
    }
}

/// A rule that a seal or a seal signature breaks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealFault {
    /// The header's version is not one of the edition that the structure is of.
    #[error("version {version} in a seal of edition {edition}")]
    Version {
        /// Of the structure.
        edition: Edition,
        /// Of the header.
        version: u64,
    },
    /// The maker's certificate cannot be read.
    #[error("the maker's certificate cannot be read, {0}")]
    MakerUnreadable(#[source] ReadCertificate),
    /// The maker's key cannot be checked with.
    #[error("the maker's key cannot be used, {0}")]
    MakerKey(#[source] ReadKey),
    /// The maker's algorithm is unknown, or is none of the maker's key.
    #[error("the maker's {0}")]
    MakerAlgorithm(#[source] ResolveAlgorithm),
    /// The seal was not signed by its maker.
    #[error("the maker's signature does not hold")]
    MakerSignature,
    /// The seal's period ends before it begins.
    #[error("the seal's period ends before it begins")]
    PeriodEmpty,
    /// Before the seal's period.
    #[error("the seal is valid from {from} on, not at {at}")]
    TooEarly {
        /// Its first moment.
        from: UtcDateTime,
        /// The moment asked about.
        at: UtcDateTime,
    },
    /// After the seal's period.
    #[error("the seal was valid until {last}, not at {at}")]
    TooLate {
        /// Its last second.
        last: UtcDateTime,
        /// The moment asked about.
        at: UtcDateTime,
    },
    /// The signer is not listed in the seal.
    #[error("the signer's certificate is not listed in the seal")]
    SignerNotListed,
    /// What was signed names another version than the seal in it.
    #[error("version {signature} of what was signed, version {seal} of the seal in it")]
    VersionsDiffer {
        /// Of the seal's header.
        seal: u64,
        /// Of what was signed.
        signature: u64,
    },
    /// The signer's certificate cannot be read.
    #[error("the signer's certificate cannot be read, {0}")]
    SignerUnreadable(#[source] ReadCertificate),
    /// The signer's key cannot be checked with.
    #[error("the signer's key cannot be used, {0}")]
    SignerKey(#[source] ReadKey),
    /// The signer's algorithm is unknown, or is none of the signer's key.
    #[error("the signer's {0}")]
    SignerAlgorithm(#[source] ResolveAlgorithm),
    /// The signature value is not good.
    #[error("the seal signature does not hold")]
    Value,
    /// The digest that was signed is not one of the algorithm that goes with the signature.
    #[error("the digest that was signed has {octets} octets, not those of {}", digest_name(*.algorithm))]
    DigestForm {
        /// Its octets.
        octets: usize,
        /// What goes with the signature.
        algorithm: DigestAlgorithm,
    },
    /// Something else was sealed.
    #[error("the digest that was signed is of something else")]
    DigestDiffers,
    /// The seal was put on another object.
    #[error("sealed was {found}, and it stands at {expected}")]
    PropertyDiffers {
        /// What is said to be sealed.
        found: String,
        /// Where it stands.
        expected: String,
    },
    /// The moment of signing cannot be read.
    #[error("the moment of signing cannot be read")]
    TimeUnreadable,
    /// The seal beside the signature is another one than the seal in it.
    #[error("the seal beside the signature is not the one in it")]
    SealDiffers,
}

impl SealFault {
    /// The code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Version { .. } => "seal.version",
            Self::MakerUnreadable(_) => "seal.maker-unreadable",
            Self::MakerKey(_) => "seal.maker-key",
            Self::MakerAlgorithm(_) => "seal.maker-algorithm",
            Self::MakerSignature => "seal.maker-signature",
            Self::PeriodEmpty => "seal.period-empty",
            Self::TooEarly { .. } => "seal.not-yet-valid",
            Self::TooLate { .. } => "seal.expired",
            Self::SignerNotListed => "seal.signer-not-listed",
            Self::VersionsDiffer { .. } => "seal.versions-differ",
            Self::SignerUnreadable(_) => "seal.signer-unreadable",
            Self::SignerKey(_) => "seal.signer-key",
            Self::SignerAlgorithm(_) => "seal.signer-algorithm",
            Self::Value => "seal.value",
            Self::DigestForm { .. } => "seal.digest-form",
            Self::DigestDiffers => "seal.digest-differs",
            Self::PropertyDiffers { .. } => "seal.property-differs",
            Self::TimeUnreadable => "seal.time-unreadable",
            Self::SealDiffers => "seal.differs",
        }
    }
}

fn digest_name(algorithm: DigestAlgorithm) -> &'static str {
    match algorithm {
        DigestAlgorithm::Sha1 => "SHA-1",
        DigestAlgorithm::Sha256 => "SHA-256",
        DigestAlgorithm::Sha384 => "SHA-384",
        DigestAlgorithm::Sha512 => "SHA-512",
        _ => "SM3",
    }
}
