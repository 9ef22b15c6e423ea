//! Commitments (承诺书): a promise in a material's place, checked afterwards, never dropped (R19, R20).

use catalogue::Rule;
use catalogue::key::TypeKey;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, UtcDateTime};

use crate::number::{CommitmentNumber, PaperDigest};
use crate::person::Role;
use crate::signed::Signed;
use crate::table::{NotListed, Row, next, row};
use crate::text::{Words, day, moment};

/// Days from the grant to the check of a commitment, *default* of domain.md 4.5.
pub const CHECK_AFTER_DAYS: u16 = 60;

/// The text of a commitment: what R19 asks it to state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The version of the template, such as `xf-2026-1`.
    pub template: Words,
    /// What is promised.
    pub duty: Words,
    /// On what condition the grant rests on it.
    pub condition: Words,
    /// What follows when it is broken.
    pub consequence: Words,
    /// Digest of the text as it was shown and signed.
    pub paper: PaperDigest,
}

/// A commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// Its number.
    pub number: CommitmentNumber,
    /// The material in whose place it stands.
    pub material: u16,
    /// The part of a joint case that rests on it, if one does.
    pub part: Option<TypeKey>,
    /// What it says.
    pub terms: Terms,
    /// Where it is.
    pub state: CommitmentState,
    /// The signature, once there is one.
    pub signed: Option<Signed>,
    /// The day on which it has to be checked, once in force.
    #[serde(default, with = "day::maybe")]
    pub due: Option<Date>,
    /// The last finding, if it was checked.
    pub finding: Option<Finding>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// In words.
    pub words: Words,
    /// When.
    #[serde(with = "moment")]
    pub at: UtcDateTime,
}

/// Where a commitment is (domain.md 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitmentState {
    /// Offered to the applicant.
    Offered,
    /// Signed.
    Signed,
    /// 公示
    Publicised,
    /// What was granted rests on it.
    InForce,
    /// Checked and true.
    Kept,
    /// Checked and untrue.
    Broken,
    /// Mended by the date set.
    Corrected,
    /// What was granted on it was annulled.
    Annulled,
}

/// What is done to a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitmentAct {
    /// Signed.
    Sign,
    /// Shown to the public.
    Publicise,
    /// The grant took effect.
    TakeEffect,
    /// Found true.
    Keep,
    /// Found untrue.
    Break,
    /// Mended.
    Correct,
    /// What was granted is annulled.
    Annul,
}

impl CommitmentState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Offered,
        Self::Signed,
        Self::Publicised,
        Self::InForce,
        Self::Kept,
        Self::Broken,
        Self::Corrected,
        Self::Annulled,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Signed => "signed",
            Self::Publicised => "publicised",
            Self::InForce => "in_force",
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Corrected => "corrected",
            Self::Annulled => "annulled",
        }
    }
}

impl CommitmentAct {
    /// Every act.
    pub const ALL: [Self; 7] = [
        Self::Sign,
        Self::Publicise,
        Self::TakeEffect,
        Self::Keep,
        Self::Break,
        Self::Correct,
        Self::Annul,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Publicise => "publicise",
            Self::TakeEffect => "take_effect",
            Self::Keep => "keep",
            Self::Break => "break",
            Self::Correct => "correct",
            Self::Annul => "annul",
        }
    }
}

const CHECKERS: &[Role] = &[Role::Industry, Role::Inspector];
const SIGNED: (&str, Rule) = (
    "the matter allows it; duty, condition and consequence stated; signed",
    Rule::R19,
);
const SHOWN: (&str, Rule) = ("on the authority's page, masked", Rule::R19);
const GRANTED: (&str, Rule) = ("the case is granted; the check gets its day", Rule::R19);
const CHECKED: (&str, Rule) = ("checked; the finding is recorded", Rule::R20);
const MENDED: (&str, Rule) = ("correction or 撤销, and a credit event", Rule::R20);

