//! The walk over everything that was recorded.

use std::collections::BTreeMap;

use issuance::Office;
use pki::Certificate;
use registry::StoreError;
use registry::jobs::{FileRecord, JobState};
use registry::objects::{ObjectError, ObjectId};
use renewal::{Ends, Life, Relied, due};
use thiserror::Error;
use time::{Duration, UtcDateTime};
use verify::Policy;

use crate::proof::{Unproven, life};
use crate::shelf::{Shelf, ShelfError, hex};

/// Jobs that are read at once.
const PAGE: u32 = 500;

/// Why the walk stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// The register.
    #[error("the register cannot be read")]
    Store(#[from] StoreError),
    /// The records.
    #[error("the records cannot be read")]
    Shelf(#[from] ShelfError),
}

/// A file that is due.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where the object store keeps it.
    pub object: String,
    /// SHA-256 of its octets.
    pub digest: [u8; 32],
    /// Until when it is proven, and what ends that.
    pub life: Life,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Survey {
    /// Files that can be proven.
    pub files: u64,
    /// Files without a time-stamp, which nothing renews.
    pub bare: u64,
    /// Files of which nothing can be said, by digest, and why.
    pub unread: Vec<(String, String)>,
    /// How many proofs end by what.
    pub ends: BTreeMap<Ends, u64>,
    /// When the first proof ends.
    pub first: Option<UtcDateTime>,
    /// What is due, the first to end first.
    pub due: Vec<Kept>,
}

/// Goes over every recorded file of the office: what ends before now and `margin` is due. A file is read where no record
/// lies beside it.
///
/// # Errors
/// [`SurveyError`]; a single file that cannot be read is told in the survey.
pub async fn survey(
    office: &Office,
    shelf: &Shelf,
    margin: Duration,
) -> Result<Survey, SurveyError> {
    let policy = Policy::default();
    let known: Vec<Certificate> = office.trust().known().cloned().collect();
    let jobs = office.registry.jobs();
    let (mut found, mut lives, mut after) = (Survey::default(), Vec::new(), None);
    loop {
        let page = jobs
            .unfinished(JobState::Recorded, after.as_ref(), PAGE)
            .await?;
        let Some(last) = page.last().cloned() else {
            break;
        };
        for job in &page {
            for file in jobs.files(&job.id, None).await? {
                match one(office, (shelf, &file), (&known, &policy)).await? {
                    Ok(life) => lives.push((life, (file.object, file.digest))),
                    Err(why) => found.note(&file.digest, &why),
                }
            }
        }
        after = Some(last);
    }
    found.files = u64::try_from(lives.len()).unwrap_or(u64::MAX);
    found.first = lives.iter().map(|(life, _)| life.until).min();
    for (life, _) in &lives {
        let count = found.ends.entry(life.by).or_default();
        *count = count.saturating_add(1);
    }
    let due = due(lives, office.now(), margin).into_iter();
    found.due = due
        .map(|(life, (object, digest))| Kept {
            object,
            digest,
            life,
        })
        .collect();
    Ok(found)
}

impl Survey {
    fn note(&mut self, digest: &[u8; 32], why: &Unread) {
        match why {
            Unread::Proof(Unproven::NoStamp) => self.bare = self.bare.saturating_add(1),
            why => self.unread.push((hex(digest), why.to_string())),
        }
    }
}

/// Why nothing is said of one file.
#[derive(Debug, Error)]
enum Unread {
    /// It rests on nothing that can be followed.
    #[error("{0}")]
    Proof(#[from] Unproven),
    /// The object store does not give it.
    #[error("{0}")]
    Object(#[from] ObjectError),
    /// The register does not say where it is.
    #[error("its place is not known")]
    Place,
}

async fn one(
    office: &Office,
    (shelf, file): (&Shelf, &FileRecord),
    (known, policy): (&[Certificate], &Policy),
) -> Result<Result<Life, Unread>, SurveyError> {
    let record = shelf.find(&file.digest)?;
    let octets = match record {
        Some(_) => Vec::new(),
        None => match read(office, &file.object).await {
            Ok(octets) => octets,
            Err(why) => return Ok(Err(why)),
        },
    };
    let relied = Relied {
        digest: &|algorithm| policy.digest_until(algorithm),
        signature: &|algorithm, key| policy.signature_until(algorithm, key),
    };
    Ok(life(&octets, record.as_ref(), (known, &relied)).map_err(Unread::from))
}

async fn read(office: &Office, object: &str) -> Result<Vec<u8>, Unread> {
    let object: ObjectId = object.parse().map_err(|_| Unread::Place)?;
    Ok(office.objects.read(&object).await?)
}
