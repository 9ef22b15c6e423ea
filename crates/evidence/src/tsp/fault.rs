//! What can be wrong with a time-stamp that can be read.

use thiserror::Error;
use time::UtcDateTime;

use crate::cms;
use crate::tsp::refused::{Failure, Status};
use asn1::Oid;

/// Why a response or a token proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenFault {
    /// The authority refused.
    #[error("the authority gave no time-stamp: {status:?}, {failure:?}")]
    NotGranted {
        /// Its status.
        status: Status,
        /// Its reason.
        failure: Option<Failure>,
    },
    /// A refusal that carries a token all the same.
    #[error("status {0:?} and yet a token")]
    TokenWithRejection(Status),
    /// Granted, and no token.
    #[error("granted and yet no token")]
    TokenAbsent,
    /// The token stamps something else.
    #[error("the time-stamp is over something else")]
    ImprintDiffers,
    /// The imprint's algorithm binds nothing any more.
    #[error("imprint algorithm {0} is too weak")]
    ImprintWeak(Box<Oid>),
    /// A nonce was sent and none came back.
    #[error("the nonce did not come back")]
    NonceAbsent,
    /// Another nonce came back.
    #[error("another nonce came back")]
    NonceDiffers,
    /// A nonce came back and none was sent.
    #[error("a nonce came back that was never sent")]
    NonceUnasked,
    /// Another policy than the one asked for or accepted.
    #[error("policy {0} was not asked for")]
    PolicyDiffers(Box<Oid>),
    /// The certificate was asked for and is not inside.
    #[error("the token lacks its certificate")]
    CertificatesAbsent,
    /// Certificates are inside that were not asked for.
    #[error("the token has certificates that were not asked for")]
    CertificatesUnasked,
    /// A critical extension that is not known here.
    #[error("critical extension {0} is not known here")]
    CriticalExtension(Box<Oid>),
    /// The token is of a moment that lies ahead.
    #[error("the time-stamp is of {moment}, ahead of {at}")]
    FromTheFuture {
        /// The token's moment.
        moment: UtcDateTime,
        /// The moment of judging.
        at: UtcDateTime,
    },
    /// The message around the token breaks a rule.
    #[error("the message around the time-stamp breaks a rule")]
    Message(#[from] cms::Fault),
    /// The certificate has no extended key usage.
    #[error("the authority's certificate has no extended key usage")]
    PurposeAbsent,
    /// The extended key usage is not critical (RFC 3161 2.3).
    #[error("the authority's extended key usage is not critical")]
    PurposeNotCritical,
    /// The extended key usage is not timeStamping.
    #[error("the authority's certificate is not for time-stamps")]
    PurposeDiffers,
    /// The extended key usage has timeStamping and others (RFC 3161 2.3).
    #[error("the authority's certificate is for other purposes too")]
    PurposeShared,
    /// The key usage has neither digitalSignature nor nonRepudiation, or others too (EN 319 422 6.4).
    #[error("the authority's key usage is not for signatures alone")]
    KeyUsage,
    /// The key of the certificate is not one of ours.
    #[error("the authority's key is not of a known kind")]
    Key,
    /// The name of the authority in the token is not in its certificate (RFC 3161 2.4.2).
    #[error("the authority's name is not that of its certificate")]
    AuthorityName,
}

impl TokenFault {
    /// A stable name of the fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotGranted { .. } => "tsp.not-granted",
            Self::TokenWithRejection(_) => "tsp.token-with-rejection",
            Self::TokenAbsent => "tsp.token-absent",
            Self::ImprintDiffers => "tsp.imprint-differs",
            Self::ImprintWeak(_) => "tsp.imprint-weak",
            Self::NonceAbsent => "tsp.nonce-absent",
            Self::NonceDiffers => "tsp.nonce-differs",
            Self::NonceUnasked => "tsp.nonce-unasked",
            Self::PolicyDiffers(_) => "tsp.policy-differs",
            Self::CertificatesAbsent => "tsp.certificates-absent",
            Self::CertificatesUnasked => "tsp.certificates-unasked",
            Self::CriticalExtension(_) => "tsp.critical-extension",
            Self::FromTheFuture { .. } => "tsp.from-the-future",
            Self::Message(fault) => fault.code(),
            Self::PurposeAbsent => "tsp.purpose-absent",
            Self::PurposeNotCritical => "tsp.purpose-not-critical",
            Self::PurposeDiffers => "tsp.purpose-differs",
            Self::PurposeShared => "tsp.purpose-shared",
            Self::KeyUsage => "tsp.key-usage",
            Self::Key => "tsp.key",
            Self::AuthorityName => "tsp.authority-name",
        }
    }
}
