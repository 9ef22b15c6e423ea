//! A page on which one person signs one document, once: how long its link leads there, how often its code may be wrong, and what has
//! come of it.

use thiserror::Error;
use time::{Duration, UtcDateTime};

/// Wrong codes after which nothing opens a pad any more.
pub const TRIES: u64 = 5;
/// How long an opened pad stays open on the device that opened it.
pub const STAY: Duration = Duration::minutes(30);

/// What says that it is the person who opens the page, beside the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// An officer stands beside, who has compared the person with their document.
    Window,
    /// The code went to an address that the department knows as the person's, which is not the one of the link.
    Channel,
}

impl Proof {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Channel => "channel",
        }
    }

    /// The proof of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        let both = [Self::Window, Self::Channel];
        both.into_iter().find(|proof| proof.code() == code)
    }

    /// The longest time from the request to the deadline.
    #[must_use]
    pub fn term(self) -> Duration {
        match self {
            Self::Window => Duration::hours(1),
            Self::Channel => Duration::hours(72),
        }
    }
}

/// What has come of a pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing yet.
    Open,
    /// The person signed.
    Signed,
    /// The person declined to sign.
    Declined,
    /// The department took it back.
    TakenBack,
    /// The code was wrong too often.
    Locked,
    /// The deadline's second is over.
    Lapsed,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Open,
        Self::Signed,
        Self::Declined,
        Self::TakenBack,
        Self::Locked,
        Self::Lapsed,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Signed => "signed",
            Self::Declined => "declined",
            Self::TakenBack => "taken-back",
            Self::Locked => "locked",
            Self::Lapsed => "lapsed",
        }
    }

    /// The state of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The same at a moment: what nobody ended by the deadline has lapsed. The deadline's own second counts.
    #[must_use]
    pub fn at(self, deadline: UtcDateTime, now: UtcDateTime) -> Self {
        match self {
            Self::Open if now > deadline => Self::Lapsed,
            state => state,
        }
    }
}

/// A deadline that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the deadline is over, or later than the proof allows: an hour at a window, 72 hours by a code"
)]
pub struct TermRefused;

/// Whether a pad may stay until `deadline`.
///
/// # Errors
/// [`TermRefused`].
pub fn inspect(proof: Proof, now: UtcDateTime, deadline: UtcDateTime) -> Result<(), TermRefused> {
    let fits = now < deadline && deadline <= now + proof.term();
    fits.then_some(()).ok_or(TermRefused)
}

#[cfg(test)]
mod tests {
    use time::macros::utc_datetime;

    use super::*;

    const NOW: UtcDateTime = utc_datetime!(2026-07-01 02:00:00);

    #[test]
    fn a_pad_stays_as_long_as_its_proof_allows_and_no_second_longer() {
        for (proof, hours) in [(Proof::Window, 1), (Proof::Channel, 72)] {
            let last = NOW + Duration::hours(hours);
            assert_eq!(inspect(proof, NOW, last), Ok(()));
            assert_eq!(
                inspect(proof, NOW, last + Duration::SECOND),
                Err(TermRefused)
            );
            assert_eq!(inspect(proof, NOW, NOW), Err(TermRefused));
        }
    }

    #[test]
    fn an_open_pad_lapses_after_its_deadlines_second_and_no_other_does() {
        for state in State::ALL {
            assert_eq!(State::find(state.code()), Some(state));
            assert_eq!(state.at(NOW, NOW), state);
            let late = state.at(NOW, NOW + Duration::SECOND);
            let expected = match state {
                State::Open => State::Lapsed,
                state => state,
            };
            assert_eq!(late, expected);
        }
        assert_eq!(Proof::find("window"), Some(Proof::Window));
        assert_eq!(Proof::find("bare"), None);
    }
}
