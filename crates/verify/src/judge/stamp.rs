//! Time-stamps as proofs of existence (EN 319 102-1 5.4, 5.6.3).

use crypto::Digest;
use evidence::tsp::{ReadToken, Token};
use pki::Certificate;
use pki::path::{Chain, Purpose};
use time::UtcDateTime;

use super::past;
use super::poe::{Covering, ObjectId, Proof};
use super::sitting::Sitting;
use crate::policy::{Demand, Reliable};
use crate::report::{TimeSource, told};
use finding::{Effect, Finding, SubIndication as Sub};

/// 5.6.3: judges the tokens of a format, the outermost first, so that each is judged beside what those around it
/// prove, and puts what the good ones cover into the sitting's store. What each came to comes back in the same order.
pub(crate) fn gather(
    sitting: &mut Sitting<'_>,
    coverings: &[Covering<'_>],
) -> Vec<Result<UtcDateTime, Finding>> {
    let mut moments = Vec::with_capacity(coverings.len());
    for covering in coverings {
        let judged = moment(sitting, covering.token, covering.stamped.as_ref());
        if let Ok(moment) = judged {
            let proof = Proof {
                moment,
                source: covering.source,
            };
            sitting.proofs.admit(&covering.objects, proof);
        }
        moments.push(judged);
    }
    moments
}

/// The digest of these octets by the token's own algorithm; `None` of a token that cannot be read.
pub(crate) fn stamped(token: &Result<Token, ReadToken>, over: &[u8]) -> Option<Digest> {
    let token = token.as_ref().ok()?;
    Some(Digest::of(token.info().imprint().algorithm(), over))
}

/// The moment that a token proves for data with this digest, or why it proves none.
pub(crate) fn moment(
    sitting: &mut Sitting<'_>,
    token: &Result<Token, ReadToken>,
    digest: Option<&Digest>,
) -> Result<UtcDateTime, Finding> {
    let token = token
        .as_ref()
        .map_err(|error| Finding::of("time.stamp-unreadable").because(error))?;
    let info = token.info();
    let digest = digest.ok_or_else(|| Finding::of("tsp.imprint-weak"))?;
    // Certificates in the token are untrusted input: candidates.
    sitting.bring_certificates(token.signed_data().certificates());
    sitting.bring_status(
        token.signed_data().crls(),
        token.signed_data().ocsp_responses(),
    );
    let candidates: Vec<Certificate> = sitting.certificates().to_vec();
    let stamped = token
        .check_made(digest, &candidates, sitting.at, &sitting.material.made)
        .map_err(|fault| {
            // A time-stamp that does not hold proves nothing; of the signature itself it says nothing.
            Finding::of(fault.code())
                .with(Effect::Open(Sub::NoPoe))
                .because(format_args!("time-stamp, {fault}"))
        })?;
    let accepted = &sitting.trust.time_stamp_policies;
    if !accepted.is_empty() && !accepted.contains(&info.policy()) {
        return Err(Finding::of("time.policy-unknown").because(info.policy()));
    }
    let (certificate, moment) = (stamped.certificate.clone(), stamped.moment);
    inspect_order(sitting, token, moment)?;
    inspect_strength(sitting, token, &certificate)?;
    // RFC 3161 4.3: the path of the authority is judged at the token's own moment.
    let demand = sitting.policy.revocation;
    let wanting = match sitting.chain(&certificate, Purpose::TimeStamping, moment, demand) {
        Ok(chain) => lapse(sitting, token, &chain),
        Err(error) => Some(
            sitting
                .status_without_proof(&error)
                .unwrap_or_else(|| Finding::of(error.fault.code()).because(error)),
        ),
    };
    match wanting {
        None => Ok(moment),
        Some(finding) => Err(of_authority(sitting, finding, &certificate)),
    }
}

/// 5.4.4: a token counts while its authority's certificate does; 5.6.2.4: and afterwards, where it is proven to have
/// existed before the control time of its chain.
fn lapse(sitting: &Sitting<'_>, token: &Token, chain: &Chain) -> Option<Finding> {
    let lapse = past::lapse(sitting, chain, sitting.at)?;
    let proof = sitting.proofs.of(ObjectId::of(token.der()));
    let control = proof.and_then(|_| past::control_time(sitting, chain));
    match (proof, control) {
        (Some(proof), Some(control)) if proof.moment <= control => None,
        _ => Some(lapse),
    }
}

/// A policy for files from elsewhere may not know their authorities; then nothing is proven and nothing is wrong.
fn of_authority(sitting: &Sitting<'_>, finding: Finding, authority: &Certificate) -> Finding {
    let effect = if sitting.policy.baseline == Demand::Required {
        Effect::Open(Sub::NoPoe)
    } else {
        Effect::Noted
    };
    let text = finding.text.clone();
    let mut found = finding.with(effect);
    found.text = format!("time-stamp authority {}, {text}", authority.subject());
    found
}

/// 5.5.4, 5.6.3: what a token covers is not younger than it.
fn inspect_order(sitting: &Sitting<'_>, token: &Token, moment: UtcDateTime) -> Result<(), Finding> {
    match sitting.proofs.of(ObjectId::of(token.der())) {
        Some(around) if around.moment < moment => {
            let (inner, outer) = (told(moment), told(around.moment));
            Err(Finding::of("time.stamp-order").because(format_args!("{inner} inside {outer}")))
        }
        _ => Ok(()),
    }
}

/// TS 119 312: the imprint and the token's signature are relied on now, or the token is proven to be from when they
/// were.
fn inspect_strength(
    sitting: &Sitting<'_>,
    token: &Token,
    authority: &Certificate,
) -> Result<(), Finding> {
    let table = &sitting.policy.algorithms;
    let signed = token.signed_data().signer().and_then(|signer| {
        let (key, digest) = (
            authority.public_key().ok()?,
            signer.digest_algorithm().ok()?,
        );
        let identifier = signer.signature_identifier();
        let algorithm = identifier.signature_over(digest, key.algorithm()).ok()?;
        Some(table.signature(algorithm, &key))
    });
    let signed = signed.unwrap_or(Reliable::Never);
    let reliable = signed.min(table.digest(token.info().imprint().algorithm()));
    let proof = sitting.proofs.of(ObjectId::of(token.der()));
    if reliable.at(sitting.at) || proof.is_some_and(|proof| reliable.at(proof.moment)) {
        return Ok(());
    }
    Err(Finding::of("algorithm.not-relied-on")
        .with(Effect::Open(Sub::NoPoe))
        .because("time-stamp"))
}

/// The signature time-stamps of a signer, over these octets and proofs of this object: the earliest good one counts, and
/// beside a good one a bad one is only noted (EN 319 102-1 5.5.4).
pub(crate) fn signature_stamps<'b>(
    sitting: &mut Sitting<'_>,
    tokens: impl IntoIterator<Item = &'b [u8]>,
    (over, object): (&[u8], ObjectId),
    findings: &mut Vec<Finding>,
) -> Option<Proof> {
    let source = TimeSource::SignatureTimeStamp;
    let tokens = tokens.into_iter().take(MAX_STAMPS).map(Token::parse);
    let tokens: Vec<_> = tokens.collect();
    let coverings: Vec<Covering<'_>> = tokens
        .iter()
        .map(|token| Covering {
            token,
            stamped: stamped(token, over),
            source,
            objects: vec![object],
        })
        .collect();
    let mut best: Option<Proof> = None;
    let mut faults = Vec::new();
    for judged in gather(sitting, &coverings) {
        match judged {
            Ok(moment) => {
                let proof = Proof { moment, source };
                best = Some(best.map_or(proof, |other| other.min(proof)));
            }
            Err(fault) => faults.push(fault),
        }
    }
    // A bad token beside a good one proves nothing less; an impossible order says that one of them lies.
    let out_of_order = Effect::Open(Sub::TimestampOrderFailure);
    findings.extend(faults.into_iter().map(|fault| {
        if best.is_some() && fault.effect != out_of_order {
            fault.with(Effect::Noted)
        } else {
            fault
        }
    }));
    best
}

/// Time-stamps of one signature that are looked at (T-I3).
pub(crate) const MAX_STAMPS: usize = 8;
