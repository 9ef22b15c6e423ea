//! Yellow and red cards: the warning before a breach, and the order after one (domain.md 4.4).

use serde::{Deserialize, Serialize};
use time::{Date, UtcDateTime};

use crate::clock::Alarm;
use crate::material::MaterialRefused;
use crate::text::{Words, day, moment};

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Which.
    pub colour: Colour,
    /// What for.
    pub ground: CardGround,
    /// When.
    #[serde(with = "moment")]
    pub at: UtcDateTime,
}

/// The colour of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 黄牌: before a breach.
    Yellow,
    /// 红牌: after one.
    Red,
}

/// What a card is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CardGround {
    /// Little of the promised time is left.
    TimeShort,
    /// The promised time is used up.
    TimeUsedUp {
        /// The last promised day.
        #[serde(with = "day")]
        due: Date,
    },
    /// A material was asked for that the matter does not list, or that may not be asked for.
    Unlisted {
        /// By its name.
        name: Words,
    },
    /// A material was asked for that the government has itself.
    CanBeHad {
        /// By its number.
        material: u16,
    },
    /// A material was asked for twice.
    AskedTwice {
        /// By its number.
        material: u16,
    },
    /// A condition was added that the matter does not know.
    AddedCondition {
        /// In words.
        words: Words,
    },
    /// A supervisor gave it.
    Ordered {
        /// Why.
        reason: Words,
    },
}

impl CardGround {
    /// The colour it has.
    #[must_use]
    pub fn colour(&self) -> Colour {
        match self {
            Self::TimeShort => Colour::Yellow,
            Self::TimeUsedUp { .. }
            | Self::Unlisted { .. }
            | Self::CanBeHad { .. }
            | Self::AskedTwice { .. }
            | Self::AddedCondition { .. }
            | Self::Ordered { .. } => Colour::Red,
        }
    }

    /// The ground that a forbidden request for a material gives; `name` is the material's.
    #[must_use]
    pub fn of_request(refused: &MaterialRefused, name: &Words) -> Option<Self> {
        match refused {
            MaterialRefused::NotListed { .. } | MaterialRefused::Cancelled { .. } => {
                Some(Self::Unlisted { name: name.clone() })
            }
            MaterialRefused::CanBeHad { number } => Some(Self::CanBeHad { material: *number }),
            MaterialRefused::AskedTwice { number } => Some(Self::AskedTwice { material: *number }),
            _ => None,
        }
    }

    /// The ground that the clock gives.
    #[must_use]
    pub fn of_alarm(alarm: Alarm) -> Self {
        match alarm {
            Alarm::Short { .. } => Self::TimeShort,
            Alarm::UsedUp { due } => Self::TimeUsedUp { due },
        }
    }

    /// The card for it at `at`.
    #[must_use]
    pub fn card(self, at: UtcDateTime) -> Card {
        Card {
            colour: self.colour(),
            ground: self,
            at,
        }
    }
}
