//! The work that goes on beside requests: lists and answers renewed at half their life, moments that have come,
//! jobs that a lost process left behind.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use catalogue::key::SealCode;
use registry::Later;
use registry::jobs::{Job, JobId, JobKind, JobState, StepRefused};
use thiserror::Error;

use crate::anchor::{anchor, keep};
use crate::answers::AnswerError;
use crate::draft::Journal;
use crate::dropped::Due;
use crate::give_up::{expire, expire_waiting, is_over};
use crate::import;
use crate::issue::{IssueError, complete, render};
use crate::lists::ListError;
use crate::office::Office;
use crate::said::chain;
use crate::sealing::SealingError;
use backoffice::rotation::rotate;

/// How often the office looks for work that nobody announced: well within the minute of T-A3.
const ROUND: Duration = Duration::from_secs(10);
/// The same for jobs that failed here: T-D4 wants the service to go on within ten seconds.
const SOON: Duration = Duration::from_secs(2);
/// Jobs taken up in one round.
const JOBS: u32 = 200;
/// Versions whose status is looked at in one round.
const DUE: u32 = 1_000;
/// Unfinished files older than this at the start are nobody's, in whatever process that shares the folder.
const ABANDONED: time::Duration = time::Duration::hours(1);

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
    /// Jobs taken up that wait for another round.
    pub failed: usize,
    /// Cases to which time brought something.
    pub cases: usize,
    /// Versions whose retention began.
    pub archived: usize,
}

/// One round.
///
/// # Errors
/// [`UpkeepError`].
pub fn round(office: &Office) -> Later<'_, Result<Round, UpkeepError>> {
    Box::pin(async move {
        recover(office).await;
        // T-L2: leaves that nobody announced, the trace's above all, are under a checkpoint with the round.
        office.log.wake();
        office.trace_log.wake();
        catch_up(office).await;
        if let Err(error) = anchor(office).await {
            tracing::warn!(error = %chain(&error), "the trace is anchored in another round");
        }
        if let Err(error) = keep(office).await {
            tracing::warn!(error = %chain(&error), "how far the logs have come is written down in another round");
        }
        // Before anything is signed by what may have ended.
        match rotate(office).await {
            Ok(0) => {}
            Ok(made) => tracing::info!(made, "keys of the service were certified anew"),
            Err(error) => {
                tracing::warn!(error = %chain(&error), "a key is certified anew in another round");
            }
        }
        let now = office.clock.now();
        let mut done = Round {
            entries: office.registry.licences().refresh_status(now, DUE).await?,
            ..Round::default()
        };
        done.archived = archive(office, now).await?;
        let national = office.national.as_ref().map(|national| &national.responder);
        for responder in [&office.responder].into_iter().chain(national) {
            loop {
                match responder.renew().await? {
                    0 => break,
                    made => done.answers += made,
                }
            }
        }
        done.lists = office.lists.renew().await?;
        // Before jobs are taken up: what is sealed is judged by it.
        if let Err(error) = office.renew_trust().await {
            tracing::warn!(error = %chain(&error), "the trust of before stays in force");
        }
        (done.jobs, done.failed) = take_up(office).await?;
        done.cases = crate::cases::upkeep(office).await?;
        Ok(done)
    })
}

