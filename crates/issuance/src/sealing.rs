//! Steps 7 to 12: prepare, journal, sign, time-stamp, log, finish.
//!
//! A chain of one-shot values, each consumed by the next: a file cannot be signed without being journalled,
//! stamped before it is signed, or finished without its receipt.

use std::sync::Arc;

use affix::dss::{Material, WritePdf, append_dss};
use affix::seal::{
    Appearance, Certification, FinishSeal, Fit, Joined, NewField, Place, PrepareSeal, SealRequest,
};
use crypto::{
    Authorisation, Digest, DigestAlgorithm, Hasher, Release, SignError, Signature, sha256,
};
use evidence::cms::{self, Attribute, Draft, PrepareCms};
use registry::StoreError;
use registry::asked::By;
use registry::jobs::{Job, Logging, Signing, StepRefused};
use registry::journal::KeyUse as Use;
use thiserror::Error;
use tlog::leaf::LeafFault;
use tlog::{Leaf, LeafKind, Opening, Receipt, Sealed as Committed, StatusEntry};

use crate::answers::AnswerError;
use crate::keys::ServiceKey;
use crate::level::Level;
use crate::office::Office;
use crate::seals::SealInUse;
use crate::sequencer::{AppendError, Coming, Placed};
use crate::stamps::{Stamp, StampError};
pub(crate) use crate::subject::{Spot, Stand, Subject};

/// Octets kept for a time-stamp token beside the unit's own chain.
const TOKEN: usize = 1_024;
/// Octets kept for a receipt: 40 hashes of a proof and a checkpoint with witnesses.
const RECEIPT: usize = 4_096;

