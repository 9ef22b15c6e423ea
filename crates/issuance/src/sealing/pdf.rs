//! A PDF laid out for its seal, and finished: PAdES, in either suite.

use std::sync::Arc;

use affix::dss::{Material, append_dss};
use affix::seal::{
    Appearance, Certification, Fit, Joined, NewField, Place, SealRequest, prepare_time_stamp,
};
use catalogue::kind::Suite;
use crypto::{Digest, DigestAlgorithm, Hasher, Signature};
use evidence::cms::{self, Attribute, Draft};
use registry::jobs::Job;
use time::UtcDateTime;

use crate::level::Level;
use crate::means::Means;
use crate::office::Office;
use crate::sealing::fault::SealingError;
use crate::sealing::finished::{Signed, digest_of};
use crate::sealing::proof;
use crate::seals::SealInUse;
use crate::subject::{Stand, Subject};
use crate::waiting::WaitingFile;

/// Octets kept for a time-stamp token beside the unit's own chain.
const TOKEN: usize = 1_024;
/// Octets kept for a receipt: 40 hashes of a proof and a checkpoint with witnesses.
const RECEIPT: usize = 4_096;

/// A revision laid out, with a hole for the message.
pub(super) struct LaidPdf {
    file: Arc<Vec<u8>>,
    hashed: Hasher,
    revision: affix::seal::Prepared,
    message: cms::Prepared,
    pub(super) to_be_signed: Vec<u8>,
    /// SHA-256 over the byte ranges.
    pub(super) covered: [u8; 32],
}

