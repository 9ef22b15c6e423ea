//! What happened to a version, without the proofs that were asked for when it did: what the
//! register keeps, and folds again.

use catalogue::Ending;
use catalogue::key::DepartmentKey;
use serde::{Deserialize, Serialize};
use time::UtcDateTime;

use super::{Event, Life, Stage, Standing, Successor};
use crate::identifier::Version;
use crate::transition::EventKind;

/// Something that happened, and the moment from which it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// From this moment.
    pub at: UtcDateTime,
    /// What.
    pub what: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Happened {
    /// Everything needed is there.
    Completed,
    /// Sealed and recorded.
    Sealed,
    /// A later version takes its place.
    Superseded {
        /// That version.
        by: Version,
    },
    /// Stopped for a time.
    Suspended {
        /// Up to this moment, or until lifted.
        until: Option<UtcDateTime>,
        /// Who stopped it.
        by: DepartmentKey,
    },
    /// The stop was lifted.
    Resumed,
    /// Ended.
    Ended {
        /// How.
        ending: Ending,
    },
    /// Voided.
    Voided,
    /// Retention began.
    Archived,
}

/// What a converted paper licence begins as (R30): as the paper was. An expired one begins in
/// force, since expiry is computed from its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// In force, or expired.
    InForce,
    /// Stopped.
    Suspended {
        /// Since this moment.
        since: UtcDateTime,
        /// Up to this moment, or until lifted.
        until: Option<UtcDateTime>,
        /// Who stopped it.
        by: DepartmentKey,
    },
    /// Ended.
    Ended {
        /// How.
        ending: Ending,
        /// Since this moment.
        since: UtcDateTime,
    },
}

impl Fact {
    /// The fact of a line that the register kept: the kind of event, from when it holds, and the
    /// life after it. `None` when the life is not one that such an event leads to.
    #[must_use]
    pub fn kept(kind: EventKind, at: UtcDateTime, after: &Life) -> Option<Self> {
        let what = match (kind, &after.stage, &after.successor) {
            (EventKind::Complete, Stage::PendingSeal, _) => Happened::Completed,
            (EventKind::Seal, Stage::InForce(Standing::Clear { .. }), _) => Happened::Sealed,
            (EventKind::Supersede, _, Successor::From { by, .. }) => {
                Happened::Superseded { by: *by }
            }
            (EventKind::Suspend, Stage::InForce(Standing::Suspended { until, by, .. }), _) => {
                Happened::Suspended {
                    until: *until,
                    by: by.clone(),
                }
            }
            (EventKind::Resume, Stage::InForce(Standing::Clear { .. }), _) => Happened::Resumed,
            (EventKind::End(ending), Stage::Ended { ending: kept, .. }, _) if ending == *kept => {
                Happened::Ended { ending }
            }
            (EventKind::Void, Stage::Cancelled { .. } | Stage::Voided { .. }, _) => {
                Happened::Voided
            }
            (
                EventKind::Archive,
                Stage::Ended {
                    archived: Some(_), ..
                },
                _,
            ) => Happened::Archived,
            _ => return None,
        };
        Some(Self { at, what })
    }
}

impl Event {
    /// What the register keeps of it.
    #[must_use]
    pub fn fact(&self) -> Fact {
        let what = match self {
            Self::Complete { .. } => Happened::Completed,
            Self::Seal { .. } => Happened::Sealed,
            Self::Supersede { by, .. } => Happened::Superseded { by: *by },
            Self::Suspend { until, power, .. } => Happened::Suspended {
                until: *until,
                by: power.by().clone(),
            },
            Self::Resume { .. } => Happened::Resumed,
            Self::End { power, .. } => Happened::Ended {
                ending: power.ending(),
            },
            Self::Void { .. } => Happened::Voided,
            Self::Archive { .. } => Happened::Archived,
        };
        Fact {
            at: self.at(),
            what,
        }
    }
}

impl Life {
    /// The life of a licence that was converted from paper at `at` (R29, R30): it begins in the
    /// state that the paper had, without having been a draft.
    #[must_use]
    pub fn converted(beginning: &Beginning, at: UtcDateTime) -> Self {
        let clear = Standing::Clear { since: at };
        let stage = match beginning {
            Beginning::InForce => Stage::InForce(clear),
            Beginning::Suspended { since, until, by } => Stage::InForce(Standing::Suspended {
                since: *since,
                until: *until,
                by: by.clone(),
            }),
            Beginning::Ended { ending, since } => Stage::Ended {
                ending: *ending,
                since: *since,
                before: Standing::Clear { since: *since },
                archived: None,
            },
        };
        Self {
            stage,
            successor: Successor::None,
        }
    }

    /// The life after a fact that was accepted by [`Life::step`] when it happened. Cannot fail and
    /// has no effects; a fact that does not fit its stage changes nothing.
    #[must_use]
    pub fn after(&self, fact: &Fact) -> Self {
        let at = fact.at;
        if let Happened::Superseded { by } = &fact.what {
            return Self {
                stage: self.stage.clone(),
                successor: Successor::From { since: at, by: *by },
            };
        }
        let stage = match (&self.stage, &fact.what) {
            (Stage::Draft, Happened::Completed) => Stage::PendingSeal,
            (Stage::PendingSeal, Happened::Sealed) => Stage::InForce(Standing::Clear { since: at }),
            (Stage::PendingSeal, Happened::Voided) => Stage::Cancelled { since: at },
            (Stage::InForce(_), Happened::Suspended { until, by }) => {
                Stage::InForce(Standing::Suspended {
                    since: at,
                    until: *until,
                    by: by.clone(),
                })
            }
            (Stage::InForce(_), Happened::Resumed) => Stage::InForce(Standing::Clear { since: at }),
            (Stage::InForce(before), Happened::Ended { ending }) => Stage::Ended {
                ending: *ending,
                since: at,
                before: before.clone(),
                archived: None,
            },
            (Stage::InForce(before), Happened::Voided) => Stage::Voided {
                since: at,
                before: before.clone(),
            },
            (
                Stage::Ended {
                    ending,
                    since,
                    before,
                    ..
                },
                Happened::Archived,
            ) => Stage::Ended {
                ending: *ending,
                since: *since,
                before: before.clone(),
                archived: Some(at),
            },
            (stage, _) => stage.clone(),
        };
        self.at_stage(stage)
    }
}
