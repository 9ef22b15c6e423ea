//! A licence through its versions, and what was known of it when: every change has a moment from
//! which it holds and a moment at which it was recorded (domain.md 3, *two times*).

use std::collections::BTreeSet;

use catalogue::Period;
use time::{SignedDuration, UtcDateTime};

use crate::identifier::{ReadIdentifier, Version};
use crate::life::{Event, Fact, Ground, Happened, Life, Refused};
use crate::number::is_no_text;
use crate::status::{Phase, Status};

pub mod following;
mod renewal;

pub use renewal::{DEFAULT_WINDOW, Renewal, RenewalRefused, RenewalWindow};

/// How long after its end a licence is archived, unless retention begins earlier (*default* of
/// domain.md 4.1).
pub const ARCHIVED_AFTER: SignedDuration = SignedDuration::days(30);
/// Longest decision number, legal basis or reason, in characters.
const MAX_REFERENCE: usize = 500;

/// What an act on a licence rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    decision: String,
    legal_basis: String,
    reason: String,
}

/// What is missing from the grounds of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadGrounds {
    /// No decision number.
    #[error("the number of the decision is missing")]
    Decision,
    /// No legal basis.
    #[error("the legal basis is missing")]
    LegalBasis,
    /// No reason.
    #[error("the reason is missing")]
    Reason,
}

impl Grounds {
    /// The number of the decision, its legal basis, and the reason: an ending and a suspension
    /// need all three (domain.md 4.1).
    ///
    /// # Errors
    /// [`ReadGrounds`], naming what is missing or longer than 500 characters.
    pub fn new(decision: &str, legal_basis: &str, reason: &str) -> Result<Self, ReadGrounds> {
        for (text, missing) in [
            (decision, ReadGrounds::Decision),
            (legal_basis, ReadGrounds::LegalBasis),
            (reason, ReadGrounds::Reason),
        ] {
            let lawful = !text.trim().is_empty()
                && text.chars().count() <= MAX_REFERENCE
                && !text.chars().any(is_no_text);
            if !lawful {
                return Err(missing);
            }
        }
        Ok(Self {
            decision: decision.to_owned(),
            legal_basis: legal_basis.to_owned(),
            reason: reason.to_owned(),
        })
    }

    /// The number of the decision.
    #[must_use]
    pub fn decision(&self) -> &str {
        &self.decision
    }

    /// The legal basis.
    #[must_use]
    pub fn legal_basis(&self) -> &str {
        &self.legal_basis
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// A fact, and when the service learned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What happened, and from when it holds.
    pub fact: Fact,
    /// When it was recorded.
    pub recorded: UtcDateTime,
}

/// The history of one version: facts in the order in which they were recorded. Nothing is ever
/// taken out of it (R28).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    begun: Life,
    period: Period,
    facts: Vec<Recorded>,
}

impl History {
    /// The history of a version that begins as `begun` (a draft, or a converted paper) and holds
    /// during `period`.
    #[must_use]
    pub fn new(begun: Life, period: Period) -> Self {
        Self {
            begun,
            period,
            facts: Vec::new(),
        }
    }

    /// A history as the register kept it: its facts in the order in which they were recorded, each
    /// of them accepted then.
    #[must_use]
    pub fn kept(begun: Life, period: Period, facts: Vec<Recorded>) -> Self {
        Self {
            begun,
            period,
            facts,
        }
    }

    /// The facts in the order in which they were recorded.
    #[must_use]
    pub fn facts(&self) -> &[Recorded] {
        &self.facts
    }

    /// During which time the version holds.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// The life after everything that is recorded.
    #[must_use]
    pub fn life(&self) -> Life {
        self.fold(|_| true)
    }

