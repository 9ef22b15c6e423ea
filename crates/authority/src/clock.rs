//! The clock, which nothing below this crate can reach.

use std::sync::atomic::{AtomicI64, Ordering};

use thiserror::Error;
use time::{Duration, UtcDateTime};

pub mod ntp;
mod watched;

pub use watched::{Reading, TOLERANCE, WatchedClock};

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> UtcDateTime;

    /// Why nothing may be stamped or sealed by it now (T-T1); nothing where it is right, or nobody watches it.
    fn distrust(&self) -> Option<Distrust> {
        None
    }
}

/// Why a clock is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Distrust {
    /// It was set: it went on by so much more than time did.
    #[error("the clock stepped by {by}")]
    Stepped {
        /// More than elapsed; less where negative.
        by: Duration,
    },
    /// Most references say another time.
    #[error("the references of the clock are ahead by {ahead}")]
    Apart {
        /// Theirs less ours.
        ahead: Duration,
    },
    /// No more than half of the references agree.
    #[error("the references of the clock do not agree")]
    Divided,
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
