//! The work that goes on beside requests: lists and answers renewed at half their life, moments that have come,
//! jobs that a lost process left behind.

use std::sync::Arc;
use std::time::Duration;

use registry::jobs::{Job, JobKind, JobState, StepRefused};
use thiserror::Error;

use crate::answers::AnswerError;
use crate::draft::Journal;
use crate::dropped::Due;
use crate::give_up::expire;
use crate::import;
use crate::issue::{IssueError, complete, render};
use crate::lists::ListError;
use crate::office::Office;
use crate::said::chain;
use crate::sealing::SealingError;

/// How often the office looks for work that nobody announced: well within the minute of T-A3.
const ROUND: Duration = Duration::from_secs(10);
/// The same for jobs that failed here: T-D4 wants the service to go on within ten seconds.
const SOON: Duration = Duration::from_secs(2);
/// Jobs taken up in one round.
const JOBS: u32 = 200;
/// Versions whose status is looked at in one round.
const DUE: u32 = 1_000;

/// Why a round of upkeep stopped early; the next one goes on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UpkeepError {
    /// Answers.
    #[error("answers cannot be renewed")]
    Answers(#[from] AnswerError),
    /// Lists.
    #[error("lists cannot be renewed")]
    Lists(#[from] ListError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] registry::StoreError),
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Answers signed.
    pub answers: usize,
    /// Lists published.
    pub lists: usize,
    /// Status entries whose moment had come.
    pub entries: u64,
    /// Jobs taken up and finished.
    pub jobs: usize,
}

/// One round.
///
/// # Errors
/// [`UpkeepError`].
pub async fn round(office: &Office) -> Result<Round, UpkeepError> {
    recover(office).await;
    // T-L2: leaves that nobody announced, the trace's above all, are under a checkpoint with the round.
    office.log.wake();
    office.trace_log.wake();
    catch_up(office).await;
    let now = office.clock.now();
    let mut done = Round {
        entries: office.registry.licences().refresh_status(now, DUE).await?,
        ..Round::default()
    };
    loop {
        match office.responder.renew().await? {
            0 => break,
            made => done.answers += made,
        }
    }
    done.lists = office.lists.renew().await?;
    done.jobs = take_up(office).await?;
    Ok(done)
}

/// T-D4: files are taken again when the cause is gone for which their store stopped.
async fn recover(office: &Office) {
    let objects = office.objects.clone();
    let recovered = tokio::task::spawn_blocking(move || objects.recover()).await;
    if let Ok(Err(error)) = recovered {
        tracing::warn!(error = %chain(&error), "files are not taken yet");
    }
}

/// D7: a node that did not see the import works by the same catalogue within a round.
async fn catch_up(office: &Office) {
    if let Err(error) = import::catch_up(office).await {
        tracing::warn!(error = %chain(&error), "the latest catalogue is not in force here");
    }
}

/// Jobs that failed here, and those older than the request that began them (house-style 2.2): what a restart finds.
async fn take_up(office: &Office) -> Result<usize, UpkeepError> {
    let due = office.dropped.take();
    let taken = take_up_each(office, &due).await;
    if taken.is_err() {
        office.dropped.put_back(due);
    }
    taken
}

async fn take_up_each(office: &Office, due: &Due) -> Result<usize, UpkeepError> {
    let mut done = 0;
    for state in [JobState::Reserved, JobState::Released, JobState::Journalled] {
        let jobs = office.registry.jobs().unfinished(state, None, JOBS).await?;
        for job in jobs {
            if !due.covers(&job) && !is_left(office, &job) {
                continue;
            }
            match take_up_one(office, &job).await {
                Ok(taken) => done += usize::from(taken),
                Err(error) => {
                    if may_pass(&error) {
                        office.dropped.note(&job.id);
                    }
                    tracing::warn!(job.id = %job.id, error = %chain(&error), "a job waits for another round");
                }
            }
        }
    }
    Ok(done)
}

/// Whether the failure is one of the store, the disk or the keys, which may be over in a moment. What a rule, a release
/// or the inspector's own code refuses is looked at again when the job is a minute old.
fn may_pass(error: &IssueError) -> bool {
    use SealingError as S;
    match error {
        IssueError::Step(refused) | IssueError::Sealing(S::Step(refused)) => {
            matches!(refused, StepRefused::Store(_))
        }
        IssueError::Refused(_) | IssueError::Sealing(S::SealNotInUse | S::NotAccepted(_)) => false,
        _ => true,
    }
}

/// A job whose last step is older than a request takes is nobody's.
pub(crate) fn is_left(office: &Office, job: &Job) -> bool {
    job.changed < office.opened || office.clock.now() - job.changed > time::Duration::minutes(1)
}

/// Whether there was something to do.
async fn take_up_one(office: &Office, job: &Job) -> Result<bool, IssueError> {
    if job.state != JobState::Reserved {
        return complete(office, &job.id).await.map(|_| true);
    }
    if expire(office, job).await.map_err(IssueError::from)? {
        return Ok(true);
    }
    match job.kind {
        JobKind::Licence => render(office, &job.id, Journal::IsTold).await.map(|_| true),
        // The file of a reserved document was lost with its request; the repeat of it goes on.
        JobKind::Document => {
            office.dropped.awaits_repeat(&job.id);
            Ok(false)
        }
    }
}

/// Starts the sequencers and the upkeep; they end when the runtime does.
pub fn start(office: &Arc<Office>) {
    tokio::spawn(office.log.clone().run());
    tokio::spawn(office.trace_log.clone().run());
    let office = office.clone();
    tokio::spawn(async move {
        loop {
            if let Err(error) = round(&office).await {
                tracing::warn!(error = %chain(&error), "upkeep goes on in the next round");
            }
            rest(&office).await;
        }
    });
}

/// Until somebody announces work, a job has failed here, or it is time to look again.
async fn rest(office: &Office) {
    let mut rested = Duration::ZERO;
    while rested < ROUND {
        let announced = tokio::time::timeout(SOON, office.upkeep.notified()).await;
        if announced.is_ok() || office.dropped.any() {
            return;
        }
        rested += SOON;
    }
}
