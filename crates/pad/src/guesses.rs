//! How often codes were wrong lately, by where they came from: who tries pages one after the other is slowed at all of them. Each page closes
//! by itself after few wrong codes; this is for who has many links.
//!
//! A table of one size: what comes from elsewhere takes the place of what failed least, so that no number of addresses makes it grow. It is
//! this process's own, and forgotten with it.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};

use time::{Duration, UtcDateTime};

/// Places that an address may stand in.
const WAYS: usize = 4;
/// Rows of so many places: 8,192 addresses, 256 KiB.
const ROWS: usize = 2_048;
/// Wrong codes that cost nothing: behind one address there may be a whole office (*default*).
const FREE: u32 = 30;
/// The longest wait (*default*).
const LONGEST: Duration = Duration::minutes(15);
/// After how long wrong codes are forgotten.
const FORGOTTEN: Duration = Duration::hours(1);

/// Wrong codes from one address.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Which address, by its keyed hash: none stands in memory (T-P8).
    address: u64,
    failures: u32,
    last: UtcDateTime,
}

const EMPTY: Place = Place {
    address: 0,
    failures: 0,
    last: UtcDateTime::UNIX_EPOCH,
};

/// The table.
pub(crate) struct Guesses {
    keyed: RandomState,
    rows: Mutex<Box<[[Place; WAYS]]>>,
}

impl Default for Guesses {
    fn default() -> Self {
        Self {
            keyed: RandomState::new(),
            rows: Mutex::new(vec![[EMPTY; WAYS]; ROWS].into_boxed_slice()),
        }
    }
}

impl Guesses {
    /// Until when nothing that comes from there is looked at; nothing where it is.
    pub(crate) fn wait(&self, address: &str, now: UtcDateTime) -> Option<UtcDateTime> {
        self.at(address, |row, address| {
            let place = row.iter().find(|place| place.is_of(address, now))?;
            let until = place.last + delay(place.failures);
            (now < until).then_some(until)
        })
    }

    /// A code from there was wrong.
    pub(crate) fn wrong(&self, address: &str, now: UtcDateTime) {
        self.at(address, |row, address| {
            let known = row.iter().position(|place| place.is_of(address, now));
            let least = |(_, place): &(usize, &Place)| (place.counts(now), place.last);
            let at = known.or_else(|| Some(row.iter().enumerate().min_by_key(least)?.0))?;
            let place = row.get_mut(at)?;
            let failures = known.map_or(0, |_| place.failures);
            *place = Place {
                address,
                failures: failures.saturating_add(1),
                last: now,
            };
            Some(())
        });
    }

    fn at<T>(
        &self,
        address: &str,
        work: impl FnOnce(&mut [Place; WAYS], u64) -> Option<T>,
    ) -> Option<T> {
        let hash = self.keyed.hash_one(address);
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let row = usize::try_from(hash).unwrap_or_default() % ROWS;
        work(rows.get_mut(row)?, hash)
    }
}

impl Place {
    /// Failures that are not forgotten.
    fn counts(&self, now: UtcDateTime) -> u32 {
        match now - self.last >= FORGOTTEN {
            true => 0,
            false => self.failures,
        }
    }

    fn is_of(&self, address: u64, now: UtcDateTime) -> bool {
        self.address == address && self.counts(now) > 0
    }
}

/// A second after the last that costs nothing, then twice as long each.
fn delay(failures: u32) -> Duration {
    let Some(beyond) = failures.checked_sub(FREE) else {
        return Duration::ZERO;
    };
    Duration::seconds(1 << beyond.min(10)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UtcDateTime = UtcDateTime::UNIX_EPOCH;

    fn tried(guesses: &Guesses, address: &str, times: u32, at: UtcDateTime) -> Option<Duration> {
        for _ in 0..times {
            guesses.wrong(address, at);
        }
        guesses.wait(address, at).map(|until| until - at)
    }

    #[test]
    fn who_guesses_waits_longer_each_time_and_nobody_else_does() {
        let (guesses, now) = (Guesses::default(), NOW + Duration::days(1));
        assert_eq!(guesses.wait("a", now), None);
        assert_eq!(tried(&guesses, "a", FREE - 1, now), None);
        for seconds in [1, 2, 4, 8] {
            let wait = tried(&guesses, "a", 1, now);
            assert_eq!(wait, Some(Duration::seconds(seconds)));
        }
        assert_eq!(tried(&guesses, "a", 100, now), Some(LONGEST));
        assert_eq!(guesses.wait("b", now), None);
        assert_eq!(guesses.wait("a", now + LONGEST), None);
        // An hour later nothing is known of it, and the first wrong code is the first.
        assert_eq!(tried(&guesses, "a", 1, now + FORGOTTEN), None);
    }

    #[test]
    fn the_table_stays_as_large_as_it_is_and_keeps_who_failed_most() {
        let (guesses, now) = (Guesses::default(), NOW + Duration::days(1));
        assert_eq!(
            tried(&guesses, "guesser", FREE + 5, now),
            Some(Duration::seconds(32))
        );
        for other in 0..20 * ROWS * WAYS {
            guesses.wrong(&format!("{other}"), now);
        }
        let rows = guesses.rows.lock().expect("not poisoned");
        let held = rows.iter().flatten().filter(|place| place.failures > 0);
        assert!(rows.len() == ROWS && held.count() <= ROWS * WAYS);
        drop(rows);
        assert_eq!(
            guesses.wait("guesser", now),
            Some(now + Duration::seconds(32))
        );
    }
}
