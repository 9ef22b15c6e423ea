//! Why an event of a case is refused, and which rule refuses it.

use catalogue::Rule;
use catalogue::key::{DepartmentKey, TypeKey};
use licence::restriction::RestrictionRefused;
use time::{Date, UtcDateTime};

use crate::card::{Card, CardGround};
use crate::deferral::DeferredRefused;
use crate::mandate::MandateRefused;
use crate::material::MaterialRefused;
use crate::number::{CommitmentNumber, MandateNumber};
use crate::package::PackageRefused;
use crate::person::{Role, SamePerson};
use crate::signed::SignatureLacks;
use crate::state::Act;
use crate::table::NotListed;

/// Why an event is refused. Nothing of a refused event is applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The table has no row for it.
    #[error(transparent)]
    NotListed(#[from] NotListed),
    /// The row belongs to other capacities.
    #[error("nobody does this in the capacity given")]
    Capacity {
        /// What was to be done.
        act: Act,
        /// In which capacity.
        role: Role,
    },
    /// Cases of this kind do not know it.
    #[error("cases of this kind do not know it")]
    Handling {
        /// What was to be done.
        act: Act,
    },
    /// The body's people may not do it in this case.
    #[error("{by} may not do this in this case")]
    WrongBody {
        /// What was to be done.
        act: Act,
        /// The body.
        by: DepartmentKey,
    },
    /// The catalogue says no.
    #[error(transparent)]
    Catalogue(#[from] catalogue::Refusal),
    /// One person would have two people's duties.
    #[error(transparent)]
    SamePerson(#[from] SamePerson),
    /// It would hold from before something that is recorded already.
    #[error("it lies before {last}")]
    OutOfOrder {
        /// The last moment recorded.
        last: UtcDateTime,
    },
    /// It would hold from a moment that has not come.
    #[error("it lies in the future")]
    Future,
    /// It would hold from before the day in the case's number.
    #[error("it lies before the case was opened")]
    BeforeCase,
    /// A material may not stand so.
    #[error(transparent)]
    Material(#[from] MaterialRefused),
    /// R14 was broken by what was asked for; each ground is a red card.
    #[error("what was asked for may not be asked for")]
    Forbidden {
        /// The grounds.
        grounds: Vec<CardGround>,
    },
    /// Materials are neither had nor promised nor deferred.
    #[error("materials are open: {numbers:?}")]
    Open {
        /// Their numbers.
        numbers: Vec<u16>,
    },
    /// The matter allows no commitments.
    #[error("the matter allows no commitment")]
    NoCommitment,
    /// The matter allows nothing to follow.
    #[error("the matter allows nothing to follow")]
    NoDeferral,
    /// No such commitment in the case.
    #[error("no commitment {0}")]
    UnknownCommitment(CommitmentNumber),
    /// The number is another's in this case.
    #[error("the number is taken in this case")]
    NumberTaken,
    /// No such deferred item in the case.
    #[error("no deferred item {0}")]
    UnknownDeferred(u16),
    /// A deferred item may not stand so.
    #[error(transparent)]
    Deferred(#[from] DeferredRefused),
    /// A signature does not carry what it should.
    #[error(transparent)]
    Signature(#[from] SignatureLacks),
    /// No such consent or proxy in the case.
    #[error("no consent {0}")]
    UnknownMandate(MandateNumber),
    /// A consent does not allow the use.
    #[error(transparent)]
    Mandate(#[from] MandateRefused),
    /// The licence is of another type than it is used as.
    #[error("the licence is of type {0}")]
    OtherType(TypeKey),
    /// The licence is not of who allowed its use, nor, under a law, of the case's own people.
    #[error("the licence is another holder's")]
    OtherHolder,
    /// A joint case names its parts, each once; another case names none.
    #[error("the parts do not fit the case")]
    Parts,
    /// The type is no part of what the matter results in, or the body may not issue it.
    #[error("{by} does not decide a part {part}")]
    PartNotInPower {
        /// The part.
        part: TypeKey,
        /// The body.
        by: DepartmentKey,
    },
    /// No such part in the case.
    #[error("no part {0}")]
    UnknownPart(TypeKey),
    /// The part is decided.
    #[error("part {0} is decided already")]
    PartDecided(TypeKey),
    /// Parts of other bodies are undecided.
    #[error("parts are undecided: {parts:?}")]
    PartsOpen {
        /// These.
        parts: Vec<TypeKey>,
    },
    /// No part of a granted joint case was granted.
    #[error("no part was granted")]
    NothingGranted,
    /// A forwarded-upward case was not forwarded, or there is no answer.
    #[error("there is no answer from above")]
    NotForwarded,
    /// It is refused or discontinued without saying why.
    #[error("the reasons are missing")]
    ReasonsMissing,
    /// A restriction of the holder was not shown to the approver, or blocks as listed (R13).
    #[error(transparent)]
    Restricted(#[from] RestrictionRefused),
    /// A machine decided without a rule, or a person under one (R5).
    #[error("an automatic decision names its rule, and only that")]
    Rule,
    /// Granted on promises, and there are none, or the reverse.
    #[error("the way of deciding does not fit the commitments")]
    Mode,
    /// The release is for another decision.
    #[error("the release is for another decision")]
    OtherDecision,
    /// The register holds no release of a seal for this decision by this person (R1).
    #[error("no seal was released for this decision by this person")]
    NotReleased,
    /// A seal was released for the decision: nothing is rolled back from there (domain.md 4.4).
    #[error("a seal was released for the decision")]
    ReleasedAlready,
    /// A supervisor has stopped the case (R6).
    #[error("the case is stopped")]
    Stopped,
    /// There is no stop to lift.
    #[error("the case is not stopped")]
    NotStopped,
    /// The day is not one that can be kept.
    #[error("{0} is no day for it")]
    Day(Date),
    /// Something that R20 or R21 does not let drop is open.
    #[error("deferred items or broken commitments are open")]
    Unanswered,
    /// The matters make no package, or the case is none of it.
    #[error(transparent)]
    Package(#[from] PackageRefused),
    /// More than a case may have.
    #[error("more than {limit}")]
    TooMany {
        /// The limit.
        limit: usize,
    },
}

impl Refused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotListed(_) => "case.transition-not-listed",
            Self::Capacity { .. } => "case.wrong-capacity",
            Self::Handling { .. } => "case.wrong-kind",
            Self::WrongBody { .. } => "case.wrong-body",
            Self::Catalogue(refusal) => refusal.code(),
            Self::SamePerson(_) => "case.same-person",
            Self::OutOfOrder { .. } => "case.event-out-of-order",
            Self::Future => "case.event-in-future",
            Self::BeforeCase => "case.event-before-case",
            Self::Material(refused) => refused.code(),
            Self::Forbidden { .. } => "case.asked-forbidden",
            Self::Open { .. } => "case.materials-open",
            Self::NoCommitment => "case.no-commitment",
            Self::NoDeferral => "case.no-deferral",
            Self::UnknownCommitment(_) => "case.commitment-unknown",
            Self::NumberTaken => "case.number-taken",
            Self::UnknownDeferred(_) => "case.deferred-unknown",
            Self::Deferred(refused) => refused.code(),
            Self::Signature(lacks) => lacks.code(),
            Self::UnknownMandate(_) => "case.mandate-unknown",
            Self::Mandate(refused) => refused.code(),
            Self::OtherType(_) => "case.licence-other-type",
            Self::OtherHolder => "case.licence-of-another",
            Self::Parts => "case.parts",
            Self::PartNotInPower { .. } => "case.part-not-in-power",
            Self::UnknownPart(_) => "case.part-unknown",
            Self::PartDecided(_) => "case.part-decided",
            Self::PartsOpen { .. } => "case.parts-open",
            Self::NothingGranted => "case.nothing-granted",
            Self::NotForwarded => "case.not-forwarded",
            Self::ReasonsMissing => "case.reasons-missing",
            Self::Restricted(RestrictionRefused::Blocked(_)) => "case.restriction-blocks",
            Self::Restricted(_) => "case.restriction-not-shown",
            Self::Rule => "case.rule-of-decision",
            Self::Mode => "case.mode-of-decision",
            Self::OtherDecision => "case.other-decision",
            Self::NotReleased => "case.not-released",
            Self::ReleasedAlready => "case.released-already",
            Self::Stopped => "case.stopped",
            Self::NotStopped => "case.not-stopped",
            Self::Day(_) => "case.day",
            Self::Unanswered => "case.unanswered",
            Self::Package(refused) => refused.code(),
            Self::TooMany { .. } => "case.too-many",
        }
    }

    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Catalogue(refusal) => refusal.rule(),
            Self::Capacity { .. } | Self::SamePerson(_) => Rule::R3,
            Self::WrongBody { .. }
            | Self::PartNotInPower { .. }
            | Self::Parts
            | Self::UnknownPart(_)
            | Self::PartsOpen { .. }
            | Self::NothingGranted
            | Self::NotReleased
            | Self::OtherDecision => Rule::R1,
            Self::Material(MaterialRefused::NotPromisable { .. })
            | Self::NoCommitment
            | Self::UnknownCommitment(_)
            | Self::Signature(_)
            | Self::Mode => Rule::R19,
            Self::Material(MaterialRefused::NotDeferrable { .. })
            | Self::NoDeferral
            | Self::UnknownDeferred(_)
            | Self::Deferred(_) => Rule::R21,
            Self::Material(_) | Self::Forbidden { .. } | Self::Open { .. } => Rule::R14,
            Self::OtherType(_) => Rule::R14,
            Self::UnknownMandate(_) | Self::Mandate(_) | Self::OtherHolder => Rule::R15,
            Self::Restricted(refused) => refused.rule(),
            Self::Rule => Rule::R5,
            Self::Stopped | Self::NotStopped => Rule::R6,
            Self::Unanswered => Rule::R20,
            Self::NotListed(_)
            | Self::Handling { .. }
            | Self::OutOfOrder { .. }
            | Self::Future
            | Self::BeforeCase
            | Self::NumberTaken
            | Self::PartDecided(_)
            | Self::NotForwarded
            | Self::ReleasedAlready
            | Self::ReasonsMissing
            | Self::Day(_)
            | Self::Package(_)
            | Self::TooMany { .. } => Rule::R10,
        }
    }

    /// The red cards that the refused act earns (domain.md 4.4); they are given although nothing
    /// else of it is applied.
    #[must_use]
    pub fn cards(&self, at: UtcDateTime) -> Vec<Card> {
        match self {
            Self::Forbidden { grounds } => grounds
                .iter()
                .map(|ground| ground.clone().card(at))
                .collect(),
            _ => Vec::new(),
        }
    }
}
