//! Restrictions of a holder (联合惩戒): shown before a decision, and blocking only as listed
//! (R13).

use std::collections::BTreeSet;

use catalogue::key::{MatterCode, TypeKey};
use catalogue::{Days, Rule};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::number::is_no_text;

/// Longest number of a restriction, in characters.
const MAX_NUMBER: usize = 64;
/// Longest ground or source, in characters.
const MAX_TEXT: usize = 500;

/// A restriction of a holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(with = "days_text")]
    pub days: Days,
}

/// A member of a restriction is none, or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no text, or too long")]
pub struct ReadRestriction(pub &'static str);

/// Serde form of days: the first, and the last where there is one.
mod days_text {
    use catalogue::Days;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use crate::validity::{date_text, parse_date};

    pub(super) fn serialize<S: Serializer>(days: &Days, to: S) -> Result<S::Ok, S::Error> {
        (date_text(days.first()), days.last().map(date_text)).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Days, D::Error> {
        let (first, last) = <(String, Option<String>)>::deserialize(from)?;
        let day = |text: &str| parse_date(text).ok_or_else(|| de::Error::custom("not a date"));
        let last = last.as_deref().map(day).transpose()?;
        Days::new(day(&first)?, last).ok_or_else(|| de::Error::custom("ends before it begins"))
    }
}

/// What a restriction does; the list is closed, and only these block by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// All of them.
    Every,
    /// These types.
    Types(BTreeSet<TypeKey>),
    /// The results of these matters.
    Matters(BTreeSet<MatterCode>),
}

impl Effect {
    /// The effect of this code with this reach; what is only shown reaches nothing.
    #[must_use]
    pub fn find(code: &str, reach: Reach) -> Option<Self> {
        [
            Self::ShownOnly,
            Self::BlocksGrant(reach.clone()),
            Self::BlocksCommitment(reach.clone()),
            Self::BlocksRenewal(reach),
        ]
        .into_iter()
        .find(|effect| effect.code() == code)
    }

    /// The stable code, such as `blocks_grant`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ShownOnly => "shown_only",
            Self::BlocksGrant(_) => "blocks_grant",
            Self::BlocksCommitment(_) => "blocks_commitment",
            Self::BlocksRenewal(_) => "blocks_renewal",
        }
    }
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
    /// The stable code, such as `restriction.blocks`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotShown(_) => "restriction.not-shown",
            Self::Blocked(_) => "restriction.blocks",
        }
    }

    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        Rule::R13
    }
}

impl Restriction {
    /// Whether its texts are texts of a lawful length.
    ///
    /// # Errors
    /// [`ReadRestriction`], with the member.
    pub fn inspect(&self) -> Result<(), ReadRestriction> {
        for (member, text, most) in [
            ("number", &self.number, MAX_NUMBER),
            ("ground", &self.ground, MAX_TEXT),
            ("source", &self.source, MAX_TEXT),
        ] {
            let fits = !text.trim().is_empty()
                && text.chars().count() <= most
                && !text.chars().any(is_no_text)
                && !crate::identifier::holds_citizen_number(text);
            if !fits {
                return Err(ReadRestriction(member));
            }
        }
        Ok(())
    }

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
