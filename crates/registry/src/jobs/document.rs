//! Reservation of a job that seals a document of the caller's own (D19).

use catalogue::key::DepartmentKey;

use crate::jobs::about::About;
use crate::jobs::job::{self, Grounds, Job, JobKind, JobState, NewJob, Unsealed};
use crate::jobs::step::{self, StepRefused};
use store::Link;
use store::StoreError;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::id::JobId;
use trail::secrets::Secrets;
use trail::trace::{self, Deed};

use thiserror::Error;

/// A document that is to be sealed.
#[derive(Debug, Clone)]
pub struct DocumentReservation {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// Who, when.
    pub by: By,
    /// The department whose seal is asked for.
    pub department: DepartmentKey,
    /// On what grounds.
    pub grounds: Grounds,
    /// The number of the catalogue by which it was admitted.
    pub catalogue: u64,
    /// What the job's maker needs to begin again, kept sealed.
    pub payload: Vec<u8>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentReserving {
    /// It was made now.
    Reserved(JobId),
    /// The same request was made before; this is its job, and its answer if it has one.
    Repeated {
        /// The job.
        job: JobId,
        /// The answer.
        response: Option<Response>,
    },
}

/// A document whose file is kept already: reserved, and waiting for its release, in one transaction.
pub struct DocumentSubmission {
    /// What is reserved.
    pub reservation: DocumentReservation,
    /// The file that waits.
    pub unsealed: Unsealed,
    /// Makes the answer to the request, of the job as it waits.
    pub respond: Box<dyn FnOnce(&Job) -> Response + Send>,
    /// Who has it wait, when.
    pub by: By,
}

impl std::fmt::Debug for DocumentSubmission {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DocumentSubmission")
            .field("reservation", &self.reservation)
            .field("unsealed", &self.unsealed)
            .finish_non_exhaustive()
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentSubmitted {
    /// It waits since now; this is the answer.
    Waits(Response),
    /// The same request was made before; this is its job, and its answer if it has one.
    Repeated {
        /// The job.
        job: JobId,
        /// The answer.
        response: Option<Response>,
    },
}

/// It is refused.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum DocumentRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// The same request is being carried out (409).
    #[error("the same request is being carried out")]
    Running {
        /// Its job.
        job: JobId,
    },
    /// Another catalogue came into force since it was admitted.
    #[error("another catalogue came into force since it was admitted")]
    OtherCatalogue,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a request stands that was seen before.
#[derive(Debug)]
pub(crate) enum Earlier {
    /// It was not.
    None,
    /// Another one has its key.
    Other,
    /// It is being carried out.
    Running(JobId),
    /// It has a job, and perhaps an answer.
    Repeated(JobId, Option<Response>),
}

/// What is known of the job of a request.
pub(crate) async fn earlier(
    link: &mut Link,
    secrets: &Secrets,
    seen: Seen,
) -> Result<Earlier, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged { table: "request" };
    match seen {
        Seen::First => Ok(Earlier::None),
        Seen::Other => Ok(Earlier::Other),
        Seen::Same { job, response } => {
            let job = job.and_then(|job| JobId::parse(&job)).ok_or(DAMAGED)?;
            let found = job::find(link, secrets, &job, None).await?.ok_or(DAMAGED)?;
            if response.is_none() && found.state == JobState::Reserved {
                return Ok(Earlier::Running(job));
            }
            Ok(Earlier::Repeated(job, response))
        }
    }
}

/// [`reserve`] and [`step::await_release`], so that the request has its answer as soon as it has its job (T-D3).
pub(crate) async fn submit(
    link: &mut Link,
    secrets: &Secrets,
    submission: DocumentSubmission,
) -> Result<DocumentSubmitted, DocumentRefused> {
    let DocumentSubmission {
        reservation,
        unsealed,
        respond,
        by,
    } = submission;
    let id = match reserve(link, secrets, &reservation).await? {
        DocumentReserving::Reserved(id) => id,
        DocumentReserving::Repeated { job, response } => {
            return Ok(DocumentSubmitted::Repeated { job, response });
        }
    };
    let waiting = Job {
        id: id.clone(),
        department: reservation.department,
        kind: JobKind::Document,
        state: JobState::Waiting,
        caller: reservation.asked.caller,
        begun: reservation.by.at,
        changed: by.at,
        identifier: None,
        grounds: reservation.grounds,
        unsealed: Some(unsealed.clone()),
        attempts: 0,
        reason: None,
        payload: reservation.payload,
        request_key: Some(reservation.asked.key.to_string()),
    };
    let answer = respond(&waiting);
    match step::await_release(link, secrets, &id, (&unsealed, &answer), &by).await {
        Ok(_) => Ok(DocumentSubmitted::Waits(answer)),
        Err(StepRefused::Store(error)) => Err(error.into()),
        // It was reserved a moment ago, in this transaction.
        Err(_) => Err(StoreError::Damaged { table: "job" }.into()),
    }
}

pub(crate) async fn reserve(
    link: &mut Link,
    secrets: &Secrets,
    reservation: &DocumentReservation,
) -> Result<DocumentReserving, DocumentRefused> {
    let at = reservation.by.at;
    let id = secrets.dated_id(at)?;
    let place = (reservation.department.as_str(), Some(id.as_str()));
    let (seen, catalogue) = asked::note_under(link, secrets, &reservation.asked, place, at).await?;
    match earlier(link, secrets, seen).await? {
        Earlier::None if catalogue != Some(reservation.catalogue) => {
            return Err(DocumentRefused::OtherCatalogue);
        }
        Earlier::None => {}
        Earlier::Other => return Err(DocumentRefused::KeyReused),
        Earlier::Running(job) => return Err(DocumentRefused::Running { job }),
        Earlier::Repeated(job, response) => {
            return Ok(DocumentReserving::Repeated { job, response });
        }
    }
    let new = NewJob {
        id: &id,
        department: &reservation.department,
        kind: JobKind::Document,
        caller: &reservation.asked.caller,
        begun: at,
        identifier: None,
        grounds: &reservation.grounds,
        payload: &reservation.payload,
    };
    job::insert(link, secrets, &new).await?;
    let job = JobId::parse(&id).ok_or(StoreError::Damaged { table: "job" })?;
    let about = About {
        department: &reservation.department,
        job: &job,
        identifier: None,
        grounds: &reservation.grounds,
    };
    let detail = vec![("caller", reservation.asked.caller.clone())];
    let act = about.act(&reservation.by, Deed::Reserve, detail);
    trace::write(link, &act).await?;
    Ok(DocumentReserving::Reserved(job))
}
