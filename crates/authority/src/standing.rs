//! Whether the logs in the store are still the ones that they were: a database that was put back in time is used for nothing
//! (T-D8). How far they had come is known here, and at a start by the checkpoints that are kept beside the objects.

use registry::log::{LogError, Logs};
use registry::objects::{ObjectError, Objects};
use thiserror::Error;

use crate::sequencer::{AppendError, Sequencer};

/// Why what stands beside the objects is not the newest.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeepStanding {
    /// The store is older than its logs, or cannot be asked.
    #[error("the store does not have its logs as far as they had come")]
    Stands(#[from] AppendError),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// Nothing can be kept beside the objects, or read there.
    #[error("nothing can be kept beside the objects")]
    Keep(#[from] ObjectError),
}

/// Whether the logs of these sequencers are in the store as far as they were seen: to be asked before a seal is used. Sizes are
/// compared, and roots of one size; a sequencer compares the trees before it adds to one.
///
/// # Errors
/// `Behind`; `Log` where the store cannot be asked.
pub async fn stand(logs: &Logs, sequencers: [&Sequencer; 2]) -> Result<(), AppendError> {
    // Before the store is asked: a step that is written meanwhile is not missed in what was read before it.
    let seen = sequencers.map(Sequencer::seen);
    let heads = logs.heads().await?;
    for (sequencer, seen) in sequencers.into_iter().zip(seen) {
        let now = heads.iter().find(|(log, _)| *log == sequencer.log());
        sequencer.reaches(seen, now.map(|(_, head)| *head))?;
    }
    Ok(())
}

/// Keeps the newest checkpoints of these logs beside the objects, where they are others than are kept. What another process kept
/// there is known from then on: one that has not seen the newest itself does not put an older one in its place.
///
/// # Errors
/// [`KeepStanding`]; then those of before are kept.
pub async fn keep(
    logs: &Logs,
    sequencers: [&Sequencer; 2],
    objects: &Objects,
) -> Result<(), KeepStanding> {
    for sequencer in sequencers {
        recall(sequencer, objects)?;
    }
    stand(logs, sequencers).await?;
    for log in sequencers.map(Sequencer::log) {
        let Some(latest) = logs.latest(log).await? else {
            continue;
        };
        if objects.checkpoint(log.code())?.as_ref() != Some(&latest.checkpoint) {
            let newest = latest.checkpoint;
            objects.keep_checkpoint(log.code(), newest).await?;
        }
    }
    Ok(())
}

/// Has a sequencer know what stands beside the objects, as far as its own key signed it.
///
/// # Errors
/// `Read`.
pub fn recall(sequencer: &Sequencer, objects: &Objects) -> Result<(), ObjectError> {
    let log = sequencer.log().code();
    if let Some(kept) = objects.checkpoint(log)?
        && let Err(error) = sequencer.knows(&kept)
    {
        tracing::warn!(error = %error, log, "the checkpoint beside the objects is not this log's");
    }
    Ok(())
}
