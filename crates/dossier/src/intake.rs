//! Events as they arrive: in order or not, once or again, and never half applied.

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::dossier::Dossier;
use crate::event::CaseEvent;
use crate::number::EventId;
use crate::refused::Refused;
use crate::scene::{Effect, Scene};
use crate::step::{open, step};

/// Most events that wait for an earlier one, for one case.
pub(crate) const MAX_PARKED: usize = 64;
/// Most events of one case.
pub(crate) const MAX_EVENTS: usize = 2_000;

/// A case with its history and with what waits for an earlier event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    dossier: Option<Dossier>,
    history: Vec<CaseEvent>,
    parked: Vec<CaseEvent>,
}

/// What became of an event that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Took {
    /// The file afterwards.
    pub file: CaseFile,
    /// What became of the event.
    pub fate: Fate,
    /// What became of parked events whose turn came, in order.
    pub late: Vec<(EventId, Fate)>,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Applied whole.
    Applied(Vec<Effect>),
    /// It was applied, or is parked, already: nothing more happened (R23).
    Repeated,
    /// It waits for the event of this number.
    Parked {
        /// The number that is missing.
        waits_for: u32,
    },
    /// Refused; nothing of it was applied but the cards it earned.
    Refused {
        /// Why.
        why: TakeRefused,
        /// The red cards.
        cards: Vec<Card>,
    },
}

/// Why an event is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TakeRefused {
    /// The case refuses it.
    #[error(transparent)]
    Case(#[from] Refused),
    /// It belongs to another case.
    #[error("the event belongs to another case")]
    OtherCase,
    /// Its id was used for something else.
    #[error("the id was used for another event")]
    IdUsed,
    /// Another event has its number.
    #[error("another event has this number")]
    NumberTaken,
    /// Too many events wait, or the case has too many.
    #[error("the case takes no more events")]
    Full,
    /// Another event came in beside it: it is to be sent again.
    #[error("another event came in beside it; it is to be sent again")]
    Busy,
}

impl TakeRefused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Case(refused) => refused.code(),
            Self::OtherCase => "case.other-case",
            Self::IdUsed => "case.id-used",
            Self::NumberTaken => "case.event-number-taken",
            Self::Full => "case.full",
            Self::Busy => "case.busy",
        }
    }
}

impl CaseFile {
    /// The case, once its first event was taken.
    #[must_use]
    pub fn dossier(&self) -> Option<&Dossier> {
        self.dossier.as_ref()
    }

    /// What was applied, in order.
    #[must_use]
    pub fn history(&self) -> &[CaseEvent] {
        &self.history
    }

    /// What waits for an earlier event.
    #[must_use]
    pub fn parked(&self) -> &[CaseEvent] {
        &self.parked
    }

    /// The file with these cards, each ground once.
    #[must_use]
    pub fn carded(&self, cards: Vec<Card>) -> Self {
        Self {
            dossier: self.dossier.as_ref().map(|dossier| dossier.carded(cards)),
            ..self.clone()
        }
    }

    /// Takes an event that arrived. Its turn comes when every lower number was applied; until
    /// then it is parked. A refused event does not use its number up.
    #[must_use]
    pub fn take(&self, event: CaseEvent, scene: &Scene<'_>) -> Took {
        if let Some(fate) = self.known(&event) {
            return self.unchanged(fate);
        }
        let due = self.due();
        if event.number < due {
            return self.refused(TakeRefused::NumberTaken);
        }
        if event.number > due {
            return self.park(event, due);
        }
        let (file, fate) = self.apply(event, scene);
        let (file, late) = match &fate {
            Fate::Applied(_) => file.unpark(scene),
            _ => (file, Vec::new()),
        };
        Took { file, fate, late }
    }

