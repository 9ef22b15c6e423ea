//! The clock of a case: working days from the day after acceptance, paused by listed steps alone.

use catalogue::Calendar;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::text::day;
pub use crate::text::moment;

/// Part of the promised time, in hundredths, that is left when the yellow card comes (*default*).
pub const YELLOW_PERCENT: u32 = 20;
/// Least working days left when it comes (*default*).
pub const YELLOW_DAYS: u32 = 1;

/// What the clock of a case runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The day of acceptance; counting starts on the day after.
    #[serde(with = "day")]
    pub accepted: Date,
    /// Working days promised.
    pub promised: u16,
    /// Working days the law allows, not fewer.
    pub statutory: u16,
    /// Special steps that the matter lists.
    pub pauses: Vec<Pause>,
    /// The day of the decision.
    #[serde(default, with = "day::maybe")]
    pub stopped: Option<Date>,
}

/// A special step during which the clock stands: from its first day up to, but not including, the
/// day on which it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The first day.
    #[serde(with = "day")]
    pub from: Date,
    /// The day on which it ended, if it did.
    #[serde(default, with = "day::maybe")]
    pub until: Option<Date>,
}

/// What the clock shows on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Which working day it is: 0 on the day of acceptance, 1 on the working day after.
    pub day: u32,
    /// Of how many promised.
    pub promised: u16,
    /// The last promised day; of a case that is paused, if the pause ended tomorrow. `None` where
    /// the calendar does not reach.
    pub due: Option<Date>,
    /// The last day the law allows, likewise.
    pub statutory_due: Option<Date>,
    /// Working days left, today included.
    pub left: u32,
    /// What the clock does.
    pub going: Going,
}

/// What the clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// Runs.
    Running,
    /// Stands during a listed step.
    Paused,
    /// Stopped by the decision.
    Stopped,
}

/// What the clock has to say about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// Yellow: so few working days are left, today included.
    Short {
        /// Working days left.
        left: u32,
    },
    /// Red: the promised time was used up on this day.
    UsedUp {
        /// The last promised day.
        due: Date,
    },
}

impl Clock {
    /// What it shows on `today`.
    #[must_use]
    pub fn read(&self, calendar: &Calendar, today: Date) -> Reading {
        let at = self.stopped.unwrap_or(today);
        let due = self.due(calendar, self.promised, at);
        Reading {
            day: self.worked(calendar, self.accepted.next_day(), at, at),
            promised: self.promised,
            due,
            statutory_due: self.due(calendar, self.statutory, at),
            left: due.map_or(0, |due| {
                let first = self.accepted.next_day().map(|first| first.max(at));
                self.worked(calendar, first, due, at)
            }),
            going: match self.stopped {
                Some(_) => Going::Stopped,
                None if self.paused_on(at) => Going::Paused,
                None => Going::Running,
            },
        }
    }

    /// The alarm of `today`, if there is one: red when the promised time is used up, yellow when
    /// 20 % of it, at least a working day, is left. A stopped or paused clock gives none, and
    /// there is no warning before day 1.
    #[must_use]
    pub fn alarm(&self, calendar: &Calendar, today: Date) -> Option<Alarm> {
        let reading = self.read(calendar, today);
        if reading.going != Going::Running {
            return None;
        }
        let due = reading.due?;
        if today > due {
            return Some(Alarm::UsedUp { due });
        }
        let limit = (u32::from(self.promised) * YELLOW_PERCENT / 100).max(YELLOW_DAYS);
        (reading.left <= limit && reading.day > 0).then_some(Alarm::Short { left: reading.left })
    }

    /// Working days from `first` to `last` on which the clock ran, seen from `at`.
    fn worked(&self, calendar: &Calendar, first: Option<Date>, last: Date, at: Date) -> u32 {
        let Some(first) = first else { return 0 };
        let all = calendar.count(first, last);
        all.saturating_sub(self.paused(calendar, (first, last), at))
    }

    fn paused(&self, calendar: &Calendar, (first, last): (Date, Date), at: Date) -> u32 {
        self.pauses
            .iter()
            .filter_map(|pause| {
                let end = match pause.until {
                    Some(until) => until.previous_day()?,
                    None => at,
                };
                let (from, end) = (pause.from.max(first), end.min(last));
                (from <= end).then(|| calendar.count(from, end))
            })
            .fold(0, u32::saturating_add)
    }

    fn paused_on(&self, day: Date) -> bool {
        self.pauses
            .iter()
            .any(|pause| pause.from <= day && pause.until.is_none_or(|until| day < until))
    }

