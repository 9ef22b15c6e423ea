//! Who asks: an account that was authenticated at the edge, of one department.

use catalogue::key::{DepartmentKey, PersonKey};
use duties::Role;
use pki::certificate::SerialNumber;
use registry::accounts::Account;
use registry::asked::{Asked, By, IdempotencyKey};
use registry::trace::{Act, Deed};
use registry::{Registry, StoreError};
use time::UtcDateTime;

/// An authenticated account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The account: a caller's key.
    pub account: String,
    /// Whose it is: a person's key, or the account itself for a machine. Two accounts of one person are one
    /// person where duties are separate (R3).
    pub person: String,
    /// Its department. What belongs to another does not exist for it (T-P3).
    pub department: DepartmentKey,
}

/// A request that must have one effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The idempotency key.
    pub key: IdempotencyKey,
    /// SHA-256 over method, path and content.
    pub fingerprint: [u8; 32],
}

impl Asker {
    /// Who acts, for the trace.
    #[must_use]
    pub fn by(&self, at: UtcDateTime) -> By {
        By::new(self.person.clone(), at)
    }

    /// The trace of what is done to a certificate.
    #[must_use]
    pub fn certified(&self, serial: &SerialNumber, ground: &str, at: UtcDateTime) -> Act {
        Act {
            department: self.department.clone(),
            by: self.by(at),
            deed: Deed::Certificate,
            object: serial.to_string(),
            ground: ground.to_owned(),
            detail: Vec::new(),
            key: None,
        }
    }

    /// The request as its answer is kept by.
    #[must_use]
    pub fn asked(&self, once: &Once) -> Asked {
        Asked {
            caller: self.account.clone(),
            key: once.key.clone(),
            fingerprint: once.fingerprint,
        }
    }
}

/// The department of one who is enrolled to sign releases, or has an account that lets them in at `at` and keeps accounts or
/// releases seals; nothing for who has neither, or whose rights have ended.
///
/// # Errors
/// The store.
pub async fn entrusted(
    registry: &Registry,
    person: &PersonKey,
    at: UtcDateTime,
) -> Result<Option<DepartmentKey>, StoreError> {
    if let Some(known) = registry.callers().person(person).await? {
        return Ok(known.ended.is_none().then_some(known.department));
    }
    // Each account stands in its department's trace since it was opened.
    for (name, _) in registry.trace().departments().await? {
        let Ok(department) = DepartmentKey::parse(&name) else {
            continue;
        };
        let accounts = registry.accounts().list(&department, at).await?;
        if accounts
            .iter()
            .any(|own| own.person == *person && may(own, at))
        {
            return Ok(Some(department));
        }
    }
    Ok(None)
}

fn may(account: &Account, at: UtcDateTime) -> bool {
    let entrusted = [Role::Administrator, Role::Custodian];
    account.is_active
        && account.ended.is_none()
        && account.begins <= at
        && entrusted.into_iter().any(|role| account.roles.has(role))
}
