//! How often seals are released, at most, and when.

use catalogue::Zone;
use time::{Time, UtcDateTime};

/// How often a seal, and how often a person, is released by hand and releases (T-S7); and for how many uses a seal is released in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Releases by hand in any 24 hours. A list counts as one.
    pub per_day: u32,
    /// The same in any 60 seconds.
    pub per_minute: u32,
    /// Uses in lists of batches in any 24 hours, of one seal.
    pub listed_per_day: u32,
}

impl Limits {
    /// What no limit exceeds.
    pub const MOST: u32 = 1_000_000;

    /// Whether these are limits at all: each from 1 on, and no more in a minute than in a day.
    #[must_use]
    pub fn are_lawful(&self) -> bool {
        let all = [self.per_day, self.per_minute, self.listed_per_day];
        let lawful = |limit: &u32| (1..=Self::MOST).contains(limit);
        all.iter().all(lawful) && self.per_minute <= self.per_day
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            per_day: 500,
            per_minute: 50,
            listed_per_day: 3_000,
        }
    }
}

/// The hours of an office, in its zone (D15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    zone: Zone,
    from: Time,
    to: Time,
}

impl Hours {
    /// From one hour and minute until before another of the same day, each `HH:MM`; nothing for anything else.
    #[must_use]
    pub fn read(zone: Zone, from: &str, to: &str) -> Option<Hours> {
        let (from, to) = (clock(from)?, clock(to)?);
        (from < to).then_some(Hours { zone, from, to })
    }

    /// Whether the office is at work.
    #[must_use]
    pub fn include(&self, at: UtcDateTime) -> bool {
        let time = self.zone.local(at).time();
        self.from <= time && time < self.to
    }

    /// The civil day, for what is said once a day.
    pub(crate) fn day(&self, at: UtcDateTime) -> String {
        self.zone.date_at(at).to_string()
    }
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| match text.len() {
        2 => text.parse::<u8>().ok(),
        _ => None,
    };
    Time::from_hms(number(hour)?, number(minute)?, 0).ok()
}

/// What releases are held against, where a seal has no limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// How often.
    pub limits: Limits,
    /// When; at any time where there are none.
    pub hours: Option<Hours>,
}
