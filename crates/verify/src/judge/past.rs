//! Past certificate and past signature validation (EN 319 102-1 5.6.2): what held when it was made, and no longer
//! holds now, still counts where it is proven to be old enough.

use crypto::PublicKey;
use pki::Certificate;
use pki::algorithm::AlgorithmIdentifier;
use pki::path::{CertificateStatus, Chain, Source, State, StatusAt};
use time::UtcDateTime;

use super::poe::ObjectId;
use super::sitting::Sitting;
use super::statuses::Known;
use crate::policy::{Demand, Reliable};
use crate::report::told;
use finding::{Effect, Finding, SubIndication as Sub};

/// Why a chain that held at its own moment needs proof of age: what of it does not hold now (5.2.6.4, as of now).
///
/// `leaf_at` is the moment for which the leaf is asked: the best-signature-time of a signature (5.5.4), now for a
/// token (5.4.4). What stands above it is always asked now.
pub(crate) fn lapse(sitting: &Sitting<'_>, chain: &Chain, leaf_at: UtcDateTime) -> Option<Finding> {
    let held = Held {
        sitting,
        chain,
        leaf_at,
    };
    let lapsed = held.untrusted().or_else(|| held.revoked());
    lapsed.or_else(|| held.expired()).or_else(|| held.weak())
}

/// A chain that held, asked again.
struct Held<'a> {
    sitting: &'a Sitting<'a>,
    chain: &'a Chain,
    leaf_at: UtcDateTime,
}

impl Held<'_> {
    /// The moment for which the certificate in this place is asked.
    fn moment(&self, at: usize) -> UtcDateTime {
        if at == 0 {
            self.leaf_at
        } else {
            self.sitting.at
        }
    }

    /// v1.4.1 5.2.6.4: the anchor is no longer trusted.
    fn untrusted(&self) -> Option<Finding> {
        let until = sunset(self.chain).filter(|until| *until <= self.sitting.at)?;
        let why = format!("until {}", told(until));
        Some(Finding::of("path.anchor-period").because(why))
    }

    fn revoked(&self) -> Option<Finding> {
        let mut all = self.chain.statuses().iter().enumerate().rev();
        let (at, since) = all.find_map(|(at, status)| match status {
            CertificateStatus::Used { status, .. } => {
                Some((at, status.revoked_at(self.moment(at))?.0))
            }
            _ => None,
        })?;
        let sub = match at {
            0 => Sub::RevokedNoPoe,
            _ => Sub::RevokedCaNoPoe,
        };
        let why = format!("certificate {at} since {}", told(since));
        Some(found("path.revoked", sub, &why))
    }

    fn expired(&self) -> Option<Finding> {
        let all = certified(self.chain);
        let mut ends = all.iter().map(|one| one.validity().last).enumerate().rev();
        let (at, last) = ends.find(|(at, last)| self.moment(*at) > *last)?;
        let why = format!("certificate {at} was valid until {}", told(last));
        Some(found("path.expired", Sub::OutOfBoundsNoPoe, &why))
    }

    /// TS 119 312: keys and signatures of certificates, and signatures of the lists that were used.
    fn weak(&self) -> Option<Finding> {
        let mut places = (0..self.chain.issued().len()).rev();
        let at = places.find(|at| self.is_weak(*at))?;
        let (sub, why) = (
            Sub::CryptoConstraintsFailureNoPoe,
            format!("certificate {at}"),
        );
        Some(found("path.weak-algorithm", sub, &why))
    }

    fn is_weak(&self, at: usize) -> bool {
        let reliable = strength(self.sitting, self.chain, at);
        !reliable.at(self.moment(at)) || !self.is_list_strong(at)
    }

    /// Answers were asked for this when they were chosen (`Shelf::answers`).
    fn is_list_strong(&self, at: usize) -> bool {
        let (all, status) = (self.chain.certificates(), self.chain.statuses().get(at));
        let Some(CertificateStatus::Used {
            source: Source::List(place),
            ..
        }) = status
        else {
            return true;
        };
        let issuer = all.get(at.saturating_add(1));
        let pair = all.get(at).zip(issuer);
        pair.is_none_or(|pair| self.sitting.shelf().stands_list(*place, pair))
    }
}

