//! Moments of these tests.

use time::UtcDateTime;

/// Seconds after a fixed moment.
pub(crate) fn at(seconds: i64) -> UtcDateTime {
    UtcDateTime::from_unix_timestamp(1_780_000_000 + seconds).expect("a moment of this century")
}
