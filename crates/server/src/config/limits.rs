//! How often seals are released, where a seal has no limits of its own (T-S7), and when.

use catalogue::Zone;
use releasing::{Hours, Limits};
use serde::{Deserialize, Serialize};

/// Limits of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReleaseLimits {
    /// Releases by hand in any 24 hours, of a seal and by a person.
    pub per_day: u32,
    /// The same in any 60 seconds.
    pub per_minute: u32,
    /// Uses in lists of batches in any 24 hours, of one seal.
    pub listed_per_day: u32,
}

impl ReleaseLimits {
    /// The same as releases are counted against it.
    #[must_use]
    pub fn limits(self) -> Limits {
        Limits {
            per_day: self.per_day,
            per_minute: self.per_minute,
            listed_per_day: self.listed_per_day,
        }
    }
}

impl Default for ReleaseLimits {
    fn default() -> Self {
        let Limits {
            per_day,
            per_minute,
            listed_per_day,
        } = Limits::default();
        Self {
            per_day,
            per_minute,
            listed_per_day,
        }
    }
}

/// The hours of the office, in its zone: what is released at other times is an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfficeHours {
    /// From when, `HH:MM`.
    pub from: String,
    /// Until before when, on the same day.
    pub to: String,
}

impl OfficeHours {
    /// The same in a zone; nothing where these are no hours.
    #[must_use]
    pub fn hours(&self, zone: Zone) -> Option<Hours> {
        Hours::read(zone, &self.from, &self.to)
    }
}

impl Default for OfficeHours {
    fn default() -> Self {
        Self {
            from: "07:00".to_owned(),
            to: "22:00".to_owned(),
        }
    }
}
