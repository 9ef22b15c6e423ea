//! Steps 7 to 12: prepare, journal, sign, time-stamp, log, finish; for each file of a use.
//!
//! A chain of one-shot values, each consumed by the next: a file cannot be signed without being journalled,
//! stamped before it is signed, or finished without its receipt.

mod around;
mod fault;
mod finished;
mod ofd;
mod pdf;
mod plain;
mod proof;

use std::sync::Arc;

use affix::ofd::{PreparedSeal, PreparedSignature};
use catalogue::kind::{FileFormat, Suite};
use crypto::{Authorisation, Digest, Release, Signature, sha256};
use evidence::tsp::Request;
use registry::asked::By;
use registry::jobs::{Job, Logging, Signing, StepRefused, Witness};
use registry::journal::KeyUse as Use;
use time::UtcDateTime;
use tlog::{Leaf, LeafKind, Opening, Receipt, Sealed as Committed, StatusEntry};
use verify::Case;

use crate::anchor::stands;
use crate::desk::Desk;
use crate::keys::ServiceKey;
use crate::level::Level;
use crate::means::{Means, means, suite_of};
use crate::office::Office;
pub use crate::sealing::fault::SealingError;
use crate::sealing::finished::Signed;
use crate::seals::SealInUse;
use crate::sequencer::{Coming, Placed};
use crate::stamps::{Open, believed};
pub(crate) use crate::subject::{Spot, Subject};
use crate::waiting::WaitingFile;

/// The use of a seal: for which job, on what.
#[derive(Debug)]
pub(crate) struct Used {
    pub(crate) job: Job,
    pub(crate) seal: Arc<SealInUse>,
    pub(crate) subject: Subject,
    /// The number of the catalogue by which the use was ruled on.
    catalogue: u64,
    /// The suite that the type asks for its PDF, as it was when the use began: another catalogue may come into force
    /// before it ends.
    pdf: Option<Suite>,
}

impl Used {
    pub(crate) fn of(desk: &Desk, (job, subject): (Job, Subject), seal: Arc<SealInUse>) -> Self {
        let kind = match &subject {
            Subject::Licence(licence) => desk.catalogue.licence_type(&licence.0.licence_type),
            Subject::Document(_) => None,
        };
        Self {
            catalogue: desk.version,
            pdf: kind.and_then(|kind| kind.suite(FileFormat::Pdf)),
            job,
            seal,
            subject,
        }
    }

    /// What the file of this format is sealed with.
    fn means<'a>(
        &'a self,
        office: &'a Office,
        format: FileFormat,
    ) -> Result<Means<'a>, SealingError> {
        means(office, &self.seal, suite_of(format, self.pdf)).ok_or(SealingError::NoSuite)
    }
}

/// A job whose release was given and is not used yet.
#[derive(Debug)]
pub(crate) struct Released {
    pub(crate) used: Used,
    /// The PDF first.
    pub(crate) files: Vec<WaitingFile>,
}

/// A file laid out, and the octets that will be signed.
enum Laid {
    Pdf(Box<pdf::LaidPdf>),
    Ofd(Box<PreparedSeal>),
    Plain(Box<PreparedSignature>),
    Around(Box<around::LaidAround>),
}

impl Laid {
    fn format(&self) -> FileFormat {
        match self {
            Self::Pdf(_) => FileFormat::Pdf,
            Self::Ofd(_) | Self::Plain(_) => FileFormat::Ofd,
            Self::Around(laid) => FileFormat::Envelope(laid.form),
        }
    }

    fn to_be_signed(&self) -> &[u8] {
        match self {
            Self::Pdf(laid) => &laid.to_be_signed,
            Self::Ofd(laid) => laid.to_be_signed(),
            Self::Plain(laid) => laid.to_be_signed(),
            Self::Around(laid) => laid.laid.to_be_signed(),
        }
    }

    /// The signature's value as it will stand in the file.
    fn value(&self, signature: &Signature) -> Result<Vec<u8>, SealingError> {
        match self {
            Self::Pdf(_) | Self::Ofd(_) | Self::Plain(_) => Ok(signature.bytes().to_vec()),
            Self::Around(laid) => Ok(laid.value(signature)?),
        }
    }

    /// What the time-stamp of a signature of this value is over (EN 319 122-1 5.3, TS 119 182-1 5.3.4, GB/T 38540).
    fn stamped(&self, value: &[u8]) -> Vec<u8> {
        match self {
            Self::Pdf(_) | Self::Ofd(_) | Self::Plain(_) => value.to_vec(),
            Self::Around(laid) => laid.laid.stamped(value),
        }
    }