    /// The history with `event` recorded at `now`.
    ///
    /// # Errors
    /// [`Refused`], as [`Life::step`] says; `OutOfOrder` too when `now` lies before the last
    /// recording.
    pub fn record(&self, event: &Event, now: UtcDateTime) -> Result<Self, Refused> {
        if self.facts.last().is_some_and(|last| now < last.recorded) {
            return Err(Refused::OutOfOrder);
        }
        self.life().step(event, &self.period, now)?;
        let mut next = self.clone();
        next.facts.push(Recorded {
            fact: event.fact(),
            recorded: now,
        });
        Ok(next)
    }

    /// What held at `effective` by what was known at `known`: "was this valid on 3 May?" is asked
    /// with everything that is known today, "what did we know on 3 May?" with that day twice.
    #[must_use]
    pub fn status(&self, effective: UtcDateTime, known: UtcDateTime) -> Status {
        self.fold(|entry| entry.fact.at <= effective && entry.recorded <= known)
            .status(&self.period, effective)
    }

    /// As [`History::status`], as a phase of the table.
    #[must_use]
    pub fn phase(&self, effective: UtcDateTime, known: UtcDateTime) -> Phase {
        self.fold(|entry| entry.fact.at <= effective && entry.recorded <= known)
            .phase(&self.period, effective)
    }

    /// The moment from which it may be archived; nothing while it has not ended.
    #[must_use]
    pub fn archive_due(&self, now: UtcDateTime) -> Option<UtcDateTime> {
        match self.status(now, now) {
            Status::Ended {
                since,
                archived: false,
                ..
            } => Some(since + ARCHIVED_AFTER),
            _ => None,
        }
    }

    /// Whether it had been issued at `effective`, by what was known at `known`.
    #[must_use]
    pub fn is_issued(&self, effective: UtcDateTime, known: UtcDateTime) -> bool {
        let sealed = |entry: &Recorded| {
            entry.fact.what == Happened::Sealed
                && entry.fact.at <= effective
                && entry.recorded <= known
        };
        let draft = matches!(
            self.begun.phase(&self.period, effective),
            Phase::Draft | Phase::PendingSeal
        );
        !draft || self.facts.iter().any(sealed)
    }

    fn fold(&self, holds: impl Fn(&Recorded) -> bool) -> Life {
        self.facts
            .iter()
            .filter(|entry| holds(entry))
            .fold(self.begun.clone(), |life, entry| life.after(&entry.fact))
    }
}

/// Why there is a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Birth {
    /// It was granted, or converted from paper.
    First,
    /// It takes the place of this version.
    Following(Version, Ground),
    /// The decision to end the licence was annulled: a new version with a new status index, from
    /// the recorded moment on. The ended version stays ended (domain.md 4.1).
    EndingAnnulled(Version),
    /// It replaces a version that was voided for an issue error.
    Replacing(Version),
}

/// How a new version takes the place of the one in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// It supersedes a version that is still there, on this ground.
    Supersedes(Ground),
    /// It stands in the place of one that is void, or ended by a decision that was annulled.
    Restores,
}

impl Birth {
    /// The stable code, such as `late-renewal`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Following(_, Ground::Change) => "change",
            Self::Following(_, Ground::Correction) => "correction",
            Self::Following(_, Ground::Renewal) => "renewal",
            Self::Following(_, Ground::LateRenewal) => "late-renewal",
            Self::EndingAnnulled(_) => "ending-annulled",
            Self::Replacing(_) => "replacement",
        }
    }

    /// The birth of this code, of a version that comes after `before`.
    #[must_use]
    pub fn find(code: &str, before: Option<Version>) -> Option<Self> {
        let Some(before) = before else {
            return (code == Self::First.code()).then_some(Self::First);
        };
        [
            Self::Following(before, Ground::Change),
            Self::Following(before, Ground::Correction),
            Self::Following(before, Ground::Renewal),
            Self::Following(before, Ground::LateRenewal),
            Self::EndingAnnulled(before),
            Self::Replacing(before),
        ]
        .into_iter()
        .find(|birth| birth.code() == code)
    }

    /// The version that it comes after.
    #[must_use]
    pub fn before(self) -> Option<Version> {
        match self {
            Self::First => None,
            Self::Following(before, _) | Self::EndingAnnulled(before) | Self::Replacing(before) => {
                Some(before)
            }
        }
    }
}

