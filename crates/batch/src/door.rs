//! The door: every licence of a batch is checked before any is taken; all are reserved in one fact, or none.

use issuance::{Asker, IssueError, Office, Once};
use registry::asked::Response;
use registry::batches::{Answering, BatchBegun, BatchId};
use registry::jobs::JobId;
use registry::licences::Reserved;
use serde::Serialize;
use thiserror::Error;

use crate::apart::{Entry, NotApart};
use crate::carry::Carrying;
use crate::package::{self, NotResults};
use crate::together::{BatchOrder, MAX_LICENCES, TogetherError, Wanted, begin_together};

/// A batch as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Its entries, each one licence or several.
    pub entries: Vec<Entry>,
    /// The package whose results they are; empty for none.
    pub package: String,
}

/// Why no batch is begun.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DoorError {
    /// No licence, or more than [`MAX_LICENCES`].
    #[error("a batch has 1 to {MAX_LICENCES} licences")]
    Count,
    /// What is wrong with each entry, by its place from 0.
    #[error("{} entries of the batch cannot be issued", .0.len())]
    Defective(Vec<Defective>),
    /// What stands against them as the results of the package.
    #[error("the licences are not the results of the package")]
    Package(Vec<NotResults>),
    /// Another request was made under this key.
    #[error("another request was made under this key")]
    KeyReused,
    /// It cannot be begun.
    #[error("the batch cannot be begun")]
    Issue(#[source] IssueError),
}

/// What is wrong with a licence of an entry.
#[derive(Debug)]
pub struct Defective {
    /// The entry, from 0.
    pub entry: u32,
    /// What.
    pub wrong: Wrong,
}

/// What is wrong with a licence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Wrong {
    /// The entry gives no licences.
    #[error(transparent)]
    Apart(#[from] NotApart),
    /// The licence stands under another seal than the first: one release is of one seal.
    #[error("the licence stands under another seal than the first")]
    OtherSeal,
    /// The licence is not admitted, or cannot be reserved.
    #[error("the licence cannot be issued")]
    Issue(#[from] IssueError),
}

/// What the caller gets at once.
#[derive(Debug, Serialize)]
struct Accepted<'a> {
    batch: &'a str,
    licences: Vec<Fixed<'a>>,
}

/// A licence with what was fixed for it.
#[derive(Debug, Serialize)]
struct Fixed<'a> {
    job: &'a str,
    identifier: String,
    number: &'a str,
}

/// Begins a batch; gives the answer, and the work that follows where it was begun now.
///
/// # Errors
/// [`DoorError`]; what a rule refuses stands in the trace, and nothing else of the batch is kept.
pub async fn begin(
    office: &Office,
    asker: &Asker,
    once: &Once,
    asked: Asked,
) -> Result<(Response, Option<Carrying>), DoorError> {
    let licences = licences(asked.entries)?;
    if !asked.package.is_empty() {
        let wrong = package::inspect(office, asker, &asked.package, &licences).await;
        let wrong = wrong.map_err(|error| DoorError::Issue(error.into()))?;
        if !wrong.is_empty() {
            return Err(DoorError::Package(wrong));
        }
    }
    let entries: Vec<u32> = licences.iter().map(|wanted| wanted.entry).collect();
    let order = BatchOrder {
        licences,
        package: asked.package,
    };
    let begun = begin_together(office, asker, once, &order, respond).await;
    let begun = begun.map_err(|error| refused(&entries, error))?;
    match begun {
        BatchBegun::Begun(batch, response) => {
            let jobs = jobs(office, &batch).await;
            Ok((response, Some(Carrying::pages(jobs))))
        }
        BatchBegun::Repeated(_, Some(response)) => Ok((response, None)),
        // The answer is kept in the transaction that begins the batch.
        BatchBegun::Repeated(_, None) => Err(DoorError::Issue(IssueError::Unknown)),
    }
}

/// The jobs of a batch that was begun a moment ago. Where they cannot be read, upkeep finds them.
async fn jobs(office: &Office, batch: &BatchId) -> Vec<JobId> {
    match office.registry.batches().lines(batch).await {
        Ok(lines) => lines.into_iter().map(|line| line.job.id).collect(),
        Err(error) => {
            tracing::warn!(batch.id = %batch, error = %error, "the jobs of a batch wait for another round");
            office.dropped.doubt(office.clock.now());
            Vec::new()
        }
    }
}

/// The licences of all entries, in order.
fn licences(entries: Vec<Entry>) -> Result<Vec<Wanted>, DoorError> {
    if !(1..=MAX_LICENCES).contains(&entries.len()) {
        return Err(DoorError::Count);
    }
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for (place, entry) in entries.into_iter().enumerate() {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        match entry.licences(place) {
            Ok(licences) => all.extend(licences),
            Err(refused) => wrong.push(Defective {
                entry: place,
                wrong: refused.into(),
            }),
        }
    }
    if !wrong.is_empty() {
        return Err(DoorError::Defective(wrong));
    }
    if all.len() > MAX_LICENCES {
        return Err(DoorError::Count);
    }
    Ok(all)
}

fn respond() -> Answering {
    Box::new(|batch: &BatchId, reserved: &[Reserved]| {
        let fixed = reserved.iter().map(|one| Fixed {
            job: one.job.as_str(),
            identifier: one.composed.identifier.to_string(),
            number: one.composed.number.as_str(),
        });
        let accepted = Accepted {
            batch: batch.as_str(),
            licences: fixed.collect(),
        };
        Response {
            status: 202,
            // These values hold strings alone: they always write.
            body: serde_json::to_vec(&accepted).unwrap_or_default(),
        }
    })
}

/// The refusal with entries of the request for places of licences.
fn refused(entries: &[u32], error: TogetherError) -> DoorError {
    let entry = |place: usize| entries.get(place).copied().unwrap_or_default();
    match error {
        TogetherError::Count => DoorError::Count,
        TogetherError::KeyReused => DoorError::KeyReused,
        TogetherError::OtherSeal(place) => DoorError::Defective(vec![Defective {
            entry: entry(place),
            wrong: Wrong::OtherSeal,
        }]),
        TogetherError::Defective(all) => {
            let defective = all.into_iter().map(|(place, refused)| Defective {
                entry: entry(place),
                wrong: refused.into(),
            });
            DoorError::Defective(defective.collect())
        }
        TogetherError::Issue(error) => DoorError::Issue(error),
    }
}
