//! From the release to the record, steps 6 to 14: for licences and documents alike.

use crypto::Release;
use licence::life::Stop;
use licence::sealing::SealRefused;
use registry::Later;
use registry::asked::{By, Response};
use registry::jobs::{FileRecord, Job, JobKind, JobState, Recording, StepRefused};
use registry::licences::Superseding;
use tokio::sync::SemaphorePermit;

use crate::desk::Desk;
use crate::draft::DraftError;
use crate::give_up::{Cause, give_up};
use crate::import;
use crate::not_issued::IssueError;
use crate::office::Office;
use crate::recheck::recheck;
use crate::resealed;
use crate::ruling::{self, MOVED_ON, RulingError};
use crate::said::{self, Issued};
use crate::sealing::{self, Released, Sealed, SealedFile, SealingError, Spot, Subject, Used, seal};
use crate::superseding::{also, superseding, told_beside};
use crate::waiting::waiting_files;

/// Octets above which a file is a large one.
const LARGE: usize = 1024 * 1024;

/// What became of a release that was to be taken together with the journal.
pub(crate) enum AtOnce {
    /// Nothing was asked: the revision cannot be laid out. The release by itself, and the step after it, tell why.
    NotLaidOut,
    /// The release was not taken.
    NotTaken(StepRefused),
    /// It stands, and this came of it.
    Stands(Result<Response, IssueError>),
}

/// Steps 6 to 14 for a job that waits: its revision is laid out first, so that release and journal are one fact.
pub(crate) fn release_and_go_on<'a>(
    office: &'a Office,
    desk: &'a Desk,
    (job, subject): (&'a Job, Subject),
    (release, by): (&'a Release, &'a By),
) -> Later<'a, AtOnce> {
    Box::pin(async move {
        let Ok(released) = laid_ready(office, desk, (job.clone(), subject)).await else {
            return AtOnce::NotLaidOut;
        };
        let place = place_for(office, &released).await;
        let Ok(prepared) = sealing::prepare(office, released).await else {
            return AtOnce::NotLaidOut;
        };
        let journalled = match sealing::release_and_journal(office, prepared, (release, by)).await {
            Ok(journalled) => journalled,
            Err(refused) => return AtOnce::NotTaken(refused),
        };
        let sealed = match sealing::go_on(office, journalled).await {
            Ok(sealed) => rechecked(office, sealed).await,
            Err(error) => Err(error),
        };
        drop(place);
        let completed = match sealed {
            Ok(sealed) => record(office, sealed).await,
            Err(error) => Err(error.into()),
        };
        AtOnce::Stands(given_up(office, job, completed).await)
    })
}

/// Step 13, in a place for work.
async fn rechecked(office: &Office, sealed: Sealed) -> Result<Sealed, SealingError> {
    let _place = office.work.acquire().await;
    recheck(office, sealed)
}

/// Large files are in memory a few at a time, from their release to their record. Small ones share journal, log and
/// record with others: many are on their way at once.
async fn place_for<'a>(office: &'a Office, released: &Released) -> Option<SemaphorePermit<'a>> {
    let octets: usize = released
        .files
        .iter()
        .map(|waiting| waiting.file.len())
        .sum();
    if octets <= LARGE {
        return None;
    }
    // It is never closed.
    office.large.acquire().await.ok()
}

/// Steps 7 to 14, for a job whose release stands.
pub(crate) fn go_on(office: &Office, job: Job) -> Later<'_, Result<Response, IssueError>> {
    Box::pin(async move {
        let desk = office.desk();
        let mut done = completed(office, &desk, job.clone()).await;
        // T-S6: by what another process decided since, where that may change the answer.
        if may_change(&done) && import::heard(office, &desk).await {
            done = completed(office, &office.desk(), job.clone()).await;
        }
        if let Some(why) = done.as_ref().err().and_then(untaken) {
            ruling::deny_once(office, &job, why).await?;
        }
        given_up(office, &job, done).await
    })
}

/// Whether a use was refused by what may be in force no more.
fn may_change(done: &Result<Response, IssueError>) -> bool {
    use StepRefused as S;
    matches!(
        done,
        Err(IssueError::Ruled(_)
            | IssueError::Sealing(SealingError::Step(S::OtherScope | S::OtherCatalogue)))
    )
}