    /// The `days`-th working day on which the clock runs: counted from pause to pause, which
    /// follow each other.
    fn due(&self, calendar: &Calendar, days: u16, at: Date) -> Option<Date> {
        let mut before = self.accepted;
        let mut left = u32::from(days);
        for pause in &self.pauses {
            let run = match before.next_day() {
                Some(first) if first < pause.from => {
                    calendar.count(first, pause.from.previous_day()?)
                }
                _ => 0,
            };
            if run >= left {
                break;
            }
            left -= run;
            let end = match pause.until {
                Some(until) => until.previous_day()?,
                None => at,
            };
            before = before.max(end);
        }
        calendar.after(before, u16::try_from(left).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn calendar() -> Calendar {
        Calendar::new([date!(2026 - 06 - 19)], [])
    }

    fn clock(promised: u16) -> Clock {
        Clock {
            accepted: date!(2026 - 06 - 08),
            promised,
            statutory: 30,
            pauses: Vec::new(),
            stopped: None,
        }
    }

    #[test]
    fn the_story_is_decided_on_day_2_of_5() {
        let mut clock = clock(5);
        clock.stopped = Some(date!(2026 - 06 - 10));
        let reading = clock.read(&calendar(), date!(2026 - 07 - 01));
        assert_eq!((reading.day, reading.promised), (2, 5));
        assert_eq!(reading.due, Some(date!(2026 - 06 - 15)));
        assert_eq!(reading.going, Going::Stopped);
        assert_eq!(clock.alarm(&calendar(), date!(2026 - 07 - 01)), None);
    }

    #[test]
    fn counting_starts_on_the_day_after_acceptance_and_skips_weekends_and_holidays() {
        let clock = clock(10);
        for (today, day) in [
            (date!(2026 - 06 - 08), 0),
            (date!(2026 - 06 - 09), 1),
            (date!(2026 - 06 - 14), 4),
            (date!(2026 - 06 - 19), 8),
            (date!(2026 - 06 - 23), 10),
        ] {
            assert_eq!(clock.read(&calendar(), today).day, day, "{today}");
        }
        let reading = clock.read(&calendar(), date!(2026 - 06 - 08));
        assert_eq!(reading.due, Some(date!(2026 - 06 - 23)));
    }

    #[test]
    fn yellow_comes_with_a_fifth_left_and_red_when_nothing_is() {
        let calendar = calendar();
        for (promised, yellow, red) in [
            (5, date!(2026 - 06 - 13), date!(2026 - 06 - 16)),
            (10, date!(2026 - 06 - 19), date!(2026 - 06 - 24)),
            (3, date!(2026 - 06 - 11), date!(2026 - 06 - 12)),
            (1, date!(2026 - 06 - 09), date!(2026 - 06 - 10)),
        ] {
            let clock = clock(promised);
            let mut day = clock.accepted;
            while day < yellow {
                assert_eq!(clock.alarm(&calendar, day), None, "{promised} {day}");
                day = day.next_day().expect("day");
            }
            while day < red {
                let alarm = clock.alarm(&calendar, day);
                assert!(
                    matches!(alarm, Some(Alarm::Short { .. })),
                    "{promised} {day}"
                );
                day = day.next_day().expect("day");
            }
            let alarm = clock.alarm(&calendar, red);
            assert!(matches!(alarm, Some(Alarm::UsedUp { .. })), "{promised}");
        }
    }

    #[test]
    fn a_listed_step_moves_the_due_day_by_its_working_days() {
        let calendar = calendar();
        let mut clock = clock(5);
        clock.pauses.push(Pause {
            from: date!(2026 - 06 - 11),
            until: None,
        });
        let reading = clock.read(&calendar, date!(2026 - 06 - 22));
        assert_eq!((reading.day, reading.going), (2, Going::Paused));
        assert_eq!(clock.alarm(&calendar, date!(2026 - 06 - 22)), None);
        clock.pauses[0].until = Some(date!(2026 - 06 - 23));
        let reading = clock.read(&calendar, date!(2026 - 06 - 23));
        assert_eq!((reading.day, reading.going), (3, Going::Running));
        assert_eq!(reading.due, Some(date!(2026 - 06 - 25)));
        assert_eq!(reading.left, 3);
    }

    #[test]
    fn the_due_day_is_the_day_on_which_the_promised_days_have_run_however_often_it_was_paused() {
        let calendar = calendar();
        let mut clock = clock(20);
        let mut day = date!(2026 - 06 - 09);
        for length in 0..90_u8 {
            let until = day + time::Duration::days(i64::from(length % 3));
            clock.pauses.push(Pause {
                from: day,
                until: Some(until),
            });
            day = until + time::Duration::days(i64::from(length % 2));
            let due = clock
                .read(&calendar, day)
                .due
                .expect("the calendar reaches");
            // As the reading of that day says, and of no day before.
            assert_eq!(clock.read(&calendar, due).day, 20, "{length}");
            let before = due.previous_day().expect("a day");
            assert_eq!(clock.read(&calendar, before).day, 19, "{length}");
        }
    }

    #[test]
    fn a_calendar_that_ends_gives_no_due_day_and_no_alarm() {
        let known = catalogue::Days::new(date!(2026 - 01 - 01), Some(date!(2026 - 06 - 10)));
        let calendar = calendar().within(known.expect("order"));
        assert_eq!(clock(5).read(&calendar, date!(2026 - 06 - 10)).due, None);
        assert_eq!(clock(5).alarm(&calendar, date!(2026 - 06 - 10)), None);
    }
}
