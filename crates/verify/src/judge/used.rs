//! Chains and statuses, kept for who reports at length.

use evidence::ocsp::Response;
use pki::Certificate;
use pki::path::{CertificateStatus, Chain, PathError, Purpose, Source, State};
use time::UtcDateTime;

use crate::report::{ChainUsed, StatusPlace, StatusUsed};

/// Chains that are kept: more of them are of a file that nobody reports at length.
pub(super) const MAX_CHAINS: usize = 256;

/// What became of a question about `leaf`.
pub(super) fn chain(
    (leaf, purpose, at): (&Certificate, Purpose, UtcDateTime),
    outcome: Result<&Chain, &PathError>,
    answers: &[Response],
) -> ChainUsed {
    let (mut certificates, anchor, found, fault) = match outcome {
        Ok(chain) => (
            chain.certificates(),
            Some(chain.anchor().name().to_string()),
            chain.statuses(),
            None,
        ),
        Err(error) => (
            error.chain.clone(),
            None,
            error.statuses.as_slice(),
            Some((error.fault.code(), error.fault.at())),
        ),
    };
    if certificates.is_empty() {
        certificates.push(leaf.clone());
    }
    let statuses = found.iter().enumerate().filter_map(|(of, status)| {
        let CertificateStatus::Used { source, status } = status else {
            return None;
        };
        let about = certificates.get(of);
        let place = match source {
            Source::List(place) => StatusPlace::List(*place),
            _ => about
                .and_then(|about| answer(answers, about, status.this_update))
                .map_or(StatusPlace::Unnamed, StatusPlace::Answer),
        };
        Some(StatusUsed {
            of,
            place,
            this_update: status.this_update,
            next_update: status.next_update,
            revoked: match status.state {
                State::Good => None,
                State::Revoked { since, reason } => Some((since, reason)),
            },
        })
    });
    let statuses = statuses.collect();
    ChainUsed {
        purpose: purpose.name(),
        at,
        anchor,
        statuses,
        fault,
        certificates,
    }
}

/// The answer about this certificate as of that moment.
fn answer(answers: &[Response], about: &Certificate, as_of: UtcDateTime) -> Option<usize> {
    let speaks = |answer: &&Response| {
        answer.singles().iter().any(|single| {
            single.this_update() == as_of && single.id().serial() == about.serial().octets()
        })
    };
    answers.iter().position(|one| speaks(&one))
}
