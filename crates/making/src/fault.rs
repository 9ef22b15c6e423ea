//! Why a seal does not go on.

use backoffice::custody::CustodyError;
use backoffice::face::FaceError;
use backoffice::found::FoundError;
use backoffice::import::ImportCatalogueError;
use catalogue::ImportError;
use crypto::{KeyStoreError, SignError};
use evidence::cms::PrepareCms;
use issuance::release::ReleaseError;
use issuance::stamps::StampError;
use registry::StoreError;
use registry::applications::ScopeRefused;
use registry::objects::ObjectError;
use thiserror::Error;

/// One thing wrong with what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which member.
    pub at: String,
    /// The stable code.
    pub code: &'static str,
    /// In words.
    pub text: String,
}

/// Why nothing was done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MakingError {
    /// What is asked for is not a seal that the department could have.
    #[error("the application cannot be taken: {} faults", .0.len())]
    Order(Vec<Wrong>),
    /// A machine examines, approves and makes nothing: two people do (T-S4).
    #[error("a machine decides about no seal")]
    Machine,
    /// There is no such application, or none that the asker may see (T-P3).
    #[error("there is no such application here")]
    Unknown,
    /// A refusal says why.
    #[error("a reason is needed, of at most 500 characters")]
    Reason,
    /// Nothing of these terms waits for a second person.
    #[error("nothing of these terms waits")]
    NothingWaits,
    /// One person may not say both words.
    #[error("one person may not say both words")]
    SamePerson,
    /// A verifier does not find valid what the seal made: codes of findings.
    #[error("the test is not valid: {}", .0.join(" "))]
    Test(Vec<String>),
    /// The seal's life refuses.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The custodian's release of the test is not one.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The picture is not taken.
    #[error(transparent)]
    Picture(#[from] FaceError),
    /// Key, certificate or electronic seal cannot be made.
    #[error("the seal cannot be made")]
    Make(#[from] FoundError),
    /// What follows from the seal cannot be put in force.
    #[error("the seal cannot be put in force")]
    Force(#[from] ImportCatalogueError),
    /// What was handed in cannot be kept or read.
    #[error("what was handed in cannot be kept or read")]
    Object(#[from] ObjectError),
    /// The test cannot be laid out.
    #[error("the test cannot be laid out")]
    Message(#[from] PrepareCms),
    /// The key store did not sign.
    #[error("the key store did not sign the test")]
    Sign(#[from] SignError),
    /// Its destruction is not ordered, not yet due, or due already: code, and why.
    #[error("{1}")]
    Destruction(&'static str, String),
    /// The list does not take it: code, and why.
    #[error("{1}")]
    List(&'static str, &'static str),
    /// The key store did not erase the key: what was witnessed is gone on with.
    #[error("the key is not erased yet")]
    Erase(#[source] KeyStoreError),
    /// The record of a destruction is not signed yet.
    #[error("the record is not signed yet")]
    Unfinished,
    /// There is no time-stamp.
    #[error("there is no time-stamp")]
    Stamp(#[from] StampError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

impl From<ScopeRefused> for MakingError {
    fn from(refused: ScopeRefused) -> Self {
        match refused {
            ScopeRefused::Store(error) => error.into(),
            _ => Self::Unknown,
        }
    }
}

/// What a scope's entry is refused for, member by member.
impl From<ImportError> for MakingError {
    fn from(error: ImportError) -> Self {
        let wrong = match error {
            ImportError::Defects(defects) => defects
                .into_iter()
                .map(|defect| Wrong {
                    at: defect.place.trim_start_matches("seals[0].").to_owned(),
                    code: "seal.scope",
                    text: defect.fault.to_string(),
                })
                .collect(),
            other => vec![Wrong {
                at: String::new(),
                code: "seal.scope",
                text: other.to_string(),
            }],
        };
        Self::Order(wrong)
    }
}
