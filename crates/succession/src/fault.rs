//! Why no other key came in the place of one, or none was erased.

use backoffice::by_two::TwoPeople;
use backoffice::rotation::RotateError;
use crypto::{KeyId, KeyStoreError, ReadKey, SignError};
use registry::StoreError;
use registry::certificates::CertificateError;
use thiserror::Error;
use time::UtcDateTime;

/// Why no other key came in the place of one, or none was erased.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SuccessionError {
    /// No key of the service has this name.
    #[error("no key of the service has this name")]
    Use,
    /// A key that a log or a hierarchy is known by.
    #[error("{0} is not replaced so: a log or a hierarchy is known by its key")]
    Ceremony(&'static str),
    /// The installation is without the suite.
    #[error("the installation has no such key: it is without that suite")]
    Absent,
    /// One person twice.
    #[error("two people have to do it, and this is one")]
    SamePerson,
    /// One of them is not enrolled, or has ended.
    #[error("two people who are enrolled have to do it")]
    Person,
    /// A service runs on the key store: it would sign by one key under the certificate of the other.
    #[error("a service runs on this key store: stop every node first")]
    InUse,
    /// A former key of this use is kept.
    #[error("another key came in this place already: the former {former} is kept until {until}")]
    UnderWay {
        /// Its name.
        former: KeyId,
        /// From when on it may be erased.
        until: UtcDateTime,
    },
    /// T-S9.
    #[error("a former key is kept for 7 to 366 days")]
    Period,
    /// Nothing can be made or signed.
    #[error("the key store is locked")]
    Locked,
    /// No former key of this use is left.
    #[error("there is no former key of this use to be erased")]
    Nothing,
    /// T-S9.
    #[error("the former key is kept until {0}")]
    NotYet(UtcDateTime),
    /// The key store.
    #[error("the key store refuses")]
    Keys(#[from] KeyStoreError),
    /// The next key has no certificate.
    #[error("the next key was not certified")]
    Certify(#[from] RotateError),
    /// The register of certificates.
    #[error("the register of certificates cannot be asked")]
    Register(#[from] CertificateError),
    /// The next key does not sign.
    #[error("the next key did not sign")]
    Sign(#[from] SignError),
    /// What it signed is not good by its certificate.
    #[error("what the next key signed is not good by its certificate")]
    Unproven,
    /// A public key cannot be read back.
    #[error("a public key cannot be read back")]
    Public(#[from] ReadKey),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

impl SuccessionError {
    /// The stable code, as traces have it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Use => "rekey.use-unknown",
            Self::Ceremony(_) => "rekey.ceremony",
            Self::Absent => "rekey.suite-absent",
            Self::SamePerson => "rekey.same-person",
            Self::Person => "rekey.person",
            Self::InUse => "rekey.in-use",
            Self::UnderWay { .. } => "rekey.under-way",
            Self::Period => "rekey.period",
            Self::Locked => "rekey.locked",
            Self::Nothing => "rekey.nothing",
            Self::NotYet(_) => "rekey.not-yet",
            Self::Unproven | Self::Sign(_) => "rekey.unproven",
            _ => "rekey.failed",
        }
    }
}

impl From<TwoPeople> for SuccessionError {
    fn from(refused: TwoPeople) -> Self {
        match refused {
            TwoPeople::Store(error) => Self::Store(error),
            _ => Self::Person,
        }
    }
}