/// Every transition of a commitment.
pub const COMMITMENT: &[Row<CommitmentState, CommitmentAct>] = {
    use CommitmentAct::{Annul, Break, Correct, Keep, Publicise, Sign, TakeEffect};
    use CommitmentState::{
        Annulled, Broken, Corrected, InForce, Kept, Offered, Publicised, Signed,
    };
    &[
        row(
            Offered,
            Sign,
            Signed,
            &[Role::Applicant, Role::Agent],
            SIGNED,
        ),
        row(Signed, Publicise, Publicised, &[Role::System], SHOWN),
        row(Publicised, TakeEffect, InForce, &[Role::System], GRANTED),
        row(InForce, Keep, Kept, CHECKERS, CHECKED),
        row(InForce, Break, Broken, CHECKERS, CHECKED),
        row(Broken, Correct, Corrected, CHECKERS, MENDED),
        row(
            Broken,
            Annul,
            Annulled,
            &[Role::Approver, Role::Industry],
            MENDED,
        ),
    ]
};

/// What follows from a commitment found untrue (R20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditEvent {
    /// The commitment.
    pub commitment: CommitmentNumber,
    /// What was promised.
    pub duty: Words,
    /// When it was found untrue.
    pub at: UtcDateTime,
}

impl Commitment {
    /// A commitment as it is offered.
    #[must_use]
    pub fn offered(
        number: CommitmentNumber,
        (material, part): (u16, Option<TypeKey>),
        terms: Terms,
    ) -> Self {
        Self {
            number,
            material,
            part,
            terms,
            state: CommitmentState::Offered,
            signed: None,
            due: None,
            finding: None,
        }
    }

    /// After its signature, which [`Signed::carries`] has been asked about.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn sign(&self, signed: Signed) -> Result<Self, NotListed> {
        Ok(Self {
            signed: Some(signed),
            ..self.step(CommitmentAct::Sign)?
        })
    }

    /// After it was shown to the public.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn publicise(&self) -> Result<Self, NotListed> {
        self.step(CommitmentAct::Publicise)
    }

    /// After what rests on it was granted on `day`: it is to be checked `check_after` days later.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn take_effect(&self, day: Date, check_after: u16) -> Result<Self, NotListed> {
        Ok(Self {
            due: day.checked_add(Duration::days(i64::from(check_after))),
            ..self.step(CommitmentAct::TakeEffect)?
        })
    }

    /// After a check that found it true.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn keep(&self, finding: Finding) -> Result<Self, NotListed> {
        Ok(Self {
            finding: Some(finding),
            ..self.step(CommitmentAct::Keep)?
        })
    }

    /// After a check that found it untrue, with the credit event that follows (R20).
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn find_broken(&self, finding: Finding) -> Result<(Self, CreditEvent), NotListed> {
        let credit = CreditEvent {
            commitment: self.number.clone(),
            duty: self.terms.duty.clone(),
            at: finding.at,
        };
        let broken = Self {
            finding: Some(finding),
            ..self.step(CommitmentAct::Break)?
        };
        Ok((broken, credit))
    }

    /// After it was mended.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn correct(&self) -> Result<Self, NotListed> {
        self.step(CommitmentAct::Correct)
    }

    /// After what rested on it was annulled.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn annul(&self) -> Result<Self, NotListed> {
        self.step(CommitmentAct::Annul)
    }

    /// Whether it has to be checked on `day` and was not.
    #[must_use]
    pub fn check_due(&self, day: Date) -> bool {
        self.state == CommitmentState::InForce && self.due.is_some_and(|due| due <= day)
    }

    /// Whether it was found untrue and nothing followed yet: R20 lets none of these be dropped.
    #[must_use]
    pub fn unanswered(&self) -> bool {
        self.state == CommitmentState::Broken
    }

    fn step(&self, act: CommitmentAct) -> Result<Self, NotListed> {
        let state = next(
            COMMITMENT,
            (self.state, act),
            ("commitment", self.state.code(), act.code()),
        )?;
        Ok(Self {
            state,
            ..self.clone()
        })
    }
}
