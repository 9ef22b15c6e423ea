//! Sealing anew what a compromised key sealed (T-C6): which documents those are, the jobs that do it, and how the new file
//! takes the place of the old one. Version, number, identifier and content stay; a rendition is added (D17).

use catalogue::DocumentPurpose;
use catalogue::key::{DepartmentKey, SealCode};
use licence::Identifier;
use store::{Link, StoreError};
use time::UtcDateTime;
use tlog::{Leaf, LeafIndex, LeafKind};
use trail::asked::By;
use trail::id::{BatchId, JobId};
use trail::log;
use trail::outbox::{self, Outgoing};
use trail::secrets::Secrets;
use trail::trace::{self, Deed};

use crate::batches::begin::{BATCH, LINE};
use crate::jobs::about::About;
use crate::jobs::job::{self, Grounds, Job, JobKind, JobState, NewJob};
use crate::jobs::step::{StepRefused, await_pages, locked};
use crate::licences::tell;
use crate::licences::version::{self, Record};

/// A document that a seal's key sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSince {
    /// The job that sealed it first: under it the file is found.
    pub job: JobId,
    /// The version, for licences.
    pub identifier: Option<Identifier>,
    /// What it is for.
    pub purpose: DocumentPurpose,
    /// When the seal signature was made: the moment of its leaf, which is that of its time-stamp (D18).
    pub sealed: UtcDateTime,
}

/// What is to be sealed anew, under one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResealing {
    /// The drill.
    pub drill: String,
    /// The department whose seal it is.
    pub department: DepartmentKey,
    /// The seal.
    pub seal: SealCode,
    /// Who asks for it: who declared the key compromised.
    pub requester: String,
    /// What: all for one purpose.
    pub documents: Vec<SealedSince>,
    /// Who, when.
    pub by: By,
}

/// A document that a drill seals anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// The job that does it.
    pub job: JobId,
    /// The job that sealed the document first.
    pub of: JobId,
    /// The version, for licences.
    pub identifier: Option<Identifier>,
    /// When the signature that is replaced was made.
    pub sealed: UtcDateTime,
    /// How far it is.
    pub state: JobState,
    /// Why it does not go on: `code: text`.
    pub held: Option<String>,
}

const SINCE: &str = "SELECT j.id, COALESCE(r.of_job, j.id), j.identifier, j.purpose FROM job AS j \
     LEFT JOIN reseal AS r ON r.job = j.id WHERE j.department = $1 AND j.seal = $2 AND j.state = 'recorded' \
     AND j.changed >= $3 AND j.id > $4 AND NOT EXISTS (SELECT 1 FROM reseal AS n JOIN job AS m ON m.id = n.job \
     WHERE n.of_job = COALESCE(r.of_job, j.id) AND (n.drill = $5 \
     OR (n.number > COALESCE(r.number, 0) AND m.state = 'recorded'))) ORDER BY j.id LIMIT $6";
const RESEAL: &str = "INSERT INTO reseal (job, department, drill, of_job, number, sealed) \
     SELECT $1, $2, $3, $4, COUNT(*) + 1, $5 FROM reseal WHERE department = $2 AND of_job = $4 \
     ON CONFLICT DO NOTHING RETURNING 1";
const OPEN_BATCHES: &str = "SELECT l.batch FROM reseal AS r JOIN batch_line AS l ON l.job = r.job JOIN job AS j ON j.id = r.job \
     WHERE r.department = $1 AND r.drill = $2 AND j.state IN ('waiting', 'released', 'journalled') \
     GROUP BY l.batch ORDER BY l.batch";
const OF_DRILL: &str = "SELECT r.job, r.of_job, j.identifier, r.sealed, j.state, COALESCE(j.reason, l.held) \
     FROM reseal AS r JOIN job AS j ON j.id = r.job JOIN batch_line AS l ON l.job = r.job \
     WHERE r.department = $1 AND r.drill = $2 ORDER BY r.of_job";
const EXPLAINS: &str = "SELECT j.state FROM log_leaf AS l JOIN job AS j ON j.id = l.job \
     WHERE l.log = $1 AND l.entry_index = $2 AND j.department = $3";
