//! The last step of a job: the sealed file is recorded, the licence is issued, others are to be
//! told. From here on it is true (house-style 2.1 step 14).

use catalogue::key::PersonKey;
use licence::Event;
use licence::life::Stop;

use crate::cases;
use crate::jobs::about::act;
use crate::jobs::job::{self, Job, JobKind, JobState};
use crate::jobs::resealing;
use crate::jobs::step::{StepRefused, find_release, locked};
use crate::licences::following::{self, SupersedeRefused, Superseding};
use crate::licences::tell;
use crate::licences::version::{self, Move, Record};
use store::Link;
use store::StoreError;
use trail::asked::{By, Response};
use trail::id::JobId;
use trail::outbox::{self, Outgoing};
use trail::secrets::{Secrets, hex};
use trail::trace::{self, Deed};

/// A sealed file, as it will be found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// Its format, such as `pdf`.
    pub format: String,
    /// Where the object store keeps it.
    pub object: String,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// Its length in octets.
    pub length: u64,
    /// The receipt of the public log.
    pub receipt: Vec<u8>,
}

/// What a finished job leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The job.
    pub job: JobId,
    /// Which attempt made the files: the one that the journal counted last, or nothing is recorded.
    pub attempt: u64,
    /// Its sealed files.
    pub files: Vec<FileRecord>,
    /// Whether a supervisor has stopped the case (R6).
    pub stop: Stop,
    /// Whom to tell.
    pub events: Vec<Outgoing>,
    /// What is told of the version before, where a further one is recorded.
    pub superseding: Superseding,
    /// The answer to the request that began the job.
    pub response: Response,
    /// Who, when.
    pub by: By,
}

/// A job that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The job.
    pub job: Job,
    /// The version that is issued now, for licences.
    pub record: Option<Record>,
}

const FILE: &str = "INSERT INTO file (job, format, department, object, digest, length, receipt) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FILES: &str = "SELECT format, object, digest, length, receipt FROM file WHERE job = $1 \
     AND ($2 IS NULL OR department = $2) ORDER BY format DESC";
const RECORDED: &str =
    "UPDATE job SET state = 'recorded', changed = $3 WHERE department = $1 AND id = $2";

pub(crate) async fn record(
    link: &mut Link,
    secrets: &Secrets,
    recording: &Recording,
) -> Result<Recorded, StepRefused> {
    let by = &recording.by;
    let mut job = locked(link, secrets, &recording.job, None).await?;
    // Only what was journalled can have been signed.
    if job.state != JobState::Journalled {
        return Err(StepRefused::NotNow { state: job.state });
    }
    // T-D3: of two processes that went on with one job, the one that journalled last records.
    if job.attempts != recording.attempt {
        return Err(StepRefused::Overtaken);
    }
    // R6: what was sealed and stopped since becomes true when the stop is lifted.
    if cases::is_stopped(link, &job.grounds.case).await? {
        return Err(StepRefused::CaseStopped);
    }
    let department = job.department.as_str();
    // Under which job its files are found.
    let mut place = job.id.clone();
    let record = match &job.identifier {
        _ if job.kind == JobKind::Reseal => {
            let (of, record) =
                resealing::replace(link, secrets, (&job, &recording.events), by.at).await?;
            place = of;
            record
        }
        None => {
            let stream = (department, job.id.as_str(), 1);
            outbox::push(link, secrets, stream, &recording.events, by.at).await?;
            None
        }
        Some(identifier) => {
            let identifier = identifier.to_string();
            let record = issue(link, recording, &job, &identifier).await?;
            let superseding = &recording.superseding;
            following::supersede(link, secrets, &record, superseding, by).await?;
            tell(link, secrets, &record, &recording.events, by.at).await?;
            Some(record)
        }
    };
    // What is only written comes after what is asked, and travels together.
    for file in &recording.files {
        let values = [
            place.as_str().into(),
            file.format.as_str().into(),
            department.into(),
            file.object.as_str().into(),
            (&file.digest).into(),
            file.length.into(),
            (&file.receipt).into(),
        ];
        link.later(FILE, &values).await?;
    }
    job::answer(link, secrets, &job, &recording.response).await?;
    let values = [department.into(), job.id.as_str().into(), by.at.into()];
    link.later(RECORDED, &values).await?;
    job.state = JobState::Recorded;
    job.changed = by.at;
    let detail = recording
        .files
        .iter()
        .map(|file| ("file", format!("{} {}", file.format, hex(&file.digest))))
        .collect();
    trace::write(link, &act(&job, by, Deed::Record, detail)).await?;
    Ok(Recorded { job, record })
}

impl From<SupersedeRefused> for StepRefused {
    fn from(refused: SupersedeRefused) -> Self {
        match refused {
            SupersedeRefused::Life(refused) => Self::Life(refused),
            SupersedeRefused::Store(error) => Self::Store(error),
        }
    }
}

/// The step of the licence's life: sealed under the release that the journal consumed (R3, R6).
async fn issue(
    link: &mut Link,
    recording: &Recording,
    job: &Job,
    identifier: &str,
) -> Result<Record, StepRefused> {
    const DAMAGED: StoreError = StoreError::Damaged { table: "job" };
    let release = find_release(link, job).await?;
    let event = Event::Seal {
        at: recording.by.at,
        decided_by: job.grounds.decided_by.clone().ok_or(DAMAGED)?,
        released_by: PersonKey::parse(&release.statement.releaser).map_err(|_| DAMAGED)?,
        stop: recording.stop,
    };
    let department = job.department.as_str();
    let mut record = version::lock(link, identifier, Some(department))
        .await?
        .ok_or(DAMAGED)?;
    let after = record.life.step(&event, &record.period, recording.by.at)?;
    let step = Move {
        event: &event,
        ground: &job.grounds.decision,
        by: &recording.by,
    };
    version::move_on(link, &record, &after, &step).await?;
    record.life = after;
    record.revision += 1;
    record.recorded = Some(recording.by.at);
    Ok(record)
}

/// The sealed files of a job, the PDF first.
pub(crate) async fn files(
    link: &mut Link,
    job: &JobId,
    department: Option<&str>,
) -> Result<Vec<FileRecord>, StoreError> {
    let rows = link
        .rows(FILES, &[job.as_str().into(), department.into()])
        .await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(FileRecord {
                format: row.text()?,
                object: row.text()?,
                digest: row.digest()?,
                length: row.count()?,
                receipt: row.bytes()?,
            })
        })
        .collect()
}
