//! Why nothing was done to a machine.

use store::StoreError;
use thiserror::Error;

use crate::callers::person::EnrolRefused;

/// Nothing was done.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum MachineRefused {
    /// The name is in use, or was.
    #[error("the account is taken")]
    Taken,
    /// There is no such account in this department, or no such key of it, that has not ended.
    #[error("no such account or key")]
    Unknown,
    /// Two administrators bind a key, and neither is who acts through the account.
    #[error("a second administrator confirms it, and nobody binds a key to their own account")]
    SamePerson,
    /// The key is another account's, or has ended.
    #[error("the key is bound, or was")]
    Bound,
    /// As many keys as there may be.
    #[error("the account has as many keys as it may have")]
    TooMany,
    /// The key is bound and confirmed.
    #[error("nothing is to be changed")]
    NothingToChange,
    /// The idempotency key was used with other content.
    #[error("the key of the request was used with other content")]
    KeyReused,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MachineRefused {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Taken => "machine.taken",
            Self::Unknown => "machine.unknown",
            Self::SamePerson => "machine.same-person",
            Self::Bound => "machine.key-bound",
            Self::TooMany => "machine.keys",
            Self::NothingToChange => "machine.nothing-to-change",
            Self::KeyReused => "machine.key-reused",
            Self::Store(_) => "machine.store",
        }
    }
}

impl From<EnrolRefused> for MachineRefused {
    fn from(refused: EnrolRefused) -> Self {
        match refused {
            EnrolRefused::Taken => Self::Taken,
            EnrolRefused::Unknown => Self::Unknown,
            EnrolRefused::Store(error) => Self::Store(error),
        }
    }
}
