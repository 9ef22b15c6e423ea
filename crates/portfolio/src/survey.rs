//! The walk over everything that was recorded.

use std::collections::BTreeMap;

use catalogue::key::DepartmentKey;
use issuance::Office;
use pki::Certificate;
use records::EvidenceRecord;
use registry::StoreError;
use registry::jobs::{FileRecord, Job, JobState};
use registry::objects::{ObjectError, ObjectId};
use renewal::{Life, Relied};
use thiserror::Error;
use time::{Duration, UtcDateTime};
use verify::Policy;

use crate::alone::{Proofs, Wants};
use crate::proof::{Unproven, life};
use crate::shelf::{Shelf, ShelfError, hex};
use crate::standing::Standing;

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

/// A file that is to be covered once more.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where the object store keeps it.
    pub object: String,
    /// SHA-256 of its octets.
    pub digest: [u8; 32],
    /// Until when it is proven, and what ends that.
    pub life: Life,
    /// Whether that is soon. Else its record wants a second time-stamp before it is proof by itself.
    pub is_due: bool,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Survey {
    /// Each department's files.
    pub standing: BTreeMap<DepartmentKey, Standing>,
    /// Files of which nothing can be said, by digest, and why.
    pub unread: Vec<(String, String)>,
    /// What is due, the first to end first.
    pub due: Vec<Kept>,
    /// What is not due, and whose records want a time-stamp that can be given today.
    pub wanting: Vec<Kept>,
    /// The files whose records want the roots' lists of today.
    pub completable: Vec<[u8; 32]>,
}

/// What each file is asked by.
struct Walk<'a> {
    office: &'a Office,
    shelf: &'a Shelf,
    policy: Policy,
    known: Vec<Certificate>,
    /// Nothing while a list is not current: then no record can be given what it wants.
    proofs: Option<Proofs>,
    /// What ends before is due.
    before: UtcDateTime,
}

/// What is known of one file.
struct Proven {
    life: Life,
    /// What its record wants, where it has one.
    wants: Option<Wants>,
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
    let walk = Walk {
        office,
        shelf,
        policy: Policy::default(),
        known: office.trust().known().cloned().collect(),
        proofs: Proofs::of(office),
        before: office.now().saturating_add(margin),
    };
    let jobs = office.registry.jobs();
    let (mut found, mut after) = (Survey::default(), None::<Job>);
    loop {
        let page = jobs
            .unfinished(JobState::Recorded, after.as_ref(), PAGE)
            .await?;
        let Some(last) = page.last().cloned() else {
            break;
        };
        for job in &page {
            let department = &job.department;
            for file in jobs.files(&job.id, None).await? {
                match walk.one(&file).await? {
                    Ok(proven) => found.take(&walk, (department, file), &proven),
                    Err(why) => found.note(department, &file.digest, &why),
                }
            }
        }
        after = Some(last);
    }
    found.due.sort_by_key(|kept| kept.life);
    Ok(found)
}

impl Survey {
    /// All departments together.
    #[must_use]
    pub fn whole(&self) -> Standing {
        let all = self.standing.values();
        all.fold(Standing::default(), |whole, one| whole.and(one))
    }

    fn take(
        &mut self,
        walk: &Walk<'_>,
        (department, file): (&DepartmentKey, FileRecord),
        proven: &Proven,
    ) {
        let is_due = proven.life.until <= walk.before;
        let standing = self.standing.entry(department.clone()).or_default();
        standing.count(&proven.life, (is_due, proven.wants));
        if is_due {
            standing.tell_due(&file.digest, &proven.life);
        }
        let wants = proven.wants.unwrap_or(Wants::Nothing);
        let served = walk.proofs.as_ref().is_some_and(|own| own.serve(wants));
        let kept = Kept {
            object: file.object,
            digest: file.digest,
            life: proven.life,
            is_due,
        };
        match wants {
            _ if is_due => self.due.push(kept),
            Wants::Stamp { .. } if served => self.wanting.push(kept),
            Wants::Lists { .. } if served => self.completable.push(kept.digest),
            _ => {}
        }
    }

    fn note(&mut self, department: &DepartmentKey, digest: &[u8; 32], why: &Unread) {
        let standing = self.standing.entry(department.clone()).or_default();
        if let Unread::Proof(Unproven::NoStamp) = why {
            standing.without_time_stamp = standing.without_time_stamp.saturating_add(1);
            return;
        }
        standing.unread = standing.unread.saturating_add(1);
        self.unread.push((hex(digest), why.to_string()));
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

impl Walk<'_> {
    async fn one(&self, file: &FileRecord) -> Result<Result<Proven, Unread>, SurveyError> {
        let record = self.shelf.find(&file.digest)?;
        let octets = match record {
            Some(_) => Vec::new(),
            None => match read(self.office, &file.object).await {
                Ok(octets) => octets,
                Err(why) => return Ok(Err(why)),
            },
        };
        Ok(self.proven(&octets, record.as_ref()))
    }

    fn proven(&self, octets: &[u8], record: Option<&EvidenceRecord>) -> Result<Proven, Unread> {
        let policy = &self.policy;
        let relied = Relied {
            digest: &|algorithm| policy.digest_until(algorithm),
            signature: &|algorithm, key| policy.signature_until(algorithm, key),
        };
        let life = life(octets, record, (&self.known, &relied))?;
        let wants = |record| Some(self.proofs.as_ref()?.wanted(record));
        Ok(Proven {
            life,
            wants: record.map(|record| wants(record).unwrap_or(Wants::Nothing)),
        })
    }
}

async fn read(office: &Office, object: &str) -> Result<Vec<u8>, Unread> {
    let object: ObjectId = object.parse().map_err(|_| Unread::Place)?;
    Ok(office.objects.read(&object).await?)
}
