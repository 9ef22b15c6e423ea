//! Where a seal or a person stands with their releases: how many there were, and what follows from one more.

use std::fmt;

use catalogue::key::{DepartmentKey, SealCode};
use store::{Row, StoreError};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::limits::Limits;

/// How long the first time over a limit counts: the next one within it is the second.
pub(crate) const WARNED: Duration = Duration::DAY;

pub(crate) const DAMAGED: StoreError = StoreError::Damaged {
    table: "release_tally",
};

/// Of what releases are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Of a seal, by hand.
    Seal,
    /// Of a person, by hand.
    Person,
    /// Of a seal, the uses in lists.
    Listed,
}

impl About {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Person => "person",
            Self::Listed => "listed",
        }
    }

    /// What has this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        let all = [Self::Seal, Self::Person, Self::Listed];
        all.into_iter().find(|about| about.code() == code)
    }
}

impl fmt::Display for About {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// A release that is to be taken.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// Whose trace it stands in.
    pub department: &'a DepartmentKey,
    /// Of which seal.
    pub seal: &'a SealCode,
    /// By whom.
    pub person: &'a str,
    /// How many uses a list of a batch has; none for a release of one use.
    pub listed: Option<u64>,
}

impl<'a> Use<'a> {
    /// What it is counted for, and how often.
    pub(crate) fn counted(&self) -> Vec<(About, &'a str, u64)> {
        let seal = self.seal.as_str();
        let mut all = vec![(About::Seal, seal, 1), (About::Person, self.person, 1)];
        all.extend(self.listed.map(|uses| (About::Listed, seal, uses)));
        all
    }
}

/// Why a release is one too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Over {
    /// It was stopped before, and not lifted yet.
    #[error("releases of this {0} are stopped until two people lift that")]
    Stopped(About),
    /// It is the second one over a limit, and stops what exceeds it.
    #[error("releases of this {0} exceed their limit for the second time and are stopped")]
    Limit(About),
    /// A list has more uses than the ceiling of its seal leaves today.
    #[error("the list has more uses than the seal's ceiling leaves for today")]
    Ceiling,
}

impl Over {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stopped(_) => "release.stopped",
            Self::Limit(_) => "release.limit",
            Self::Ceiling => "release.ceiling",
        }
    }
}

/// What one more release makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It stays within.
    Within,
    /// It is the first one over a limit of this name.
    First(&'static str),
    /// It is the second one.
    Second(&'static str),
    /// A list goes over a ceiling, which it does not.
    Refused(&'static str),
}

/// Where it stands, locked.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) about: About,
    /// The running number of its last release.
    pub(crate) number: u64,
    pub(crate) warned: Option<UtcDateTime>,
    pub(crate) is_stopped: bool,
    /// How many there were within a day, and within a minute, since a stop was lifted.
    in_day: u64,
    in_minute: u64,
    /// The seal's own limits, where two people gave it some.
    own: Option<Limits>,
}

impl Standing {
    pub(crate) fn read(row: &mut Row) -> Result<Standing, StoreError> {
        let about = About::find(&row.text()?).ok_or(DAMAGED)?;
        let (number, from) = (row.count()?, row.count()?);
        let warned = row.maybe_moment()?;
        let is_stopped = row.maybe_integer()?.is_some();
        // How many there were before the first one of each span; none fell into it where there is none.
        let mut since = || -> Result<u64, StoreError> {
            let before = row.maybe_integer()?;
            let before = before.map_or(number, |before| u64::try_from(before).unwrap_or(0));
            Ok(number.saturating_sub(before.max(from)))
        };
        let (in_day, in_minute) = (since()?, since()?);
        let mut limit = || -> Result<Option<u32>, StoreError> {
            let limit = row.maybe_integer()?;
            limit
                .map(|one| u32::try_from(one).map_err(|_| DAMAGED))
                .transpose()
        };
        let own = match (limit()?, limit()?, limit()?) {
            (Some(per_day), Some(per_minute), Some(listed_per_day)) => Some(Limits {
                per_day,
                per_minute,
                listed_per_day,
            }),
            _ => None,
        };
        Ok(Standing {
            about,
            number,
            warned,
            is_stopped,
            in_day,
            in_minute,
            own,
        })
    }

    /// What `uses` more make of it at this moment.
    pub(crate) fn judged(&self, uses: u64, usual: &Limits, at: UtcDateTime) -> Verdict {
        let limits = self.own.as_ref().unwrap_or(usual);
        if self.about == About::Listed {
            let fits = self.in_day.saturating_add(uses) <= u64::from(limits.listed_per_day);
            return match fits {
                true => Verdict::Within,
                false => Verdict::Refused("listed-per-day"),
            };
        }
        let cause = if self.in_minute.saturating_add(uses) > u64::from(limits.per_minute) {
            "per-minute"
        } else if self.in_day.saturating_add(uses) > u64::from(limits.per_day) {
            "per-day"
        } else {
            return Verdict::Within;
        };
        match self.warned {
            Some(warned) if at < warned + WARNED => Verdict::Second(cause),
            _ => Verdict::First(cause),
        }
    }
}