/// Why a release that stands leads to no signature, as the trace has it.
fn untaken(error: &IssueError) -> Option<(&'static str, Option<&'static str>)> {
    match error {
        IssueError::Ruled(refused) => Some((refused.code(), Some(refused.rule().number()))),
        IssueError::Sealing(SealingError::SealNotInUse) => Some(("seal.not-in-use", Some("R1"))),
        IssueError::Sealing(SealingError::Step(refused)) | IssueError::Step(refused) => {
            match refused {
                StepRefused::OtherCatalogue => Some((MOVED_ON, None)),
                StepRefused::NotGiven => Some(("release.not-given", None)),
                StepRefused::SealNotInUse => Some(("seal.not-in-use", Some("R1"))),
                StepRefused::CaseStopped => Some(("case.stopped", Some("R6"))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A job that failed for good ends; `job` as it was before its step.
async fn given_up(
    office: &Office,
    job: &Job,
    completed: Result<Response, IssueError>,
) -> Result<Response, IssueError> {
    if let Err(error) = &completed
        && let Some(cause) = Cause::of(error)
    {
        give_up(office, job, cause).await?;
    }
    completed
}

async fn completed(office: &Office, desk: &Desk, job: Job) -> Result<Response, IssueError> {
    let released = released(office, desk, job).await?;
    let sealed = {
        let _place = place_for(office, &released).await;
        rechecked(office, seal(office, released).await?).await?
    };
    record(office, sealed).await
}

/// What the chain begins with, for a release that stands: job, file, seal, subject.
async fn released(office: &Office, desk: &Desk, job: Job) -> Result<Released, IssueError> {
    if !matches!(job.state, JobState::Released | JobState::Journalled) {
        return Err(StepRefused::NotNow { state: job.state }.into());
    }
    let subject = subject(office, &job).await?;
    ruled(office, desk, &job, &subject).await??;
    laid_ready(office, desk, (job, subject)).await
}

/// The files as they wait, and the seal that will stand on them.
async fn laid_ready(
    office: &Office,
    desk: &Desk,
    (job, subject): (Job, Subject),
) -> Result<Released, IssueError> {
    // R1, at the moment of use: the seal is in use and still in scope.
    let seal = desk.seals.get(&job.grounds.seal);
    let seal = seal.ok_or(SealingError::SealNotInUse)?.clone();
    let files = waiting_files(office, &job).await?;
    let files = files.ok_or(IssueError::Unknown)?;
    let used = Used::of(desk, (job, subject), seal);
    Ok(Released { used, files })
}

/// What a job seals, as the register has it.
pub(crate) async fn subject(office: &Office, job: &Job) -> Result<Subject, IssueError> {
    let Some(identifier) = &job.identifier else {
        let spot: Spot = serde_json::from_slice(&job.payload).map_err(|_| DraftError::Reserved)?;
        return Ok(Subject::Document(spot));
    };
    let licences = office.registry.licences();
    let record = licences.find(identifier, None).await?;
    let content = licences.content(identifier, None).await?;
    match (record, content) {
        (Some(record), Some(content)) => Ok(Subject::Licence(Box::new((record, content)))),
        _ => Err(IssueError::Unknown),
    }
}

/// R1 to R13, a moment before the journal.
async fn ruled(
    office: &Office,
    desk: &Desk,
    job: &Job,
    subject: &Subject,
) -> Result<Result<(), SealRefused>, IssueError> {
    // What is sealed anew was ruled on when it was sealed: it says nothing new.
    if job.kind == JobKind::Reseal {
        return Ok(Ok(()));
    }
    let Subject::Licence(licence) = subject else {
        return Ok(ruling::rule_document(office, desk, job));
    };
    let release = office.registry.jobs().release_of(job).await?;
    let facts = (job, &licence.0, &licence.1);
    match ruling::rule(office, desk, facts, &release.statement).await {
        Ok(()) => Ok(Ok(())),
        Err(RulingError::Refused(refused)) => Ok(Err(refused)),
        Err(RulingError::Store(error)) => Err(error.into()),
    }
}

/// 14: one transaction; true from here on.
async fn record(office: &Office, sealed: Sealed) -> Result<Response, IssueError> {
    let record = match &sealed.subject {
        Subject::Licence(licence) => Some(&licence.0),
        Subject::Document(_) => None,
    };
    let mut kept = Vec::with_capacity(sealed.files.len());
    for file in sealed.files {
        kept.push(keep(office, file).await?);
    }
    let told: Vec<(&str, [u8; 32], &str)> = kept
        .iter()
        .map(|(file, receipt)| (file.format.as_str(), file.digest, receipt.as_str()))
        .collect();
    let issued = Issued::of(office, &sealed.job, record, &told);
    let response = said::response(201, &issued);
    if sealed.job.kind == JobKind::Reseal {
        let events = resealed::events(office, (&sealed.job, record), &told);
        let by = By::new(sealed.release.statement.releaser, office.clock.now());
        let recording = Recording {
            job: sealed.job.id.clone(),
            attempt: sealed.attempt,
            files: kept.into_iter().map(|(file, _)| file).collect(),
            stop: Stop::Clear,
            events,
            superseding: Superseding::default(),
            response: response.clone(),
            by,
        };
        office.registry.jobs().record(recording).await?;
        office.push.notify_one();
        return Ok(response);
    }
    let case = crate::cases::grant(office, &sealed.job.grounds.case).await?;
    let mut events = crate::push::events(office, (&sealed.job, &case), record, &response.body);
    let told = told_beside(&sealed.job);
    events.iter_mut().for_each(|event| also(event, &told));
    let superseding = match record {
        Some(record) => superseding(office, &sealed.job, record).await?,
        None => Superseding::default(),
    };
    let supersedes = superseding.leaf.is_some();
    let recording = Recording {
        job: sealed.job.id.clone(),
        attempt: sealed.attempt,
        files: kept.into_iter().map(|(file, _)| file).collect(),
        stop: Stop::Clear,
        events,
        superseding,
        response: response.clone(),
        by: By::new(sealed.release.statement.releaser, office.clock.now()),
    };
    // Where another process went on with the job, this file does not leave; the log says so since it journalled.
    office.registry.jobs().record(recording).await?;
    office.push.notify_one();
    if supersedes {
        // The leaf of what ended with it, and the list that says so, do not wait for their next turn.
        office.log.wake();
        office.upkeep.notify_one();
    }
    Ok(response)
}

/// Keeps a sealed file: what the record says of it, and its receipt.
async fn keep(office: &Office, sealed: SealedFile) -> Result<(FileRecord, String), IssueError> {
    let length = u64::try_from(sealed.file.len()).unwrap_or(u64::MAX);
    let object = office.objects.put(sealed.file).await?;
    let file = FileRecord {
        format: sealed.format.code().to_owned(),
        object: object.to_string(),
        digest: sealed.digest,
        length,
        receipt: sealed.receipt.clone().into_bytes(),
    };
    Ok((file, sealed.receipt))
}
