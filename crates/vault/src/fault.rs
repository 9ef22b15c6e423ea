//! Why an object was not stored or not read.

use std::io;

use crypto::RandomUnavailable;
use crypto::aead::AeadError;
use thiserror::Error;

use crate::name::ObjectId;

/// Why the object store did not do what was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// No object has this name.
    #[error("there is no object {0}")]
    NotFound(ObjectId),
    /// What is stored under this name is not what was put there.
    #[error("object {0} was changed in the store")]
    Altered(ObjectId),
    /// The object is wrapped under a key that is not at hand.
    #[error("the object is wrapped under key {0}, which is not at hand")]
    UnknownKey(u32),
    /// Another process has the objects under way to another wrapping key.
    #[error("another process is rewrapping the objects")]
    BeingRewrapped,
    /// The object is longer than the store takes.
    #[error("an object has at most {limit} octets")]
    TooLarge {
        /// Octets that fit.
        limit: u64,
    },
    /// The store holds as much as it may.
    #[error("the store holds its quota of {quota} octets")]
    QuotaReached {
        /// Octets that the store may hold.
        quota: u64,
    },
    /// The disk has no room, or the system sets a limit.
    #[error("there is no room to write")]
    Full(#[source] io::Error),
    /// A write or a sync was refused for another reason.
    #[error("a write was refused")]
    Write(#[source] io::Error),
    /// A read failed.
    #[error("a read failed")]
    Read(#[source] io::Error),
    /// A sync of a directory failed; nothing is taken until `recover` succeeds.
    #[error("the store stopped after a failed sync")]
    Stopped,
    /// The process is ending.
    #[error("the work was interrupted")]
    Interrupted,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] AeadError),
}

impl ObjectError {
    /// Sorts a failed write: no room, or another reason.
    pub(crate) fn writing(error: io::Error) -> ObjectError {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => ObjectError::Full(error),
            _ => ObjectError::Write(error),
        }
    }

    /// Whether the store lacks room, so that the caller may answer 507 and try later (T-D4).
    #[must_use]
    pub fn lacks_room(&self) -> bool {
        matches!(
            self,
            ObjectError::Full(_) | ObjectError::QuotaReached { .. }
        )
    }
}
