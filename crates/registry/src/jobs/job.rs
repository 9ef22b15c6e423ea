//! A job as it stands: reserved, waiting for a release, released, journalled, recorded, or given up.

use catalogue::DocumentPurpose;
use catalogue::key::{DepartmentKey, MatterCode, PersonKey, SealCode};
use catalogue::kind::Envelope;
use licence::Identifier;
use time::UtcDateTime;

use store::StoreError;
use store::{Link, Row};
use trail::asked::{self, Response};
use trail::id::JobId;
use trail::secrets::{Place, Secrets};

/// What a job makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// A version of a licence.
    Licence,
    /// A seal signature on a document of the caller's own.
    Document,
    /// Another seal signature in the place of one by a key that was compromised (T-C6).
    Reseal,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Number, identifier, status index and moment are fixed; nothing is rendered yet.
    Reserved,
    /// Rendered; a second person has to release exactly this digest.
    Waiting,
    /// Released, not used yet.
    Released,
    /// The bytes to be signed are in the journal; the release is used up.
    Journalled,
    /// The sealed file is recorded.
    Recorded,
    /// The second person refused.
    Refused,
    /// Given up.
    Failed,
}

impl JobKind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            JobKind::Licence => "licence",
            JobKind::Document => "document",
            JobKind::Reseal => "reseal",
        }
    }

    pub(crate) fn find(code: &str) -> Option<JobKind> {
        [JobKind::Licence, JobKind::Document, JobKind::Reseal]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

impl JobState {
    const ALL: [JobState; 7] = [
        JobState::Reserved,
        JobState::Waiting,
        JobState::Released,
        JobState::Journalled,
        JobState::Recorded,
        JobState::Refused,
        JobState::Failed,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            JobState::Reserved => "reserved",
            JobState::Waiting => "waiting",
            JobState::Released => "released",
            JobState::Journalled => "journalled",
            JobState::Recorded => "recorded",
            JobState::Refused => "refused",
            JobState::Failed => "failed",
        }
    }

    /// Whether there is still something to do.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(
            self,
            JobState::Reserved | JobState::Waiting | JobState::Released | JobState::Journalled
        )
    }

    pub(crate) fn find(code: &str) -> Option<JobState> {
        JobState::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// On what grounds a seal will be used (D19, R1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    /// The seal.
    pub seal: SealCode,
    /// The purpose of the document.
    pub purpose: DocumentPurpose,
    /// The matter, where the purpose needs one.
    pub matter: Option<MatterCode>,
    /// The case number, or empty.
    pub case: String,
    /// The decision or other ground, such as its number.
    pub decision: String,
    /// Who decided, where somebody did (R3).
    pub decided_by: Option<PersonKey>,
    /// Who asks for the seal: an account or a caller's key.
    pub requester: String,
}

/// The rendered files that wait for their seal: one, or a PDF and an OFD of the same licence (D2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// What a releaser releases: of one file its SHA-256, of two the SHA-256 over both of theirs, the PDF's first.
    pub digest: [u8; 32],
    /// Where the object store keeps the PDF, if there is one.
    pub pdf: Option<String>,
    /// Where it keeps the OFD, if there is one.
    pub ofd: Option<String>,
    /// Where it keeps a caller's content of another kind, and what its seal will become.
    pub content: Option<(Envelope, String)>,
}

