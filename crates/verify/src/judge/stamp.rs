//! Time-stamps as proofs of existence (EN 319 102-1 5.4).

use crypto::Digest;
use evidence::tsp::{ReadToken, Token};
use pki::Certificate;
use pki::path::Purpose;
use time::UtcDateTime;

use super::sitting::Sitting;
use crate::policy::Demand;
use crate::report::TimeSource;
use finding::{Effect, Finding, SubIndication};

/// A proof that something existed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Proof {
    pub(crate) moment: UtcDateTime,
    pub(crate) source: TimeSource,
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
                .with(Effect::Open(SubIndication::NoPoe))
                .because(format_args!("time-stamp, {fault}"))
        })?;
    let accepted = &sitting.trust.time_stamp_policies;
    if !accepted.is_empty() && !accepted.contains(&info.policy()) {
        return Err(Finding::of("time.policy-unknown").because(info.policy()));
    }
    let (certificate, moment) = (stamped.certificate.clone(), stamped.moment);
    // RFC 3161 4.3: the path of the authority is judged at the token's own moment.
    let demand = sitting.policy.revocation;
    match sitting.chain(&certificate, Purpose::TimeStamping, moment, demand) {
        Ok(_) => Ok(moment),
        Err(error) => {
            // A policy for files from elsewhere may not know their authorities; then nothing is proven and
            // nothing is wrong.
            let effect = if sitting.policy.baseline == Demand::Required {
                Effect::Open(SubIndication::NoPoe)
            } else {
                Effect::Noted
            };
            Err(Finding::of(error.fault.code())
                .with(effect)
                .because(format_args!(
                    "time-stamp authority {}, {error}",
                    certificate.subject()
                )))
        }
    }
}

/// The signature time-stamps of a signer: the earliest good one counts, and beside a good one a bad one is
/// only noted (EN 319 102-1 5.5.4).
pub(crate) fn signature_stamps<'b>(
    sitting: &mut Sitting<'_>,
    tokens: impl IntoIterator<Item = &'b [u8]>,
    signature: &[u8],
    findings: &mut Vec<Finding>,
) -> Option<Proof> {
    let mut best: Option<Proof> = None;
    let mut faults = Vec::new();
    for octets in tokens.into_iter().take(MAX_STAMPS) {
        let token = Token::parse(octets);
        // EN 319 122-1 5.3: over the signature value, without tag and length.
        let digest = token
            .as_ref()
            .ok()
            .map(|token| Digest::of(token.info().imprint().algorithm(), signature));
        match moment(sitting, &token, digest.as_ref()) {
            Ok(moment) => {
                let proof = Proof {
                    moment,
                    source: TimeSource::SignatureTimeStamp,
                };
                best = Some(best.map_or(proof, |other| other.min(proof)));
            }
            Err(fault) => faults.push(fault),
        }
    }
    if best.is_some() {
        findings.extend(faults.into_iter().map(|fault| fault.with(Effect::Noted)));
    } else {
        findings.extend(faults);
    }
    best
}

/// Time-stamps of one signature that are looked at (T-I3).
const MAX_STAMPS: usize = 8;
