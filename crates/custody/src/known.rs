//! What is known of a token without asking it: whether it answered a few seconds before.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crypto::device::Fault;

/// How long an answer says that the token answers, and a fault that it does not (*default*).
pub(crate) const KEPT: Duration = Duration::from_secs(3);
/// After how long without an answer those who ask meanwhile hear that it is slow (*default*).
const PATIENCE: Duration = Duration::from_secs(1);

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    told: Option<(Instant, Result<(), Fault>)>,
    /// Since when somebody asks.
    asking: Option<Instant>,
}

impl Inner {
    /// What is known; `None` for who is to ask.
    fn known(&mut self, now: Instant) -> Option<Result<(), Fault>> {
        let fresh = self.told.filter(|(at, _)| since(*at, now) < KEPT);
        if fresh.is_none() && self.asking.is_none() {
            self.asking = Some(now);
            return None;
        }
        let meanwhile = || self.meanwhile(since(self.asking.unwrap_or(now), now));
        Some(fresh.map_or_else(meanwhile, |(_, told)| told))
    }

    /// What is said while somebody has asked for so long.
    fn meanwhile(&self, asking: Duration) -> Result<(), Fault> {
        match self.told {
            _ if asking >= PATIENCE => Err(Fault::Slow),
            Some((_, before)) => before,
            None => Err(Fault::Busy),
        }
    }

    fn found(&mut self, at: Instant, told: Result<(), Fault>) {
        self.asking = None;
        self.told = Some((at, told));
    }
}

impl Known {
    /// What is known, or else what `ask` finds out: one asks at a time, and the others do not wait for it.
    pub(crate) fn or_ask(
        &self,
        now: Instant,
        ask: impl FnOnce() -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if let Some(told) = self.lock().known(now) {
            return told;
        }
        let told = ask();
        self.lock().found(now, told);
        told
    }

    /// An act was answered, or was not: the first says that the token answers, after the second it is asked.
    pub(crate) fn acted(&self, now: Instant, answered: bool) {
        self.lock().told = answered.then_some((now, Ok(())));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn since(at: Instant, now: Instant) -> Duration {
    now.saturating_duration_since(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNASKED: fn() -> Result<(), Fault> = || panic!("it is asked");

    #[test]
    fn what_was_told_is_told_for_a_few_seconds_and_then_asked_again() {
        let (known, begin) = (Known::default(), Instant::now());
        let last = begin + KEPT - Duration::from_nanos(1);
        assert_eq!(
            known.or_ask(begin, || Err(Fault::Absent)),
            Err(Fault::Absent)
        );
        assert_eq!(known.or_ask(last, UNASKED), Err(Fault::Absent));
        assert_eq!(known.or_ask(begin + KEPT, || Ok(())), Ok(()));
        assert_eq!(known.or_ask(last + KEPT, UNASKED), Ok(()));
        let later = begin + 2 * KEPT;
        assert_eq!(known.or_ask(later, || Err(Fault::Lost)), Err(Fault::Lost));
    }

    #[test]
    fn who_asks_meanwhile_does_not_wait() {
        let (known, begin) = (Known::default(), Instant::now());
        let told = known.or_ask(begin, || {
            assert_eq!(known.or_ask(begin, UNASKED), Err(Fault::Busy));
            Ok(())
        });
        assert_eq!(told, Ok(()));
        let next = begin + KEPT;
        let told = known.or_ask(next, || {
            assert_eq!(known.or_ask(next, UNASKED), Ok(()), "as before");
            let late = known.or_ask(next + PATIENCE, UNASKED);
            assert_eq!(late, Err(Fault::Slow));
            Ok(())
        });
        assert_eq!(told, Ok(()));
    }

    #[test]
    fn an_act_that_was_answered_says_it_and_one_that_was_not_has_it_asked() {
        let (known, begin) = (Known::default(), Instant::now());
        known.acted(begin, true);
        assert_eq!(known.or_ask(begin, UNASKED), Ok(()));
        known.acted(begin, false);
        assert_eq!(known.or_ask(begin, || Err(Fault::Slow)), Err(Fault::Slow));
        known.acted(begin, true);
        assert_eq!(known.or_ask(begin, UNASKED), Ok(()));
    }
}