/// domain.md 4.1: retention begins 30 days after the end, each as a fact of its own.
async fn archive(office: &Office, now: time::UtcDateTime) -> Result<usize, UpkeepError> {
    let mut done = 0;
    for record in office.registry.licences().to_archive(now, DUE).await? {
        match crate::lives::change::archive(office, &record).await {
            Ok(()) => done += 1,
            Err(error) => {
                let identifier = record.identifier.to_string();
                tracing::warn!(licence.identifier = %identifier, error = %chain(&error), "not archived yet");
            }
        }
    }
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

/// D7: a node that did not see an import, or a drill, works by the same catalogue and keys within a round.
async fn catch_up(office: &Office) {
    if let Err(error) = import::catch_up(office).await {
        tracing::warn!(error = %chain(&error), "the latest catalogue is not in force here");
    }
    match backoffice::rekeyed::follow(office).await {
        Ok(false) => {}
        Ok(true) => tracing::info!("the key store was written by another process: seals follow"),
        Err(error) => {
            tracing::error!(error = %chain(&error), "the keys of before stay in use here");
        }
    }
}

/// Jobs that failed here, and those older than the request that began them (house-style 2.2): what a restart finds.
async fn take_up(office: &Office) -> Result<(usize, usize), UpkeepError> {
    let due = office.dropped.take();
    let taken = take_up_each(office, &due).await;
    if taken.is_err() {
        office.dropped.put_back(due);
    }
    taken
}

/// How many were finished, and how many were not.
async fn take_up_each(office: &Office, due: &Due) -> Result<(usize, usize), UpkeepError> {
    let (mut done, mut failed) = (end_waiting(office).await?, 0);
    // T-S6: a seal that is stopped signs nothing, however often it is asked; its jobs wait until it goes on.
    let stopped = office.registry.seals().stopped().await?;
    for state in [JobState::Reserved, JobState::Released, JobState::Journalled] {
        for job in open(office, state, &stopped).await? {
            let is_due = due.covers(&job) || is_left(office, &job);
            if !is_due || office.dropped.is_at_work(&job.id) {
                continue;
            }
            match take_up_one(office, &job).await {
                Ok(taken) => done += usize::from(taken),
                Err(error) => {
                    failed += 1;
                    if may_pass(&error) {
                        office.dropped.note(&job.id);
                    }
                    tracing::warn!(job.id = %job.id, error = %chain(&error), "a job waits for another round");
                }
            }
        }
    }
    Ok((done, failed))
}

/// The oldest jobs in a state, without those whose seal is stopped: however many they are, the others have their turn.
async fn open(
    office: &Office,
    state: JobState,
    stopped: &BTreeSet<SealCode>,
) -> Result<Vec<Job>, UpkeepError> {
    let jobs = office.registry.jobs();
    let whole = usize::try_from(JOBS).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = jobs.unfinished(state, after.as_ref(), JOBS).await?;
        let is_last = page.len() < whole;
        after = page.last().cloned();
        // A page needs no seal; what was released does.
        found.extend(
            page.into_iter()
                .filter(|job| state == JobState::Reserved || !stopped.contains(&job.grounds.seal)),
        );
        if is_last || found.len() >= whole {
            return Ok(found);
        }
    }
}

/// Ends what waited too long for its release; the oldest come first, so that one look is enough where none is due.
async fn end_waiting(office: &Office) -> Result<usize, UpkeepError> {
    let jobs = office.registry.jobs();
    let oldest = jobs.unfinished(JobState::Waiting, None, 1).await?;
    if !oldest.iter().any(|job| is_over(office, job)) {
        return Ok(0);
    }
    let mut ended = 0;
    let waiting = jobs.unfinished(JobState::Waiting, None, JOBS).await?;
    for job in waiting.iter().filter(|job| is_over(office, job)) {
        match expire_waiting(office, job).await {
            Ok(()) => ended += 1,
            Err(error) => {
                tracing::warn!(job.id = %job.id, error = %chain(&error), "a page that nobody released waits on");
            }
        }
    }
    Ok(ended)
}

/// Whether the failure is one of the store, the disk or the keys, which may be over in a moment. What a rule, a release
/// or the inspector's own code refuses is looked at again when the job is a minute old.
fn may_pass(error: &IssueError) -> bool {
    use SealingError as S;
    match error {
        IssueError::Step(refused) | IssueError::Sealing(S::Step(refused)) => {
            matches!(refused, StepRefused::Store(_))
        }
        IssueError::Refused(_)
        | IssueError::Ruled(_)
        | IssueError::Sealing(S::SealNotInUse | S::NotAccepted(_)) => false,
        _ => true,
    }
}

/// A job whose last step is older than a request takes is nobody's.
#[must_use]
pub fn is_left(office: &Office, job: &Job) -> bool {
    job.changed < crate::answers::whole(office.opened)
        || office.clock.now() - job.changed > time::Duration::minutes(1)
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
        JobKind::Document | JobKind::Reseal => {
            office.dropped.awaits_repeat(&job.id);
            Ok(false)
        }
    }
}

/// Steps 4 and 5 for a licence that was reserved a moment ago, in this process; from here on it waits for its release.
///
/// # Errors
/// [`IssueError`]; the job is taken up again, unless it would fail so for ever.
pub async fn render_reserved(office: &Office, job: &JobId) -> Result<(), IssueError> {
    let rendered = render(office, job, Journal::Knows).await;
    if rendered.is_err() {
        office.dropped.note(job);
    }
    rendered.map(|_| ())
}

/// Starts the sequencers and the upkeep; they end when the runtime does.
pub fn start(office: &Arc<Office>) {
    tokio::spawn(office.log.clone().run());
    tokio::spawn(office.trace_log.clone().run());
    count_objects(office);
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

/// T-I2: what a lost process left half written goes, and the quota is held against what is there.
fn count_objects(office: &Office) {
    let (objects, before) = (office.objects.clone(), office.opened - ABANDONED);
    tokio::task::spawn_blocking(move || match objects.sweep(before) {
        Ok(swept) => tracing::info!(?swept, "the object store was counted"),
        Err(error) => {
            tracing::warn!(error = %chain(&error), "the object store was not counted");
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
