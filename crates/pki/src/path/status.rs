//! Whether a certificate of the chain was revoked: lists judged here, answers judged by the caller.

use crypto::PublicKey;
use time::UtcDateTime;

use super::budget::{Budget, Limit};
use crate::certificate::{Certificate, CheckIssued};
use crate::crl::{Crl, NotCompetent, Reason};
use crate::identifiers as id;

/// Who answers for a certificate: all that the caller found in OCSP responses and judged, in any order. Which of them
/// decides depends on the moment that is judged ([`StatusAt::deciding`]).
pub type Answers<'a> = dyn Fn(&StatusAsked<'_>) -> Vec<StatusAt> + 'a;

/// What is known about revocation, and how much of it has to be known.
#[derive(Clone, Copy)]
pub struct StatusMaterial<'a> {
    /// How much has to be known.
    pub demand: StatusDemand,
    /// The moment of asking: nothing that is used comes from after it.
    pub now: UtcDateTime,
    /// Lists, of whatever issuers, and deltas to some of them.
    pub lists: &'a [Crl],
    /// Answers that the caller has judged: asked for each certificate of a chain that holds otherwise.
    pub answers: Option<&'a Answers<'a>>,
}

impl std::fmt::Debug for StatusMaterial<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatusMaterial")
            .field("demand", &self.demand)
            .field("now", &self.now)
            .field("lists", &self.lists.len())
            .finish_non_exhaustive()
    }
}

/// How much about revocation has to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusDemand {
    /// Nothing: nobody looks.
    Nothing,
    /// What is at hand is used; where nothing is, that is no fault.
    WhatIsAtHand,
    /// A status of each certificate but those that have none by nature.
    Everything,
}

/// Which certificate an answer is wanted for.
#[derive(Debug, Clone, Copy)]
pub struct StatusAsked<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Its issuer's certificate; `None` where the anchor came without one.
    pub issuer: Option<&'a Certificate>,
    /// Its issuer's key.
    pub issuer_key: &'a PublicKey,
    /// The moment that is judged.
    pub at: UtcDateTime,
}

/// A status, wherever it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusAt {
    /// What it says.
    pub state: State,
    /// As of when that is known.
    pub this_update: UtcDateTime,
    /// By when something newer is known.
    pub next_update: UtcDateTime,
    /// Since when records are kept after a certificate's expiry; `None` where nothing is said.
    pub expired_kept_since: Option<UtcDateTime>,
}

/// What a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not revoked.
    Good,
    /// Revoked or on hold.
    Revoked {
        /// Since when; where the certificate was not to be relied upon before that (invalidityDate), since then.
        since: UtcDateTime,
        /// Why.
        reason: Reason,
    },
}

/// Where a status comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The caller's answer.
    Answer,
    /// The list at this place among those supplied.
    List(usize),
}

/// Which status was used for one certificate of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateStatus {
    /// None was asked for, for this reason.
    NotAsked(NotAsked),
    /// This one.
    Used {
        /// Where it comes from.
        source: Source,
        /// What it says; revoked after the moment that is judged is possible.
        status: StatusAt,
    },
    /// None that counts.
    Unknown {
        /// Why each list that was tried does not count, by its place among those supplied.
        refused: Vec<(usize, ListRefused)>,
    },
}

/// Why no status was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAsked {
    /// The question does not ask.
    ByQuestion,
    /// It is a trust anchor.
    Anchor,
    /// ocsp-nocheck (RFC 6960 4.2.2.2.1).
    OcspNoCheck,
    /// noRevAvail (RFC 9608), or validity assured short-term (EN 319 412-1 5.2).
    NoneAvailable,
}

/// Why a list says nothing about a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListRefused {
    /// It does not cover the certificate.
    NotCompetent(NotCompetent),
    /// Another key than that of the certificate's issuer signed it.
    Signature(CheckIssued),
    /// The issuer's keyUsage does not let it sign lists (RFC 5280 6.3.3 f).
    IssuerUsage,
    /// It shows a moment that lies ahead.
    Ahead,
    /// It had been replaced by the moment that is judged.
    Stale {
        /// By when.
        next_update: UtcDateTime,
    },
    /// The certificate had expired by its moment, and it does not say that such entries are kept.
    ForgetsExpired,
}

impl<'a> StatusMaterial<'a> {
    /// No revocation is asked.
    #[must_use]
    pub fn not_asked() -> Self {
        Self {
            demand: StatusDemand::Nothing,
            now: UtcDateTime::UNIX_EPOCH,
            lists: &[],
            answers: None,
        }
    }

