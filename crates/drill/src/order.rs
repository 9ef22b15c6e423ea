//! What two people order, and how they are told how far it is.

use catalogue::key::{PersonKey, SealCode};
use crypto::{Authorisation, Input, KeyId, KeyUse, SignError, Signature, Signer};
use time::UtcDateTime;

use crate::fault::DrillError;

/// The custodian of the seal, with the key under which they are enrolled.
#[derive(Clone, Copy)]
pub struct Custodian<'a> {
    /// Who.
    pub person: &'a PersonKey,
    /// Their key: it signs the lists of what is sealed anew (T-S3).
    pub key: &'a dyn Signer,
}

impl std::fmt::Debug for Custodian<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Custodian({})", self.person)
    }
}

impl Custodian<'_> {
    pub(crate) fn sign(&self, octets: &[u8], now: UtcDateTime) -> Result<Signature, DrillError> {
        let name = KeyId::parse("custodian");
        let name = name.ok_or(DrillError::Release(SignError::UnknownKey))?;
        let under = Authorisation::journalled(name, KeyUse::Release, octets, now);
        let signed = self.key.sign(Input::Message(octets), &under);
        signed.map_err(DrillError::Release)
    }
}

/// What two people order.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The seal whose key is compromised.
    pub seal: &'a SealCode,
    /// Since when.
    pub since: UtcDateTime,
    /// Who declares it: somebody who administers the seal, and may not release it.
    pub administrator: &'a PersonKey,
    /// With whom.
    pub custodian: Custodian<'a>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Declared, or found declared.
    Declared,
    /// The seal is stopped and the certificates are revoked.
    Revoked,
    /// The seal has other keys.
    Rekeyed,
    /// So many documents are to be sealed anew.
    Begun {
        /// How many.
        documents: usize,
    },
    /// So many were sealed anew in this run.
    Sealed {
        /// How many were tried.
        done: usize,
        /// Of how many.
        of: usize,
    },
}

/// Is told how far it is.
pub type Tell<'a> = dyn Fn(Progress) + Sync + 'a;