/// Why a file was not sealed. Nothing of it left.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealingError {
    /// The file does not take the seal.
    #[error("the file does not take the seal")]
    Prepare(#[from] PrepareSeal),
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] pdf::ReadPdf),
    /// The message cannot be prepared.
    #[error("the signed message cannot be prepared")]
    Message(#[from] PrepareCms),
    /// The step is not the job's next.
    #[error("the job does not take this step")]
    Step(#[from] StepRefused),
    /// The key store did not sign.
    #[error("the key store did not sign")]
    Sign(#[from] SignError),
    /// There is no time-stamp.
    #[error("there is no time-stamp")]
    Stamp(#[from] StampError),
    /// The journal cannot be written.
    #[error("the journal cannot be written")]
    Store(#[from] StoreError),
    /// The leaf cannot be written.
    #[error("the leaf cannot be written")]
    Leaf(#[from] LeafFault),
    /// The leaf is not known to be in the log.
    #[error("the leaf is not known to be in the log")]
    Log(#[from] AppendError),
    /// The status of a certificate cannot be proven.
    #[error("the status of a certificate cannot be proven")]
    Status(#[from] AnswerError),
    /// There is no current list of the root's.
    #[error("there is no current revocation list")]
    NoList,
    /// The message does not fit the place kept for it.
    #[error("the message does not fit its place")]
    Finish(#[from] FinishSeal),
    /// The evidence cannot be put into the file.
    #[error("the evidence cannot be put into the file")]
    Evidence(#[from] WritePdf),
    /// The inspector's own code does not accept the result.
    #[error("the sealed file is not accepted: {}", .0.join(", "))]
    NotAccepted(Vec<String>),
    /// The seal is not in use.
    #[error("the seal is not in use")]
    SealNotInUse,
    /// No randomness for a salt.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
}

/// A job whose release was given and is not used yet.
#[derive(Debug)]
pub(crate) struct Released {
    pub(crate) job: Job,
    pub(crate) file: Arc<Vec<u8>>,
    /// SHA-256 over the file, to be gone on with.
    pub(crate) hashed: Hasher,
    pub(crate) seal: Arc<SealInUse>,
    pub(crate) subject: Subject,
}

/// A revision laid out, and the octets that will be signed.
pub(crate) struct Prepared {
    released: Released,
    revision: affix::seal::Prepared,
    message: cms::Prepared,
    to_be_signed: Vec<u8>,
    /// SHA-256 over the byte ranges.
    covered: [u8; 32],
    /// When the file says it was signed, to the whole second of its text.
    claimed: time::UtcDateTime,
}

/// The same, known to the journal; the release is used up.
pub(crate) struct Journalled {
    prepared: Prepared,
    release: Release,
    attempt: u64,
}

/// Signed, and the signature checked.
struct Signed {
    prepared: Prepared,
    release: Release,
    attempt: u64,
    signature: Signature,
}

/// Stamped, where the level has a time-stamp.
struct Stamped {
    signed: Signed,
    stamp: Option<Stamp>,
}

/// What the journal has to know of a token (T-S8).
fn journal_line(stamp: &Stamp, job: &Job) -> Use {
    Use {
        department: job.department.clone(),
        by: By::new("service", stamp.moment),
        key: ServiceKey::TimeStamps.id(),
        purpose: "time-stamp".to_owned(),
        digests: vec![stamp.signed],
        object: job.id.to_string(),
    }
}

/// In the public log.
struct Logged {
    stamped: Stamped,
    receipt: String,
    /// The checkpoint's signature, where this process made it.
    checkpoint: Option<Signature>,
}

/// A finished file, not rechecked yet.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) job: Job,
    pub(crate) subject: Subject,
    pub(crate) release: Release,
    /// Which attempt of the job made it.
    pub(crate) attempt: u64,
    pub(crate) file: Vec<u8>,
    /// SHA-256 of the file.
    pub(crate) digest: [u8; 32],
    /// The signatures in it that were made, and checked, for it.
    pub(crate) made: Vec<Signature>,
    pub(crate) receipt: String,
}

/// Steps 7 to 12.
pub(crate) async fn seal(office: &Office, released: Released) -> Result<Sealed, SealingError> {
    let prepared = prepare(office, released).await?;
    let journalled = journal(office, prepared).await?;
    go_on(office, journalled).await
}

/// Steps 9 to 12: what is done once the journal knows of it.
pub(crate) async fn go_on(office: &Office, journalled: Journalled) -> Result<Sealed, SealingError> {
    let place = office.work.acquire().await;
    let coming = office.log.coming();
    let stamped = stamp(office, sign(office, journalled)?)?;
    drop(place);
    finish(office, log(office, stamped, coming).await?).await
}

/// 7: the revision, with a hole for the message.
pub(crate) async fn prepare(office: &Office, released: Released) -> Result<Prepared, SealingError> {
    let _place = office.work.acquire().await;
    let seal = &released.seal;
    let bodies = |first: u32| seal.appearance.bodies(first);
    let appearance = Appearance {
        width: seal.appearance.width(),
        height: seal.appearance.height(),
        bodies: &bodies,
    };
    let field = released.subject.field(&released.job);
    let place = match &released.subject {
        Subject::Document(spot) if spot.stand == Stand::Page => Place::Page(NewField {
            name: &field,
            page: spot.page,
            corner: spot.corner,
            size: (appearance.width, appearance.height),
            described: seal.code.as_str(),
        }),
        Subject::Licence(_) | Subject::Document(_) => Place::Field {
            name: &field,
            fit: Fit::Natural,
        },
    };
    let certification = match released.subject {
        Subject::Licence(_) => Certification::Certify,
        Subject::Document(_) => Certification::Approval,
    };
    let reserve = reserve(office, seal, released.subject.level())?;
    let now = office.clock.now();
    let request = SealRequest {
        place,
        appearance: Some(appearance),
        certification,
        claimed: office.settings.zone.local(now),
        name: Some(&seal.holder),
        reason: None,
        location: None,
        contact: None,
        reserve,
    };
    let revision = affix::seal::prepare(released.file.as_ref(), &request)?;
    // The octets of the file were hashed when it was compared with what was released.
    let digest = match seal.algorithm.digest() {
        DigestAlgorithm::Sha256 => revision.digest_after(released.hashed.clone()),
        other => revision.digest(released.file.as_ref(), other)?,
    };
    let message = Draft::pades(&digest, &seal.certificate, seal.algorithm)
        .committing_to(cms::Commitment::Approval)
        .prepare()?;
    let covered = match <[u8; 32]>::try_from(digest.bytes()) {
        Ok(covered) => covered,
        // A longer digest of the suite: the log commits to SHA-256 in every suite (D18).
        Err(_) => sha256_of(&revision.digest_after(released.hashed.clone())),
    };
    Ok(Prepared {
        to_be_signed: message.to_be_signed(),
        revision,
        message,
        covered,
        claimed: now,
        released,
    })
}

/// Octets kept for the message: the same for each use of a seal at one level.
fn reserve(office: &Office, seal: &SealInUse, level: Level) -> Result<usize, SealingError> {
    let known = match level {
        Level::Basic => &seal.reserves.0,
        Level::LongTerm => &seal.reserves.1,
    };
    if let Some(octets) = known.get() {
        return Ok(*octets);
    }
    let blank = Digest::of(seal.algorithm.digest(), b"");
    let stamps: usize = office.stamps.unit().chain.iter().map(Vec::len).sum();
    let attributes = match level {
        Level::Basic => vec![RECEIPT],
        Level::LongTerm => vec![stamps + TOKEN, RECEIPT],
    };
    let octets = Draft::pades(&blank, &seal.certificate, seal.algorithm)
        .committing_to(cms::Commitment::Approval)
        .reserve(&chain(office, seal), &attributes)?;
    Ok(*known.get_or_init(|| octets))
}

fn sha256_of(digest: &Digest) -> [u8; 32] {
    let mut octets = [0; 32];
    for (to, from) in octets.iter_mut().zip(digest.bytes()) {
        *to = *from;
    }
    octets
}

/// The certificates that the message carries: the seal's and its issuer's, without the root.
fn chain(office: &Office, seal: &SealInUse) -> [Vec<u8>; 2] {
    [&seal.certificate, &office.hierarchy.authority].map(|certificate| certificate.der().to_vec())
}

/// 8: the journal knows these octets, and the release is used up, in one transaction.
async fn journal(office: &Office, prepared: Prepared) -> Result<Journalled, SealingError> {
    let (job, by) = (
        &prepared.released.job,
        By::new("service", office.clock.now()),
    );
    let jobs = office.registry.jobs();
    let journalled = jobs.journal(&job.id, signing(&prepared), by).await?;
    // What earlier attempts left in the log was closed with it.
    if journalled.attempt > 1 {
        office.log.wake();
    }
    Ok(Journalled {
        prepared,
        release: journalled.release,
        attempt: journalled.attempt,
    })
}

/// 6 and 8 at once, for a job that waits: the release is used up as it is taken.
pub(crate) async fn release_and_journal(
    office: &Office,
    mut prepared: Prepared,
    (release, by): (&Release, &By),
) -> Result<Journalled, StepRefused> {
    let job = &prepared.released.job;
    let place = (&job.department, &job.id);
    let what = (release.clone(), signing(&prepared));
    let who = (by.clone(), By::new("service", office.clock.now()));
    let jobs = office.registry.jobs();
    let (job, journalled) = jobs.release_and_journal(place, what, who).await?;
    prepared.released.job = job;
    Ok(Journalled {
        prepared,
        release: journalled.release,
        attempt: journalled.attempt,
    })
}

fn signing(prepared: &Prepared) -> Signing {
    Signing {
        key: prepared.released.seal.key.clone(),
        digest: sha256(&prepared.to_be_signed),
        purpose: prepared.released.job.grounds.purpose.code().to_owned(),
    }
}

/// 9: the only place in which a seal's key signs. The key store checks the release itself.
fn sign(office: &Office, journalled: Journalled) -> Result<Signed, SealingError> {
    let Journalled {
        prepared,
        release,
        attempt,
    } = journalled;
    let under = Authorisation::released(
        prepared.released.seal.key.clone(),
        &prepared.to_be_signed,
        office.clock.now(),
        release.clone(),
    );
    let signature = office.keys.sign(&prepared.to_be_signed, &under)?;
    Ok(Signed {
        prepared,
        release,
        attempt,
        signature,
    })
}

/// 10: over the signature's value (EN 319 122-1 5.3). Journalled with the leaf, before anything leaves.
fn stamp(office: &Office, signed: Signed) -> Result<Stamped, SealingError> {
    if signed.prepared.released.subject.level() == Level::Basic {
        return Ok(Stamped {
            signed,
            stamp: None,
        });
    }
    let digest = Digest::of(DigestAlgorithm::Sha256, signed.signature.bytes());
    let stamp = office.stamps.stamp_digest(
        &digest,
        office.clock.as_ref(),
        &office.keys,
        office.random.as_ref(),
    )?;
    Ok(Stamped {
        signed,
        stamp: Some(stamp),
    })
}

/// 11: D3, no seal signature leaves before its leaf is in the log.
async fn log(office: &Office, stamped: Stamped, coming: Coming) -> Result<Logged, SealingError> {
    let mut salt = [0; 16];
    office.random.fill(&mut salt)?;
    let prepared = &stamped.signed.prepared;
    let sealed = Committed {
        signed: prepared.covered,
        signature: sha256(stamped.signed.signature.bytes()),
    };
    let (opening, status) = opening(office, &prepared.released, salt, sealed);
    let stamp = stamped.stamp.as_ref();
    // The reader has no other moment than these two to build the leaf from.
    let moment = stamp.map_or(prepared.claimed, |stamp| stamp.moment);
    let leaf = Leaf {
        kind: LeafKind::SealSignature,
        office: prepared.released.seal.holder_code.clone(),
        subject: prepared.released.seal.code.as_str().to_owned(),
        moment: crate::answers::whole(moment),
        commitment: opening.commitment(),
        status,
    };
    let job = &prepared.released.job;
    let logging = Logging {
        job: job.id.clone(),
        attempt: stamped.signed.attempt,
        leaf: leaf.encode()?,
        uses: stamp
            .map(|stamp| journal_line(stamp, job))
            .into_iter()
            .collect(),
    };
    let logged = office.registry.jobs().log(logging).await?;
    drop(coming);
    let Placed {
        index,
        proof,
        checkpoint,
        signature,
    } = office.log.placed(logged).await?;
    let receipt = Receipt {
        salt,
        index,
        proof,
        checkpoint: checkpoint.to_string(),
    };
    Ok(Logged {
        receipt: receipt.encode(),
        stamped,
        checkpoint: signature,
    })
}

/// What the commitment is to, and the status reference that the leaf names (D18).
fn opening(
    office: &Office,
    released: &Released,
    salt: [u8; 16],
    sealed: Committed,
) -> (Opening, Option<StatusEntry>) {
    match &released.subject {
        Subject::Licence(licence) => {
            let record = &licence.0;
            let opening = Opening {
                salt,
                identifier: record.identifier.to_string(),
                version: record.identifier.version().to_string(),
                content: record.content_digest,
                sealed: Some(sealed),
            };
            let status = StatusEntry {
                uri: office.slots.uri(record.status_list),
                index: u64::from(record.status_index),
            };
            (opening, Some(status))
        }
        // A document has no identifier of its own; what it says is what was signed.
        Subject::Document(_) => {
            let opening = Opening {
                salt,
                identifier: String::new(),
                version: String::new(),
                content: sealed.signed,
                sealed: Some(sealed),
            };
            (opening, None)
        }
    }
}

/// 12: time-stamp and receipt into the message, chain and status into the file, as the level has it.
async fn finish(office: &Office, logged: Logged) -> Result<Sealed, SealingError> {
    let Logged {
        stamped,
        receipt,
        checkpoint,
    } = logged;
    let Stamped { signed, stamp } = stamped;
    let Signed {
        prepared,
        release,
        attempt,
        signature,
    } = signed;
    let released = prepared.released;
    let token = stamp.as_ref();
    let token = token.map(|stamp| Attribute::signature_time_stamp(&stamp.token));
    let attributes: Vec<Attribute> = token
        .into_iter()
        .chain([Attribute::receipt(receipt.as_bytes())])
        .collect();
    let certificates = chain(office, &released.seal);
    let message = prepared
        .message
        .finish(&signature, &certificates, &attributes);
    let revision = prepared.revision.finish(&message)?;
    let evidence = evidence(office, &released, &revision).await?;
    let mut hashed = released.hashed;
    hashed.update(&revision);
    hashed.update(&evidence);
    let mut file = Vec::with_capacity(released.file.len() + revision.len() + evidence.len());
    file.extend_from_slice(&released.file);
    file.extend_from_slice(&revision);
    file.extend_from_slice(&evidence);
    Ok(Sealed {
        job: released.job,
        subject: released.subject,
        release,
        attempt,
        file,
        digest: sha256_of(&hashed.finish()),
        made: [
            Some(signature),
            stamp.map(|stamp| stamp.signature),
            checkpoint,
        ]
        .into_iter()
        .flatten()
        .collect(),
        receipt,
    })
}

/// What a later verifier needs, as a revision of its own (PAdES B-LT); nothing at level B-B.
async fn evidence(
    office: &Office,
    released: &Released,
    revision: &[u8],
) -> Result<Vec<u8>, SealingError> {
    let hierarchy = &office.hierarchy;
    let responder = &office.responder;
    // After the time-stamp, so that they prove more than answers of before (ades-pki 4.1). A seal whose certificate
    // does not stand seals nothing, at no level.
    let of_seal = responder
        .newest(*released.seal.certificate.serial())
        .await?;
    if released.subject.level() == Level::Basic {
        return Ok(Vec::new());
    }
    let of_stamps = responder.newest(*hierarchy.time_stamps.serial()).await?;
    let of_authority = office
        .lists
        .revoked(&format!("{}.crl", ServiceKey::Root.name()))
        .ok_or(SealingError::NoList)?;
    let joined = Joined::new(released.file.as_ref(), revision);
    let certificates = [
        &released.seal.certificate,
        &hierarchy.authority,
        &hierarchy.time_stamps,
        &hierarchy.responder,
    ]
    .map(|certificate| certificate.der().to_vec());
    let material = Material {
        certificates: &certificates,
        ocsps: &[of_seal.to_vec(), of_stamps.to_vec()],
        crls: std::slice::from_ref(&of_authority.bytes),
    };
    Ok(append_dss(&joined, &material)?)
}
