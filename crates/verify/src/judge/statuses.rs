//! What is known of a certificate's status: answers and lists, each with what its own worth rests on.

use evidence::ocsp::{Accepted, Asked, Moment, NoncePolicy, Responder, Response, Status};
use pki::algorithm::AlgorithmIdentifier;
use pki::path::{Memory, State, StatusAsked, StatusAt};
use pki::{Certificate, Crl};
use time::UtcDateTime;

use super::poe::{ObjectId, Proofs};
use crate::policy::{Algorithms, Reliable};

/// All lists and answers at hand, and what they are judged beside.
#[derive(Clone, Copy)]
pub(crate) struct Shelf<'a> {
    pub(crate) crls: &'a [Crl],
    pub(crate) ocsps: &'a [Response],
    pub(crate) memory: &'a Memory,
    pub(crate) algorithms: &'a Algorithms,
    pub(crate) proofs: &'a Proofs,
    /// The moment of judging.
    pub(crate) now: UtcDateTime,
    /// Nothing that is used comes from after this: the moment of judging and what clocks may be apart.
    pub(crate) latest: UtcDateTime,
}

/// A status, signed by someone entitled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// The list or answer that says it.
    pub(crate) object: ObjectId,
    pub(crate) status: StatusAt,
    /// How long its signature is relied on.
    pub(crate) reliable: Reliable,
    /// notAfter of a delegate that signed it; the issuer's own validity is the chain's.
    pub(crate) signer_until: Option<UtcDateTime>,
}

impl Shelf<'_> {
    /// Every status of `certificate` that `issuer`, or whom it entitled, signed.
    pub(crate) fn of(&self, certificate: &Certificate, issuer: &Certificate) -> Vec<Known> {
        let answers = self.ocsps.iter();
        let answers = answers.filter_map(|response| self.answer(response, certificate, issuer));
        // A delta says nothing by itself, and what it says on top of its list is of the moment alone.
        let lists = self.crls.iter().filter(|list| list.base().is_none());
        let lists = lists.filter_map(|list| self.listed(list, certificate, issuer));
        answers.chain(lists).collect()
    }

    fn answer(
        &self,
        response: &Response,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Option<Known> {
        let asked = asked(certificate, issuer, self.latest);
        let accepted = response.check_remembering(&asked, self.memory).ok()?;
        let key = match &accepted.responder {
            Responder::Issuer => issuer.public_key().ok()?,
            Responder::Delegate(delegate) => delegate.public_key().ok()?,
        };
        let algorithm = response.signature_algorithm().signature(key.algorithm());
        Some(Known {
            object: ObjectId::of(response.der()),
            status: read(&accepted)?,
            reliable: self.algorithms.signature(algorithm.ok()?, &key),
            signer_until: match &accepted.responder {
                Responder::Issuer => None,
                Responder::Delegate(delegate) => Some(delegate.validity().last),
            },
        })
    }

    fn listed(&self, list: &Crl, certificate: &Certificate, issuer: &Certificate) -> Option<Known> {
        list.covers(certificate).ok()?;
        if list.this_update() > self.latest {
            return None;
        }
        let key = issuer.public_key().ok()?;
        self.memory
            .recall(list.der(), &key, || list.check_signature(&key))
            .ok()?;
        let identifier = asn1::Reader::single(list.algorithm_der(), asn1::Tag::SEQUENCE).ok()?;
        let algorithm = AlgorithmIdentifier::read(&identifier).ok()?;
        let algorithm = algorithm.signature(key.algorithm()).ok()?;
        let state = list
            .find(certificate.serial())
            .map_or(State::Good, |entry| State::Revoked {
                since: entry
                    .invalid_since
                    .map_or(entry.revoked, |since| since.min(entry.revoked)),
                reason: entry.reason,
            });
        Some(Known {
            object: ObjectId::of(list.der()),
            status: StatusAt {
                state,
                this_update: list.this_update(),
                next_update: list.next_update(),
                expired_kept_since: list.expired_kept_since(),
            },
            reliable: self.algorithms.signature(algorithm, &key),
            signer_until: None,
        })
    }

    /// The same of a list by its place.
    pub(crate) fn stands_list(
        &self,
        place: usize,
        (certificate, issuer): (&Certificate, &Certificate),
    ) -> bool {
        let list = self.crls.get(place);
        let known = list.and_then(|list| self.listed(list, certificate, issuer));
        known.is_none_or(|known| self.stands(&known))
    }

    /// The best of the OCSP answers about a certificate: revoked before good, then the newest.
    pub(crate) fn best_answer(&self, asked: &StatusAsked<'_>) -> Option<StatusAt> {
        let issuer = asked.issuer?;
        self.ocsps
            .iter()
            .filter_map(|response| self.answer(response, asked.certificate, issuer))
            .filter(|known| self.stands(known))
            .map(|known| known.status)
            .max_by_key(|status| (status.state != State::Good, status.this_update))
    }

    /// EN 319 102-1 5.2.6.4: whoever signed a status has a valid certificate, and the signature is still relied on; or
    /// the status is proven to be from when that was so.
    pub(crate) fn stands(&self, known: &Known) -> bool {
        let in_bounds = known
            .signer_until
            .is_none_or(|until| self.now <= until || self.proofs.existed(known.object, until));
        let strong = match known.reliable {
            Reliable::Until(until) if self.now >= until => self
                .proofs
                .of(known.object)
                .is_some_and(|proof| proof.moment < until),
            Reliable::Never => false,
            Reliable::Until(_) | Reliable::Always => true,
        };
        in_bounds && strong
    }
}

fn read(accepted: &Accepted) -> Option<StatusAt> {
    // RFC 6960 4.2.2.2.1: a delegate without ocsp-nocheck has a status of its own, which nobody here asked for; what it
    // says is then no statement.
    if let Responder::Delegate(delegate) = &accepted.responder
        && !delegate.has_ocsp_no_check()
    {
        return None;
    }
    let state = match accepted.status {
        Status::Good => State::Good,
        // T-C7: as with lists, what is older than the moment from which the key was not to be relied upon stays good.
        Status::Revoked { at, reason } => State::Revoked {
            since: accepted.invalid_since.map_or(at, |since| since.min(at)),
            reason,
        },
        Status::Unknown => return None,
    };
    Some(StatusAt {
        state,
        this_update: accepted.this_update,
        next_update: accepted.next_update,
        expired_kept_since: accepted.archive_cutoff,
    })
}

/// Judged as kept answers: the chain compares their times with those that are proven.
pub(crate) fn asked<'b>(
    certificate: &'b Certificate,
    issuer: &'b Certificate,
    latest: UtcDateTime,
) -> Asked<'b> {
    Asked {
        issuer,
        serial: certificate.serial(),
        nonce: None,
        nonce_policy: NoncePolicy::TimesSuffice,
        moment: Moment::Kept { at: latest },
    }
}
