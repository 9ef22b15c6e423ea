//! Restrictions of a holder (联合惩戒): shown before a decision, and blocking only as listed
//! (R13).

use std::collections::BTreeSet;

use catalogue::key::{MatterCode, TypeKey};
use catalogue::{Days, Rule};
use time::Date;

/// A restriction of a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Its number.
    pub number: String,
    /// Why, with its legal basis.
    pub ground: String,
    /// Who imposed it.
    pub source: String,
    /// What it does.
    pub effect: Effect,
    /// On which days.
    pub days: Days,
}

/// What a restriction does; the list is closed, and only these block by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It is shown, and the approver weighs it.
    ShownOnly,
    /// Nothing new is granted.
    BlocksGrant(Reach),
    /// Nothing is granted on a commitment (R19); the ordinary way stays open.
    BlocksCommitment(Reach),
    /// Nothing is renewed.
    BlocksRenewal(Reach),
}

/// Which licences an effect reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All of them.
    Every,
    /// These types.
    Types(BTreeSet<TypeKey>),
    /// The results of these matters.
    Matters(BTreeSet<MatterCode>),
}

impl Reach {
    fn covers(&self, asked: &Asked<'_>) -> bool {
        match self {
            Self::Every => true,
            Self::Types(types) => types.contains(asked.licence_type),
            Self::Matters(matters) => matters.contains(asked.matter),
        }
    }
}

/// How a licence is about to be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// A new one, the ordinary way.
    Ordinary,
    /// A new one on a commitment.
    OnCommitment,
    /// A renewal.
    Renewal,
}

/// What is about to be decided.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The type.
    pub licence_type: &'a TypeKey,
    /// The matter.
    pub matter: &'a MatterCode,
    /// How it is granted.
    pub grant: Grant,
    /// The day of the decision.
    pub on: Date,
}

/// Why a decision cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestrictionRefused {
    /// The approver was not shown it.
    #[error("restriction {0} was not shown before the decision")]
    NotShown(String),
    /// Its listed effect blocks the decision.
    #[error("restriction {0} blocks the decision")]
    Blocked(String),
}

impl RestrictionRefused {
    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        Rule::R13
    }
}

impl Restriction {
    /// Whether it blocks what is asked by itself.
    #[must_use]
    pub fn blocks(&self, asked: &Asked<'_>) -> bool {
        let reach = match (&self.effect, asked.grant) {
            (Effect::BlocksGrant(reach), Grant::Ordinary | Grant::OnCommitment)
            | (Effect::BlocksCommitment(reach), Grant::OnCommitment)
            | (Effect::BlocksRenewal(reach), Grant::Renewal) => reach,
            _ => return false,
        };
        self.days.contains(asked.on) && reach.covers(asked)
    }
}

/// The restrictions that an approver has to be shown before a decision on `on`: those of that
/// day, blocking or not.
pub fn standing(restrictions: &[Restriction], on: Date) -> impl Iterator<Item = &Restriction> {
    restrictions
        .iter()
        .filter(move |restriction| restriction.days.contains(on))
}

/// May this be decided for a holder under these restrictions, of which the approver was shown
/// the numbers in `shown` (R13)?
///
/// # Errors
/// [`RestrictionRefused`], the first that says no; what blocks says so before what was not shown.
pub fn may_decide(
    restrictions: &[Restriction],
    shown: &BTreeSet<String>,
    asked: &Asked<'_>,
) -> Result<(), RestrictionRefused> {
    if let Some(blocking) = restrictions.iter().find(|one| one.blocks(asked)) {
        return Err(RestrictionRefused::Blocked(blocking.number.clone()));
    }
    match standing(restrictions, asked.on).find(|one| !shown.contains(&one.number)) {
        Some(hidden) => Err(RestrictionRefused::NotShown(hidden.number.clone())),
        None => Ok(()),
    }
}