impl Unsealed {
    /// Whether what waits is digests of content that nobody but its caller has.
    #[must_use]
    pub fn is_of_digest(&self) -> bool {
        let content = self.content.as_ref();
        content.is_some_and(|(form, _)| form.is_of_digest())
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its identifier.
    pub id: JobId,
    /// The department it belongs to.
    pub department: DepartmentKey,
    /// What it makes.
    pub kind: JobKind,
    /// How far it is.
    pub state: JobState,
    /// The key of the caller that asked for it.
    pub caller: String,
    /// The moment of reservation; a redo uses it again.
    pub begun: UtcDateTime,
    /// The moment of the last step.
    pub changed: UtcDateTime,
    /// The version it makes, for licences.
    pub identifier: Option<Identifier>,
    /// On what grounds.
    pub grounds: Grounds,
    /// The rendered file, from [`JobState::Waiting`] on.
    pub unsealed: Option<Unsealed>,
    /// How often it was journalled.
    pub attempts: u64,
    /// Why it was refused or given up.
    pub reason: Option<String>,
    /// What its maker needs to begin again; opened.
    pub payload: Vec<u8>,
    /// The idempotency key of the request that began it.
    pub request_key: Option<String>,
}

const FIND: &str = "SELECT id, department, kind, state, caller, begun, changed, identifier, payload, seal, \
     purpose, matter, case_number, decision, decided_by, requester, unsealed, unsealed_object, unsealed_ofd, unsealed_content, unsealed_envelope, attempts, reason, \
     (SELECT request_key FROM request WHERE request.job = job.id) \
     FROM job WHERE id = $1 AND ($2 IS NULL OR department = $2)";
const LOCK: &str = "SELECT id, department, kind, state, caller, begun, changed, identifier, payload, seal, \
     purpose, matter, case_number, decision, decided_by, requester, unsealed, unsealed_object, unsealed_ofd, unsealed_content, unsealed_envelope, attempts, reason, \
     (SELECT request_key FROM request WHERE request.job = job.id) \
     FROM job WHERE id = $1 AND ($2 IS NULL OR department = $2) FOR UPDATE";
// 1004 is the catalogue's: uses hold it together, and another catalogue waits for them (`rolls::catalogues`).
const LOCK_FOR_USE: &str = "SELECT id, department, kind, state, caller, begun, changed, identifier, payload, seal, \
     purpose, matter, case_number, decision, decided_by, requester, unsealed, unsealed_object, unsealed_ofd, unsealed_content, unsealed_envelope, attempts, reason, \
     (SELECT request_key FROM request WHERE request.job = job.id) \
     FROM job WHERE id = $1 AND ($2 IS NULL OR department = $2) \
     AND pg_advisory_xact_lock_shared(1004) IS NOT NULL FOR UPDATE";
const WAITING: &str = "SELECT id, department, kind, state, caller, begun, changed, identifier, payload, seal, \
     purpose, matter, case_number, decision, decided_by, requester, unsealed, unsealed_object, unsealed_ofd, unsealed_content, unsealed_envelope, attempts, reason, \
     (SELECT request_key FROM request WHERE request.job = job.id) \
     FROM job WHERE department = $1 AND state = 'waiting' AND (begun > $2 OR (begun = $2 AND id > $3)) \
     AND NOT EXISTS (SELECT 1 FROM batch_line WHERE batch_line.job = job.id) ORDER BY begun, id LIMIT $4";
const OPEN: &str = "SELECT id, department, kind, state, caller, begun, changed, identifier, payload, seal, \
     purpose, matter, case_number, decision, decided_by, requester, unsealed, unsealed_object, unsealed_ofd, unsealed_content, unsealed_envelope, attempts, reason, \
     (SELECT request_key FROM request WHERE request.job = job.id) \
     FROM job WHERE state = $1 AND (begun > $2 OR (begun = $2 AND id > $3)) ORDER BY begun, id LIMIT $4";
const OF_CASE: &str = "SELECT id, department, kind, state, caller, begun, changed, identifier, payload, seal, \
     purpose, matter, case_number, decision, decided_by, requester, unsealed, unsealed_object, unsealed_ofd, unsealed_content, unsealed_envelope, attempts, reason, \
     (SELECT request_key FROM request WHERE request.job = job.id) \
     FROM job WHERE case_number = $1 AND department = $2 AND case_number <> '' ORDER BY begun, id LIMIT 200";
const OF_BATCH: &str = "SELECT id, department, kind, state, caller, begun, changed, identifier, payload, seal, \
     purpose, matter, case_number, decision, decided_by, requester, unsealed, unsealed_object, unsealed_ofd, unsealed_content, unsealed_envelope, attempts, reason, \
     CAST(NULL AS TEXT) \
     FROM job WHERE id IN (SELECT batch_line.job FROM batch_line WHERE batch_line.batch = $1) ORDER BY id";
const LOCK_BATCH: &str = "SELECT id, department, kind, state, caller, begun, changed, identifier, payload, seal, \
     purpose, matter, case_number, decision, decided_by, requester, unsealed, unsealed_object, unsealed_ofd, unsealed_content, unsealed_envelope, attempts, reason, \
     CAST(NULL AS TEXT) \
     FROM job WHERE id IN (SELECT batch_line.job FROM batch_line WHERE batch_line.batch = $1) ORDER BY id FOR UPDATE";
const INSERT: &str = "INSERT INTO job (id, department, kind, state, caller, requester, begun, changed, \
     identifier, payload, seal, purpose, matter, case_number, decision, decided_by, attempts) \
     VALUES ($1, $2, $3, 'reserved', $4, $5, $6, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)";

/// Where a page of jobs begins: after this one.
pub(crate) type After<'a> = (i64, &'a str);