    /// D18: SHA-256 over the byte ranges, over `Signature.xml`, or over what an envelope signs.
    fn covered(&self) -> [u8; 32] {
        match self {
            Self::Pdf(laid) => laid.covered,
            Self::Ofd(laid) => laid.covered(),
            Self::Plain(laid) => laid.covered(),
            Self::Around(laid) => laid.laid.covered(),
        }
    }
}

/// The files laid out.
pub(crate) struct Prepared {
    used: Used,
    laid: Vec<Laid>,
    /// When the files say they were signed, to the whole second of their text.
    claimed: UtcDateTime,
}

/// The same, known to the journal; the release is used up.
pub(crate) struct Journalled {
    prepared: Prepared,
    release: Release,
    approvals: Vec<Release>,
    attempt: u64,
}

/// A file with its signature, checked, and its time-stamp where the level has one.
struct Stamped {
    laid: Laid,
    signature: Signature,
    /// SHA-256 of its value as it will stand in the file.
    value: [u8; 32],
    stamp: Option<Open>,
}

/// A file with its receipt.
struct Logged {
    stamped: Stamped,
    receipt: String,
    /// The checkpoint's signatures, where this process made them.
    checkpoint: Vec<Signature>,
}

/// A use that is under way since the journal knows it.
struct Going {
    used: Used,
    release: Release,
    attempt: u64,
    claimed: UtcDateTime,
}

/// A finished file, not rechecked yet.
#[derive(Debug)]
pub(crate) struct SealedFile {
    pub(crate) format: FileFormat,
    pub(crate) file: Vec<u8>,
    /// What is in it, where it was read when it was finished.
    pub(crate) read: Option<Box<Case>>,
    /// SHA-256 of the file.
    pub(crate) digest: [u8; 32],
    /// The signatures in it that were made, and checked, for it.
    pub(crate) made: Vec<Signature>,
    pub(crate) receipt: String,
    /// What a signature beside its content is over.
    pub(crate) beside: around::Beside,
}

/// The finished files of a use.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) job: Job,
    pub(crate) subject: Subject,
    pub(crate) release: Release,
    /// Which attempt of the job made them.
    pub(crate) attempt: u64,
    pub(crate) files: Vec<SealedFile>,
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
    let (going, stamped) = sign(office, journalled)?;
    drop(place);
    let logged = log(office, &going, stamped, coming).await?;
    finish(office, going, logged).await
}

/// 7: each file, with a hole for what is signed.
pub(crate) async fn prepare(office: &Office, released: Released) -> Result<Prepared, SealingError> {
    let _place = office.work.acquire().await;
    let Released { used, files } = released;
    let field = used.subject.field(&used.job);
    let now = office.clock.now();
    let mut laid = Vec::with_capacity(files.len());
    for waiting in files {
        let means = used.means(office, waiting.format)?;
        let on = (used.seal.as_ref(), &used.subject);
        laid.push(match waiting.format {
            FileFormat::Pdf => {
                let prepared = pdf::prepare((office, &means), on, &field, (waiting, now))?;
                Laid::Pdf(Box::new(prepared))
            }
            FileFormat::Ofd if used.subject.is_plain() => {
                Laid::Plain(Box::new(plain::prepare(&means, waiting, now)?))
            }
            FileFormat::Ofd => Laid::Ofd(Box::new(ofd::prepare(&means, on, waiting, now)?)),
            FileFormat::Envelope(form) => {
                Laid::Around(Box::new(around::prepare(&means, form, &waiting, now)?))
            }
        });
    }
    Ok(Prepared {
        used,
        laid,
        claimed: now,
    })
}

/// 8: the journal knows these octets, and the release is used up, in one transaction.
async fn journal(office: &Office, prepared: Prepared) -> Result<Journalled, SealingError> {
    // T-D8: what a store that was put back in time has as unused is not used again.
    stands(office).await?;
    let (job, by) = (&prepared.used.job, By::new("service", office.clock.now()));
    let jobs = office.registry.jobs();
    let signing = signing(office, &prepared)?;
    let journalled = jobs.journal(&job.id, signing, by).await?;
    // What earlier attempts left in the log was closed with it.
    if journalled.attempt > 1 {
        office.log.wake();
    }
    Ok(Journalled {
        prepared,
        release: journalled.release,
        approvals: journalled.approvals,
        attempt: journalled.attempt,
    })
}

