//! Civil dates, and the one place where they become moments (D15).

use std::fmt;

use time::{Date, OffsetDateTime, Time, UtcDateTime, UtcOffset};

/// The zone of an office: where its dates begin.
///
/// Carried as data. The zones in use have had one fixed distance from UTC since before the
/// first electronic licence, so the distance is all that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    name: &'static str,
    offset: UtcOffset,
}

/// The zone is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such zone")]
pub struct ReadZone;

const ZONES: &[(&str, i8)] = &[
    ("Asia/Shanghai", 8),
    ("Asia/Urumqi", 6),
    ("Asia/Hong_Kong", 8),
    ("Asia/Macau", 8),
    ("UTC", 0),
];

impl Default for Zone {
    fn default() -> Self {
        Self::SHANGHAI
    }
}

impl Zone {
    /// `Asia/Shanghai`, UTC+08:00: the default of every office.
    pub const SHANGHAI: Self = Self {
        name: "Asia/Shanghai",
        offset: time::macros::offset!(+8),
    };

    /// The zone of this name in the time zone database.
    ///
    /// # Errors
    /// [`ReadZone`] when the name is not in the table.
    pub fn named(name: &str) -> Result<Self, ReadZone> {
        let (name, hours) = ZONES
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or(ReadZone)?;
        let offset = UtcOffset::from_hms(*hours, 0, 0).map_err(|_| ReadZone)?;
        Ok(Self { name, offset })
    }

    /// The name in the time zone database.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The moment at which `date` begins here. The only way from a civil date to a moment (D15).
    #[must_use]
    pub fn start_of(&self, date: Date) -> UtcDateTime {
        let there = OffsetDateTime::new_in_offset(date, Time::MIDNIGHT, self.offset);
        there.checked_to_utc().unwrap_or(if date.year() < 0 {
            UtcDateTime::MIN
        } else {
            UtcDateTime::MAX
        })
    }

    /// The moment as clocks there show it: for texts that carry their offset.
    #[must_use]
    pub fn local(&self, at: UtcDateTime) -> OffsetDateTime {
        at.checked_to_offset(self.offset)
            .unwrap_or_else(|| at.to_offset(UtcOffset::UTC))
    }

    /// The civil date here at `at`.
    #[must_use]
    pub fn date_at(&self, at: UtcDateTime) -> Date {
        at.checked_to_offset(self.offset)
            .map_or(at.date(), OffsetDateTime::date)
    }

    /// The moments of `days`: from the first midnight to the midnight after the last day, since
    /// the last day is inclusive (D23).
    #[must_use]
    pub fn period(&self, days: Days) -> Period {
        Period {
            from: self.start_of(days.first),
            until: days
                .last
                .and_then(Date::next_day)
                .map(|next| self.start_of(next)),
        }
    }
}

/// Civil dates from `first` to `last`, both inclusive; no `last` means without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    first: Date,
    last: Option<Date>,
}

impl Days {
    /// The days from `first` to `last`; `None` when they end before they begin.
    #[must_use]
    pub fn new(first: Date, last: Option<Date>) -> Option<Self> {
        match last {
            Some(last) if last < first => None,
            _ => Some(Self { first, last }),
        }
    }

    /// Every day.
    #[must_use]
    pub fn always() -> Self {
        Self {
            first: Date::MIN,
            last: None,
        }
    }

    /// The first day.
    #[must_use]
    pub fn first(&self) -> Date {
        self.first
    }

    /// The last day, if there is one.
    #[must_use]
    pub fn last(&self) -> Option<Date> {
        self.last
    }

    /// Whether `day` is one of them.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last)
    }
}

/// Moments from `from` up to, but not including, `until`; no `until` means without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first moment.
    pub from: UtcDateTime,
    /// The first moment after it, if it ends.
    pub until: Option<UtcDateTime>,
}

impl Period {
    /// Whether `at` lies before the first moment.
    #[must_use]
    pub fn begins_after(&self, at: UtcDateTime) -> bool {
        at < self.from
    }

    /// Whether the last moment lies before `at`.
    #[must_use]
    pub fn over_at(&self, at: UtcDateTime) -> bool {
        self.until.is_some_and(|until| until <= at)
    }

    /// Whether `at` is one of its moments.
    #[must_use]
    pub fn contains(&self, at: UtcDateTime) -> bool {
        !self.begins_after(at) && !self.over_at(at)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            Some(last) => write!(f, "{} to {last}", self.first),
            None => write!(f, "from {}", self.first),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, utc_datetime};

    use super::*;

    #[test]
    fn the_last_day_lasts_until_the_next_midnight_in_the_office() {
        let days = Days::new(date!(2026 - 06 - 10), Some(date!(2028 - 06 - 09))).expect("in order");
        let period = Zone::SHANGHAI.period(days);
        assert_eq!(period.from, utc_datetime!(2026-06-09 16:00));
        assert_eq!(period.until, Some(utc_datetime!(2028-06-09 16:00)));
        assert!(period.contains(utc_datetime!(2028-06-09 15:59:59)));
        assert!(!period.contains(utc_datetime!(2028-06-09 16:00)));
        assert!(period.begins_after(utc_datetime!(2026-06-09 15:59:59)));
    }

    #[test]
    fn a_zone_is_data() {
        let urumqi = Zone::named("Asia/Urumqi").expect("known");
        assert_eq!(
            urumqi.start_of(date!(2026 - 06 - 10)),
            utc_datetime!(2026-06-09 18:00)
        );
        assert_eq!(Zone::named("Asia/Shanghai"), Ok(Zone::SHANGHAI));
        assert_eq!(Zone::named("Mars/Olympus"), Err(ReadZone));
    }

    #[test]
    fn days_know_their_order_and_their_edges() {
        assert_eq!(
            Days::new(date!(2026 - 06 - 10), Some(date!(2026 - 06 - 09))),
            None
        );
        let one = Days::new(date!(2026 - 06 - 10), Some(date!(2026 - 06 - 10))).expect("one day");
        assert!(one.contains(date!(2026 - 06 - 10)));
        assert!(!one.contains(date!(2026 - 06 - 11)));
    }

    #[test]
    fn the_edges_of_the_calendar_do_not_panic() {
        let last = Zone::SHANGHAI.start_of(Date::MAX);
        assert!(last > utc_datetime!(9999-12-30 00:00));
        let first = Zone::SHANGHAI.start_of(Date::MIN);
        assert!(first < utc_datetime!(0000-01-01 00:00));
        assert_eq!(Zone::SHANGHAI.period(Days::always()).until, None);
    }

    #[test]
    fn a_moment_has_a_date_in_each_office() {
        let at = utc_datetime!(2026-06-09 16:30);
        assert_eq!(Zone::SHANGHAI.date_at(at), date!(2026 - 06 - 10));
        assert_eq!(
            Zone::named("UTC").expect("known").date_at(at),
            date!(2026 - 06 - 09)
        );
    }
}
