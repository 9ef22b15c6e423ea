//! What can be wrong with a signed message that can be read.

use thiserror::Error;

use asn1::{Oid, ReadAsn1};
use pki::algorithm::ResolveAlgorithm;

/// A departure of a message, its signer or its signature from the rules. None of them is ever passed over
/// in silence; which of them a policy can live with is the verifier's to say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Octets follow the message that are not all zero.
    #[error("{0} octets follow the message")]
    TrailingOctets(usize),
    /// Zeros follow the message where it stands alone and not in a reserved place.
    #[error("{0} zeros follow the message")]
    TrailingZeros(usize),
    /// The message is BER and its format asks for DER (EN 319 142-1 6.3).
    #[error("the message is not DER")]
    NotDer(#[source] ReadAsn1),
    /// The version is not the one that the parts demand (RFC 5652 5.1).
    #[error("version {found} of the message, expected {expected}")]
    Version {
        /// What is written.
        found: u64,
        /// What the parts demand.
        expected: u64,
    },
    /// No SignerInfo.
    #[error("no signer")]
    NoSigner,
    /// More than one SignerInfo where the format allows one (EN 319 142-1 6.3, RFC 3161 2.4.2).
    #[error("{0} signers")]
    SeveralSigners(usize),
    /// Another type of content than the format has.
    #[error("content type is {0}")]
    ContentType(Box<Oid>),
    /// Content inside a message that signs something outside (a shadow document).
    #[error("content inside a detached signature")]
    ContentPresent,
    /// No content inside a message that has to carry it.
    #[error("no content inside")]
    ContentAbsent,
    /// The signer's digest algorithm is not among those announced (RFC 5652 5.1).
    #[error("digest algorithm of the signer is not announced")]
    DigestNotAnnounced,
    /// No certificate inside where the format asks for the signer's.
    #[error("no certificate inside")]
    CertificatesAbsent,
    /// The version of the SignerInfo does not go with its identifier (RFC 5652 5.3).
    #[error("version {found} of the signer, expected {expected}")]
    SignerVersion {
        /// What is written.
        found: u64,
        /// What the identifier demands.
        expected: u64,
    },
    /// No signed attributes.
    #[error("no signed attributes")]
    SignedAttributesAbsent,
    /// Signed attributes that are not DER: refused, never put in order (RFC 5652 5.4).
    #[error("signed attributes are not DER")]
    SignedAttributesNotDer(#[source] ReadAsn1),
    /// A type of signed attribute that stands there twice (RFC 5652 5.3).
    #[error("signed attribute {0} is repeated")]
    AttributeRepeated(Box<Oid>),
    /// A signed attribute that the format forbids.
    #[error("signed attribute {0} is not allowed here")]
    AttributeForbidden(Box<Oid>),
    /// An attribute that has to be signed and is not, or the reverse (RFC 5652 11).
    #[error("attribute {0} is on the wrong side of the signature")]
    AttributeMisplaced(Box<Oid>),
    /// content-type is absent.
    #[error("attribute content-type is absent")]
    ContentTypeAbsent,
    /// content-type stands there more than once, or with none or several values.
    #[error("attribute content-type is there more than once")]
    ContentTypeRepeated,
    /// content-type holds no object identifier.
    #[error("attribute content-type is malformed")]
    ContentTypeMalformed,
    /// content-type names another type than the message.
    #[error("attribute content-type says {0}")]
    ContentTypeDiffers(Box<Oid>),
    /// message-digest is absent.
    #[error("attribute message-digest is absent")]
    MessageDigestAbsent,
    /// message-digest stands there more than once, or with none or several values.
    #[error("attribute message-digest is there more than once")]
    MessageDigestRepeated,
    /// message-digest holds no octet string of the length of the digest algorithm.
    #[error("attribute message-digest is malformed")]
    MessageDigestMalformed,
    /// The content given has another digest.
    #[error("the content has another digest")]
    MessageDigestDiffers,
    /// signing-time is absent where the format demands it (CAdES).
    #[error("attribute signing-time is absent")]
    SigningTimeAbsent,
    /// signing-time is present where the format forbids it (PAdES).
    #[error("attribute signing-time is present")]
    SigningTimePresent,
    /// signing-time stands there more than once, or with none or several values.
    #[error("attribute signing-time is there more than once")]
    SigningTimeRepeated,
    /// signing-time is no time of the form that RFC 5652 11.3 asks for.
    #[error("attribute signing-time is malformed")]
    SigningTimeMalformed,
    /// Neither signing-certificate-v2 nor signing-certificate is there.
    #[error("attribute signing-certificate-v2 is absent")]
    SigningCertificateAbsent,
    /// Only the SHA-1 form is there.
    #[error("attribute signing-certificate is of version 1, with sha-1")]
    SigningCertificateWeak,
    /// The attribute stands there more than once, or with none or several values.
    #[error("attribute signing-certificate is there more than once")]
    SigningCertificateRepeated,
    /// The attribute is not readable.
    #[error("attribute signing-certificate is malformed")]
    SigningCertificateMalformed,
    /// No certificate given has the hash that the attribute names.
    #[error("attribute signing-certificate names a certificate that is not here")]
    SigningCertificateUnmatched,
    /// The hash fits and the issuer and serial number beside it do not.
    #[error("attribute signing-certificate names another issuer or serial number")]
    SigningCertificateIssuer,
    /// The SignerInfo's own identifier names another certificate than the attribute.
    #[error("signer identifier names another certificate than attribute signing-certificate")]
    IdentifierDiffers,
    /// The signer is named by a key identifier, which GB/T 35275 does not have.
    #[error("the signer is not named by issuer and serial number")]
    IdentifierForm,
    /// cms-algorithm-protection stands there more than once, or with none or several values.
    #[error("attribute cms-algorithm-protection is there more than once")]
    AlgorithmProtectionRepeated,
    /// cms-algorithm-protection is not readable or is for a MAC.
    #[error("attribute cms-algorithm-protection is malformed")]
    AlgorithmProtectionMalformed,
    /// cms-algorithm-protection names another digest or signature algorithm (RFC 6211 3).
    #[error("attribute cms-algorithm-protection names other algorithms")]
    AlgorithmProtectionDiffers,
    /// The digest algorithm is not one of ours.
    #[error("unknown digest algorithm {0}")]
    DigestUnknown(Box<Oid>),
    /// The digest algorithm binds nothing any more.
    #[error("digest algorithm {0} is too weak")]
    DigestWeak(Box<Oid>),
    /// The signature algorithm is unknown, or disagrees with its parameters, digest or key.
    #[error(transparent)]
    SignatureAlgorithm(#[from] ResolveAlgorithm),
    /// The signature does not hold.
    #[error("the signature does not hold")]
    SignatureDiffers,
}

impl Fault {
    /// A stable name of the fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TrailingOctets(_) => "cms.trailing-octets",
            Self::TrailingZeros(_) => "cms.trailing-zeros",
            Self::NotDer(_) => "cms.not-der",
            Self::Version { .. } => "cms.version",
            Self::NoSigner => "cms.no-signer",
            Self::SeveralSigners(_) => "cms.several-signers",
            Self::ContentType(_) => "cms.content-type",
            Self::ContentPresent => "cms.content-present",
            Self::ContentAbsent => "cms.content-absent",
            Self::DigestNotAnnounced => "cms.digest-not-announced",
            Self::CertificatesAbsent => "cms.certificates-absent",
            Self::SignerVersion { .. } => "cms.signer-version",
            Self::SignedAttributesAbsent => "cms.signed-attributes-absent",
            Self::SignedAttributesNotDer(_) => "cms.signed-attributes-not-der",
            Self::AttributeRepeated(_) => "cms.attribute-repeated",
            Self::AttributeForbidden(_) => "cms.attribute-forbidden",
            Self::AttributeMisplaced(_) => "cms.attribute-misplaced",
            Self::ContentTypeAbsent => "cms.content-type-absent",
            Self::ContentTypeRepeated => "cms.content-type-repeated",
            Self::ContentTypeMalformed => "cms.content-type-malformed",
            Self::ContentTypeDiffers(_) => "cms.content-type-differs",
            Self::MessageDigestAbsent => "cms.message-digest-absent",
            Self::MessageDigestRepeated => "cms.message-digest-repeated",
            Self::MessageDigestMalformed => "cms.message-digest-malformed",
            Self::MessageDigestDiffers => "cms.message-digest-differs",
            Self::SigningTimeAbsent => "cms.signing-time-absent",
            Self::SigningTimePresent => "cms.signing-time-present",
            Self::SigningTimeRepeated => "cms.signing-time-repeated",
            Self::SigningTimeMalformed => "cms.signing-time-malformed",
            Self::SigningCertificateAbsent => "cms.signing-certificate-absent",
            Self::SigningCertificateWeak => "cms.signing-certificate-weak",
            Self::SigningCertificateRepeated => "cms.signing-certificate-repeated",
            Self::SigningCertificateMalformed => "cms.signing-certificate-malformed",
            Self::SigningCertificateUnmatched => "cms.signing-certificate-unmatched",
            Self::SigningCertificateIssuer => "cms.signing-certificate-issuer",
            Self::IdentifierDiffers => "cms.identifier-differs",
            Self::IdentifierForm => "cms.identifier-form",
            Self::AlgorithmProtectionRepeated => "cms.algorithm-protection-repeated",
            Self::AlgorithmProtectionMalformed => "cms.algorithm-protection-malformed",
            Self::AlgorithmProtectionDiffers => "cms.algorithm-protection-differs",
            Self::DigestUnknown(_) => "cms.digest-unknown",
            Self::DigestWeak(_) => "cms.digest-weak",
            Self::SignatureAlgorithm(_) => "cms.signature-algorithm",
            Self::SignatureDiffers => "cms.signature-differs",
        }
    }
}
