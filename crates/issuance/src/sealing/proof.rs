//! What proves a seal and its time-stamp to later verifiers, and the time-stamp over all of it.

use crypto::Digest;
use envelope::Proof;
use evidence::tsp::Request;
use registry::jobs::Job;

use crate::level::Level;
use crate::means::Means;
use crate::office::Office;
use crate::sealing::fault::SealingError;
use crate::sealing::journal_line;
use crate::stamps::Open;

/// Chain, status answers and lists, where the level keeps them.
pub(super) async fn of(
    (office, means): (&Office, &Means<'_>),
    level: Level,
) -> Result<Option<Proof>, SealingError> {
    // After the time-stamp, so that they prove more than answers of before (ades-pki 4.1). A seal whose certificate
    // does not stand seals nothing, at no level.
    let of_seal = means.responder.newest(*means.certificate.serial()).await?;
    if !level.keeps_proof() {
        return Ok(None);
    }
    let unit = means.time_stamps.current();
    let of_stamps = means.responder.newest(*unit.serial()).await?;
    // The answers are of this very second, the lists of those who sign them for longer than any responder lives.
    let crls = means
        .kept_lists(office, &[means.certificate, &unit])
        .ok_or(SealingError::NoList)?;
    let responder = means.responder_certificate.current();
    let certificates = [means.certificate, means.authority, &unit, &responder];
    Ok(Some(Proof {
        certificates: certificates
            .map(|certificate| certificate.der().to_vec())
            .to_vec(),
        ocsps: vec![of_seal.to_vec(), of_stamps.to_vec()],
        crls,
    }))
}

/// A token over all of a file, known to the journal before anything leaves (T-S8).
pub(super) async fn archive(
    (office, means): (&Office, &Means<'_>),
    imprint: &Digest,
    job: &Job,
) -> Result<Open, SealingError> {
    let stamp = means.stamps.open(
        &Request::new(imprint),
        office.clock.as_ref(),
        &office.keys,
        office.random.as_ref(),
    )?;
    let line = journal_line(&stamp, means.stamps_key, job);
    office.registry.journal().append(vec![line]).await?;
    Ok(stamp)
}
