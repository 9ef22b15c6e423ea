//! A clock that is watched (T-T1): against a counter that only goes forward, and against references.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration as Span;

use time::{Duration, UtcDateTime};

use super::{Clock, Distrust};

/// How far the clock may be from its references, or step: the accuracy that our time-stamps state.
pub const TOLERANCE: Duration = Duration::SECOND;

/// What one reference said of our clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Its time less ours.
    pub ahead: Duration,
    /// How wrong that may be, to either side.
    pub error: Duration,
}

/// A clock beside a counter of elapsed time, such as the machine's monotonic one, which nobody sets.
pub struct WatchedClock<C, F> {
    clock: C,
    counter: F,
    state: Mutex<State>,
}

impl<C, F> std::fmt::Debug for WatchedClock<C, F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("WatchedClock")
    }
}

struct State {
    /// What the clock and the counter showed together when both were last believed.
    since: (UtcDateTime, Span),
    referred: Option<Distrust>,
}

impl<C: Clock, F: Fn() -> Span + Send + Sync> WatchedClock<C, F> {
    /// The clock as it is now is believed; a step from here on is not.
    pub fn new(clock: C, counter: F) -> Self {
        let since = (clock.now(), counter());
        Self {
            clock,
            counter,
            state: Mutex::new(State {
                since,
                referred: None,
            }),
        }
    }

    /// Takes what the references said just now. More than half of them have to agree: where their readings overlap is
    /// what they say (Marzullo). Where that is the clock's own time, a step from before is forgotten; no reading
    /// changes nothing.
    pub fn compare(&self, readings: &[Reading]) {
        if readings.is_empty() {
            return;
        }
        let mut state = self.state();
        state.referred = match agreed(readings) {
            None => Some(Distrust::Divided),
            Some(ahead) if ahead.abs() > TOLERANCE => Some(Distrust::Apart { ahead }),
            Some(_) => {
                state.since = (self.clock.now(), (self.counter)());
                None
            }
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Clock, F: Fn() -> Span + Send + Sync> Clock for WatchedClock<C, F> {
    fn now(&self) -> UtcDateTime {
        self.clock.now()
    }

    fn distrust(&self) -> Option<Distrust> {
        let state = self.state();
        let (wall, counter) = state.since;
        let passed = (self.counter)().saturating_sub(counter);
        let expected = wall.saturating_add(Duration::try_from(passed).unwrap_or(Duration::MAX));
        let by = self.clock.now() - expected;
        if by.abs() > TOLERANCE {
            return Some(Distrust::Stepped { by });
        }
        state.referred
    }
}

/// The middle of where more than half of the readings overlap.
fn agreed(readings: &[Reading]) -> Option<Duration> {
    let span = |reading: &Reading| {
        let low = reading.ahead.saturating_sub(reading.error.abs());
        (low, reading.ahead.saturating_add(reading.error.abs()))
    };
    // The best overlap begins where some reading begins.
    let best = readings.iter().map(|reading| {
        let (low, _) = span(reading);
        let around = readings.iter().map(span);
        let around: Vec<_> = around
            .filter(|(from, to)| *from <= low && low <= *to)
            .collect();
        let high = around.iter().map(|(_, to)| *to).min().unwrap_or(low);
        (around.len(), low, high)
    });
    let (count, low, high) = best.max_by_key(|(count, ..)| *count)?;
    (count > readings.len() / 2).then(|| low.saturating_add(high.saturating_sub(low) / 2))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use time::macros::utc_datetime;

    use super::*;
    use crate::clock::FixedClock;

    const AT: UtcDateTime = utc_datetime!(2026-11-22 4:00);

    struct Shared(Arc<FixedClock>);

    impl Clock for Shared {
        fn now(&self) -> UtcDateTime {
            self.0.now()
        }
    }

    /// A watched clock, the hand that sets it, and its counter in seconds.
    fn watched() -> (
        WatchedClock<Shared, impl Fn() -> Span + Send + Sync>,
        Arc<FixedClock>,
        Arc<AtomicU64>,
    ) {
        let hand = Arc::new(FixedClock::new(AT));
        let counter = Arc::new(AtomicU64::new(7));
        let read = counter.clone();
        let clock = WatchedClock::new(Shared(hand.clone()), move || {
            Span::from_secs(read.load(Ordering::SeqCst))
        });
        (clock, hand, counter)
    }

    fn reading(ahead: i64, error: i64) -> Reading {
        Reading {
            ahead: Duration::milliseconds(ahead),
            error: Duration::milliseconds(error),
        }
    }

    #[test]
    fn a_clock_that_goes_with_the_counter_is_believed() {
        let (clock, hand, counter) = watched();
        for passed in [0, 1, 3_600] {
            counter.store(7 + passed, Ordering::SeqCst);
            hand.put(AT + Span::from_secs(passed));
            assert_eq!(clock.distrust(), None);
            // Within a second to either side.
            hand.put(AT + Span::from_secs(passed + 1));
            assert_eq!(clock.distrust(), None);
        }
    }

    #[test]
    fn a_step_to_either_side_is_not_believed_until_it_is_undone_or_references_agree() {
        let (clock, hand, counter) = watched();
        counter.store(8, Ordering::SeqCst);
        for by in [-3_600, -2, 2, 3_600] {
            let by = Duration::seconds(by);
            hand.put(AT + Duration::SECOND + by);
            assert_eq!(clock.distrust(), Some(Distrust::Stepped { by }));
            hand.put(AT + Duration::SECOND);
            assert_eq!(clock.distrust(), None);
        }
        hand.put(AT + Duration::HOUR);
        clock.compare(&[]);
        assert!(clock.distrust().is_some(), "silence says nothing");
        clock.compare(&[reading(10, 20)]);
        assert_eq!(clock.distrust(), None);
    }

    #[test]
    fn references_that_say_another_time_or_many_are_heard() {
        let (clock, ..) = watched();
        let ahead = Duration::milliseconds(1_500);
        let apart = Some(Distrust::Apart { ahead });
        let cases: [(&[Reading], _); 8] = [
            (&[reading(0, 5)], None),
            (&[reading(1_500, 5)], apart),
            (&[reading(1_000, 0)], None),
            // One that lies among three is outvoted, on either side.
            (&[reading(0, 9), reading(3, 9), reading(90_000, 9)], None),
            (
                &[reading(1_500, 9), reading(1_500, 9), reading(0, 9)],
                apart,
            ),
            // Of two that differ nobody knows; a wide one agrees with both.
            (&[reading(0, 9), reading(5_000, 9)], Some(Distrust::Divided)),
            (&[reading(0, 9), reading(100, 200)], None),
            (
                &[reading(0, 9), reading(50, 9), reading(100, 9)],
                Some(Distrust::Divided),
            ),
        ];
        for (readings, expected) in cases {
            clock.compare(readings);
            assert_eq!(clock.distrust(), expected, "{readings:?}");
        }
    }
}
