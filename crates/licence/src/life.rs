//! The life of one version of a licence. Pure: what happened so far, one more event, what it is
//! at a moment.

use catalogue::key::{DepartmentKey, PersonKey};
use catalogue::{Ending, EndingPower, Period, Rule, SuspensionPower};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;

use crate::identifier::Version;
use crate::status::{Phase, Status};
use crate::transition::{EventKind, Transition};

mod fact;

pub use fact::{Beginning, Fact, Happened};

/// An event with what its condition asks for, and the moment from which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Admitted, and an identifier given.
    Complete {
        /// From this moment.
        at: UtcDateTime,
    },
    /// Sealed under a release, and recorded.
    Seal {
        /// From this moment.
        at: UtcDateTime,
        /// Who decided.
        decided_by: PersonKey,
        /// Who released the seal.
        released_by: PersonKey,
        /// Whether a supervisor has stopped the case.
        stop: Stop,
    },
    /// A later version was decided.
    Supersede {
        /// From this moment the later version holds.
        at: UtcDateTime,
        /// The later version.
        by: Version,
        /// Why there is one.
        ground: Ground,
    },
    /// Stopped by a body with the power.
    Suspend {
        /// From this moment.
        at: UtcDateTime,
        /// Up to this moment, or until lifted.
        until: Option<UtcDateTime>,
        /// Proof of the power.
        power: SuspensionPower,
    },
    /// The stop is lifted.
    Resume {
        /// From this moment.
        at: UtcDateTime,
        /// Proof of the power.
        power: SuspensionPower,
    },
    /// Ended by a body with the power.
    End {
        /// From this moment.
        at: UtcDateTime,
        /// Proof of the power for this ending.
        power: EndingPower,
    },
    /// Voided for an issue error.
    Void {
        /// From this moment.
        at: UtcDateTime,
        /// The two people of the issuing department.
        by: [PersonKey; 2],
        /// Whether it was used already.
        exposure: Exposure,
    },
    /// Retention begins.
    Archive {
        /// From this moment.
        at: UtcDateTime,
    },
}

/// Whether a supervisor's red card stops the case (R6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// No stop, or lifted.
    Clear,
    /// Stopped.
    Stopped,
}

/// Why a later version exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// 变更
    Change,
    /// 纠错
    Correction,
    /// 延续, asked for inside the renewal window.
    Renewal,
    /// 延续, late, where the matter allows it.
    LateRenewal,
}

/// Whether a void licence was seen by anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// Not presented yet.
    Unpresented,
    /// Presented, but a replacement is issued with the voiding.
    Replaced,
    /// Presented, and nothing takes its place.
    Presented,
}

impl Event {
    /// Its kind in the table.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Complete { .. } => EventKind::Complete,
            Self::Seal { .. } => EventKind::Seal,
            Self::Supersede { .. } => EventKind::Supersede,
            Self::Suspend { .. } => EventKind::Suspend,
            Self::Resume { .. } => EventKind::Resume,
            Self::End { power, .. } => EventKind::End(power.ending()),
            Self::Void { .. } => EventKind::Void,
            Self::Archive { .. } => EventKind::Archive,
        }
    }

    /// The moment from which it holds.
    #[must_use]
    pub fn at(&self) -> UtcDateTime {
        match self {
            Self::Complete { at }
            | Self::Seal { at, .. }
            | Self::Supersede { at, .. }
            | Self::Suspend { at, .. }
            | Self::Resume { at, .. }
            | Self::End { at, .. }
            | Self::Void { at, .. }
            | Self::Archive { at } => *at,
        }
    }
}

/// Why an event is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The table has no such row.
    #[error("{} is not listed for a licence that is {}", event.code(), phase.code())]
    NotListed {
        /// The phase it is in.
        phase: Phase,
        /// The event asked for.
        event: EventKind,
    },
    /// Decide and release, or the two who void, are one person.
    #[error("two different people are needed")]
    SamePerson,
    /// A supervisor has stopped the case.
    #[error("the case is stopped")]
    Stopped,
    /// It would hold from before something that is recorded already.
    #[error("the event lies before one that is recorded")]
    OutOfOrder,
    /// An ending, or a later version, is decided already and will take effect.
    #[error("decided already, to take effect later")]
    AlreadyDecided,
    /// Its end does not lie after its beginning.
    #[error("the suspension ends before it begins")]
    EmptySuspension,
    /// Another body suspended it.
    #[error("another body suspended it")]
    OtherAuthority,
    /// An expired licence is renewed only, and late only where the matter allows it.
    #[error("an expired licence is only renewed, where late renewal is allowed")]
    NotRenewable,
    /// It was presented and nothing takes its place.
    #[error("a presented licence is not voided without replacement")]
    Presented,
}

