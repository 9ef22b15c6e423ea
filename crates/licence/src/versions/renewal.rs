//! Renewal (延续): when it may be asked for, and when the renewed version begins.

use catalogue::Rule;
use catalogue::kind::LicenceType;
use catalogue::matter::LateRenewal;
use catalogue::validity::ValidityRule;
use time::{Date, Duration};

use crate::life::Ground;
use crate::validity::{ValidTo, Validity};

/// Days before the end at which renewal opens and closes where the type says nothing (*default*
/// of domain.md 4.1).
pub const DEFAULT_WINDOW: (u16, u16) = (90, 30);

/// The days on which renewal may be asked for in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenewalWindow {
    /// The first day.
    pub opens: Date,
    /// The last day.
    pub closes: Date,
    /// The last day of the licence itself.
    pub last: Date,
}

/// A renewal that may be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// The ground of the new version.
    pub ground: Ground,
    /// Its first day: the day after the old one's last, or the day of a decision after that.
    pub first: Date,
}

/// Why a renewal is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenewalRefused {
    /// Licences of this type are not renewed: they have no end, or end with something else.
    #[error("licences of this type are not renewed")]
    NotRenewed,
    /// The window has not opened.
    #[error("renewal opens on {opens}")]
    TooEarly {
        /// The first day.
        opens: Date,
    },
    /// The window has closed, and the matter does not allow late renewal.
    #[error("renewal closed on {closes}")]
    TooLate {
        /// The last day.
        closes: Date,
    },
}

impl RenewalRefused {
    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        Rule::R10
    }
}

impl RenewalWindow {
    /// The window of a licence.
    ///
    /// # Errors
    /// [`RenewalRefused::NotRenewed`] where the type's licences have no end of their own.
    pub fn of(kind: &LicenceType, validity: &Validity) -> Result<Self, RenewalRefused> {
        let runs_out = matches!(
            kind.validity,
            ValidityRule::Years(_) | ValidityRule::AgeBased(_) | ValidityRule::Steps(_)
        );
        let ValidTo::Day(last) = validity.to() else {
            return Err(RenewalRefused::NotRenewed);
        };
        let (opens, closes) = match kind.renewal_window {
            Some(window) => window,
            None if runs_out => DEFAULT_WINDOW,
            None => return Err(RenewalRefused::NotRenewed),
        };
        let before = |days: u16| {
            last.checked_sub(Duration::days(i64::from(days)))
                .unwrap_or(Date::MIN)
        };
        Ok(Self {
            opens: before(opens),
            closes: before(closes),
            last: *last,
        })
    }

    /// May a renewal that is asked for on `asked` be decided on `decided`, by a matter that says
    /// this about late ones? A matter that says nothing renews a licence until its last day, and
    /// an expired one not at all.
    ///
    /// # Errors
    /// [`RenewalRefused`].
    pub fn renew(
        &self,
        (asked, decided): (Date, Date),
        late: LateRenewal,
    ) -> Result<Renewal, RenewalRefused> {
        if asked < self.opens {
            return Err(RenewalRefused::TooEarly { opens: self.opens });
        }
        let deadline = match late {
            LateRenewal::Unstated => self.last,
            LateRenewal::Refused => self.closes,
            LateRenewal::Allowed => Date::MAX,
        };
        if asked > deadline {
            return Err(RenewalRefused::TooLate { closes: deadline });
        }
        let next = self.last.next_day().unwrap_or(Date::MAX);
        let expired = decided > self.last;
        // Asked for in time and decided late: the holder is not made to pay for the delay.
        Ok(Renewal {
            ground: if expired {
                Ground::LateRenewal
            } else {
                Ground::Renewal
            },
            first: next.max(decided),
        })
    }
}
