//! That a person signed a paper: who, how sure it is, what words the signature was bound to.

pub mod signer;

use serde::{Deserialize, Serialize};
use time::UtcDateTime;

use crate::number::PaperDigest;
use crate::person::Party;
use crate::text::{Words, moment};

/// How sure it is who signed (domain.md 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Assurance {
    /// An account.
    L1,
    /// A real name, checked.
    L2,
    /// In person, or by face against the official source.
    L3,
}

/// The lowest assurance under which a form or a commitment is signed.
pub const LEAST: Assurance = Assurance::L2;

/// A signature that was checked where keys are known; here it is a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Who signed: a person.
    pub by: Party,
    /// How sure it is.
    pub level: Assurance,
    /// Digest of the paper.
    pub paper: PaperDigest,
    /// The words that were signed with it: what the signer meant by signing.
    pub intent: Words,
    /// When, by a trusted time.
    #[serde(with = "moment")]
    pub at: UtcDateTime,
}

/// Why a signature does not carry what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureLacks {
    /// Persons sign; firms do by a person.
    #[error("a person signs")]
    Person,
    /// The assurance is too low.
    #[error("the assurance of the signature is too low")]
    Assurance,
    /// It is on another paper.
    #[error("the signature is on another paper")]
    Paper,
    /// It lies after what it should carry.
    #[error("the signature lies after what it should carry")]
    Time,
    /// The signer is neither the applicant nor who stands for them.
    #[error("the signer does not stand for the applicant")]
    Signer,
}

impl SignatureLacks {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "signed.no-person",
            Self::Assurance => "signed.assurance-low",
            Self::Paper => "signed.other-paper",
            Self::Time => "signed.later",
            Self::Signer => "signed.other-signer",
        }
    }
}

impl Signed {
    /// Whether it carries `paper` for one of `signers`, for something that happened at `at`.
    ///
    /// # Errors
    /// [`SignatureLacks`].
    pub fn carries(
        &self,
        paper: &PaperDigest,
        signers: &[&Party],
        at: UtcDateTime,
    ) -> Result<(), SignatureLacks> {
        if !self.by.is_person() {
            return Err(SignatureLacks::Person);
        }
        if self.level < LEAST {
            return Err(SignatureLacks::Assurance);
        }
        if self.paper != *paper {
            return Err(SignatureLacks::Paper);
        }
        if self.at > at {
            return Err(SignatureLacks::Time);
        }
        if !signers.iter().any(|signer| signer.code() == self.by.code()) {
            return Err(SignatureLacks::Signer);
        }
        Ok(())
    }
}