impl Refused {
    /// The stable code, such as `licence.transition-not-listed`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotListed { .. } => "licence.transition-not-listed",
            Self::SamePerson => "licence.same-person",
            Self::Stopped => "licence.case-stopped",
            Self::OutOfOrder => "licence.event-out-of-order",
            Self::AlreadyDecided => "licence.already-decided",
            Self::EmptySuspension => "licence.suspension-empty",
            Self::OtherAuthority => "licence.other-authority",
            Self::NotRenewable => "licence.not-renewable",
            Self::Presented => "licence.presented",
        }
    }

    /// Whether no time and no act takes the refusal away again: ended states are final (domain.md 4.1), and a version
    /// has one successor.
    #[must_use]
    pub fn lasts(&self) -> bool {
        match self {
            Self::NotListed { phase, .. } => matches!(
                phase,
                Phase::Ended(_) | Phase::Archived | Phase::Voided | Phase::Superseded
            ),
            Self::AlreadyDecided => true,
            _ => false,
        }
    }

    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::SamePerson => Rule::R3,
            Self::Stopped => Rule::R6,
            Self::OtherAuthority => Rule::R7,
            _ => Rule::R10,
        }
    }
}

/// What happened to one version so far; a fold of its events.
///
/// Written to the store and read back by serde; a new event goes through [`Life::step`] alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Life {
    stage: Stage,
    successor: Successor,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Draft,
    PendingSeal,
    InForce(Standing),
    Ended {
        ending: Ending,
        since: UtcDateTime,
        before: Standing,
        archived: Option<UtcDateTime>,
    },
    /// Never sealed.
    Cancelled {
        since: UtcDateTime,
    },
    Voided {
        since: UtcDateTime,
        before: Standing,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Clear {
        since: UtcDateTime,
    },
    Suspended {
        since: UtcDateTime,
        until: Option<UtcDateTime>,
        by: DepartmentKey,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Successor {
    None,
    From { since: UtcDateTime, by: Version },
}

impl Standing {
    fn since(&self) -> UtcDateTime {
        match self {
            Self::Clear { since } | Self::Suspended { since, .. } => *since,
        }
    }
}

impl Default for Life {
    fn default() -> Self {
        Self::draft()
    }
}

impl Life {
    /// The beginning: a decided case, a published matter, a known type.
    #[must_use]
    pub fn draft() -> Self {
        Self {
            stage: Stage::Draft,
            successor: Successor::None,
        }
    }

    /// The version that takes its place, and from when on; also where that lies ahead.
    #[must_use]
    pub fn successor(&self) -> Option<(Version, UtcDateTime)> {
        match self.successor {
            Successor::None => None,
            Successor::From { since, by } => Some((by, since)),
        }
    }

    /// The phase of the table at `at`, for a version that holds during `period`.
    #[must_use]
    pub fn phase(&self, period: &Period, at: UtcDateTime) -> Phase {
        match self.stage {
            Stage::Draft => return Phase::Draft,
            Stage::PendingSeal => return Phase::PendingSeal,
            Stage::Ended {
                archived: Some(since),
                ..
            } if since <= at => return Phase::Archived,
            _ => {}
        }
        match self.status(period, at) {
            Status::Unknown => Phase::PendingSeal,
            Status::Void { .. } => Phase::Voided,
            Status::Ended { ending, .. } => Phase::Ended(ending),
            Status::Superseded { .. } => Phase::Superseded,
            Status::Suspended { .. } => Phase::Suspended,
            Status::NotYetValid { .. } => Phase::NotYetValid,
            Status::Expired { .. } => Phase::Expired,
            Status::Valid => Phase::Valid,
        }
    }

    /// What an inspector is told at `at`. Expiry is computed, never stored. For a moment before
    /// the last event, fold the events up to that moment and ask the result.
    #[must_use]
    pub fn status(&self, period: &Period, at: UtcDateTime) -> Status {
        // domain.md 4.6: void, ended, superseded, suspended, not yet valid, expired, valid.
        let standing = match &self.stage {
            Stage::Draft | Stage::PendingSeal => return Status::Unknown,
            Stage::Cancelled { since } | Stage::Voided { since, .. } if *since <= at => {
                return Status::Void { since: *since };
            }
            Stage::Cancelled { .. } => return Status::Unknown,
            Stage::Ended {
                ending,
                since,
                archived,
                ..
            } if *since <= at => {
                return Status::Ended {
                    ending: *ending,
                    since: *since,
                    archived: archived.is_some_and(|archived| archived <= at),
                };
            }
            Stage::InForce(standing)
            | Stage::Voided {
                before: standing, ..
            }
            | Stage::Ended {
                before: standing, ..
            } => standing,
        };
        if let Successor::From { since, by } = self.successor
            && since <= at
        {
            return Status::Superseded { by, since };
        }
        // A suspension holds only while the validity lasts; afterwards the answer is expired.
        if let Standing::Suspended { since, until, .. } = standing
            && *since <= at
            && until.is_none_or(|until| at < until)
            && !period.over_at(at)
        {
            return Status::Suspended {
                since: *since,
                until: *until,
            };
        }
        if period.begins_after(at) {
            return Status::NotYetValid { from: period.from };
        }
        match period.until {
            Some(since) if since <= at => Status::Expired { since },
            _ => Status::Valid,
        }
    }

    /// The life after `event`, or why the event is refused. Has no effects.
    ///
    /// `now` is the moment of recording; the table is asked about the phase at that moment.
    ///
    /// # Errors
    /// [`Refused`]; `NotListed` when the table has no row (R10), otherwise the condition of the
    /// row that does not hold.
    pub fn step(&self, event: &Event, period: &Period, now: UtcDateTime) -> Result<Self, Refused> {
        let phase = self.phase(period, now);
        let kind = event.kind();
        if Transition::find(phase, kind).is_none() {
            return Err(Refused::NotListed { phase, event: kind });
        }
        match (&self.stage, event) {
            (Stage::Draft, Event::Complete { .. }) => Ok(self.at_stage(Stage::PendingSeal)),
            (
                Stage::PendingSeal,
                Event::Seal {
                    at,
                    decided_by,
                    released_by,
                    stop,
                },
            ) => {
                sealable(decided_by, released_by, *stop)?;
                Ok(self.at_stage(Stage::InForce(Standing::Clear { since: *at })))
            }
            (Stage::PendingSeal, Event::Void { at, by, .. }) => {
                two_people(by)?;
                Ok(self.at_stage(Stage::Cancelled { since: *at }))
            }
            (Stage::InForce(standing), _) => self.in_force(standing, event, (phase, period)),
            (
                Stage::Ended {
                    ending,
                    since,
                    before,
                    ..
                },
                Event::Archive { at },
            ) => {
                if at < since {
                    return Err(Refused::OutOfOrder);
                }
                Ok(self.at_stage(Stage::Ended {
                    ending: *ending,
                    since: *since,
                    before: before.clone(),
                    archived: Some(*at),
                }))
            }
            // An ending or voiding with a later date was recorded before.
            _ => Err(Refused::AlreadyDecided),
        }
    }

    fn in_force(
        &self,
        standing: &Standing,
        event: &Event,
        (phase, period): (Phase, &Period),
    ) -> Result<Self, Refused> {
        if let Event::Supersede { at, by, ground } = event {
            return self.superseded((*at, *by), *ground, phase);
        }
        if event.at() < standing.since() {
            return Err(Refused::OutOfOrder);
        }
        match event {
            Event::Suspend { at, until, power } => {
                let empty = until.is_some_and(|until| until <= *at)
                    || period.over_at(*at)
                    || period.begins_after(*at);
                if empty {
                    return Err(Refused::EmptySuspension);
                }
                Ok(self.at_stage(Stage::InForce(Standing::Suspended {
                    since: *at,
                    until: *until,
                    by: power.by().clone(),
                })))
            }
            Event::Resume { at, power } => match standing {
                Standing::Suspended { by, .. } if by == power.by() => {
                    Ok(self.at_stage(Stage::InForce(Standing::Clear { since: *at })))
                }
                _ => Err(Refused::OtherAuthority),
            },
            Event::End { at, power } => Ok(self.at_stage(Stage::Ended {
                ending: power.ending(),
                since: *at,
                before: standing.clone(),
                archived: None,
            })),
            Event::Void { at, by, exposure } => {
                two_people(by)?;
                if *exposure == Exposure::Presented {
                    return Err(Refused::Presented);
                }
                Ok(self.at_stage(Stage::Voided {
                    since: *at,
                    before: standing.clone(),
                }))
            }
            _ => Err(Refused::NotListed {
                phase,
                event: event.kind(),
            }),
        }
    }

    fn superseded(
        &self,
        (since, by): (UtcDateTime, Version),
        ground: Ground,
        phase: Phase,
    ) -> Result<Self, Refused> {
        if self.successor != Successor::None {
            return Err(Refused::AlreadyDecided);
        }
        if phase == Phase::Expired && ground != Ground::LateRenewal {
            return Err(Refused::NotRenewable);
        }
        Ok(Self {
            stage: self.stage.clone(),
            successor: Successor::From { since, by },
        })
    }

    fn at_stage(&self, stage: Stage) -> Self {
        Self {
            stage,
            successor: self.successor.clone(),
        }
    }
}

// R3: decide and release are two people. R6: a red card blocks sealing until lifted.
fn sealable(decided_by: &PersonKey, released_by: &PersonKey, stop: Stop) -> Result<(), Refused> {
    if decided_by == released_by {
        return Err(Refused::SamePerson);
    }
    match stop {
        Stop::Clear => Ok(()),
        Stop::Stopped => Err(Refused::Stopped),
    }
}

fn two_people([first, second]: &[PersonKey; 2]) -> Result<(), Refused> {
    if first == second {
        Err(Refused::SamePerson)
    } else {
        Ok(())
    }
}
