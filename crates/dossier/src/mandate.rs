//! Consents and proxies: who may use whose data, or act for whom, for what and how long (R15, R18).

use std::collections::BTreeSet;

use catalogue::key::{DepartmentKey, FieldName, MatterCode, TypeKey};
use catalogue::{Days, Rule};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::number::{CaseNumber, MandateNumber};
use crate::person::{Party, Role};
use crate::signed::Signed;
use crate::state::Act;
use crate::table::{NotListed, Row, next, row};
use crate::text::{Words, day};

/// A consent or a proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// Its number.
    pub number: MandateNumber,
    /// Whose data it is, or who is acted for.
    pub subject: Party,
    /// What is allowed.
    pub scope: Scope,
    /// What for, in words.
    pub purpose: Words,
    /// The first day.
    #[serde(with = "day")]
    pub first: Date,
    /// The last day; none for a guardian, whose power lasts as long as the law says.
    #[serde(default, with = "day::maybe")]
    pub last: Option<Date>,
    /// From this day on it is revoked.
    #[serde(default, with = "day::maybe")]
    pub revoked_from: Option<Date>,
    /// The subject's signature, where the law asks for one.
    pub signed: Option<Signed>,
}

/// What is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    /// A body may use licences of these types, in this case only.
    Use {
        /// Who may use them.
        by: DepartmentKey,
        /// For this matter.
        matter: MatterCode,
        /// In this case.
        case: CaseNumber,
        /// Of these types.
        types: BTreeSet<TypeKey>,
        /// Fields of theirs that the subject allows by name, beside those that everybody may see (R16).
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        fields: BTreeSet<FieldName>,
    },
    /// Somebody may do these acts for the subject.
    Act {
        /// Who acts.
        proxy: Party,
        /// Why.
        standing: ProxyKind,
        /// In these matters.
        matters: BTreeSet<MatterCode>,
        /// These acts.
        acts: BTreeSet<Act>,
    },
}

/// Why somebody acts for another (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyKind {
    /// A minor's guardian.
    Guardian,
    /// Named by an elder or a disabled person, or by anybody who sends another.
    Named,
    /// The legal representative of a firm.
    Representative,
}

/// Where a mandate is on a day (domain.md 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateState {
    /// Given, begins later.
    Given,
    /// Holds.
    Active,
    /// Over.
    Ended,
    /// Revoked.
    Revoked,
}

/// What happens to a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MandateAct {
    /// Its first day comes.
    Begin,
    /// Its last day is over.
    End,
    /// The subject takes it back.
    Revoke,
}

impl MandateState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Given, Self::Active, Self::Ended, Self::Revoked];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        }
    }
}

impl MandateAct {
    /// Every act.
    pub const ALL: [Self; 3] = [Self::Begin, Self::End, Self::Revoke];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::End => "end",
            Self::Revoke => "revoke",
        }
    }
}

const DAY: (&str, Rule) = ("the day comes", Rule::R4);
const WISH: (&str, Rule) = ("at once; what was done before remains good", Rule::R4);

/// Every transition of a mandate. Beginning and end come by the day and are never stored.
pub const MANDATE: &[Row<MandateState, MandateAct>] = {
    use MandateAct::{Begin, End, Revoke};
    use MandateState::{Active, Ended, Given, Revoked};
    const SUBJECT: &[Role] = &[Role::Applicant];
    &[
        row(Given, Begin, Active, &[Role::System], DAY),
        row(Active, End, Ended, &[Role::System], DAY),
        row(Given, Revoke, Revoked, SUBJECT, WISH),
        row(Active, Revoke, Revoked, SUBJECT, WISH),
    ]
};

/// A use of another's data: what R15 asks to be named. It stands in the holder's use history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataUse {
    /// Whose data.
    pub subject: Party,
    /// Who uses it.
    pub by: DepartmentKey,
    /// For this matter.
    pub matter: MatterCode,
    /// In this case.
    pub case: CaseNumber,
    /// A licence of this type.
    pub licence_type: TypeKey,
    /// On this day.
    pub on: Date,
}

/// Why a mandate does not allow something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MandateRefused {
    /// Not begun, over, or revoked.
    #[error("the mandate is {}", state.code())]
    NotActive {
        /// What it is.
        state: MandateState,
    },
    /// Another's data, another body, matter, case, type, person or act.
    #[error("the mandate does not reach so far")]
    OutOfScope,
}

impl MandateRefused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotActive { .. } => "mandate.not-active",
            Self::OutOfScope => "mandate.out-of-scope",
        }
    }
}

impl Mandate {
    /// Where it is on `day`.
    #[must_use]
    pub fn state(&self, day: Date) -> MandateState {
        if self.revoked_from.is_some_and(|from| from <= day) {
            return MandateState::Revoked;
        }
        match Days::new(self.first, self.last) {
            Some(days) if days.contains(day) => MandateState::Active,
            Some(_) if day < self.first => MandateState::Given,
            _ => MandateState::Ended,
        }
    }

    /// After the subject revoked it on `day`: from that day on, at once (R4).
    ///
    /// # Errors
    /// [`NotListed`]: over, or revoked already.
    pub fn revoke(&self, day: Date) -> Result<Self, NotListed> {
        let state = self.state(day);
        next(
            MANDATE,
            (state, MandateAct::Revoke),
            ("mandate", state.code(), MandateAct::Revoke.code()),
        )?;
        Ok(Self {
            revoked_from: Some(day),
            ..self.clone()
        })
    }

    /// Whether it allows this use of the subject's data.
    ///
    /// # Errors
    /// [`MandateRefused`].
    pub fn allows_use(&self, asked: &DataUse) -> Result<(), MandateRefused> {
        self.active(asked.on)?;
        match &self.scope {
            Scope::Use {
                by,
                matter,
                case,
                types,
                ..
            } if self.subject.code() == asked.subject.code()
                && *by == asked.by
                && *matter == asked.matter
                && *case == asked.case
                && types.contains(&asked.licence_type) =>
            {
                Ok(())
            }
            _ => Err(MandateRefused::OutOfScope),
        }
    }

    /// Whether `person` may do `act` for the subject in `matter` on `day` (R18).
    ///
    /// # Errors
    /// [`MandateRefused`].
    pub fn allows_act(
        &self,
        person: &Party,
        (act, matter): (Act, &MatterCode),
        day: Date,
    ) -> Result<(), MandateRefused> {
        self.active(day)?;
        match &self.scope {
            Scope::Act {
                proxy,
                matters,
                acts,
                ..
            } if proxy.code() == person.code()
                && matters.contains(matter)
                && acts.contains(&act) =>
            {
                Ok(())
            }
            _ => Err(MandateRefused::OutOfScope),
        }
    }

    fn active(&self, day: Date) -> Result<(), MandateRefused> {
        match self.state(day) {
            MandateState::Active => Ok(()),
            state => Err(MandateRefused::NotActive { state }),
        }
    }
}
