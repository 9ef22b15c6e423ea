//! What two people do beside the service: the traces of both one's departments have it before it is done.

use catalogue::key::{DepartmentKey, PersonKey};
use registry::asked::By;
use registry::trace::{Act, Deed};
use registry::{Registry, StoreError};
use thiserror::Error;
use time::UtcDateTime;

use crate::asker::entrusted;

/// Why it is not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TwoPeople {
    /// They are one, or one of them is not known or has ended, or has an account that is entrusted with nothing.
    #[error("two people who are enrolled have to do it")]
    People,
    /// The store cannot be read or written.
    #[error("the registry cannot be read or written")]
    Store(#[from] StoreError),
}

/// What they do.
#[derive(Debug, Clone)]
pub struct Done<'a> {
    /// What it is.
    pub deed: Deed,
    /// To what.
    pub object: String,
    /// By what power or rule.
    pub ground: &'a str,
    /// Further facts, by name.
    pub detail: Vec<(&'static str, String)>,
}

/// Records what two people do, each one's entry with the other in it.
///
/// # Errors
/// `People` for one person twice, or one of whom there is no [`department`].
pub async fn record(
    registry: &Registry,
    (first, second): (&PersonKey, &PersonKey),
    done: Done<'_>,
    at: UtcDateTime,
) -> Result<(), TwoPeople> {
    if first == second {
        return Err(TwoPeople::People);
    }
    let mut acts = Vec::with_capacity(2);
    for (person, beside) in [(first, second), (second, first)] {
        acts.push(Act {
            department: department(registry, person, at).await?,
            by: By::new(person.as_str(), at),
            deed: done.deed,
            object: done.object.clone(),
            ground: done.ground.to_owned(),
            detail: [&[("with", beside.to_string())], done.detail.as_slice()].concat(),
            key: None,
        });
    }
    for act in acts {
        registry.trace().record(act).await?;
    }
    Ok(())
}

/// The department of one who may, as [`entrusted`] has it.
///
/// # Errors
/// `People`, `Store`.
pub async fn department(
    registry: &Registry,
    person: &PersonKey,
    at: UtcDateTime,
) -> Result<DepartmentKey, TwoPeople> {
    let found = entrusted(registry, person, at).await?;
    found.ok_or(TwoPeople::People)
}

/// SHA-256 of a file as traces have it: lower-case hexadecimal.
pub(crate) fn digest(octets: &[u8]) -> String {
    crate::said::hex(&crypto::sha256(octets))
}
