//! Why a request gives no licence; what a rule refuses stands in the trace.

use catalogue::Refusal;
use licence::NotAdmitted;
use licence::parts::PartRefused;
use licence::sealing::SealRefused;
use registry::StoreError;
use registry::jobs::{Reason, StepRefused};
use registry::licences::ReserveRefused;
use registry::objects::ObjectError;
use registry::status::StatusError;
use registry::trace::{Act, Deed};
use thiserror::Error;

use crate::asker::Asker;
use crate::draft::DraftError;
use crate::lives::change::ChangeError;
use crate::office::Office;
use crate::sealing::SealingError;
use crate::slots::BeginList;

/// Why a request gives no licence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The request breaks rules of the catalogue or its type.
    #[error("the request is not admitted")]
    NotAdmitted(#[from] NotAdmitted),
    /// A rule of the catalogue says no.
    #[error("the catalogue says no")]
    Refused(#[from] Refusal),
    /// The issuer is not the caller's department.
    #[error("nobody asks in another department's name")]
    OtherDepartment,
    /// The photograph is not the one whose digest the data hold, or is missing, or is one too many.
    #[error("the photograph is not the one that the data name")]
    Photo,
    /// The part of a composite licence is not ended.
    #[error("the part is not ended")]
    Part(#[from] PartRefused),
    /// The licence is not changed.
    #[error("the licence is not changed")]
    Change(#[from] ChangeError),
    /// A rule at the seal says no.
    #[error("a rule at the seal says no")]
    Ruled(#[from] SealRefused),
    /// No seal of the issuer's may stand on it.
    #[error("no seal may stand on it")]
    NoSeal,
    /// It cannot be reserved.
    #[error("it cannot be reserved")]
    Reserve(#[from] ReserveRefused),
    /// Its page cannot be made.
    #[error("its page cannot be made")]
    Draft(#[from] DraftError),
    /// Its job takes another step.
    #[error("its job takes another step")]
    Step(#[from] StepRefused),
    /// It was not sealed.
    #[error("it was not sealed")]
    Sealing(#[from] SealingError),
    /// Its file cannot be kept.
    #[error("its file cannot be kept")]
    Object(#[from] ObjectError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// Its job was given up, and stays so: whoever repeats the request is told the same.
    #[error("its job was given up: {0}")]
    GivenUp(Reason),
    /// There is no such job here.
    #[error("there is no such job here")]
    Unknown,
    /// Its batch is not begun.
    #[error("its batch is not begun")]
    Batch(#[source] registry::batches::BatchRefused),
    /// It is another department's, and the asker has no power over it: as what is not there (T-P3). The trace has it.
    #[error("there is no such licence here")]
    Hidden,
    /// No randomness for salts.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
}

impl From<BeginList> for IssueError {
    fn from(error: BeginList) -> Self {
        match error {
            BeginList::Status(StatusError::Store(error)) => Self::Store(error),
            BeginList::Random(error) => Self::Random(error),
            _ => Self::Reserve(ReserveRefused::ListFull),
        }
    }
}

/// T-L1: a refusal by a rule is an act, and commits alone.
///
/// # Errors
/// The store's.
pub async fn deny(
    office: &Office,
    asker: &Asker,
    object: String,
    refused: IssueError,
) -> Result<IssueError, IssueError> {
    let ground = match &refused {
        IssueError::NotAdmitted(NotAdmitted(defects)) => defects
            .first()
            .map_or("licence.not-admitted", |defect| defect.fault.code()),
        IssueError::Refused(refusal) => refusal.code(),
        IssueError::OtherDepartment => "caller.other-department",
        IssueError::Part(refused) => refused.code(),
        IssueError::Ruled(refused) => refused.code(),
        IssueError::Reserve(_) => "licence.not-following",
        IssueError::Photo => "licence.photo",
        _ => "licence.no-seal",
    };
    let rule = match &refused {
        IssueError::NotAdmitted(NotAdmitted(defects)) => {
            defects.first().map(|defect| defect.fault.rule())
        }
        IssueError::Refused(refusal) => Some(refusal.rule()),
        IssueError::Part(refused) => Some(refused.rule()),
        IssueError::Ruled(refused) => Some(refused.rule()),
        _ => None,
    };
    let rule = rule.map(|rule| ("rule", rule.number().to_owned()));
    office
        .registry
        .trace()
        .record(Act {
            department: asker.department.clone(),
            by: asker.by(office.clock.now()),
            deed: Deed::Deny,
            object,
            ground: ground.to_owned(),
            detail: rule.into_iter().collect(),
            key: None,
        })
        .await?;
    Ok(refused)
}
