//! The work that goes on beside requests: lists and answers renewed at half their life, moments that have come,
//! jobs that a lost process left behind.

use std::sync::Arc;
use std::time::Duration;

use registry::jobs::{Job, JobKind, JobState};
use thiserror::Error;

use crate::answers::AnswerError;
use crate::issue::{IssueError, complete, render};
use crate::lists::ListError;
use crate::office::Office;

/// How often the office looks for work that nobody announced: well within the minute of T-A3.
const ROUND: Duration = Duration::from_secs(10);
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

/// Jobs older than the request that began them (house-style 2.2): what a restart finds, and what a failed step left.
async fn take_up(office: &Office) -> Result<usize, UpkeepError> {
    let mut done = 0;
    for state in [JobState::Reserved, JobState::Released, JobState::Journalled] {
        let jobs = office.registry.jobs().unfinished(state, None, JOBS).await?;
        for job in jobs {
            // The file of a reserved document was lost with its request; the repeat of it goes on.
            let fileless = job.state == JobState::Reserved && job.kind == JobKind::Document;
            if fileless || !is_left(office, &job) {
                continue;
            }
            match take_up_one(office, &job).await {
                Ok(()) => done += 1,
                Err(error) => {
                    tracing::warn!(job.id = %job.id, error = %chain(&error), "a job waits for another round");
                }
            }
        }
    }
    Ok(done)
}

/// A job whose last step is older than a request takes is nobody's.
pub(crate) fn is_left(office: &Office, job: &Job) -> bool {
    job.changed < office.opened || office.clock.now() - job.changed > time::Duration::minutes(1)
}

async fn take_up_one(office: &Office, job: &Job) -> Result<(), IssueError> {
    match job.state {
        JobState::Reserved => render(office, &job.id).await.map(|_| ()),
        _ => complete(office, &job.id).await.map(|_| ()),
    }
}

/// An error with its causes, once, at the boundary.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
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
            let announced = office.upkeep.notified();
            // Whether announced or not, there may be work.
            let _either = tokio::time::timeout(ROUND, announced).await;
        }
    });
}
