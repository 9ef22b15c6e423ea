//! The life of a delegation as data (domain.md 4.5, R4): its days begin and end it, its lender takes it back.

use time::Date;

use crate::key::DepartmentKey;
use crate::refusal::Rule;
use crate::scope::Delegation;

/// The states of a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DelegationState {
    /// Given, to begin on a later day.
    Given,
    /// In force.
    Active,
    /// Its last day is over.
    Ended,
    /// Taken back.
    Revoked,
}

impl DelegationState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Given, Self::Active, Self::Ended, Self::Revoked];

    /// The stable code, such as `active`.
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

/// What moves a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DelegationEvent {
    /// Its first day comes.
    Begin,
    /// Its last day is over.
    End,
    /// The lender takes it back.
    Revoke,
}

impl DelegationEvent {
    /// Every event.
    pub const ALL: [Self; 3] = [Self::Begin, Self::End, Self::Revoke];

    /// The stable code, such as `revoke`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::End => "end",
            Self::Revoke => "revoke",
        }
    }
}

/// Who causes a step of a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelegationActor {
    /// The calendar: the step is computed and never stored.
    Day,
    /// The body whose power is lent.
    Lender,
}

/// A row of a delegation's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DelegationStep {
    /// From this state.
    pub from: DelegationState,
    /// By this.
    pub event: DelegationEvent,
    /// To this state.
    pub to: DelegationState,
    /// Who causes it.
    pub actor: DelegationActor,
    /// On what condition.
    pub condition: &'static str,
}

/// domain.md 4.5: `given → active → ended | revoked` (R4). What is not here is refused (R10).
pub const DELEGATION_STEPS: &[DelegationStep] = {
    use DelegationActor::{Day, Lender};
    use DelegationEvent::{Begin, End, Revoke};
    use DelegationState::{Active, Ended, Given, Revoked};
    const AT_ONCE: &str = "at once; acts done before remain good";
    &[
        lend(Given, Begin, Active, Day, "its first day"),
        lend(Active, End, Ended, Day, "the day after its last"),
        lend(Given, Revoke, Revoked, Lender, AT_ONCE),
        lend(Active, Revoke, Revoked, Lender, AT_ONCE),
    ]
};

const fn lend(
    from: DelegationState,
    event: DelegationEvent,
    to: DelegationState,
    actor: DelegationActor,
    condition: &'static str,
) -> DelegationStep {
    DelegationStep {
        from,
        event,
        to,
        actor,
        condition,
    }
}

impl DelegationState {
    /// The row for an event in this state.
    ///
    /// # Errors
    /// `NotListed`.
    pub fn listed(
        self,
        event: DelegationEvent,
    ) -> Result<&'static DelegationStep, DelegationRefused> {
        DELEGATION_STEPS
            .iter()
            .find(|row| row.from == self && row.event == event)
            .ok_or(DelegationRefused::NotListed { state: self, event })
    }
}

/// Why a step of a delegation is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DelegationRefused {
    /// The table has no such row.
    #[error("{} is not listed for a delegation that is {}", event.code(), state.code())]
    NotListed {
        /// Its state.
        state: DelegationState,
        /// The event asked for.
        event: DelegationEvent,
    },
    /// The calendar alone begins and ends it.
    #[error("a delegation begins and ends by its days")]
    ByItsDays,
    /// Only the lender takes it back.
    #[error("{0} did not lend it")]
    NotTheLender(DepartmentKey),
}

impl DelegationRefused {
    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::NotListed { .. } => Rule::R10,
            Self::ByItsDays | Self::NotTheLender(_) => Rule::R4,
        }
    }
}

impl Delegation {
    /// What it is on `day`.
    #[must_use]
    pub fn state_on(&self, day: Date) -> DelegationState {
        if self.days.last().is_some_and(|last| last < day)
            && self
                .revoked_from
                .is_none_or(|revoked| self.days.last() < Some(revoked))
        {
            DelegationState::Ended
        } else if self.revoked_from.is_some_and(|revoked| revoked <= day) {
            DelegationState::Revoked
        } else if day < self.days.first() {
            DelegationState::Given
        } else {
            DelegationState::Active
        }
    }

    /// The delegation after `by` took it back on `day`, at once; acts done before remain good
    /// (R4).
    ///
    /// # Errors
    /// [`DelegationRefused`].
    pub fn revoke(&self, by: &DepartmentKey, day: Date) -> Result<Self, DelegationRefused> {
        self.step(DelegationEvent::Revoke, by, day)
    }

    /// The delegation after a step that a body takes on a day.
    ///
    /// # Errors
    /// [`DelegationRefused`]; `ByItsDays` for what is listed and no body's to do.
    pub fn step(
        &self,
        event: DelegationEvent,
        by: &DepartmentKey,
        day: Date,
    ) -> Result<Self, DelegationRefused> {
        let row = self.state_on(day).listed(event)?;
        if row.actor == DelegationActor::Day {
            return Err(DelegationRefused::ByItsDays);
        }
        if *by != self.from {
            return Err(DelegationRefused::NotTheLender(by.clone()));
        }
        Ok(Self {
            revoked_from: Some(day),
            ..self.clone()
        })
    }
}