    /// Adds an act of the service itself, such as an item that is overdue. It uses no number up: it
    /// carries the number of the event after which it stands, and what approval systems report later
    /// may still lie before it in time.
    #[must_use]
    pub fn add(&self, event: CaseEvent, scene: &Scene<'_>) -> Took {
        if let Some(fate) = self.known(&event) {
            return self.unchanged(fate);
        }
        let (Some(before), true) = (self.dossier.clone(), event.number + 1 == self.due()) else {
            return self.refused(TakeRefused::NumberTaken);
        };
        let (mut file, fate) = self.apply(event, scene);
        if let (Fate::Applied(_), Some(dossier)) = (&fate, &mut file.dossier) {
            dossier.at = before.at;
        }
        Took {
            file,
            fate,
            late: Vec::new(),
        }
    }

    /// The number of the next event.
    #[must_use]
    pub fn due(&self) -> u32 {
        self.history.last().map_or(1, |last| last.number + 1)
    }

    fn known(&self, event: &CaseEvent) -> Option<Fate> {
        let mut all = self.history.iter().chain(&self.parked);
        if all.clone().any(|known| known.case != event.case) {
            return Some(refusal(TakeRefused::OtherCase));
        }
        let known = all.find(|known| known.id == event.id)?;
        Some(match known == event {
            true => Fate::Repeated,
            false => refusal(TakeRefused::IdUsed),
        })
    }

    fn unchanged(&self, fate: Fate) -> Took {
        Took {
            file: self.clone(),
            fate,
            late: Vec::new(),
        }
    }

    fn refused(&self, why: TakeRefused) -> Took {
        self.unchanged(refusal(why))
    }

    fn park(&self, event: CaseEvent, due: u32) -> Took {
        // Nothing is parked that could not have its turn after all that may be parked.
        let reach = u32::try_from(MAX_PARKED).unwrap_or(u32::MAX);
        if self.parked.len() >= MAX_PARKED || event.number - due > reach {
            return self.refused(TakeRefused::Full);
        }
        let mut file = self.clone();
        file.parked.push(event);
        Took {
            file,
            fate: Fate::Parked { waits_for: due },
            late: Vec::new(),
        }
    }

    fn apply(&self, event: CaseEvent, scene: &Scene<'_>) -> (Self, Fate) {
        if self.history.len() >= MAX_EVENTS {
            return (self.clone(), refusal(TakeRefused::Full));
        }
        let stepped = match &self.dossier {
            None => open(&event, scene),
            Some(dossier) => step(dossier, &event, scene),
        };
        match stepped {
            Ok(stepped) => {
                let mut file = self.clone();
                file.dossier = Some(stepped.dossier);
                file.history.push(event);
                (file, Fate::Applied(stepped.effects))
            }
            Err(why) => {
                let cards = why.cards(event.at);
                let fate = Fate::Refused {
                    why: why.into(),
                    cards: cards.clone(),
                };
                (self.carded(cards), fate)
            }
        }
    }

    /// Applies what waited, as far as numbers follow each other. Of several under one number the
    /// first that is not refused is applied.
    fn unpark(self, scene: &Scene<'_>) -> (Self, Vec<(EventId, Fate)>) {
        let mut file = self;
        let mut late = Vec::new();
        // Each turn takes at least one event out, so there are no more turns than parked events.
        for _ in 0..=MAX_PARKED {
            let due = file.due();
            let (turn, rest): (Vec<CaseEvent>, Vec<CaseEvent>) = file
                .parked
                .drain(..)
                .partition(|parked| parked.number <= due);
            file.parked = rest;
            if turn.is_empty() {
                break;
            }
            for event in turn {
                let id = event.id.clone();
                let fate = if event.number == file.due() {
                    let (next, fate) = file.apply(event, scene);
                    file = next;
                    fate
                } else {
                    refusal(TakeRefused::NumberTaken)
                };
                late.push((id, fate));
            }
        }
        (file, late)
    }
}

fn refusal(why: TakeRefused) -> Fate {
    Fate::Refused {
        why,
        cards: Vec::new(),
    }
}