    /// These lists, of which each certificate needs one.
    #[must_use]
    pub fn of_lists(lists: &'a [Crl], now: UtcDateTime) -> Self {
        Self {
            demand: StatusDemand::Everything,
            now,
            lists,
            answers: None,
        }
    }

    /// The status of one certificate of a chain.
    pub(super) fn of(
        &self,
        asked: &StatusAsked<'_>,
        budget: &mut Budget,
    ) -> Result<CertificateStatus, Limit> {
        if let Some(reason) = self.exempt(asked.certificate) {
            return Ok(CertificateStatus::NotAsked(reason));
        }
        let mut heard = Heard::default();
        let answers = self
            .answers
            .map_or_else(Vec::new, |answers| answers(asked))
            .into_iter();
        let counting = answers.filter(|status| status.refusal(asked, self.now).is_none());
        heard
            .told
            .extend(counting.map(|status| (Source::Answer, status)));
        for (place, list) in self.lists.iter().enumerate() {
            match list.base() {
                None => self.read(place, list, asked, (&mut heard, budget))?,
                // Asked for by the list that it goes with; by itself it says nothing.
                Some(_) if self.lists.iter().any(|other| other.takes(list).is_ok()) => {}
                Some(_) => heard.refuse(place, NotCompetent::Delta.into()),
            }
        }
        let told: Vec<StatusAt> = heard.told.iter().map(|(_, status)| *status).collect();
        let used = StatusAt::deciding(&told, asked.at).and_then(|place| heard.told.get(place));
        Ok(match used {
            Some((source, status)) => CertificateStatus::Used {
                source: *source,
                status: *status,
            },
            None => CertificateStatus::Unknown {
                refused: heard.refused,
            },
        })
    }

    fn exempt(&self, certificate: &Certificate) -> Option<NotAsked> {
        let has = |oid| certificate.extension(oid).is_some();
        if self.demand == StatusDemand::Nothing {
            Some(NotAsked::ByQuestion)
        } else if certificate.is_ca() {
            // RFC 9608 2, RFC 6960 4.2.2.2.1: neither frees a CA.
            None
        } else if certificate.has_ocsp_no_check() {
            Some(NotAsked::OcspNoCheck)
        } else if certificate.has_no_revocation_available() || has(&id::VALIDITY_ASSURED) {
            Some(NotAsked::NoneAvailable)
        } else {
            None
        }
    }

    /// RFC 5280 6.3.3, for a list that is direct and complete in its scope, and the deltas that go with it.
    fn read(
        &self,
        place: usize,
        list: &Crl,
        asked: &StatusAsked<'_>,
        (heard, budget): (&mut Heard, &mut Budget),
    ) -> Result<(), Limit> {
        if let Err(reason) = list.covers(asked.certificate) {
            heard.refuse(place, reason.into());
            return Ok(());
        }
        if asked.issuer.is_some_and(|issuer| !issuer.may_sign_lists()) {
            heard.refuse(place, ListRefused::IssuerUsage);
            return Ok(());
        }
        let status = StatusAt::of(list, None, asked.certificate);
        let mut timely = Vec::new();
        let deltas = self.lists.iter().enumerate();
        let deltas = deltas.filter(|(_, delta)| list.takes(delta).is_ok());
        for (at, one, status) in
            std::iter::once((place, list, status)).chain(deltas.map(|(at, delta)| {
                (
                    at,
                    delta,
                    StatusAt::of(list, Some(delta), asked.certificate),
                )
            }))
        {
            match status.refusal(asked, self.now) {
                Some(reason) => heard.refuse(at, reason),
                None => timely.push((at, one, status)),
            }
        }
        // RFC 5280 6.3.3 a 1: a list that was replaced is still what a newer delta goes with. Nothing rests on a
        // delta whose list is not the issuer's.
        if timely.is_empty() || !heard.is_signed(place, list, asked, budget)? {
            return Ok(());
        }
        for (at, one, status) in timely {
            if at == place || heard.is_signed(at, one, asked, budget)? {
                heard.told.push((Source::List(at), status));
            }
        }
        Ok(())
    }
}

/// What was heard about one certificate.
#[derive(Default)]
struct Heard {
    told: Vec<(Source, StatusAt)>,
    refused: Vec<(usize, ListRefused)>,
}

impl Heard {
    fn refuse(&mut self, place: usize, reason: ListRefused) {
        self.refused.push((place, reason));
    }