/// 5.6.2.2, validation time sliding: the moment down to which the chain is known to have held; `None` where a status
/// with a proof of existence is wanting (NO_POE). What is proven to have existed by then was made under it.
pub(crate) fn control_time(sitting: &Sitting<'_>, chain: &Chain) -> Option<UtcDateTime> {
    // 1: the control time begins as now; v1.4.1: or where trust in the anchor ends.
    let mut control = sunset(chain).map_or(sitting.at, |until| until.min(sitting.at));
    let all = chain.certificates();
    for (at, certificate) in chain.issued().iter().enumerate().rev() {
        let exempt = matches!(
            chain.statuses().get(at),
            Some(CertificateStatus::NotAsked(_)) | None
        );
        if !exempt {
            match slide(
                sitting,
                certificate,
                all.get(at.saturating_add(1)),
                (at, control),
            ) {
                Some(slid) => control = slid,
                None if sitting.policy.revocation == Demand::Required => return None,
                None => {}
            }
        }
        // 5.6.2.1 2, the shell model: nothing that a certificate stands for is younger than its end.
        control = control.min(certificate.validity().last);
        // 2 c: algorithms as of the control time.
        match strength(sitting, chain, at) {
            Reliable::Never => return None,
            Reliable::Until(until) => control = control.min(until),
            Reliable::Always => {}
        }
    }
    Some(control)
}

/// 2 a and b for one certificate: the status that decides of those that existed at the control time, deltas among them, and
/// what it makes of that time.
fn slide(
    sitting: &Sitting<'_>,
    certificate: &Certificate,
    issuer: Option<&Certificate>,
    (at, control): (usize, UtcDateTime),
) -> Option<UtcDateTime> {
    let existed = |object| control >= sitting.at || sitting.proofs.existed(object, control);
    // The leaf is named by hash in what it signed: it is as old as that.
    if at > 0 && !existed(ObjectId::of(certificate.der())) {
        return None;
    }
    let last = certificate.validity().last;
    let shelf = sitting.shelf();
    let known = shelf.of(certificate, issuer?);
    let is_usable = |known: &Known| {
        let status = &known.status;
        let kept = status.expired_kept_since.is_some_and(|since| since <= last);
        status.this_update <= control
            && known.is_proven(existed)
            && shelf.stands(known)
            && (status.this_update <= last || kept || status.state != State::Good)
    };
    let usable: Vec<&Known> = known.iter().filter(|known| is_usable(known)).collect();
    let told: Vec<StatusAt> = usable.iter().map(|known| known.status).collect();
    // A hold that something newer lifted by then is none; a revocation is never taken back (RFC 5280 5.3.1).
    let used = usable.get(StatusAt::deciding(&told, control)?)?;
    let status = used.status;
    let slid = match status.revoked_at(control) {
        // 2 b: revoked: back to when it was.
        Some((since, _)) => since,
        // 5.2.5 as of the control time: not fresh: back to when it was made.
        None if !sitting.policy.is_fresh(&status, control) => status.this_update,
        None => control,
    };
    Some(match used.reliable {
        Reliable::Until(until) => slid.min(until),
        Reliable::Never | Reliable::Always => slid,
    })
}

/// How long the signature on certificate `at` of the chain is relied on, and its key.
fn strength(sitting: &Sitting<'_>, chain: &Chain, at: usize) -> Reliable {
    let issued = chain.issued();
    let (Some(certificate), table) = (issued.get(at), &sitting.policy.algorithms) else {
        return Reliable::Never;
    };
    let above = issued.get(at.saturating_add(1));
    let read = above.and_then(|above| above.public_key().ok());
    let issuer = read.as_ref().unwrap_or(chain.anchor().key());
    let own = certificate
        .public_key()
        .map_or(Reliable::Never, |key| table.key(&key));
    // What an anchor's own certificate is signed with says nothing (RFC 5280 6.1.1 d).
    if chain.anchor().certificate() == Some(certificate) {
        return own;
    }
    signed(sitting, certificate, issuer).min(own)
}

fn signed(sitting: &Sitting<'_>, certificate: &Certificate, issuer: &PublicKey) -> Reliable {
    let element = asn1::Reader::single(certificate.algorithm_der(), asn1::Tag::SEQUENCE);
    let identifier = element.and_then(|element| AlgorithmIdentifier::read(&element));
    let algorithm = identifier.map(|identifier| identifier.signature(issuer.algorithm()));
    match algorithm {
        Ok(Ok(algorithm)) => sitting.policy.algorithms.signature(algorithm, issuer),
        _ => Reliable::Never,
    }
}

/// The certificates whose own validity counts: those issued, and the anchor's where its rules hold (RFC 5937).
fn certified(chain: &Chain) -> Vec<&Certificate> {
    let own = chain.anchor().certified();
    let own = own.filter(|own| !chain.issued().contains(own));
    chain.issued().iter().chain(own).collect()
}

/// When trust in the anchor ends (v1.4.1, sunset).
fn sunset(chain: &Chain) -> Option<UtcDateTime> {
    chain.anchor().until()
}

fn found(code: &str, sub: Sub, why: &str) -> Finding {
    Finding::of(code).with(Effect::Open(sub)).because(why)
}
