//! The paper copy of a licence: a life of its own beside the licence's (domain.md 3, R9).

use catalogue::Rule;
use catalogue::kind::{LicenceType, Paper};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;

use crate::number::is_no_text;
use crate::status::Phase;

/// Most copies that one licence ever has.
pub const MAX_COPIES: usize = 99;
/// Longest number of a copy, or of a declaration, in characters.
const MAX_TEXT: usize = 64;

/// What a paper copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperState {
    /// There is none.
    None,
    /// In the holder's hands.
    Issued,
    /// 遗失: declared lost.
    Lost,
    /// Handed in.
    Surrendered,
    /// Handed in and destroyed.
    Destroyed,
}

impl PaperState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Issued,
        Self::Lost,
        Self::Surrendered,
        Self::Destroyed,
    ];

    /// The stable code, such as `lost`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Issued => "issued",
            Self::Lost => "lost",
            Self::Surrendered => "surrendered",
            Self::Destroyed => "destroyed",
        }
    }
}

/// What may happen to a paper copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaperEvent {
    /// Printed and handed out, under a number that no copy had before.
    Issue,
    /// The holder declares it lost, and a notice says so.
    DeclareLost,
    /// Handed in.
    Surrender,
    /// Destroyed after it was handed in.
    Destroy,
}

impl PaperEvent {
    /// Every event.
    pub const ALL: [Self; 4] = [
        Self::Issue,
        Self::DeclareLost,
        Self::Surrender,
        Self::Destroy,
    ];

    /// The stable code, such as `declare-lost`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::DeclareLost => "declare-lost",
            Self::Surrender => "surrender",
            Self::Destroy => "destroy",
        }
    }

    /// The event of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }
}

/// Who causes a step of a paper copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperActor {
    /// The holder.
    Holder,
    /// The issuing department.
    Issuer,
}

/// A row of the table of paper copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaperStep {
    /// From this state of the last copy.
    pub from: PaperState,
    /// By this.
    pub event: PaperEvent,
    /// To this state.
    pub to: PaperState,
    /// Who causes it.
    pub actor: PaperActor,
    /// On what condition.
    pub condition: &'static str,
}

const LIVE: &str = "the licence is live and its type has paper beside it";

/// Every step there is. What is not here is refused (R10).
pub const PAPER_STEPS: &[PaperStep] = {
    use PaperActor::{Holder, Issuer};
    use PaperEvent::{DeclareLost, Destroy, Issue, Surrender};
    use PaperState::{Destroyed, Issued, Lost, None, Surrendered};
    &[
        row(None, Issue, Issued, Issuer, LIVE),
        row(
            Issued,
            DeclareLost,
            Lost,
            Holder,
            "the licence is live; declaration and notice",
        ),
        row(Lost, Issue, Issued, Issuer, LIVE),
        row(Issued, Surrender, Surrendered, Holder, "handed in"),
        row(Surrendered, Issue, Issued, Issuer, LIVE),
        row(Surrendered, Destroy, Destroyed, Issuer, "handed in"),
        row(Destroyed, Issue, Issued, Issuer, LIVE),
    ]
};

const fn row(
    from: PaperState,
    event: PaperEvent,
    to: PaperState,
    actor: PaperActor,
    condition: &'static str,
) -> PaperStep {
    PaperStep {
        from,
        event,
        to,
        actor,
        condition,
    }
}

impl PaperStep {
    /// The row for an event in a state, if there is one.
    #[must_use]
    pub fn find(from: PaperState, event: PaperEvent) -> Option<&'static Self> {
        PAPER_STEPS
            .iter()
            .find(|row| row.from == from && row.event == event)
    }
}

/// Something done with the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperAct {
    /// What.
    pub event: PaperEvent,
    /// From this moment.
    pub at: UtcDateTime,
    /// The number of the new copy for [`PaperEvent::Issue`], of the notice for
    /// [`PaperEvent::DeclareLost`], of the record otherwise.
    pub reference: String,
}

/// A paper copy. Its number is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperCopy {
    /// Its number.
    pub number: String,
    /// What it is.
    pub state: PaperState,
    /// Since when.
    pub since: UtcDateTime,
    /// The notice of its loss, where there is one.
    pub notice: Option<String>,
}