/// One version of a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneVersion {
    /// Its number.
    pub version: Version,
    /// Why there is one.
    pub birth: Birth,
    /// What happened to it.
    pub history: History,
}

/// A licence as all its versions, first to last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    first: OneVersion,
    later: Vec<OneVersion>,
    /// Drafts that nobody goes on with: their numbers stay used.
    dropped: BTreeSet<Version>,
}

/// What a licence is at a moment: which version answers, and what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The version.
    pub version: Version,
    /// What it is.
    pub status: Status,
}

/// Why a version does not follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotFollowing {
    /// The version in force refuses.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There are 999 versions.
    #[error("there are 999 versions already")]
    TooMany(#[from] ReadIdentifier),
    /// It would be over before it takes effect.
    #[error("the new version is over before it takes effect")]
    Over,
    /// Only an ended licence has an ending that can be annulled, and only a voided version is
    /// replaced.
    #[error("the licence is neither ended nor void")]
    NotEnded,
}

impl Versions {
    /// A licence with its first version.
    #[must_use]
    pub fn new(history: History) -> Self {
        Self {
            first: OneVersion {
                version: Version::FIRST,
                birth: Birth::First,
                history,
            },
            later: Vec::new(),
            dropped: BTreeSet::new(),
        }
    }

    /// A licence as the register kept it, its versions first to last; those in `dropped` were
    /// refused or given up before they were sealed. `None` where there is no version.
    #[must_use]
    pub fn kept(all: Vec<OneVersion>, dropped: BTreeSet<Version>) -> Option<Self> {
        let mut all = all.into_iter();
        Some(Self {
            first: all.next()?,
            later: all.collect(),
            dropped,
        })
    }

    /// Drafts the next version: [`Versions::follow`] or [`Versions::restore`].
    ///
    /// # Errors
    /// [`NotFollowing`].
    pub fn succeed(
        &self,
        succession: Succession,
        period: Period,
        now: UtcDateTime,
    ) -> Result<Self, NotFollowing> {
        match succession {
            Succession::Supersedes(ground) => self.follow(ground, period, now),
            Succession::Restores => self.restore(now),
        }
    }

    /// Every version, first to last.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &OneVersion> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// The version of this number.
    #[must_use]
    pub fn find(&self, version: Version) -> Option<&OneVersion> {
        self.all().find(|one| one.version == version)
    }

    /// Records an event on one version. When a version is sealed that takes another's place, the
    /// other is superseded with it, from the moment from which the new one holds: until then the
    /// old one does.
    ///
    /// # Errors
    /// [`Refused`]; an unknown version is refused as one for which nothing is listed.
    pub fn record(
        &self,
        version: Version,
        event: &Event,
        now: UtcDateTime,
    ) -> Result<Self, Refused> {
        let unknown = Refused::NotListed {
            phase: Phase::Draft,
            event: event.kind(),
        };
        let mut next = self.clone();
        let one = next.find_mut(version).ok_or(unknown)?;
        one.history = one.history.record(event, now)?;
        if let (Event::Seal { at, .. }, Birth::Following(old, ground)) = (event, one.birth) {
            let supersede = Event::Supersede {
                at: one.history.period.from.max(*at),
                by: version,
                ground,
            };
            return next.record(old, &supersede, now);
        }
        Ok(next)
    }

