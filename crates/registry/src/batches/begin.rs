//! A batch begins: every licence of it reserved, or none.

use catalogue::key::{DepartmentKey, SealCode};
use store::{Link, StoreError};
use thiserror::Error;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::id::{BatchId, JobId};
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

use crate::licences::reserve::{self, Reservation, ReserveRefused, Reserved};

/// A batch to be begun.
pub struct NewBatch {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// Who, when.
    pub by: By,
    /// The issuing department.
    pub department: DepartmentKey,
    /// Who asks for the seal.
    pub requester: String,
    /// The seal that will stand on all of them.
    pub seal: SealCode,
    /// The package whose results they are; empty for none.
    pub package: String,
    /// The licences, in the order of the request.
    pub lines: Vec<NewLine>,
    /// Makes the answer to the request of what was reserved, in the same order.
    pub respond: Answering,
}

/// Makes an answer of a batch and what was reserved for it.
pub type Answering = Box<dyn Fn(&BatchId, &[Reserved]) -> Response + Send + Sync>;

/// A licence of a batch.
#[derive(Debug)]
pub struct NewLine {
    /// The entry of the request it comes from: licences of one entry belong together.
    pub entry: u32,
    /// What is reserved; its idempotency key is the batch's.
    pub reservation: Reservation,
}

impl std::fmt::Debug for NewBatch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("NewBatch")
            .field("asked", &self.asked)
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchBegun {
    /// It was begun now; this is the answer.
    Begun(BatchId, Response),
    /// The same request was made before; this is its batch, and its answer.
    Repeated(BatchId, Option<Response>),
}

/// No batch is begun.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum BatchRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// A licence cannot be reserved.
    #[error("the licence at place {place} cannot be reserved")]
    Line {
        /// Its place, from 0.
        place: usize,
        /// Why.
        #[source]
        refused: ReserveRefused,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(crate) const BATCH: &str = "INSERT INTO batch (id, department, caller, requester, begun, seal, size, package) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(crate) const LINE: &str =
    "INSERT INTO batch_line (batch, place, entry, department, job) VALUES ($1, $2, $3, $4, $5)";
const DAMAGED: StoreError = StoreError::Damaged { table: "request" };

pub(crate) async fn begin(
    link: &mut Link,
    secrets: &Secrets,
    new: NewBatch,
) -> Result<BatchBegun, BatchRefused> {
    let id = secrets.fresh_id()?;
    let at = new.by.at;
    let place = (new.department.as_str(), Some(id.as_str()));
    let (seen, catalogue) = asked::note_under(link, secrets, &new.asked, place, at).await?;
    match seen {
        Seen::First => admitted_by(catalogue, &new.lines)?,
        Seen::Other => return Err(BatchRefused::KeyReused),
        Seen::Same { job, response } => {
            let batch = job.and_then(|batch| BatchId::parse(&batch));
            return Ok(BatchBegun::Repeated(batch.ok_or(DAMAGED)?, response));
        }
    }
    let batch = BatchId::parse(&id).ok_or(DAMAGED)?;
    let values = [
        batch.as_str().into(),
        new.department.as_str().into(),
        new.asked.caller.as_str().into(),
        new.requester.as_str().into(),
        at.into(),
        new.seal.as_str().into(),
        count(new.lines.len()).into(),
        new.package.as_str().into(),
    ];
    link.run(BATCH, &values).await?;
    let (reserved, mut acts) = lines(link, secrets, (&batch, &new)).await?;
    acts.push(Act {
        department: new.department.clone(),
        by: new.by.clone(),
        deed: Deed::Reserve,
        object: batch.to_string(),
        ground: new.package.clone(),
        detail: vec![
            ("licences", reserved.len().to_string()),
            ("seal", new.seal.to_string()),
            ("caller", new.asked.caller.clone()),
        ],
        key: None,
    });
    let response = (new.respond)(&batch, &reserved);
    let key = (
        new.asked.caller.as_str(),
        new.asked.key.as_str(),
        new.department.as_str(),
    );
    asked::answer(link, secrets, key, &response).await?;
    // The last statement of the fact: it holds the department's chain until the commit.
    trace::write_all(link, &acts).await?;
    Ok(BatchBegun::Begun(batch, response))
}

/// T-S6: all of it was admitted by the catalogue that is in force.
fn admitted_by(catalogue: Option<u64>, lines: &[NewLine]) -> Result<(), BatchRefused> {
    let is_other = |line: &NewLine| Some(line.reservation.catalogue) != catalogue;
    match lines.iter().position(is_other) {
        None => Ok(()),
        Some(place) => Err(BatchRefused::Line {
            place,
            refused: ReserveRefused::OtherCatalogue,
        }),
    }
}

async fn lines(
    link: &mut Link,
    secrets: &Secrets,
    (batch, new): (&BatchId, &NewBatch),
) -> Result<(Vec<Reserved>, Vec<Act>), BatchRefused> {
    let (mut all, mut acts) = (Vec::with_capacity(new.lines.len()), Vec::new());
    for (place, line) in new.lines.iter().enumerate() {
        let job = JobId::parse(&secrets.fresh_id()?).ok_or(DAMAGED)?;
        let fixed = reserve::fix(link, secrets, &line.reservation, job).await;
        let (reserved, told) = fixed.map_err(|refused| match refused {
            ReserveRefused::Store(error) => error.into(),
            refused => BatchRefused::Line { place, refused },
        })?;
        let values = [
            batch.as_str().into(),
            count(place).into(),
            line.entry.into(),
            new.department.as_str().into(),
            reserved.job.as_str().into(),
        ];
        link.later(LINE, &values).await?;
        acts.extend(told);
        all.push(reserved);
    }
    Ok((all, acts))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
