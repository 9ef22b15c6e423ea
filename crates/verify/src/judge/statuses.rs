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
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// What says it: an answer, a list, or a delta and the list below it.
    objects: Vec<ObjectId>,
    /// The place of the list or delta among those at hand; `None` for an answer.
    place: Option<usize>,
    pub(crate) status: StatusAt,
    /// How long its signatures are relied on.
    pub(crate) reliable: Reliable,
    /// notAfter of a delegate that signed it; the issuer's own validity is the chain's.
    pub(crate) signer_until: Option<UtcDateTime>,
}

impl Known {
    /// Whether `existed` holds for all that says it.
    pub(crate) fn is_proven(&self, existed: impl Fn(ObjectId) -> bool) -> bool {
        self.objects.iter().all(|object| existed(*object))
    }
}

impl Shelf<'_> {
    /// Every status of `certificate` that `issuer`, or whom it entitled, signed.
    pub(crate) fn of(&self, certificate: &Certificate, issuer: &Certificate) -> Vec<Known> {
        let mut known = self.answered(certificate, issuer);
        known.extend(self.listed(certificate, issuer));
        known
    }

    fn answered(&self, certificate: &Certificate, issuer: &Certificate) -> Vec<Known> {
        let answers = self.ocsps.iter();
        answers
            .filter_map(|response| self.answer(response, certificate, issuer))
            .collect()
    }

    fn answer(
        &self,
        response: &Response,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Option<Known> {
        let asked = asked(certificate, issuer, self.latest);
        let accepted = response.check_remembering(&asked, self.memory).ok()?;
        if !self.is_entitled(&accepted, issuer) {
            return None;
        }
        let key = match &accepted.responder {
            Responder::Issuer => issuer.public_key().ok()?,
            Responder::Delegate(delegate) => delegate.public_key().ok()?,
        };
        let algorithm = response.signature_algorithm().signature(key.algorithm());
        Some(Known {
            objects: vec![ObjectId::of(response.der())],
            place: None,
            status: read(&accepted)?,
            reliable: self.algorithms.signature(algorithm.ok()?, &key),
            signer_until: match &accepted.responder {
                Responder::Issuer => None,
                Responder::Delegate(delegate) => Some(delegate.validity().last),
            },
        })
    }

    /// RFC 6960 4.2.2.2.1: a delegate without ocsp-nocheck has a status of its own. What it says is a statement where a list of
    /// the issuer says that it was not revoked when it answered.
    pub(crate) fn is_entitled(&self, accepted: &Accepted, issuer: &Certificate) -> bool {
        let Responder::Delegate(delegate) = &accepted.responder else {
            return true;
        };
        if delegate.has_ocsp_no_check() {
            return true;
        }
        let known = self.listed(delegate, issuer);
        let known: Vec<&StatusAt> = known
            .iter()
            .filter(|known| self.stands(known))
            .map(|known| &known.status)
            .collect();
        let until = delegate.validity().last;
        let tells = |status: &StatusAt| {
            let kept = status
                .expired_kept_since
                .is_some_and(|since| since <= until);
            status.next_update >= accepted.produced_at && (kept || status.this_update <= until)
        };
        known.iter().all(|status| status.state == State::Good) && known.into_iter().any(tells)
    }

    /// What the lists of `issuer` say, and the deltas on top of them. A delta says nothing by itself.
    fn listed(&self, certificate: &Certificate, issuer: &Certificate) -> Vec<Known> {
        let mut known = Vec::new();
        for (place, list) in self.crls.iter().enumerate() {
            if list.covers(certificate).is_err() {
                continue;
            }
            let Some(own) = self.signed(list, issuer) else {
                continue;
            };
            known.push(self.told((place, own), (list, None), certificate));
            let all = self.crls.iter().enumerate();
            for (place, delta) in all.filter(|(_, delta)| list.takes(delta).is_ok()) {
                if let Some(reliable) = self.signed(delta, issuer) {
                    let least = reliable.min(own);
                    known.push(self.told((place, least), (list, Some(delta)), certificate));
                }
            }
        }
        known.retain(|known| known.status.this_update <= self.latest);
        known
    }

    fn told(
        &self,
        (place, reliable): (usize, Reliable),
        (list, delta): (&Crl, Option<&Crl>),
        certificate: &Certificate,
    ) -> Known {
        let lists = std::iter::once(list).chain(delta);
        Known {
            objects: lists.map(|list| ObjectId::of(list.der())).collect(),
            place: Some(place),
            status: StatusAt::of(list, delta, certificate),
            reliable,
            signer_until: None,
        }
    }

    /// How long the signature on a list is relied on; `None` where it is not the issuer's, or the issuer signs no lists.
    fn signed(&self, list: &Crl, issuer: &Certificate) -> Option<Reliable> {
        if !issuer.may_sign_lists() {
            return None;
        }
        let key = issuer.public_key().ok()?;
        self.memory
            .recall(list.der(), &key, || list.check_signature(&key))
            .ok()?;
        let identifier = asn1::Reader::single(list.algorithm_der(), asn1::Tag::SEQUENCE).ok()?;
        let algorithm = AlgorithmIdentifier::read(&identifier).ok()?;
        let algorithm = algorithm.signature(key.algorithm()).ok()?;
        Some(self.algorithms.signature(algorithm, &key))
    }

    /// Whether a list that was used, by its place, still stands; with a delta the list below it.
    pub(crate) fn stands_list(
        &self,
        place: usize,
        (certificate, issuer): (&Certificate, &Certificate),
    ) -> bool {
        let all = self.listed(certificate, issuer);
        let used = all.iter().filter(|known| known.place == Some(place));
        let used: Vec<&Known> = used.collect();
        used.is_empty() || used.into_iter().any(|known| self.stands(known))
    }

    /// The OCSP answers about a certificate that stand.
    pub(crate) fn answers(&self, asked: &StatusAsked<'_>) -> Vec<StatusAt> {
        let Some(issuer) = asked.issuer else {
            return Vec::new();
        };
        let known = self.answered(asked.certificate, issuer).into_iter();
        known
            .filter(|known| self.stands(known))
            .map(|known| known.status)
            .collect()
    }

    /// EN 319 102-1 5.2.6.4: whoever signed a status has a valid certificate, and the signature is still relied on; or
    /// the status is proven to be from when that was so.
    pub(crate) fn stands(&self, known: &Known) -> bool {
        let in_bounds = known.signer_until.is_none_or(|until| {
            self.now <= until || known.is_proven(|object| self.proofs.existed(object, until))
        });
        let strong = match known.reliable {
            Reliable::Until(until) if self.now >= until => known.is_proven(|object| {
                let proof = self.proofs.of(object);
                proof.is_some_and(|proof| proof.moment < until)
            }),
            Reliable::Never => false,
            Reliable::Until(_) | Reliable::Always => true,
        };
        in_bounds && strong
    }
}

fn read(accepted: &Accepted) -> Option<StatusAt> {
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