    /// RFC 5280 6.3.3 g: the key that signed the certificate signs the list, since indirect ones are not read.
    fn is_signed(
        &mut self,
        place: usize,
        list: &Crl,
        asked: &StatusAsked<'_>,
        budget: &mut Budget,
    ) -> Result<bool, Limit> {
        let key = asked.issuer_key;
        let signed = budget.signature(list.der(), key, || list.check_signature(key))?;
        if let Err(cause) = signed {
            self.refuse(place, ListRefused::Signature(cause));
            return Ok(false);
        }
        Ok(true)
    }
}

impl From<NotCompetent> for ListRefused {
    fn from(reason: NotCompetent) -> Self {
        Self::NotCompetent(reason)
    }
}

impl StatusAt {
    /// Which of all that is told decides about the moment `at`, by its place.
    ///
    /// A revocation before all else, since none is taken back; one of after `at` too, among what is good at `at`. A hold
    /// is taken back (RFC 5280 5.3.1): it stands unless something newer, of `at` at the latest, no longer tells it. The
    /// one of 1970 says *never issued* (RFC 6960 2.2) and stays. Where nothing is against the certificate, the newest;
    /// of equals the first.
    #[must_use]
    pub fn deciding(told: &[Self], at: UtcDateTime) -> Option<usize> {
        let newest = |of: &dyn Fn(&Self) -> bool| {
            let found = told.iter().enumerate().filter(|(_, status)| of(status));
            let newest = found.rev().max_by_key(|(_, status)| status.this_update);
            newest.map(|(place, status)| (place, status.this_update))
        };
        let is_good = |status: &Self| status.revoked_at(at).is_none();
        let is_held = |status: &Self| !is_good(status) && !status.is_final();
        let lifted = newest(&|status| is_good(status) && status.this_update <= at);
        let stands = |status: &Self| lifted.is_none_or(|(_, by)| by <= status.this_update);
        newest(&|status| !is_good(status) && status.is_final())
            .or_else(|| newest(&|status| is_held(status) && stands(status)))
            .or_else(|| newest(&|status| is_good(status) && status.is_final()))
            .or_else(|| newest(&is_good))
            .map(|(place, _)| place)
    }

    /// Whether it tells a revocation that nothing takes back.
    fn is_final(&self) -> bool {
        match self.state {
            State::Good => false,
            State::Revoked { since, reason } => {
                reason != Reason::CertificateHold || since <= UtcDateTime::UNIX_EPOCH
            }
        }
    }

    /// What a complete list says of a certificate, and a delta on top of it (RFC 5280 6.3.3 i, j, k). Whether they may
    /// say anything of it, and whether they are signed, is asked elsewhere.
    #[must_use]
    pub fn of(list: &Crl, delta: Option<&Crl>, certificate: &Certificate) -> Self {
        let serial = certificate.serial();
        let changed = delta.and_then(|delta| delta.find(serial));
        let entry = changed.or_else(|| list.find(serial));
        let state = match entry.filter(|entry| !entry.removed) {
            None => State::Good,
            Some(entry) => State::Revoked {
                since: entry
                    .invalid_since
                    .map_or(entry.revoked, |since| since.min(entry.revoked)),
                reason: entry.reason,
            },
        };
        let newer = delta.unwrap_or(list);
        // removeFromCRL is also said of what has expired: both have to keep it.
        let kept = |of: &Crl| of.expired_kept_since();
        Self {
            state,
            this_update: newer.this_update(),
            next_update: newer.next_update(),
            expired_kept_since: kept(list)
                .zip(kept(newer))
                .map(|(one, other)| one.max(other)),
        }
    }

    /// Why the status does not count for the moment asked about.
    fn refusal(&self, asked: &StatusAsked<'_>, now: UtcDateTime) -> Option<ListRefused> {
        if self.this_update > now {
            return Some(ListRefused::Ahead);
        }
        // A later list counts too: it tells since when.
        if self.next_update < asked.at {
            return Some(ListRefused::Stale {
                next_update: self.next_update,
            });
        }
        // X.509 9.5.2.8: without the extension an expired certificate may have been taken off.
        let last = asked.certificate.validity().last;
        let kept = self.expired_kept_since.is_some_and(|since| since <= last);
        let expired = last < self.this_update && !kept && self.state == State::Good;
        expired.then_some(ListRefused::ForgetsExpired)
    }

    /// Since when and why the certificate is revoked, as seen at `at`.
    #[must_use]
    pub fn revoked_at(&self, at: UtcDateTime) -> Option<(UtcDateTime, Reason)> {
        match self.state {
            State::Revoked { since, reason } if since <= at => Some((since, reason)),
            _ => None,
        }
    }
}
