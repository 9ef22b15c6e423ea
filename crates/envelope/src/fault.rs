//! Why an envelope is not made.

use asic::WriteAsic;
use crypto::WrongForm;
use evidence::cms::{ArchiveFault, PrepareCms, ReadCms};
use jades::{PrepareJades, ReadJades};
use thiserror::Error;

use crate::content::Unfit;

/// Why nothing can be laid out: it would be the same tomorrow.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LayOut {
    /// The content does not go into such an envelope.
    #[error("the content does not go into such an envelope")]
    Content(#[from] Unfit),
    /// The message cannot be prepared.
    #[error("the signed message cannot be prepared")]
    Message(#[from] PrepareCms),
    /// The signature in JSON cannot be prepared.
    #[error("the signature in JSON cannot be prepared")]
    Json(#[from] PrepareJades),
    /// The package cannot be made.
    #[error("the package cannot be made")]
    Package(#[from] WriteAsic),
}

/// Why an envelope that was laid out is not finished.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FinishEnvelope {
    /// The signature is not one of its algorithm.
    #[error("the signature is not one of its algorithm")]
    Form(#[from] WrongForm),
    /// The message cannot be read on.
    #[error("the message cannot be read")]
    Message(#[from] ReadCms),
    /// The time-stamp over all of it cannot be put in.
    #[error("the archive time-stamp cannot be put in")]
    Archive(#[from] ArchiveFault),
    /// The signature in JSON takes no further element.
    #[error("the signature in JSON takes no further element")]
    Json(#[from] ReadJades),
    /// The package cannot be made.
    #[error("the package cannot be made")]
    Package(#[from] WriteAsic),
    /// The time-stamp is over the content, which was not sent.
    #[error("the time-stamp over all of it is over the content, which was not sent")]
    Content,
    /// The form has no room for what the level asks for.
    #[error("the form has no room for what comes after the signature")]
    NoRoom,
}