/// A job to be written.
#[derive(Debug)]
pub(crate) struct NewJob<'a> {
    pub(crate) id: &'a str,
    pub(crate) department: &'a DepartmentKey,
    pub(crate) kind: JobKind,
    pub(crate) caller: &'a str,
    pub(crate) begun: UtcDateTime,
    pub(crate) identifier: Option<String>,
    pub(crate) grounds: &'a Grounds,
    pub(crate) payload: &'a [u8],
}

pub(crate) async fn insert(
    link: &mut Link,
    secrets: &Secrets,
    job: &NewJob<'_>,
) -> Result<(), StoreError> {
    let department = job.department.as_str();
    let payload = secrets.seal(job.payload, place(job.id, department))?;
    let grounds = job.grounds;
    let values = [
        job.id.into(),
        department.into(),
        job.kind.code().into(),
        job.caller.into(),
        grounds.requester.as_str().into(),
        job.begun.into(),
        job.identifier.as_deref().into(),
        (&payload).into(),
        grounds.seal.as_str().into(),
        grounds.purpose.code().into(),
        grounds
            .matter
            .as_ref()
            .map_or("", |matter| matter.as_str())
            .into(),
        grounds.case.as_str().into(),
        grounds.decision.as_str().into(),
        grounds
            .decided_by
            .as_ref()
            .map_or("", |person| person.as_str())
            .into(),
    ];
    link.later(INSERT, &values).await
}

/// The job, within a department or anywhere.
pub(crate) async fn find(
    link: &mut Link,
    secrets: &Secrets,
    id: &JobId,
    department: Option<&str>,
) -> Result<Option<Job>, StoreError> {
    let row = link
        .row(FIND, &[id.as_str().into(), department.into()])
        .await?;
    row.map(|row| read(row, secrets)).transpose()
}

/// The job, for a fact that decides on it: nobody else changes it until the commit.
pub(crate) async fn lock(
    link: &mut Link,
    secrets: &Secrets,
    id: &JobId,
    department: Option<&str>,
) -> Result<Option<Job>, StoreError> {
    locked_by(link, secrets, (id, department), LOCK).await
}

/// The same for a fact that has its seal used: no other catalogue comes into force until it ends.
pub(crate) async fn lock_for_use(
    link: &mut Link,
    secrets: &Secrets,
    id: &JobId,
    department: Option<&str>,
) -> Result<Option<Job>, StoreError> {
    locked_by(link, secrets, (id, department), LOCK_FOR_USE).await
}

async fn locked_by(
    link: &mut Link,
    secrets: &Secrets,
    (id, department): (&JobId, Option<&str>),
    locking: &'static str,
) -> Result<Option<Job>, StoreError> {
    let statement = if link.has_rivals() { locking } else { FIND };
    let values = [id.as_str().into(), department.into()];
    let row = link.row(statement, &values).await?;
    row.map(|row| read(row, secrets)).transpose()
}

/// Keeps the answer to the request that began a job, for a fact that has locked it.
pub(crate) async fn answer(
    link: &mut Link,
    secrets: &Secrets,
    job: &Job,
    response: &Response,
) -> Result<(), StoreError> {
    let Some(key) = &job.request_key else {
        return Ok(());
    };
    let request = (job.caller.as_str(), key.as_str(), job.department.as_str());
    asked::answer(link, secrets, request, response).await
}

