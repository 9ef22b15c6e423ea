//! The second half: what was sealed since is taken up in batches, released by lists, and sealed anew, many at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use catalogue::SealScope;
use crypto::Listing;
use issuance::issue::complete;
use issuance::{IssueError, Office};
use registry::asked::By;
use registry::batches::{BatchId, ListRelease};
use registry::drills::Drill;
use registry::jobs::{Job, JobId, JobState, Jobs, NewResealing, SealedSince, StepRefused};
use time::Duration;
use tokio::task::JoinSet;

use crate::affected::Affected;
use crate::fault::DrillError;
use crate::order::{Custodian, Progress, Tell};
use crate::said::whole;

/// Documents on their way at once: they share journal, checkpoints and records.
const LANES: usize = 32;
/// How long a release has to hold at least when work begins on it.
const MARGIN: Duration = Duration::minutes(10);

/// Begins a job for each document that is to be sealed anew: each batch of them is one fact.
pub(crate) async fn begin(
    office: &Office,
    scope: &SealScope,
    (drill, documents): (&Drill, &[Affected]),
) -> Result<(), DrillError> {
    let mut by_purpose: BTreeMap<&str, Vec<SealedSince>> = BTreeMap::new();
    for one in documents.iter().filter(|one| one.not_anew.is_none()) {
        let purpose = by_purpose.entry(one.document.purpose.code());
        purpose.or_default().push(one.document.clone());
    }
    // A list shares its purpose (D19).
    for documents in by_purpose.values() {
        for chunk in documents.chunks(Listing::MAX) {
            let new = NewResealing {
                drill: drill.id.clone(),
                department: scope.holder.clone(),
                seal: scope.seal.clone(),
                requester: drill.administrator.to_string(),
                documents: chunk.to_vec(),
                by: By::new(drill.administrator.as_str(), whole(office.clock.now())),
            };
            office.registry.jobs().begin_resealing(new).await?;
        }
    }
    Ok(())
}

/// Releases what waits, list by list, by the custodian's own signature; gives the jobs that may go on.
pub(crate) async fn release(
    office: &Office,
    drill: &Drill,
    custodian: &Custodian<'_>,
) -> Result<Vec<JobId>, DrillError> {
    let jobs = office.registry.jobs();
    let mut ready = Vec::new();
    for batch in jobs.batches_of_drill(&drill.department, &drill.id).await? {
        let due = due(office, &batch).await?;
        if !due.is_empty() {
            release_list(office, (drill, &batch), &due, custodian).await?;
        }
        let all = jobs.of_batch(&batch).await?;
        let released = |job: &Job| matches!(job.state, JobState::Released | JobState::Journalled);
        ready.extend(all.into_iter().filter(released).map(|job| job.id));
    }
    Ok(ready)
}

/// What of a batch has no release that holds.
async fn due(office: &Office, batch: &BatchId) -> Result<Vec<Job>, DrillError> {
    let jobs = office.registry.jobs();
    let now = office.clock.now();
    let mut due = Vec::new();
    for job in jobs.of_batch(batch).await? {
        let is_due = match job.state {
            JobState::Waiting => true,
            JobState::Released | JobState::Journalled => {
                jobs.release_of(&job).await?.statement.expires <= now
            }
            _ => false,
        };
        if is_due {
            due.push(job);
        }
    }
    Ok(due)
}

async fn release_list(
    office: &Office,
    (drill, batch): (&Drill, &BatchId),
    due: &[Job],
    custodian: &Custodian<'_>,
) -> Result<(), DrillError> {
    let now = office.clock.now();
    let expires = whole(now) + office.settings.release_life.max(MARGIN);
    let statements = due
        .iter()
        .map(|job| Jobs::statement(job, custodian.person.as_str(), expires))
        .collect::<Result<Vec<_>, _>>()?;
    let differs = StepRefused::Differs { member: "list" };
    let listing = Listing::of(batch.as_str(), &statements);
    let (Some(listing), Some(first)) = (listing, statements.first()) else {
        return Err(differs.into());
    };
    let signature = custodian.sign(&listing.bytes(first), now)?;
    let release = ListRelease {
        listing,
        releaser: custodian.person.to_string(),
        expires,
        algorithm: custodian.key.algorithm(),
        signature,
        passkey: None,
        catalogue: None,
        held: Vec::new(),
    };
    let by = By::new(custodian.person.as_str(), now);
    let batches = office.registry.batches();
    batches
        .release(&drill.department, batch, release, by)
        .await?;
    Ok(())
}

/// Seals all of them anew, some at a time; what is refused has its reason with its job, and holds up none of the others.
pub(crate) async fn carry(office: &Arc<Office>, ready: Vec<JobId>, tell: &Tell<'_>) {
    let whole = ready.len();
    let queue = Arc::new(Mutex::new(ready.into_iter()));
    let (said, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let mut lanes = JoinSet::new();
    for _ in 0..LANES.min(whole) {
        let (office, queue, said) = (office.clone(), queue.clone(), said.clone());
        lanes.spawn(async move {
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(job) = next else { return };
                one(&office, &job).await;
                if said.send(()).is_err() {
                    return;
                }
            }
        });
    }
    drop(said);
    let mut done = 0;
    while heard.recv().await.is_some() {
        done += 1;
        tell(Progress::Sealed { done, of: whole });
    }
    while lanes.join_next().await.is_some() {}
}

async fn one(office: &Office, job: &JobId) {
    let Err(error) = complete(office, job).await else {
        return;
    };
    // Another process took it up, or it was given up with its reason.
    if matches!(error, IssueError::Step(StepRefused::NotNow { .. })) {
        return;
    }
    let reason = format!("reseal.not-yet: {error}");
    tracing::warn!(job.id = %job, error = %error, "a document is not sealed anew yet");
    if let Err(error) = office.registry.batches().note_held(job, &reason).await {
        tracing::warn!(job.id = %job, error = %error, "why a job waits was not noted");
    }
}