const OF: &str = "SELECT of_job FROM reseal WHERE department = $1 AND job = $2";
const PUT_ASIDE: &str = "UPDATE file SET job = $3 WHERE department = $1 AND job = $2";

const DAMAGED: StoreError = StoreError::Damaged { table: "reseal" };

/// A page of what a seal's key sealed since, and the job after which the next one begins; none where it is the last.
pub(crate) async fn since(
    link: &mut Link,
    (department, seal): (&DepartmentKey, &SealCode),
    (since, drill): (UtcDateTime, &str),
    (after, limit): (Option<&JobId>, u32),
) -> Result<(Vec<SealedSince>, Option<JobId>), StoreError> {
    let values = [
        department.as_str().into(),
        seal.as_str().into(),
        since.into(),
        after.map_or("", JobId::as_str).into(),
        drill.into(),
        limit.into(),
    ];
    let rows = link.rows(SINCE, &values).await?;
    let is_last = rows.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut found, mut last) = (Vec::new(), None);
    for mut row in rows {
        let job = JobId::parse(&row.text()?).ok_or(DAMAGED)?;
        let of = JobId::parse(&row.text()?).ok_or(DAMAGED)?;
        let identifier = identifier(row.maybe_text()?)?;
        let purpose = DocumentPurpose::find(&row.text()?).ok_or(DAMAGED)?;
        // What was recorded since may have been sealed before: the time that verifiers believe decides (T-C7).
        let sealed = sealed_at(link, &job).await?;
        if sealed.is_none_or(|sealed| sealed >= since) {
            found.push(SealedSince {
                job: of,
                identifier,
                purpose,
                sealed: sealed.unwrap_or(since),
            });
        }
        last = Some(job);
    }
    Ok((found, last.filter(|_| !is_last)))
}

/// The moment of the last seal signature of a job, as the public log has it.
async fn sealed_at(link: &mut Link, job: &JobId) -> Result<Option<UtcDateTime>, StoreError> {
    let leaves = log::leaves_of(link, job).await?;
    let leaves = leaves
        .iter()
        .filter_map(|leaf| Leaf::parse(&leaf.leaf).ok());
    let sealed = leaves.filter(|leaf| leaf.kind == LeafKind::SealSignature);
    Ok(sealed.map(|leaf| leaf.moment).max())
}

pub(crate) async fn begin(
    link: &mut Link,
    secrets: &Secrets,
    new: &NewResealing,
) -> Result<BatchId, StepRefused> {
    let batch = BatchId::parse(&secrets.fresh_id()?).ok_or(DAMAGED)?;
    let values = [
        batch.as_str().into(),
        new.department.as_str().into(),
        new.requester.as_str().into(),
        new.requester.as_str().into(),
        new.by.at.into(),
        new.seal.as_str().into(),
        count(new.documents.len()).into(),
        "".into(),
    ];
    link.run(BATCH, &values).await?;
    let mut acts = Vec::with_capacity(new.documents.len());
    for (place, document) in new.documents.iter().enumerate() {
        let job = one(link, secrets, (new, document)).await?;
        let values = [
            batch.as_str().into(),
            count(place).into(),
            count(place).into(),
            new.department.as_str().into(),
            job.id.as_str().into(),
        ];
        link.later(LINE, &values).await?;
        let about = About {
            department: &job.department,
            job: &job.id,
            identifier: job.identifier.as_ref(),
            grounds: &job.grounds,
        };
        let detail = vec![
            ("drill", new.drill.clone()),
            ("of", document.job.to_string()),
            ("batch", batch.to_string()),
        ];
        acts.push(about.act(&new.by, Deed::Reserve, detail));
    }
    trace::write_all(link, &acts).await?;
    Ok(batch)
}

