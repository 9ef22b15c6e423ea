//! Events of a case as approval systems send them, one after the other by number.

use catalogue::key::{DepartmentKey, MatterCode, TypeKey};
use serde::{Deserialize, Serialize};
use time::{Date, UtcDateTime};

use crate::commitment::Terms;
use crate::decision::Ruled;
use crate::mandate::Mandate;
use crate::material::{Because, How};
use crate::number::{CaseNumber, CommitmentNumber, EventId, MandateNumber, PaperDigest};
use crate::package::PackageOf;
use crate::person::{Actor, Party};
use crate::signed::Signed;
use crate::state::Act;
use crate::text::{Words, day, moment};

/// An event of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseEvent {
    /// Its id, chosen by the sender; a repeat carries it again.
    pub id: EventId,
    /// The case.
    pub case: CaseNumber,
    /// Its number within the case, from 1, without gaps.
    pub number: u32,
    /// Who acted.
    pub actor: Actor,
    /// From when it holds.
    #[serde(with = "moment")]
    pub at: UtcDateTime,
    /// What happened.
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Happening {
    /// 收件
    Received(Application),
    /// A material, promise or signature came in.
    Filed(Filing),
    /// 受理
    Accepted {
        /// The parts of a joint case.
        #[serde(default)]
        parts: Vec<PartOf>,
        /// Materials that follow, each within working days (R21).
        #[serde(default)]
        deferred: Vec<Deferral>,
    },
    /// 退回
    Returned {
        /// Why.
        reason: Words,
    },
    /// 补正告知
    SupplementAsked {
        /// What is asked for.
        asked: Vec<Asked>,
        /// Conditions that the matter does not know; there must be none.
        #[serde(default)]
        conditions: Vec<Words>,
        /// The last day on which it may be given.
        #[serde(with = "day")]
        by: Date,
    },
    /// The supplement was given.
    SupplementGiven,
    /// It was not given by its day.
    SupplementMissed,
    /// Examination began, or a second person examined, too.
    ReviewBegan,
    /// A special step began.
    StepBegan {
        /// By its name.
        step: Words,
    },
    /// It ended.
    StepEnded,
    /// 上报
    Forwarded {
        /// To this body.
        to: DepartmentKey,
    },
    /// The answer from above came.
    ForwardAnswered {
        /// In words.
        answer: Words,
    },
    /// A body decided its part.
    PartDecided {
        /// The part.
        part: TypeKey,
        /// What it ruled.
        ruled: Ruled,
    },
    /// 决定
    Decided(Ruled),
    /// 回退
    RolledBack {
        /// Why.
        reason: Words,
    },
    /// Taken up again.
    TakenUp,
    /// The custodian released the seal for this decision.
    Released {
        /// The decision's number.
        decision: Words,
    },
    /// 送达
    Delivered {
        /// Digest of the receipt.
        receipt: PaperDigest,
    },
    /// 归档
    Archived,
    /// Stopped by a red card.
    Stopped {
        /// Why.
        reason: Words,
    },
    /// The stop is lifted.
    Lifted {
        /// Why.
        reason: Words,
    },
    /// The applicant took it back.
    Withdrawn,
    /// Something that follows an accepted case.
    Followed(Following),
}

/// What an applicant hands in first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The matter.
    pub matter: MatterCode,
    /// Who applies.
    pub applicant: Party,
    /// The person who stands for a firm, a minor or another.
    #[serde(default)]
    pub represented_by: Option<Party>,
    /// The digest of the form.
    pub form: PaperDigest,
    /// The signature on it.
    pub signed: Signed,
    /// The package it belongs to, of an application for several matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageOf>,
}

/// What comes into a case's papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Filing {
    /// A material is had.
    Had {
        /// By its number.
        material: u16,
        /// How.
        how: How,
    },
    /// A consent or a proxy was given.
    Mandated(Mandate),
    /// A consent or a proxy is taken back by whoever gave it.
    Revoked {
        /// Its number.
        mandate: MandateNumber,
    },
    /// A material cannot be had as the matter says.
    Unavailable {
        /// By its number.
        material: u16,
        /// Why.
        why: Words,
    },
    /// A commitment is offered.
    Offered {
        /// Its number.
        commitment: CommitmentNumber,
        /// In this material's place.
        material: u16,
        /// For this part of a joint case.
        #[serde(default)]
        part: Option<TypeKey>,
        /// What it says.
        terms: Terms,
    },
    /// A commitment is signed.
    Promised {
        /// Its number.
        commitment: CommitmentNumber,
        /// The signature.
        signed: Signed,
    },
}

/// What follows an accepted case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Following {
    /// A deferred item was not given by its day.
    Overdue {
        /// By its number.
        material: u16,
    },
    /// The case went to the approver because of it.
    Referred {
        /// By its number.
        material: u16,
    },
    /// A commitment was checked and is true.
    Kept {
        /// Its number.
        commitment: CommitmentNumber,
        /// What was found.
        finding: Words,
    },
    /// A commitment was checked and is untrue.
    Broken {
        /// Its number.
        commitment: CommitmentNumber,
        /// What was found.
        finding: Words,
    },
    /// A broken one was mended.
    Corrected {
        /// Its number.
        commitment: CommitmentNumber,
    },
    /// What rested on a broken one was annulled.
    Annulled {
        /// Its number.
        commitment: CommitmentNumber,
    },
}

/// A part of a joint case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartOf {
    /// The type of licence that it becomes.
    pub licence_type: TypeKey,
    /// The body that decides it.
    pub by: DepartmentKey,
}

/// A material that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deferral {
    /// By its number.
    pub material: u16,
    /// Working days after acceptance.
    pub working_days: u16,
}

/// A material asked for after the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Asked {
    /// One of the matter's list.
    Listed {
        /// By its number.
        material: u16,
        /// Why.
        because: Because,
    },
    /// One that stands in no list; there must be none.
    Unlisted {
        /// By its name.
        name: Words,
    },
}

impl Happening {
    /// The act it is, in the table of cases.
    #[must_use]
    pub fn act(&self) -> Act {
        match self {
            Self::Received(_) => Act::Receive,
            Self::Filed(_) => Act::File,
            Self::Accepted { .. } => Act::Accept,
            Self::Returned { .. } => Act::Return,
            Self::SupplementAsked { .. } => Act::AskSupplement,
            Self::SupplementGiven => Act::GiveSupplement,
            Self::SupplementMissed => Act::Close,
            Self::ReviewBegan => Act::Review,
            Self::StepBegan { .. } => Act::BeginStep,
            Self::StepEnded => Act::EndStep,
            Self::Forwarded { .. } => Act::Forward,
            Self::ForwardAnswered { .. } => Act::AnswerForward,
            Self::PartDecided { .. } => Act::DecidePart,
            Self::Decided(_) => Act::Decide,
            Self::RolledBack { .. } => Act::RollBack,
            Self::TakenUp => Act::TakeUp,
            Self::Released { .. } => Act::Seal,
            Self::Delivered { .. } => Act::Deliver,
            Self::Archived => Act::Archive,
            Self::Stopped { .. } => Act::Stop,
            Self::Lifted { .. } => Act::Lift,
            Self::Withdrawn => Act::Withdraw,
            Self::Followed(_) => Act::FollowUp,
        }
    }
}