pub(crate) async fn waiting(
    link: &mut Link,
    secrets: &Secrets,
    department: &str,
    (begun, id): After<'_>,
    limit: u32,
) -> Result<Vec<Job>, StoreError> {
    let values = [department.into(), begun.into(), id.into(), limit.into()];
    let rows = link.rows(WAITING, &values).await?;
    rows.into_iter().map(|row| read(row, secrets)).collect()
}

pub(crate) async fn of_case(
    link: &mut Link,
    secrets: &Secrets,
    (case, department): (&str, &str),
) -> Result<Vec<Job>, StoreError> {
    let rows = link
        .rows(OF_CASE, &[case.into(), department.into()])
        .await?;
    rows.into_iter().map(|row| read(row, secrets)).collect()
}

/// The jobs of a batch in the order of their identifiers; locked in it for a fact that decides on them.
pub(crate) async fn of_batch(
    link: &mut Link,
    secrets: &Secrets,
    batch: &str,
    lock: Lock,
) -> Result<Vec<Job>, StoreError> {
    let statement = match lock {
        Lock::Taken if link.has_rivals() => LOCK_BATCH,
        Lock::Taken | Lock::Not => OF_BATCH,
    };
    let rows = link.rows(statement, &[batch.into()]).await?;
    rows.into_iter().map(|row| read(row, secrets)).collect()
}

/// Whether nobody else changes what was read until the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Nobody does.
    Taken,
    /// It was only looked at.
    Not,
}

pub(crate) async fn open(
    link: &mut Link,
    secrets: &Secrets,
    state: JobState,
    (begun, id): After<'_>,
    limit: u32,
) -> Result<Vec<Job>, StoreError> {
    let values = [state.code().into(), begun.into(), id.into(), limit.into()];
    let rows = link.rows(OPEN, &values).await?;
    rows.into_iter().map(|row| read(row, secrets)).collect()
}

const DAMAGED: StoreError = StoreError::Damaged { table: "job" };

fn read(mut row: Row, secrets: &Secrets) -> Result<Job, StoreError> {
    let id = row.text()?;
    let department = row.text()?;
    let kind = JobKind::find(&row.text()?).ok_or(DAMAGED)?;
    let state = JobState::find(&row.text()?).ok_or(DAMAGED)?;
    let caller = row.text()?;
    let (begun, changed) = (row.moment()?, row.moment()?);
    let identifier = match row.maybe_text()? {
        None => None,
        Some(text) => Some(Identifier::parse(&text).map_err(|_| DAMAGED)?),
    };
    let payload = secrets.open(&row.bytes()?, place(&id, &department))?;
    let grounds = Grounds {
        seal: SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?,
        purpose: DocumentPurpose::find(&row.text()?).ok_or(DAMAGED)?,
        matter: optional(&row.text()?, |text| MatterCode::parse(text).ok())?,
        case: row.text()?,
        decision: row.text()?,
        decided_by: optional(&row.text()?, |text| PersonKey::parse(text).ok())?,
        requester: row.text()?,
    };
    let (digest, pdf, ofd) = (row.maybe_digest()?, row.maybe_text()?, row.maybe_text()?);
    let content = match (row.maybe_text()?, row.maybe_text()?) {
        (Some(object), Some(form)) => Some((Envelope::find(&form).ok_or(DAMAGED)?, object)),
        _ => None,
    };
    let unsealed = digest.map(|digest| Unsealed {
        digest,
        pdf,
        ofd,
        content,
    });
    Ok(Job {
        id: JobId::parse(&id).ok_or(DAMAGED)?,
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        kind,
        state,
        caller,
        begun,
        changed,
        identifier,
        grounds,
        unsealed,
        attempts: row.count()?,
        reason: row.maybe_text()?,
        payload,
        request_key: row.maybe_text()?,
    })
}

fn optional<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
    if text.is_empty() {
        Ok(None)
    } else {
        parse(text).map(Some).ok_or(DAMAGED)
    }
}

fn place<'a>(row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "job",
        column: "payload",
        row,
        department,
    }
}