/// 6 and 8 at once, for a job that waits: the release is used up as it is taken.
pub(crate) async fn release_and_journal(
    office: &Office,
    mut prepared: Prepared,
    (release, by): (&Release, &By),
) -> Result<Journalled, StepRefused> {
    let job = &prepared.used.job;
    let place = (&job.department, &job.id);
    let signing = signing(office, &prepared).map_err(|_| StepRefused::Unknown)?;
    let who = (by.clone(), By::new("service", office.clock.now()));
    let jobs = office.registry.jobs();
    let what = (release.clone(), signing);
    let (job, journalled) = jobs.release_and_journal(place, what, who).await?;
    prepared.used.job = job;
    Ok(Journalled {
        prepared,
        release: journalled.release,
        approvals: journalled.approvals,
        attempt: journalled.attempt,
    })
}

/// D23: one use, one line, with the signature of each file.
fn signing(office: &Office, prepared: &Prepared) -> Result<Signing, SealingError> {
    let used = &prepared.used;
    let mut signed = prepared.laid.iter().map(|laid| {
        let means = used.means(office, laid.format())?;
        Ok::<_, SealingError>((means.key.clone(), sha256(laid.to_be_signed())))
    });
    let (key, digest) = signed.next().ok_or(SealingError::NoSuite)??;
    Ok(Signing {
        key,
        digest,
        beside: signed.next().transpose()?,
        purpose: used.job.grounds.purpose.code().to_owned(),
        scope: used.seal.scope,
        catalogue: used.catalogue,
        witness: witness(office),
    })
}

fn witness(office: &Office) -> Witness {
    let keys = Arc::clone(&office.keys);
    Witness::new(move |key, release| keys.check_release(key, release).is_ok())
}

/// 9 and 10, the only place in which a seal's key signs: the key store checks the release itself. The time-stamp is over
/// the signature's value (EN 319 122-1 5.3, GB/T 38540), journalled with the leaf, before anything leaves.
fn sign(office: &Office, journalled: Journalled) -> Result<(Going, Vec<Stamped>), SealingError> {
    let Journalled {
        prepared,
        release,
        approvals,
        attempt,
    } = journalled;
    let Prepared {
        used,
        laid,
        claimed,
    } = prepared;
    believed(office.clock.as_ref())?;
    let mut stamped = Vec::with_capacity(laid.len());
    for laid in laid {
        let means = used.means(office, laid.format())?;
        let under = Authorisation::released(
            means.key.clone(),
            laid.to_be_signed(),
            office.clock.now(),
            release.clone(),
        )
        .with(approvals.clone());
        let signature = office.keys.sign(laid.to_be_signed(), &under)?;
        let value = laid.value(&signature)?;
        let stamp = match used.subject.level() {
            Level::Basic => None,
            _ => Some(means.stamps.open(
                &Request::new(&Digest::of(means.imprint(), &laid.stamped(&value))),
                office.clock.as_ref(),
                &office.keys,
                office.random.as_ref(),
            )?),
        };
        stamped.push(Stamped {
            laid,
            signature,
            value: sha256(&value),
            stamp,
        });
    }
    let going = Going {
        used,
        release,
        attempt,
        claimed,
    };
    Ok((going, stamped))
}

/// What the journal has to know of a token (T-S8).
fn journal_line(stamp: &Open, key: ServiceKey, job: &Job) -> Use {
    Use {
        department: job.department.clone(),
        by: By::new("service", stamp.moment),
        key: key.id(),
        purpose: "time-stamp".to_owned(),
        digests: vec![stamp.signed],
        object: job.id.to_string(),
    }
}