/// 7: the revision, with a hole for the message.
pub(super) fn prepare(
    (office, means): (&Office, &Means<'_>),
    (seal, subject): (&SealInUse, &Subject),
    field: &str,
    (waiting, now): (WaitingFile, UtcDateTime),
) -> Result<LaidPdf, SealingError> {
    let shown = seal.appearance()?;
    let bodies = |first: u32| shown.bodies(first);
    let appearance = Appearance {
        width: shown.width(),
        height: shown.height(),
        bodies: &bodies,
    };
    let place = match subject {
        Subject::Document(spot) if spot.stand == Stand::Page => Place::Page(NewField {
            name: field,
            page: spot.page,
            corner: spot.corner,
            size: (appearance.width, appearance.height),
            described: seal.code.as_str(),
        }),
        Subject::Licence(_) | Subject::Document(_) => Place::Field {
            name: field,
            fit: Fit::Natural,
        },
    };
    let certification = match subject {
        Subject::Licence(_) => Certification::Certify,
        Subject::Document(_) => Certification::Approval,
    };
    let request = SealRequest {
        place,
        appearance: Some(appearance),
        certification,
        claimed: office.settings.zone.local(now),
        name: Some(&seal.holder),
        reason: None,
        location: None,
        contact: None,
        reserve: reserve(means, seal, subject.level())?,
    };
    let WaitingFile { file, hashed, .. } = waiting;
    let revision = affix::seal::prepare(file.as_ref(), &request)?;
    // D18: the log commits to SHA-256 in every suite. The octets of the file were hashed when it was compared with what
    // was released.
    let over = revision.digest_after(hashed.clone());
    let covered = digest_of(&over);
    let digest = match means.algorithm.digest() {
        DigestAlgorithm::Sha256 => over,
        other => revision.digest(file.as_ref(), other)?,
    };
    let message = Draft::pades(&digest, means.certificate, means.algorithm)
        .committing_to(cms::Commitment::Approval)
        .prepare()?;
    Ok(LaidPdf {
        to_be_signed: message.to_be_signed(),
        file,
        hashed,
        revision,
        message,
        covered,
    })
}

/// Octets kept for the message: the same for each use of a seal at one level.
fn reserve(means: &Means<'_>, seal: &SealInUse, level: Level) -> Result<usize, SealingError> {
    let known = match (means.suite, level) {
        (Suite::Sm, _) => None,
        (_, Level::Basic) => Some(&seal.reserves.0),
        _ => Some(&seal.reserves.1),
    };
    if let Some(octets) = known.and_then(std::sync::OnceLock::get) {
        return Ok(*octets);
    }
    let blank = Digest::of(means.algorithm.digest(), b"");
    let stamps: usize = means.stamps.unit().chain.iter().map(Vec::len).sum();
    let attributes = match level {
        Level::Basic => vec![RECEIPT],
        _ => vec![stamps + TOKEN, RECEIPT],
    };
    let octets = Draft::pades(&blank, means.certificate, means.algorithm)
        .committing_to(cms::Commitment::Approval)
        .reserve(&means.chain(), &attributes)?;
    Ok(known.map_or(octets, |known| *known.get_or_init(|| octets)))
}

/// A finished PDF.
pub(super) struct Finished {
    pub(super) file: Vec<u8>,
    /// Its SHA-256.
    pub(super) digest: [u8; 32],
    /// The signature of the time-stamp over all of it, where the level has one.
    pub(super) archive: Option<Signature>,
}

/// 12: time-stamp and receipt into the message, chain and status into the file, a time-stamp over all of it, as the level has
/// it.
pub(super) async fn finish(
    (office, means): (&Office, &Means<'_>),
    laid: LaidPdf,
    signed: Signed<'_>,
    (level, job): (Level, &Job),
) -> Result<Finished, SealingError> {
    let token = signed.stamp.map(|stamp| stamp.token(&[]));
    let token = token.map(|token| Attribute::signature_time_stamp(&token));
    let attributes: Vec<Attribute> = token
        .into_iter()
        .chain([Attribute::receipt(signed.receipt.as_bytes())])
        .collect();
    let message = laid
        .message
        .finish(signed.signature, &means.chain(), &attributes);
    let mut added = laid.revision.finish(&message)?;
    let evidence = evidence((office, means), &laid.file, &added, level).await?;
    added.extend_from_slice(&evidence);
    let mut archive = None;
    if level == Level::Archived {
        let (revision, signature) = archived((office, means), (&laid.file, &added), job).await?;
        added.extend_from_slice(&revision);
        archive = Some(signature);
    }
    let mut hashed = laid.hashed;
    hashed.update(&added);
    let mut file = Vec::with_capacity(laid.file.len() + added.len());
    file.extend_from_slice(&laid.file);
    file.extend_from_slice(&added);
    Ok(Finished {
        file,
        digest: digest_of(&hashed.finish()),
        archive,
    })
}

/// The time-stamp over the whole file so far, as a revision of its own (PAdES B-LTA).
async fn archived(
    (office, means): (&Office, &Means<'_>),
    (file, added): (&Arc<Vec<u8>>, &[u8]),
    job: &Job,
) -> Result<(Vec<u8>, Signature), SealingError> {
    let joined = Joined::new(file.as_ref(), added);
    let chain: usize = means.stamps.unit().chain.iter().map(Vec::len).sum();
    let name = format!("Archive-{}", job.id);
    let prepared = prepare_time_stamp(&joined, &name, chain + TOKEN)?;
    let imprint = prepared.digest(&joined, means.imprint())?;
    let stamp = proof::archive((office, means), &imprint, job).await?;
    let signature = stamp.signature.clone();
    Ok((prepared.finish(&stamp.token(&[]))?, signature))
}

/// What a later verifier needs, as a revision of its own (PAdES B-LT); nothing at level B-B.
async fn evidence(
    (office, means): (&Office, &Means<'_>),
    file: &Arc<Vec<u8>>,
    revision: &[u8],
    level: Level,
) -> Result<Vec<u8>, SealingError> {
    let Some(proof) = proof::of((office, means), level).await? else {
        return Ok(Vec::new());
    };
    let joined = Joined::new(file.as_ref(), revision);
    let material = Material {
        certificates: &proof.certificates,
        ocsps: &proof.ocsps,
        crls: &proof.crls,
    };
    Ok(append_dss(&joined, &material)?)
}
