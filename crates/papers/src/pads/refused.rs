//! Why no page is made for somebody to sign on, or nothing is done on one.

use dossier::ReadWords;
use registry::StoreError;
use registry::signers::pads::TurnDenied;
use signing::pad::TermRefused;
use thiserror::Error;

use crate::signers::{SignerError, SignerRefused};
use crate::signing::SignError;

/// Why nothing was done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PadError {
    /// Another request was made under this key.
    #[error("another request was made under this key")]
    KeyReused,
    /// It may not stay for so long.
    #[error(transparent)]
    Term(#[from] TermRefused),
    /// There is none here.
    #[error("there is no such pad here")]
    Unknown,
    /// It has ended, or is being signed.
    #[error("the pad has ended, or is being signed at this moment")]
    Ended,
    /// Whoever opened it does not sign now.
    #[error("it is not signed now")]
    Turn(TurnDenied),
    /// Nobody wrote, and nobody chose to sign without.
    #[error("a signature is written, or somebody chooses to sign without writing")]
    NotWritten,
    /// The reason is no words.
    #[error("the reason is no words")]
    Reason,
    /// It was not signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl PadError {
    /// The stable code, where a rule of the page refuses.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Term(_) => Some("pad.deadline"),
            Self::Ended => Some("pad.ended"),
            Self::Turn(denied) => Some(denied.code()),
            Self::NotWritten => Some("pad.not-written"),
            Self::Reason => Some("pad.reason"),
            Self::Sign(SignError::Signer(SignerError::Level)) => Some("signer.level"),
            Self::Sign(SignError::Signer(SignerError::Person(_))) => Some("signer.person"),
            Self::Sign(SignError::Signer(SignerError::Refused(SignerRefused::Mandate(
                refused,
            )))) => Some(refused.code()),
            Self::Sign(SignError::Strokes(_)) => Some("signer.handwriting"),
            Self::Sign(SignError::Intent(_)) => Some("signature.intent"),
            Self::Sign(SignError::Active(_)) => Some("document.active"),
            _ => None,
        }
    }
}

impl From<StoreError> for PadError {
    fn from(error: StoreError) -> Self {
        Self::Sign(error.into())
    }
}

impl From<SignerError> for PadError {
    fn from(error: SignerError) -> Self {
        Self::Sign(error.into())
    }
}

impl From<ReadWords> for PadError {
    fn from(error: ReadWords) -> Self {
        Self::Sign(error.into())
    }
}
