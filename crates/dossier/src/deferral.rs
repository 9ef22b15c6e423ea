//! Deferred items (容缺): a listed material that follows by a day, in working days (R21).

use catalogue::Rule;
use serde::{Deserialize, Serialize};
use time::{Date, UtcDateTime};

use crate::person::Role;
use crate::table::{NotListed, Row, next, row};
use crate::text::{day, moment};

/// A material that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deferred {
    /// The material's place in the list.
    pub material: u16,
    /// The last day on which it may be given.
    #[serde(with = "day")]
    pub due: Date,
    /// Where it is.
    pub state: DeferredState,
    /// When the last thing happened to it.
    #[serde(with = "moment")]
    pub since: UtcDateTime,
}

/// Where a deferred item is (domain.md 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeferredState {
    /// To come.
    Open,
    /// Given.
    Given,
    /// Not given by its day.
    Overdue,
    /// Before the approver.
    Referred,
}

/// What happens to a deferred item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeferredAct {
    /// It is given.
    Give,
    /// Its day is over.
    RunOut,
    /// The case goes to the approver.
    Refer,
}

impl DeferredState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Given, Self::Overdue, Self::Referred];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Given => "given",
            Self::Overdue => "overdue",
            Self::Referred => "referred",
        }
    }
}

impl DeferredAct {
    /// Every act.
    pub const ALL: [Self; 3] = [Self::Give, Self::RunOut, Self::Refer];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Give => "give",
            Self::RunOut => "run_out",
            Self::Refer => "refer",
        }
    }
}

const ON_TIME: (&str, Rule) = ("on its day at the latest", Rule::R21);
const PASSED: (&str, Rule) = ("its day is over", Rule::R21);
const DECIDES: (&str, Rule) = ("the approver decides what follows", Rule::R21);

/// Every transition of a deferred item.
pub const DEFERRED: &[Row<DeferredState, DeferredAct>] = {
    use DeferredAct::{Give, Refer, RunOut};
    use DeferredState::{Given, Open, Overdue, Referred};
    &[
        row(
            Open,
            Give,
            Given,
            &[Role::Applicant, Role::Agent, Role::Clerk, Role::System],
            ON_TIME,
        ),
        row(Open, RunOut, Overdue, &[Role::System], PASSED),
        row(Overdue, Refer, Referred, &[Role::System], DECIDES),
    ]
};

/// Why nothing happens to a deferred item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeferredRefused {
    /// The table has no row.
    #[error(transparent)]
    NotListed(#[from] NotListed),
    /// Its day is over.
    #[error("it was to be given by {due}")]
    Late {
        /// The last day.
        due: Date,
    },
    /// Its day is not over.
    #[error("it may be given until {due}")]
    Early {
        /// The last day.
        due: Date,
    },
}

impl DeferredRefused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotListed(_) => "deferred.transition-not-listed",
            Self::Late { .. } => "deferred.late",
            Self::Early { .. } => "deferred.early",
        }
    }
}

impl Deferred {
    /// An item that follows by `due`.
    #[must_use]
    pub fn open(material: u16, due: Date, since: UtcDateTime) -> Self {
        Self {
            material,
            due,
            state: DeferredState::Open,
            since,
        }
    }

    /// After it was given at `at`, which is `day` in the office.
    ///
    /// # Errors
    /// [`DeferredRefused`]; `Late` after its day.
    pub fn give(&self, day: Date, at: UtcDateTime) -> Result<Self, DeferredRefused> {
        let given = self.step(DeferredAct::Give, at)?;
        if day > self.due {
            return Err(DeferredRefused::Late { due: self.due });
        }
        Ok(given)
    }

    /// After its day is over.
    ///
    /// # Errors
    /// [`DeferredRefused`]; `Early` while it may still be given.
    pub fn run_out(&self, day: Date, at: UtcDateTime) -> Result<Self, DeferredRefused> {
        let overdue = self.step(DeferredAct::RunOut, at)?;
        if day <= self.due {
            return Err(DeferredRefused::Early { due: self.due });
        }
        Ok(overdue)
    }

    /// After the case went to the approver because of it.
    ///
    /// # Errors
    /// [`DeferredRefused`].
    pub fn refer(&self, at: UtcDateTime) -> Result<Self, DeferredRefused> {
        Ok(self.step(DeferredAct::Refer, at)?)
    }

    fn step(&self, act: DeferredAct, at: UtcDateTime) -> Result<Self, NotListed> {
        let state = next(
            DEFERRED,
            (self.state, act),
            ("deferred item", self.state.code(), act.code()),
        )?;
        Ok(Self {
            state,
            since: at,
            ..self.clone()
        })
    }
}