/// A job that seals anew the very pages that another one sealed: their digest stays, and with it what they say.
async fn one(
    link: &mut Link,
    secrets: &Secrets,
    (new, document): (&NewResealing, &SealedSince),
) -> Result<Job, StepRefused> {
    let first = locked(link, secrets, &document.job, Some(&new.department)).await?;
    if first.state != JobState::Recorded || first.grounds.seal != new.seal {
        return Err(StepRefused::NotNow { state: first.state });
    }
    let unsealed = first.unsealed.clone().ok_or(StepRefused::Unknown)?;
    let id = secrets.dated_id(new.by.at)?;
    let grounds = Grounds {
        requester: new.requester.clone(),
        ..first.grounds.clone()
    };
    let inserted = NewJob {
        id: &id,
        department: &first.department,
        kind: JobKind::Reseal,
        caller: &new.requester,
        begun: new.by.at,
        identifier: first.identifier.as_ref().map(ToString::to_string),
        grounds: &grounds,
        payload: &first.payload,
    };
    job::insert(link, secrets, &inserted).await?;
    let values = [
        id.as_str().into(),
        first.department.as_str().into(),
        new.drill.as_str().into(),
        document.job.as_str().into(),
        document.sealed.into(),
    ];
    if link.row(RESEAL, &values).await?.is_none() {
        return Err(StepRefused::Used);
    }
    await_pages(link, (&first.department, &id), &unsealed, new.by.at).await?;
    Ok(Job {
        id: JobId::parse(&id).ok_or(DAMAGED)?,
        kind: JobKind::Reseal,
        state: JobState::Waiting,
        grounds,
        ..first
    })
}

/// The file that is in force is put aside under the job that replaces it, and the new one stands in its place: gives the
/// job under which that is, and the version.
pub(crate) async fn replace(
    link: &mut Link,
    secrets: &Secrets,
    (job, events): (&Job, &[Outgoing]),
    at: UtcDateTime,
) -> Result<(JobId, Option<Record>), StepRefused> {
    let department = job.department.as_str();
    let values = [department.into(), job.id.as_str().into()];
    let of = link.one(OF, &values, "reseal").await?.text()?;
    let of = JobId::parse(&of).ok_or(DAMAGED)?;
    let values = [
        department.into(),
        of.as_str().into(),
        job.id.as_str().into(),
    ];
    link.run(PUT_ASIDE, &values).await?;
    let Some(identifier) = &job.identifier else {
        let stream = (department, job.id.as_str(), 1);
        outbox::push(link, secrets, stream, events, at).await?;
        return Ok((of, None));
    };
    let record = version::lock(link, &identifier.to_string(), Some(department)).await?;
    let record = record.ok_or(DAMAGED)?;
    tell(link, secrets, &record, events, at).await?;
    Ok((of, Some(record)))
}

/// Whether a leaf of the public log belongs to a recorded job of this department.
pub(crate) async fn explains(
    link: &mut Link,
    department: &DepartmentKey,
    leaf: LeafIndex,
) -> Result<bool, StoreError> {
    let values = [
        log::Log::Public.column().into(),
        leaf.0.into(),
        department.as_str().into(),
    ];
    match link.row(EXPLAINS, &values).await? {
        Some(mut row) => Ok(row.text()? == JobState::Recorded.code()),
        None => Ok(false),
    }
}

pub(crate) async fn open_batches(
    link: &mut Link,
    department: &DepartmentKey,
    drill: &str,
) -> Result<Vec<BatchId>, StoreError> {
    let values = [department.as_str().into(), drill.into()];
    let rows = link.rows(OPEN_BATCHES, &values).await?;
    rows.into_iter()
        .map(|mut row| BatchId::parse(&row.text()?).ok_or(DAMAGED))
        .collect()
}

pub(crate) async fn of_drill(
    link: &mut Link,
    department: &DepartmentKey,
    drill: &str,
) -> Result<Vec<Resealed>, StoreError> {
    let values = [department.as_str().into(), drill.into()];
    let rows = link.rows(OF_DRILL, &values).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Resealed {
                job: JobId::parse(&row.text()?).ok_or(DAMAGED)?,
                of: JobId::parse(&row.text()?).ok_or(DAMAGED)?,
                identifier: identifier(row.maybe_text()?)?,
                sealed: row.moment()?,
                state: JobState::find(&row.text()?).ok_or(DAMAGED)?,
                held: row.maybe_text()?,
            })
        })
        .collect()
}

fn identifier(text: Option<String>) -> Result<Option<Identifier>, StoreError> {
    let read = |text: String| Identifier::parse(&text).map_err(|_| DAMAGED);
    text.map(read).transpose()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
