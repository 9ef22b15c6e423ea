//! Keys that another process put into the key store: a seal's after a compromise (T-C6), by a drill beside the service.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crypto::KeyStoreError;
use registry::StoreError;
use thiserror::Error;

use crate::office::{Office, OpenOffice};

/// Why other keys are not in use here; those of before stay, and the register refuses what they would sign.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FollowKeys {
    /// The key store.
    #[error("the key store that another process wrote cannot be taken over")]
    Keys(#[from] KeyStoreError),
    /// The store.
    #[error("drills cannot be looked up")]
    Store(#[from] StoreError),
    /// What follows from the keys.
    #[error("what follows from the keys cannot be put together")]
    Desk(#[from] OpenOffice),
}

/// Takes over what another process put into the key store, and seals by it from here on; whether there was anything. The key
/// comes first, certificate and electronic seal follow it: while a drill goes on, and once more after it, seals are put together
/// anew. Otherwise those are whose keys are others: of 10,000 seals none, where somebody was enrolled.
///
/// # Errors
/// [`FollowKeys`]; the next round begins again.
pub async fn follow(office: &Office) -> Result<bool, FollowKeys> {
    let goes_on = office.registry.drills().any().await?;
    let went_on = office.drilled.swap(goes_on, Ordering::AcqRel);
    let keys = Arc::clone(&office.keys);
    let read = tokio::task::spawn_blocking(move || keys.follow());
    let is_other = read.await.unwrap_or(Ok(false))?;
    if is_other || goes_on || went_on {
        office.rekeyed.store(true, Ordering::Release);
    }
    if !office.rekeyed.swap(false, Ordering::AcqRel) {
        return Ok(false);
    }
    let followed = match goes_on || went_on {
        true => {
            let desk = office.desk();
            let catalogue = desk.catalogue.as_ref().clone();
            office.put_in_force((catalogue, desk.version)).await
        }
        false => office.follow_seal_keys().await,
    };
    if followed.is_err() {
        office.drilled.store(true, Ordering::Release);
        office.rekeyed.store(true, Ordering::Release);
    }
    followed?;
    Ok(true)
}
