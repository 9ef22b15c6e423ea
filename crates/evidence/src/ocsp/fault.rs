//! What can be wrong with a response that can be read.

use thiserror::Error;
use time::UtcDateTime;

use asn1::Oid;

/// Why a response says nothing about the certificate asked about (RFC 6960 3.2).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StatusFault {
    /// No answer is about the certificate: another serial number, issuer name or issuer key.
    #[error("no answer about the certificate asked about")]
    Unanswered,
    /// Two answers about the certificate say different things.
    #[error("two answers about one certificate disagree")]
    Disagreeing,
    /// A critical extension that is not known here.
    #[error("critical extension {0} is not known here")]
    CriticalExtension(Box<Oid>),
    /// A nonce was sent and another came back.
    #[error("another nonce came back")]
    NonceDiffers,
    /// A nonce was sent, none came back, and the policy asks for it.
    #[error("the nonce did not come back")]
    NonceAbsent,
    /// The responder is not the issuer and no certificate inside is the responder's.
    #[error("the responder's certificate is absent")]
    ResponderAbsent,
    /// The responder's certificate cannot be read.
    #[error("the responder's certificate cannot be read")]
    ResponderMalformed,
    /// The responder's certificate was not issued by the issuer of the certificate asked about.
    #[error("the responder's certificate has another issuer")]
    ResponderIssuer,
    /// The issuer's signature on the responder's certificate does not hold.
    #[error("the signature on the responder's certificate does not hold")]
    ResponderSignature,
    /// The responder's certificate is not for signing answers (RFC 6960 4.2.2.2).
    #[error("the responder's certificate is not for signing answers")]
    ResponderPurpose,
    /// The responder's key usage has neither digitalSignature nor nonRepudiation.
    #[error("the responder's key usage is not for signatures")]
    ResponderKeyUsage,
    /// The responder's certificate had not begun.
    #[error("the responder's certificate begins {from}")]
    ResponderNotYetValid {
        /// When it begins.
        from: UtcDateTime,
    },
    /// The responder's certificate had ended.
    #[error("the responder's certificate ended {until}")]
    ResponderExpired {
        /// When it ended.
        until: UtcDateTime,
    },
    /// The signature algorithm is unknown, too weak or not one of the responder's key.
    #[error("the signature algorithm is not acceptable")]
    SignatureAlgorithm,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    SignatureDiffers,
    /// thisUpdate lies ahead.
    #[error("the answer is of {this_update}, ahead of {at}")]
    NotYetValid {
        /// As of when the answer is.
        this_update: UtcDateTime,
        /// The moment judged.
        at: UtcDateTime,
    },
    /// nextUpdate has passed.
    #[error("the answer was good until {next_update}, before {at}")]
    Stale {
        /// Until when the answer was good.
        next_update: UtcDateTime,
        /// The moment judged.
        at: UtcDateTime,
    },
    /// No nextUpdate (RFC 9919 2.2.4: clients reject).
    #[error("the answer does not say until when it is good")]
    NextUpdateAbsent,
    /// nextUpdate lies before thisUpdate.
    #[error("the answer ends before it begins")]
    NextBeforeThis,
    /// producedAt lies ahead.
    #[error("the response was made {produced_at}, ahead of {at}")]
    ProducedAhead {
        /// When it says it was made.
        produced_at: UtcDateTime,
        /// The moment judged.
        at: UtcDateTime,
    },
}

impl StatusFault {
    /// A stable name of the fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unanswered => "ocsp.unanswered",
            Self::Disagreeing => "ocsp.disagreeing",
            Self::CriticalExtension(_) => "ocsp.critical-extension",
            Self::NonceDiffers => "ocsp.nonce-differs",
            Self::NonceAbsent => "ocsp.nonce-absent",
            Self::ResponderAbsent => "ocsp.responder-absent",
            Self::ResponderMalformed => "ocsp.responder-malformed",
            Self::ResponderIssuer => "ocsp.responder-issuer",
            Self::ResponderSignature => "ocsp.responder-signature",
            Self::ResponderPurpose => "ocsp.responder-purpose",
            Self::ResponderKeyUsage => "ocsp.responder-key-usage",
            Self::ResponderNotYetValid { .. } => "ocsp.responder-not-yet-valid",
            Self::ResponderExpired { .. } => "ocsp.responder-expired",
            Self::SignatureAlgorithm => "ocsp.signature-algorithm",
            Self::SignatureDiffers => "ocsp.signature-differs",
            Self::NotYetValid { .. } => "ocsp.not-yet-valid",
            Self::Stale { .. } => "ocsp.stale",
            Self::NextUpdateAbsent => "ocsp.next-update-absent",
            Self::NextBeforeThis => "ocsp.next-before-this",
            Self::ProducedAhead { .. } => "ocsp.produced-ahead",
        }
    }
}
