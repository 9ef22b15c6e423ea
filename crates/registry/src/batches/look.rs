//! Batches as they are looked at: the licences of one, those of a department, those that belong together.

use std::collections::BTreeMap;

use catalogue::key::{DepartmentKey, SealCode};
use licence::Identifier;
use store::{Link, Row, StoreError};
use time::UtcDateTime;
use trail::id::{BatchId, JobId};
use trail::secrets::Secrets;

use crate::jobs::job::{self, Job, JobState, Lock};

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its identifier.
    pub id: BatchId,
    /// The issuing department.
    pub department: DepartmentKey,
    /// Who asked for the seal.
    pub requester: String,
    /// When it was begun.
    pub begun: UtcDateTime,
    /// The seal that stands on all of it.
    pub seal: SealCode,
    /// How many licences it has.
    pub size: u64,
    /// The package whose results they are; empty for none.
    pub package: String,
}

/// A batch with how many of its licences are in which state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The batch.
    pub batch: Batch,
    /// Licences by the state of their jobs; states without one are not there.
    pub states: Vec<(JobState, u64)>,
}

/// A licence of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place, from 0.
    pub place: u64,
    /// The entry of the request it comes from, from 0.
    pub entry: u64,
    /// Why the last release did not reach it, or why it does not go on: `code: text`.
    pub held: Option<String>,
    /// Its number.
    pub number: String,
    /// Until when the release of its seal holds, where one was given.
    pub released_until: Option<UtcDateTime>,
    /// Its job.
    pub job: Job,
}

impl Line {
    /// Whether it waits for a release at `now`: a page nobody released, or a release that ran out before its use.
    #[must_use]
    pub fn is_due(&self, now: UtcDateTime) -> bool {
        match self.job.state {
            JobState::Waiting => true,
            JobState::Released | JobState::Journalled => {
                self.released_until.is_none_or(|until| until <= now)
            }
            _ => false,
        }
    }
}

/// A licence that was asked for in one entry with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// Its identifier.
    pub identifier: Identifier,
    /// Its number.
    pub number: String,
    /// Its job.
    pub job: JobId,
    /// The state of its job.
    pub state: JobState,
}

const FIND: &str = "SELECT id, department, requester, begun, seal, size, package FROM batch \
     WHERE id = $1 AND ($2 IS NULL OR department = $2)";
const LIST: &str = "SELECT id, department, requester, begun, seal, size, package FROM batch \
     WHERE department = $1 AND (begun < $2 OR (begun = $2 AND id < $3)) ORDER BY begun DESC, id DESC LIMIT $4";
const STATES: &str = "SELECT job.state, COUNT(*) FROM batch_line JOIN job ON job.id = batch_line.job \
     WHERE batch_line.batch = $1 GROUP BY job.state ORDER BY job.state";
const LINES: &str = "SELECT l.job, l.place, l.entry, l.held, n.number, r.expires FROM batch_line l \
     JOIN version v ON v.job = l.job JOIN licence n ON n.id = v.licence LEFT JOIN seal_release r ON r.job = l.job \
     WHERE l.batch = $1 ORDER BY l.place";
const BESIDE: &str = "SELECT v.identifier, n.number, j.id, j.state FROM version a \
     JOIN batch_line b ON b.job = a.job JOIN batch_line o ON o.batch = b.batch AND o.entry = b.entry AND o.job <> b.job \
     JOIN job j ON j.id = o.job JOIN version v ON v.job = o.job JOIN licence n ON n.id = v.licence \
     WHERE a.identifier = $1 AND a.department = $2 ORDER BY o.place";
const DAMAGED: StoreError = StoreError::Damaged { table: "batch" };

pub(crate) async fn find(
    link: &mut Link,
    batch: &BatchId,
    department: Option<&str>,
) -> Result<Option<Batch>, StoreError> {
    let values = [batch.as_str().into(), department.into()];
    link.row(FIND, &values).await?.map(read).transpose()
}

pub(crate) async fn list(
    link: &mut Link,
    department: &str,
    before: Option<&Batch>,
    limit: u32,
) -> Result<Vec<Counted>, StoreError> {
    let (begun, id) = before.map_or((i64::MAX, ""), |batch| {
        (batch.begun.unix_timestamp(), batch.id.as_str())
    });
    let values = [department.into(), begun.into(), id.into(), limit.into()];
    let rows = link.rows(LIST, &values).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let batch = read(row)?;
        let states = link.rows(STATES, &[batch.id.as_str().into()]).await?;
        let states = states
            .into_iter()
            .map(|mut row| Ok((state(&row.text()?)?, row.count()?)))
            .collect::<Result<_, StoreError>>()?;
        all.push(Counted { batch, states });
    }
    Ok(all)
}

pub(crate) async fn lines(
    link: &mut Link,
    secrets: &Secrets,
    batch: &BatchId,
) -> Result<Vec<Line>, StoreError> {
    let jobs = job::of_batch(link, secrets, batch.as_str(), Lock::Not).await?;
    let mut jobs: BTreeMap<JobId, Job> =
        jobs.into_iter().map(|job| (job.id.clone(), job)).collect();
    let rows = link.rows(LINES, &[batch.as_str().into()]).await?;
    rows.into_iter()
        .map(|mut row| {
            let job = JobId::parse(&row.text()?).ok_or(DAMAGED)?;
            Ok(Line {
                place: row.count()?,
                entry: row.count()?,
                held: row.maybe_text()?,
                number: row.text()?,
                released_until: row.maybe_moment()?,
                job: jobs.remove(&job).ok_or(DAMAGED)?,
            })
        })
        .collect()
}

pub(crate) async fn beside(
    link: &mut Link,
    identifier: &str,
    department: &str,
) -> Result<Vec<Sibling>, StoreError> {
    let values = [identifier.into(), department.into()];
    let rows = link.rows(BESIDE, &values).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Sibling {
                identifier: Identifier::parse(&row.text()?).map_err(|_| DAMAGED)?,
                number: row.text()?,
                job: JobId::parse(&row.text()?).ok_or(DAMAGED)?,
                state: state(&row.text()?)?,
            })
        })
        .collect()
}

fn state(code: &str) -> Result<JobState, StoreError> {
    JobState::find(code).ok_or(DAMAGED)
}

fn read(mut row: Row) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: BatchId::parse(&row.text()?).ok_or(DAMAGED)?,
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        requester: row.text()?,
        begun: row.moment()?,
        seal: SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?,
        size: row.count()?,
        package: row.text()?,
    })
}
