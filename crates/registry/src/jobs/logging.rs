//! What an attempt puts into the public log: its leaf, with the journal's line of the time-stamp before it, in one
//! transaction that only the last attempt may write (D3, T-D3).

use crate::jobs::job::JobState;
use crate::jobs::step::{StepRefused, locked};
use store::Link;
use trail::id::JobId;
use trail::journal::{self, KeyUse};
use trail::log::{self, Log, PendingId};
use trail::secrets::Secrets;
use trail::trace;

/// What an attempt puts into the public log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// The job.
    pub job: JobId,
    /// Which attempt signed: the one that the journal counted last, or nothing is logged.
    pub attempt: u64,
    /// A leaf for each signature of the seal (D18).
    pub leaves: Vec<Vec<u8>>,
    /// Uses of keys since the seal's that the journal has to know before the files leave: the time-stamps'.
    pub uses: Vec<KeyUse>,
}

pub(crate) async fn log(
    link: &mut Link,
    secrets: &Secrets,
    logging: &Logging,
) -> Result<Vec<PendingId>, StepRefused> {
    let job = locked(link, secrets, &logging.job, None).await?;
    if job.state != JobState::Journalled {
        return Err(StepRefused::NotNow { state: job.state });
    }
    // The attempt that journals next closes what it finds in the log: nothing may come there after it looked.
    if job.attempts != logging.attempt {
        return Err(StepRefused::Overtaken);
    }
    let acts: Vec<_> = logging.uses.iter().cloned().map(journal::act).collect();
    for group in acts.chunk_by(|left, right| left.department == right.department) {
        trace::write_all(link, group).await?;
    }
    let mut logged = Vec::with_capacity(logging.leaves.len());
    for leaf in &logging.leaves {
        logged.push(log::submit(link, Log::Public, leaf, Some(&logging.job)).await?);
    }
    Ok(logged)
}
