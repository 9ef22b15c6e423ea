//! The clock, which nothing below this crate can reach.

use std::sync::atomic::{AtomicI64, Ordering};

use time::UtcDateTime;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> UtcDateTime;
}

/// The system's clock. No binary has another (D21).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    fn now(&self) -> UtcDateTime {
        UtcDateTime::now()
    }
}

/// A clock that stands where it was put: for scenarios with exact dates.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that stands at `at`, to the second.
    #[must_use]
    pub fn new(at: UtcDateTime) -> Self {
        Self(AtomicI64::new(at.unix_timestamp()))
    }

    /// Puts it to another moment, earlier or later.
    pub fn put(&self, at: UtcDateTime) {
        self.0.store(at.unix_timestamp(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp(self.0.load(Ordering::SeqCst))
            .unwrap_or(UtcDateTime::UNIX_EPOCH)
    }
}
