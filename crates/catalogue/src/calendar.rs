//! Working days: the calendar by which promised and statutory times are counted (domain.md 4.4).

use std::collections::BTreeSet;

use time::{Date, Weekday};

use crate::civil::Days;

/// Which days are worked: Monday to Friday without the holidays, and the weekends that are worked
/// in their place (调休).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<Date>,
    worked: BTreeSet<Date>,
    known: Days,
}

impl Default for Calendar {
    /// Weekends only.
    fn default() -> Self {
        Self::new([], [])
    }
}

impl Calendar {
    /// A calendar of these holidays and these worked weekends. A day that is both is a holiday.
    #[must_use]
    pub fn new(
        holidays: impl IntoIterator<Item = Date>,
        worked: impl IntoIterator<Item = Date>,
    ) -> Self {
        Self {
            holidays: holidays.into_iter().collect(),
            worked: worked.into_iter().collect(),
            known: Days::always(),
        }
    }

    /// The same calendar, known for `days` only: no time is counted beyond them, since the
    /// holidays of a year are published in the year before.
    #[must_use]
    pub fn within(self, days: Days) -> Self {
        Self {
            known: days,
            ..self
        }
    }

    /// The days for which the holidays are known.
    #[must_use]
    pub fn known(&self) -> Days {
        self.known
    }

    /// Whether `day` is worked.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        !self.holidays.contains(&day) && (!is_weekend(day) || self.worked.contains(&day))
    }

    /// The `working_days`-th working day after `day`; `day` itself for none. Counting starts on
    /// the day after (domain.md 4.4). `None` where the calendar ends before it.
    #[must_use]
    pub fn after(&self, day: Date, working_days: u16) -> Option<Date> {
        let mut left = working_days;
        let mut last = day;
        while left > 0 {
            last = last.next_day()?;
            if !self.known.contains(last) {
                return None;
            }
            if self.is_working_day(last) {
                left -= 1;
            }
        }
        Some(last)
    }

    /// How many working days there are from `first` to `last`, both inclusive; 0 when they are
    /// the other way round.
    #[must_use]
    pub fn count(&self, first: Date, last: Date) -> u32 {
        if last < first {
            return 0;
        }
        let free = self
            .holidays
            .range(first..=last)
            .filter(|day| !is_weekend(**day))
            .count();
        let extra = self
            .worked
            .range(first..=last)
            .filter(|day| is_weekend(**day) && !self.holidays.contains(day))
            .count();
        let counted = (weekdays_until(last) - weekdays_before(first))
            + i64::try_from(extra).unwrap_or(i64::MAX)
            - i64::try_from(free).unwrap_or(i64::MAX);
        u32::try_from(counted.max(0)).unwrap_or(u32::MAX)
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Mondays to Fridays since a Monday before every date, up to and with `day`.
fn weekdays_until(day: Date) -> i64 {
    // Julian day 0 was a Monday.
    let days = i64::from(day.to_julian_day());
    days.div_euclid(7) * 5 + (days.rem_euclid(7) + 1).min(5)
}

fn weekdays_before(day: Date) -> i64 {
    let days = i64::from(day.to_julian_day());
    days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn story() -> Calendar {
        Calendar::new([date!(2026 - 06 - 19)], [])
    }

    #[test]
    fn ten_working_days_from_8_june_end_on_23_june() {
        // Story 6.1: 19 June is a holiday.
        assert_eq!(
            story().after(date!(2026 - 06 - 08), 10),
            Some(date!(2026 - 06 - 23))
        );
        assert_eq!(
            Calendar::default().after(date!(2026 - 06 - 08), 10),
            Some(date!(2026 - 06 - 22))
        );
        assert_eq!(
            story().after(date!(2026 - 06 - 13), 0),
            Some(date!(2026 - 06 - 13))
        );
    }

    #[test]
    fn a_worked_weekend_counts_and_a_holiday_on_a_weekend_takes_nothing() {
        let calendar = Calendar::new(
            [date!(2026 - 06 - 19), date!(2026 - 06 - 20)],
            [
                date!(2026 - 06 - 14),
                date!(2026 - 06 - 20),
                date!(2026 - 06 - 15),
            ],
        );
        assert!(calendar.is_working_day(date!(2026 - 06 - 14)));
        assert!(!calendar.is_working_day(date!(2026 - 06 - 20)));
        assert_eq!(
            calendar.after(date!(2026 - 06 - 08), 10),
            Some(date!(2026 - 06 - 22))
        );
        assert_eq!(
            calendar.count(date!(2026 - 06 - 09), date!(2026 - 06 - 22)),
            10
        );
    }

    #[test]
    fn counting_agrees_with_going_day_by_day() {
        let calendar = Calendar::new(
            [
                date!(2026 - 06 - 19),
                date!(2026 - 10 - 01),
                date!(2026 - 10 - 03),
            ],
            [date!(2026 - 10 - 10), date!(2026 - 09 - 27)],
        );
        let mut first = date!(2026 - 06 - 01);
        while first < date!(2026 - 06 - 15) {
            let mut last = first;
            let mut counted = u32::from(calendar.is_working_day(first));
            while last < date!(2026 - 11 - 01) {
                assert_eq!(calendar.count(first, last), counted, "{first} {last}");
                last = last.next_day().expect("day");
                counted += u32::from(calendar.is_working_day(last));
            }
            first = first.next_day().expect("day");
        }
        assert_eq!(
            calendar.count(date!(2026 - 06 - 02), date!(2026 - 06 - 01)),
            0
        );
        assert_eq!(
            Calendar::default().count(date!(-4713 - 12 - 01), date!(-4713 - 12 - 07)),
            5
        );
    }

    #[test]
    fn nothing_is_counted_beyond_what_is_known() {
        let year = Days::new(date!(2026 - 01 - 01), Some(date!(2026 - 12 - 31))).expect("order");
        let calendar = story().within(year);
        assert_eq!(
            calendar.after(date!(2026 - 12 - 30), 1),
            Some(date!(2026 - 12 - 31))
        );
        assert_eq!(calendar.after(date!(2026 - 12 - 30), 2), None);
        assert_eq!(Calendar::default().after(Date::MAX, 1), None);
    }
}
