//! A former key is erased when its time has come (T-S9). Nothing happens by itself: without two people it stays.

use backoffice::office::Office;
use crypto::KeyId;

use crate::fault::SuccessionError;
use crate::order::Order;
use crate::place::Place;
use crate::{refused, run};

/// Erases the private halves of the former keys of a use whose time has come; gives their names. Beside a service at work, too:
/// it asks nothing of them. Broken off, it is done again.
///
/// # Errors
/// [`SuccessionError`]: what was refused stands in the trace.
pub async fn erase(office: &Office, order: &Order<'_>) -> Result<Vec<KeyId>, SuccessionError> {
    match carry(office, order).await {
        Ok(erased) => Ok(erased),
        Err(refused) => Err(refused::told(office, order, refused).await),
    }
}

async fn carry(office: &Office, order: &Order<'_>) -> Result<Vec<KeyId>, SuccessionError> {
    let place = Place::of(office, order.key()?)?;
    if office.keys.is_locked() {
        return Err(SuccessionError::Locked);
    }
    refused::asker(office, order).await?;
    let now = office.clock.now();
    let kept = place.formers().into_iter();
    let kept: Vec<_> = kept
        .filter_map(|key| key.former.map(|from| (from, key.id)))
        .collect();
    let (first, _) = kept.iter().min().ok_or(SuccessionError::Nothing)?;
    if now < *first {
        return Err(SuccessionError::NotYet(*first));
    }
    let due = kept.into_iter().filter(|(from, _)| *from <= now);
    let due: Vec<KeyId> = due.map(|(_, id)| id).collect();
    let detail = due.iter().map(|id| ("former", id.to_string())).collect();
    run::record(&place, order, ("rekey-erase", detail)).await?;
    for id in &due {
        office.keys.erase_former(id, now, office.random.as_ref())?;
    }
    Ok(due)
}
