//! What references of the clock say.

use issuance::FixedClock;
use issuance::office::{Reading, WatchedClock, ntp};
use time::Duration;

use super::proof::AT;

/// What the question carried.
pub(crate) const COOKIE: [u8; 8] = *b"question";
/// How long the answer took.
const WAY: Duration = Duration::milliseconds(20);

/// An answer of a server: what is accepted was asked for, is not less certain than the limit, and is weighed beside
/// any other.
pub fn ntp(octets: &[u8]) -> bool {
    let Some(reading) = ntp::read(octets, COOKIE, (AT, AT + WAY)) else {
        return false;
    };
    assert!(!reading.error.is_negative() && reading.error <= ntp::DISTANCE);
    let other = ntp::read(octets, *b"another!", (AT, AT + WAY));
    assert_eq!(other, None, "an answer to another question");
    let clock = WatchedClock::new(FixedClock::new(AT), || std::time::Duration::ZERO);
    let own = Reading {
        ahead: Duration::ZERO,
        error: Duration::MILLISECOND,
    };
    clock.compare(&[reading]);
    clock.compare(&[own, reading]);
    // Two that agree outvote one.
    clock.compare(&[own, reading, own]);
    assert_eq!(issuance::Clock::distrust(&clock), None);
    true
}