/// The paper copies of one licence, first to last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperCopies {
    copies: Vec<PaperCopy>,
}

/// Why something is not done with the paper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaperRefused {
    /// The table has no such row.
    #[error("not listed for a paper copy that is {}", state.code())]
    NotListed {
        /// The state of the last copy.
        state: PaperState,
        /// The event asked for.
        event: PaperEvent,
    },
    /// R9: the type is electronic in the place of paper.
    #[error("the type has no paper beside the electronic licence")]
    NoPaper,
    /// R9: paper without an electronic licence, or of one that is over.
    #[error("the licence is {}", .0.code())]
    NotLive(Phase),
    /// The number was used by another copy.
    #[error("a copy of that number exists")]
    NumberUsed,
    /// The reference is no text of 1 to 64 characters.
    #[error("not a reference of 1 to 64 characters")]
    Reference,
    /// It lies before the last act.
    #[error("the act lies before the last one")]
    OutOfOrder,
    /// More copies than a licence ever has.
    #[error("more than {MAX_COPIES} copies")]
    TooMany,
}

impl PaperRefused {
    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::NoPaper | Self::NotLive(_) => Rule::R9,
            Self::NumberUsed | Self::TooMany => Rule::R12,
            Self::Reference => Rule::R11,
            Self::NotListed { .. } | Self::OutOfOrder => Rule::R10,
        }
    }
}

impl PaperCopies {
    /// Every copy, first to last.
    #[must_use]
    pub fn copies(&self) -> &[PaperCopy] {
        &self.copies
    }

    /// The state of the last copy.
    #[must_use]
    pub fn state(&self) -> PaperState {
        self.copies
            .last()
            .map_or(PaperState::None, |copy| copy.state)
    }

    /// What the copy of this number is, however old: a lost one answers *lost* for ever, and so
    /// does one that was followed by a new copy.
    #[must_use]
    pub fn of(&self, number: &str) -> Option<&PaperCopy> {
        self.copies.iter().find(|copy| copy.number == number)
    }

    /// The copies after `act`, for a licence of `kind` that is in `phase` at that moment. The
    /// licence itself does not change: a lost paper does not end it.
    ///
    /// # Errors
    /// [`PaperRefused`].
    pub fn step(
        &self,
        act: &PaperAct,
        kind: &LicenceType,
        phase: Phase,
    ) -> Result<Self, PaperRefused> {
        let state = self.state();
        let Some(row) = PaperStep::find(state, act.event) else {
            return Err(PaperRefused::NotListed {
                state,
                event: act.event,
            });
        };
        let live = matches!(phase, Phase::Valid | Phase::NotYetValid | Phase::Suspended);
        let needs_life = matches!(act.event, PaperEvent::Issue | PaperEvent::DeclareLost);
        if needs_life && !live {
            return Err(PaperRefused::NotLive(phase));
        }
        let length = act.reference.chars().count();
        if length == 0 || length > MAX_TEXT || act.reference.chars().any(is_no_text) {
            return Err(PaperRefused::Reference);
        }
        if self.copies.last().is_some_and(|copy| act.at < copy.since) {
            return Err(PaperRefused::OutOfOrder);
        }
        let mut next = self.clone();
        if act.event == PaperEvent::Issue {
            // R9: together with paper, or instead of it, as the type says.
            if kind.paper == Paper::Instead {
                return Err(PaperRefused::NoPaper);
            }
            if self.of(&act.reference).is_some() {
                return Err(PaperRefused::NumberUsed);
            }
            if self.copies.len() >= MAX_COPIES {
                return Err(PaperRefused::TooMany);
            }
            next.copies.push(PaperCopy {
                number: act.reference.clone(),
                state: row.to,
                since: act.at,
                notice: None,
            });
        } else if let Some(copy) = next.copies.last_mut() {
            copy.state = row.to;
            copy.since = act.at;
            if act.event == PaperEvent::DeclareLost {
                copy.notice = Some(act.reference.clone());
            }
        }
        Ok(next)
    }
}
