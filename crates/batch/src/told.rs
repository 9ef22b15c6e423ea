//! How far a batch is: counts by state, each licence with its state and the reason it does not go on.

use issuance::{Asker, Office};
use licence::Identifier;
use registry::StoreError;
use registry::batches::{Batch, BatchId, Counted, Line};
use registry::jobs::JobState;
use serde::Serialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

/// Batches of one page of a list.
const PAGE: u32 = 50;

/// How many licences of a batch are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Numbers are fixed, pages are being made.
    pub reserved: u64,
    /// Pages wait for a second person.
    pub waiting: u64,
    /// Released, not sealed yet.
    pub released: u64,
    /// In the key journal, being sealed.
    pub journalled: u64,
    /// Issued.
    pub recorded: u64,
    /// Refused by the second person.
    pub refused: u64,
    /// Given up.
    pub failed: u64,
}

/// A batch in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchLine {
    /// The batch.
    pub batch: String,
    /// When it was begun, RFC 3339.
    pub begun: String,
    /// Its seal.
    pub seal: String,
    /// The package whose results it is.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub package: String,
    /// How many licences it has.
    pub licences: u64,
    /// By state.
    pub counts: Counts,
    /// Whether nothing is left to do.
    pub done: bool,
}

/// A batch, licence by licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchTold {
    /// The batch.
    #[serde(flatten)]
    pub batch: BatchLine,
    /// Its licences, in the order of the request.
    pub lines: Vec<LineTold>,
}

/// A licence of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineTold {
    /// The entry of the request that it comes from, from 0.
    pub entry: u64,
    /// Its job.
    pub job: String,
    /// Its identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Its number.
    pub number: String,
    /// `reserved`, `waiting`, `released`, `journalled`, `recorded`, `refused` or `failed`.
    pub state: &'static str,
    /// Why it does not go on, or ended without a file: `code: text`, or the words of the second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A licence that was asked for in one entry with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiblingTold {
    /// Its identifier.
    pub identifier: String,
    /// Its number.
    pub number: String,
    /// Its job.
    pub job: String,
    /// The state of its job.
    pub state: &'static str,
}

impl Counts {
    fn add(&mut self, state: JobState, count: u64) {
        let place = match state {
            JobState::Reserved => &mut self.reserved,
            JobState::Waiting => &mut self.waiting,
            JobState::Released => &mut self.released,
            JobState::Journalled => &mut self.journalled,
            JobState::Recorded => &mut self.recorded,
            JobState::Refused => &mut self.refused,
            JobState::Failed => &mut self.failed,
        };
        *place += count;
    }

    /// Whether every licence has its file, or ended without one.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.reserved + self.waiting + self.released + self.journalled == 0
    }
}

impl BatchLine {
    fn of(batch: &Batch, counts: Counts) -> Self {
        Self {
            batch: batch.id.to_string(),
            begun: moment(batch.begun),
            seal: batch.seal.to_string(),
            package: batch.package.clone(),
            licences: batch.size,
            done: counts.is_done(),
            counts,
        }
    }

    fn counted(counted: &Counted) -> Self {
        let mut counts = Counts::default();
        for (state, count) in &counted.states {
            counts.add(*state, *count);
        }
        Self::of(&counted.batch, counts)
    }
}

impl LineTold {
    fn of(line: &Line) -> Self {
        let job = &line.job;
        // What held it back before it went on tells nothing any more.
        let held = line.held.clone().filter(|_| job.state.is_open());
        Self {
            entry: line.entry,
            job: job.id.to_string(),
            identifier: job.identifier.as_ref().map(ToString::to_string),
            number: line.number.clone(),
            state: job.state.code(),
            reason: job.reason.clone().or(held),
        }
    }
}

/// How far a batch of the asker's department is.
///
/// # Errors
/// The store.
pub async fn find(
    office: &Office,
    asker: &Asker,
    batch: &BatchId,
) -> Result<Option<BatchTold>, StoreError> {
    let batches = office.registry.batches();
    let Some(batch) = batches.find(batch, Some(&asker.department)).await? else {
        return Ok(None);
    };
    let lines = batches.lines(&batch.id).await?;
    let mut counts = Counts::default();
    for line in &lines {
        counts.add(line.job.state, 1);
    }
    Ok(Some(BatchTold {
        batch: BatchLine::of(&batch, counts),
        lines: lines.iter().map(LineTold::of).collect(),
    }))
}

/// A page of the department's batches, the latest first, before the one named.
///
/// # Errors
/// The store.
pub async fn list(
    office: &Office,
    asker: &Asker,
    before: Option<&BatchId>,
) -> Result<Vec<BatchLine>, StoreError> {
    let batches = office.registry.batches();
    let before = match before {
        Some(batch) => batches.find(batch, Some(&asker.department)).await?,
        None => None,
    };
    let page = batches.list(&asker.department, before.as_ref(), PAGE);
    Ok(page.await?.iter().map(BatchLine::counted).collect())
}

/// The licences that were asked for in one entry with this one, one for each address; nothing for a licence that is not
/// the department's.
///
/// # Errors
/// The store.
pub async fn beside(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<Vec<SiblingTold>>, StoreError> {
    let licences = office.registry.licences();
    if licences
        .find(identifier, Some(&asker.department))
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let batches = office.registry.batches();
    let beside = batches.beside(identifier, &asker.department).await?;
    let told = beside.into_iter().map(|sibling| SiblingTold {
        identifier: sibling.identifier.to_string(),
        number: sibling.number,
        job: sibling.job.to_string(),
        state: sibling.state.code(),
    });
    Ok(Some(told.collect()))
}

pub(crate) fn moment(at: UtcDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
