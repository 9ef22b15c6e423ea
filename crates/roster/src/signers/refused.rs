//! Why nothing was done for an identity.

use dossier::signed::signer::SignerState;
use dossier::table::NotListed;
use signing::mandate::MandateRefused;
use store::StoreError;
use thiserror::Error;

use crate::activations::ActivationRefused;
use crate::mandates::MandateError;
use crate::rounds::RoundRefused;

/// Why nothing was done.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum SignerRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// There is no such identity, or not in this department.
    #[error("no such signature identity")]
    Unknown,
    /// It is no person.
    #[error("a person signs")]
    Person,
    /// The table refuses (R10).
    #[error(transparent)]
    Life(#[from] NotListed),
    /// Its key does not sign in this state.
    #[error("a signature identity that is {} signs nothing", .0.code())]
    NotActive(SignerState),
    /// Its key was made for one document, and signs no other and none twice.
    #[error("the key was made for one document")]
    OneTime,
    /// The document that several sign does not take it.
    #[error(transparent)]
    Round(#[from] RoundRefused),
    /// What was shown from afar authorises nothing.
    #[error(transparent)]
    Activation(#[from] ActivationRefused),
    /// Its key is not kept here: it signs elsewhere, what was prepared.
    #[error("the key is held by the person")]
    HeldByPerson,
    /// Its key is kept here, and signs nothing elsewhere.
    #[error("the key is held by the office")]
    HeldByOffice,
    /// The key is another person's.
    #[error("the key is another person's")]
    KeyKnown,
    /// What came back is not the signature of what was prepared.
    #[error(transparent)]
    Prepared(#[from] PreparedRefused),
    /// Nothing is signed under the mandate that was named.
    #[error(transparent)]
    Mandate(#[from] MandateRefused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MandateError> for SignerRefused {
    fn from(error: MandateError) -> Self {
        match error {
            MandateError::KeyReused => Self::KeyReused,
            MandateError::Refused(refused) => Self::Mandate(refused),
            MandateError::Store(error) => Self::Store(error),
        }
    }
}

/// Why what came back is not the signature of what was prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PreparedRefused {
    /// There is no such one, or not in this department.
    #[error("nothing was prepared under this handle")]
    Unknown,
    /// Its last moment is over.
    #[error("what was prepared waited until an earlier moment")]
    Expired,
    /// A signature took it.
    #[error("what was prepared has its signature")]
    Used,
    /// It was prepared for another document.
    #[error("what was prepared is of another document")]
    OtherDocument,
    /// It was prepared for another algorithm.
    #[error("what was prepared is to be signed with another algorithm")]
    OtherAlgorithm,
    /// The identity has another certificate than the one it was prepared for.
    #[error("what was prepared is for another certificate")]
    OtherCertificate,
    /// The certificate is revoked.
    #[error("the certificate is revoked")]
    Revoked,
    /// The octets that were to be signed do not follow from the document any more.
    #[error("what was prepared cannot be laid out as it was shown")]
    Changed,
    /// The value is no signature by the certificate's key over what was prepared (T-C3, T-V8).
    #[error("the value is no signature by this key over what was prepared")]
    Value,
}

impl PreparedRefused {
    /// The code, as the trace has it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "prepared.unknown",
            Self::Expired => "prepared.expired",
            Self::Used => "prepared.used",
            Self::OtherDocument => "prepared.other-document",
            Self::OtherAlgorithm => "prepared.other-algorithm",
            Self::OtherCertificate => "prepared.other-certificate",
            Self::Revoked => "prepared.certificate-revoked",
            Self::Changed => "prepared.changed",
            Self::Value => "prepared.value",
        }
    }
}
