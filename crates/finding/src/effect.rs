//! Severities, the indications of EN 319 102-1, and what follows from a finding.

use serde::Serialize;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Told, and weighs nothing.
    Info,
    /// A departure that one can live with.
    Warning,
    /// Keeps the artefact from being *valid*.
    Error,
}

/// The indications of EN 319 102-1 5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Indication {
    /// The signature holds.
    #[serde(rename = "TOTAL-PASSED")]
    Passed,
    /// Nobody can say with what is at hand.
    #[serde(rename = "INDETERMINATE")]
    Indeterminate,
    /// The signature does not hold.
    #[serde(rename = "TOTAL-FAILED")]
    Failed,
}

/// The sub-indications of EN 319 102-1 5.1.3 that we conclude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubIndication {
    /// Not processable as this format.
    FormatFailure,
    /// A digest differs.
    HashFailure,
    /// The signature value does not verify.
    SigCryptoFailure,
    /// Signed after the certificate was revoked.
    Revoked,
    /// Signed after the certificate had expired.
    Expired,
    /// Signed before the certificate was valid.
    NotYetValid,
    /// The signed content was not supplied.
    SignedDataNotFound,
    /// The signer's certificate was not identified.
    NoSigningCertificateFound,
    /// No chain to an anchor.
    NoCertificateChainFound,
    /// The anchor is no longer trusted, and no proof says that the signature is older.
    NoCertificateChainFoundNoPoe,
    /// The chain breaks its constraints.
    ChainConstraintsFailure,
    /// Another fault of the chain.
    CertificateChainGeneralFailure,
    /// Algorithm or key too weak.
    CryptoConstraintsFailure,
    /// Algorithm or key too weak, and no proof of age.
    CryptoConstraintsFailureNoPoe,
    /// Attributes or structure break the policy.
    SigConstraintsFailure,
    /// The signer's certificate is revoked, the order unknown.
    RevokedNoPoe,
    /// A CA is revoked, the order unknown.
    RevokedCaNoPoe,
    /// Expired, the time of signing unknown.
    OutOfBoundsNoPoe,
    /// Expired, known not to have been revoked, the time of signing unknown.
    OutOfBoundsNotRevoked,
    /// Whoever signed a status has an expired certificate, the age of the status unknown.
    RevocationOutOfBoundsNoPoe,
    /// The document of the signature policy cannot be used.
    PolicyProcessingError,
    /// The document of the signature policy is not at hand.
    SignaturePolicyNotAvailable,
    /// The order of time-stamps is impossible.
    TimestampOrderFailure,
    /// A proof of existence is missing.
    NoPoe,
    /// More or fresher status could settle it.
    TryLater,
}

impl SubIndication {
    /// Its name, such as `FORMAT_FAILURE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::HashFailure => "HASH_FAILURE",
            Self::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::SignedDataNotFound => "SIGNED_DATA_NOT_FOUND",
            Self::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::NoCertificateChainFoundNoPoe => "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
            Self::CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            Self::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::OutOfBoundsNotRevoked => "OUT_OF_BOUNDS_NOT_REVOKED",
            Self::RevocationOutOfBoundsNoPoe => "REVOCATION_OUT_OF_BOUNDS_NO_POE",
            Self::PolicyProcessingError => "POLICY_PROCESSING_ERROR",
            Self::SignaturePolicyNotAvailable => "SIGNATURE_POLICY_NOT_AVAILABLE",
            Self::TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
            Self::NoPoe => "NO_POE",
            Self::TryLater => "TRY_LATER",
        }
    }
}

/// What follows from a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Told,
    /// Nothing but attention.
    Noted,
    /// The artefact, or a part of it, was not looked at to the end.
    NotProcessed,
    /// The answer about the licence; the signature is what it is.
    Answered,
    /// The signature is INDETERMINATE.
    Open(SubIndication),
    /// The signature is TOTAL-FAILED.
    Fails(SubIndication),
}

impl Effect {
    /// How much it weighs.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Effect::Told => Severity::Info,
            Effect::Noted => Severity::Warning,
            _ => Severity::Error,
        }
    }
}