    /// Drafts a version that takes the place of the one in force, on `ground`, to hold during
    /// `period`. Nothing changes for the old one before the new one is sealed.
    ///
    /// # Errors
    /// [`NotFollowing`]; nothing follows a version that is suspended, ended, void or superseded,
    /// nor one that is followed already.
    pub fn follow(
        &self,
        ground: Ground,
        period: Period,
        now: UtcDateTime,
    ) -> Result<Self, NotFollowing> {
        let old = self.current(now);
        let version = self.last().version.next()?;
        let at = period.from.max(now);
        if period.over_at(at) {
            return Err(NotFollowing::Over);
        }
        self.nothing_pending(now)?;
        let trial = Event::Supersede {
            at,
            by: version,
            ground,
        };
        old.history.record(&trial, now)?;
        Ok(self.with(Birth::Following(old.version, ground), (version, period)))
    }

    /// Drafts a version after the decision that ended the licence was annulled, or in the place
    /// of a voided one: from the recorded moment on, as long as the old one would have held.
    ///
    /// # Errors
    /// [`NotFollowing::NotEnded`] unless the last version issued has ended or is void.
    pub fn restore(&self, now: UtcDateTime) -> Result<Self, NotFollowing> {
        let old = self.current(now);
        let birth = match old.history.status(now, now) {
            Status::Ended { .. } => Birth::EndingAnnulled(old.version),
            Status::Void { .. } => Birth::Replacing(old.version),
            _ => return Err(NotFollowing::NotEnded),
        };
        let period = Period {
            from: now.max(old.history.period.from),
            until: old.history.period.until,
        };
        if period.over_at(now) {
            return Err(NotFollowing::Over);
        }
        self.nothing_pending(now)?;
        let version = self.last().version.next()?;
        Ok(self.with(birth, (version, period)))
    }

    /// What the licence was at `effective` by what was known at `known`: the answer of the last
    /// version that was issued and had taken effect; where none had, of the first.
    #[must_use]
    pub fn answer(&self, effective: UtcDateTime, known: UtcDateTime) -> Answer {
        let one = self.answering(effective, known);
        Answer {
            version: one.version,
            status: one.history.status(effective, known),
        }
    }

    /// What the code of one version answers: an old one says *superseded*, with the version that
    /// took its place.
    #[must_use]
    pub fn answer_of(
        &self,
        version: Version,
        effective: UtcDateTime,
        known: UtcDateTime,
    ) -> Option<Status> {
        self.find(version)
            .map(|one| one.history.status(effective, known))
    }

    /// The version that answers for the licence at `now`.
    #[must_use]
    pub fn current(&self, now: UtcDateTime) -> &OneVersion {
        self.answering(now, now)
    }

    fn answering(&self, effective: UtcDateTime, known: UtcDateTime) -> &OneVersion {
        self.all()
            .rev()
            .find(|one| {
                one.history.is_issued(effective, known)
                    && !matches!(
                        one.history.status(effective, known),
                        Status::NotYetValid { .. } | Status::Superseded { .. }
                    )
            })
            .unwrap_or(&self.first)
    }

    fn nothing_pending(&self, now: UtcDateTime) -> Result<(), Refused> {
        let waits = |one: &OneVersion| {
            matches!(
                one.history.phase(now, now),
                Phase::Draft | Phase::PendingSeal
            ) && !self.dropped.contains(&one.version)
        };
        if self.later.iter().any(waits) {
            Err(Refused::AlreadyDecided)
        } else {
            Ok(())
        }
    }

    fn with(&self, birth: Birth, (version, period): (Version, Period)) -> Self {
        let mut next = self.clone();
        next.later.push(OneVersion {
            version,
            birth,
            history: History::new(Life::draft(), period),
        });
        next
    }

    /// The last version, whatever became of it.
    #[must_use]
    pub fn last(&self) -> &OneVersion {
        self.later.last().unwrap_or(&self.first)
    }

    fn find_mut(&mut self, version: Version) -> Option<&mut OneVersion> {
        std::iter::once(&mut self.first)
            .chain(&mut self.later)
            .find(|one| one.version == version)
    }
}