/// 11: D3, no seal signature leaves before its leaf is in the log; a leaf and a receipt for each (D18).
async fn log(
    office: &Office,
    going: &Going,
    files: Vec<Stamped>,
    coming: Coming,
) -> Result<Vec<Logged>, SealingError> {
    let (used, job) = (&going.used, &going.used.job);
    let mut salts = Vec::with_capacity(files.len());
    let (mut leaves, mut uses) = (Vec::new(), Vec::new());
    for stamped in &files {
        let mut salt = [0; 16];
        office.random.fill(&mut salt)?;
        leaves.push(leaf(office, going, stamped, salt).encode()?);
        salts.push(salt);
        if let Some(stamp) = &stamped.stamp {
            let means = used.means(office, stamped.laid.format())?;
            uses.push(journal_line(stamp, means.stamps_key, job));
        }
    }
    let logging = Logging {
        job: job.id.clone(),
        attempt: going.attempt,
        leaves,
        uses,
    };
    let pending = office.registry.jobs().log(logging).await?;
    drop(coming);
    let mut logged = Vec::with_capacity(files.len());
    for ((stamped, salt), pending) in files.into_iter().zip(salts).zip(pending) {
        let Placed {
            index,
            proof,
            checkpoint,
            signatures,
        } = office.log.placed(pending).await?;
        let receipt = Receipt {
            salt,
            index,
            proof,
            checkpoint: checkpoint.to_string(),
        };
        logged.push(Logged {
            stamped,
            receipt: receipt.encode(),
            checkpoint: signatures,
        });
    }
    Ok(logged)
}

fn leaf(office: &Office, going: &Going, stamped: &Stamped, salt: [u8; 16]) -> Leaf {
    let used = &going.used;
    let sealed = Committed {
        signed: stamped.laid.covered(),
        signature: stamped.value,
    };
    let (opening, status) = opening(office, used, salt, sealed);
    // The reader has no other moment than these two to build the leaf from.
    let stamp = stamped.stamp.as_ref();
    let moment = stamp.map_or(going.claimed, |stamp| stamp.moment);
    Leaf {
        kind: LeafKind::SealSignature,
        office: used.seal.holder_code.clone(),
        subject: used.seal.code.as_str().to_owned(),
        moment: crate::answers::whole(moment),
        commitment: opening.commitment(),
        status,
    }
}

/// What the commitment is to, and the status reference that the leaf names (D18).
fn opening(
    office: &Office,
    used: &Used,
    salt: [u8; 16],
    sealed: Committed,
) -> (Opening, Option<StatusEntry>) {
    match &used.subject {
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

/// 12: time-stamp and receipt, and what the level has beside them, into each file.
async fn finish(
    office: &Office,
    going: Going,
    logged: Vec<Logged>,
) -> Result<Sealed, SealingError> {
    let mut files = Vec::with_capacity(logged.len());
    for file in logged {
        files.push(finish_file(office, &going.used, file).await?);
    }
    Ok(Sealed {
        job: going.used.job,
        subject: going.used.subject,
        release: going.release,
        attempt: going.attempt,
        files,
    })
}

async fn finish_file(
    office: &Office,
    used: &Used,
    logged: Logged,
) -> Result<SealedFile, SealingError> {
    let Logged {
        stamped,
        receipt,
        checkpoint,
    } = logged;
    let Stamped {
        laid,
        signature,
        stamp,
        ..
    } = stamped;
    let format = laid.format();
    let means = used.means(office, format)?;
    let mut made: Vec<Signature> = stamp.iter().map(|stamp| stamp.signature.clone()).collect();
    let signed = Signed {
        signature: &signature,
        stamp,
        receipt: &receipt,
    };
    let level = used.subject.level();
    let (mut read, mut beside) = (None, around::Beside::default());
    let (file, digest) = match laid {
        Laid::Pdf(laid) => {
            let asked = (level, &used.job);
            let finished = pdf::finish((office, &means), *laid, signed, asked).await?;
            made.extend(finished.archive);
            (finished.file, finished.digest)
        }
        Laid::Ofd(laid) => {
            // A seal whose certificate does not stand seals nothing.
            means.responder.newest(*means.certificate.serial()).await?;
            let laid = (*laid, used.seal.as_ref());
            let (file, found) = ofd::finish((office, &means), laid, signed)?;
            read = Some(Box::new(found));
            let digest = sha256(&file);
            (file, digest)
        }
        Laid::Around(laid) => {
            let finished =
                around::finish((office, &means), *laid, signed, (level, &used.job)).await?;
            made.extend(finished.archive);
            beside = finished.beside;
            let digest = sha256(&finished.file);
            (finished.file, digest)
        }
        Laid::Plain(laid) => {
            means.responder.newest(*means.certificate.serial()).await?;
            let (file, found) = plain::finish((office, &means), *laid, signed)?;
            read = Some(Box::new(found));
            let digest = sha256(&file);
            (file, digest)
        }
    };
    made.push(signature);
    made.extend(checkpoint);
    Ok(SealedFile {
        format,
        file,
        read,
        digest,
        made,
        receipt,
        beside,
    })
}
