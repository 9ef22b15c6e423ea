//! Why a document does not wait for a seal, and how one that was admitted waits.

use affix::flatten::FlattenPdf;
use affix::ofd::SealOfd;
use affix::preflight::Finding;
use catalogue::kind::FileFormat;
use catalogue::{DocumentPurpose, Refusal, SealUse};
use envelope::Unfit;
use registry::StoreError;
use registry::asked::By;
use registry::jobs::{
    DocumentRefused, DocumentReservation, DocumentSubmission, DocumentSubmitted, Grounds, JobId,
    StepRefused,
};
use registry::objects::{ObjectError, ObjectId};
use registry::trace::{Act, Deed};
use thiserror::Error;

use backoffice::asker::{Asker, Once};
use backoffice::desk::Desk;
use backoffice::import;
use backoffice::office::Office;
use backoffice::said::{response, waiting};
use backoffice::waiting::put_by;
use issuance::issue::{Begun, IssueError, Spot, repeated};

use crate::flat::{Answer, FlatLine};

/// Why a document does not wait for a seal.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// A rule of the catalogue says no.
    #[error("the catalogue says no")]
    Refused(#[from] Refusal),
    /// Licences are sealed by `POST /v1/licences` alone.
    #[error("a licence is not sealed as a document")]
    Licence,
    /// The file is not a PDF that can be sealed, or cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] pdf::ReadPdf),
    /// The file is an OFD package that cannot be sealed as it is.
    #[error("the package cannot be sealed")]
    Package(#[from] SealOfd),
    /// The office, or the seal, is without the national suite, in which alone an OFD is sealed.
    #[error("the seal is not in use in the suite of the file")]
    NoSuite,
    /// The order is for an OFD file: a seal over the edges, or in another edition, or a signature without a seal.
    #[error(
        "a seal over the edges, or of another edition than V4, and a plain signature are for an OFD file"
    )]
    OfdAlone,
    /// The edition has no place for a time-stamp.
    #[error("a seal of GM/T 0031-2014 (V1) has no place for a time-stamp: its level is B-B")]
    NoStamp,
    /// The format has no such level.
    #[error("{format} is not made at level {level}")]
    Level {
        /// The code of the format.
        format: &'static str,
        /// The level that was asked for.
        level: &'static str,
    },
    /// It holds the content, or is over all of it, and a digest alone was sent.
    #[error("{what} is not made of a digest: it needs the content")]
    NeedsContent {
        /// The form, or the level of one.
        what: &'static str,
    },
    /// A digest is none, or not one that the seal's key and the form need.
    #[error("{why}")]
    Digest {
        /// What is wrong with it.
        why: String,
    },
    /// What a document of this purpose says is fixed by law: it is not sealed unseen.
    #[error("a document of this purpose is not sealed by its digest: what it says is looked at")]
    MustBeSeen,
    /// The seal may not be used on what nobody here has seen.
    #[error(
        "the seal may not be used on content that was not sent: two people allow it, or nobody does"
    )]
    Unseen,
    /// The content does not go into the envelope that was asked for.
    #[error(transparent)]
    Content(#[from] Unfit),
    /// The file holds what would let it change its looks after the seal (T-S5).
    #[error("the file holds {} things that a sealed document may not hold", .0.len())]
    Active(Vec<Finding>),
    /// The file cannot be flattened: it carries a signature, or shows what readers do not agree about.
    #[error("the file cannot be flattened")]
    Flatten(#[source] FlattenPdf),
    /// The page named is not there.
    #[error("the file has {pages} pages")]
    Page {
        /// How many it has.
        pages: usize,
    },
    /// There is no such case, or none that concerns the department.
    #[error("there is no such case here")]
    UnknownCase,
    /// What it rests on is no reference: too long, not as it reads, a citizen's number; a case's number is written otherwise, or none
    /// is given where the document is one of a case.
    #[error(
        "case and ground are 1 to 64 plain characters; a case is named by its number, and a document of one names it"
    )]
    Reference,
    /// The case does not have what the document would say: no acceptance, no supplement, no decision.
    #[error("the case has nothing that such a document would say")]
    NothingToSay,
    /// There is no form for it, or it is no document of a case.
    #[error("there is no form for such a document")]
    NoForm,
    /// The document is another body's to write.
    #[error("the document is written by the body that decides the case")]
    OtherBody,
    /// No seal of the body's may stand on it.
    #[error("no seal of the body may stand on it")]
    NoSeal,
    /// Its seal cannot be drawn.
    #[error("its seal cannot be drawn")]
    Drawn(#[from] backoffice::seals::SealError),
    /// Its page cannot be laid out.
    #[error("its page cannot be laid out")]
    Layout(#[from] document::RenderPage),
    /// It cannot be reserved.
    #[error("it cannot be reserved")]
    Reserve(#[from] DocumentRefused),
    /// Its job takes another step.
    #[error("its job takes another step")]
    Step(#[from] StepRefused),
    /// Its file cannot be kept.
    #[error("its file cannot be kept")]
    Object(#[from] ObjectError),
    /// The same request was made before, and cannot be answered again.
    #[error("the first request of this key has no answer")]
    Repeated(#[source] Box<IssueError>),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

impl DocumentError {
    /// The code of what is no refusal by a rule.
    pub const OTHER: &'static str = "document.unreadable";

    /// The code of the refusal, as the trace has it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Licence => "seal.purpose",
            Self::Active(_) | Self::Flatten(_) => "document.active",
            Self::Page { .. } | Self::Package(SealOfd::Place { .. } | SealOfd::Edges { .. }) => {
                "document.page"
            }
            Self::OfdAlone => "document.ofd-alone",
            Self::NoStamp => "document.no-stamp",
            Self::Level { .. } => "document.level",
            Self::Content(_) => "document.content",
            Self::NeedsContent { .. } => "document.needs-content",
            Self::Digest { .. } => "document.digest",
            Self::MustBeSeen => "document.must-be-seen",
            Self::Unseen => "seal.unseen",
            Self::Reference => "document.reference",
            Self::NothingToSay => "document.nothing-to-say",
            Self::NoForm => "document.no-form",
            Self::OtherBody => "document.other-body",
            Self::NoSeal => "document.no-seal",
            Self::NoSuite => "document.no-suite",
            Self::Layout(_) => "document.layout",
            _ => Self::OTHER,
        }
    }
}

/// Keeps an admitted document until its seal is released.
pub(crate) async fn wait(
    office: &Office,
    given: (&Asker, &Once),
    sealing: (Grounds, &Spot),
    files: Vec<(FileFormat, Vec<u8>)>,
) -> Result<Begun, DocumentError> {
    wait_told(office, given, sealing, files, Vec::new()).await
}

/// The same, and the answer says what was flattened.
pub(crate) async fn wait_told(
    office: &Office,
    (asker, once): (&Asker, &Once),
    (grounds, spot): (Grounds, &Spot),
    files: Vec<(FileFormat, Vec<u8>)>,
    flattened: Vec<FlatLine>,
) -> Result<Begun, DocumentError> {
    let now = office.clock.now();
    let mut reservation = DocumentReservation {
        asked: asker.asked(once),
        by: asker.by(now),
        department: asker.department.clone(),
        catalogue: admitted_by(office, asker, &grounds).await?,
        grounds,
        payload: serde_json::to_vec(spot).unwrap_or_default(),
    };
    // The files first: whoever is told of the job finds them.
    let (objects, unsealed) = put_by(office, files).await?;
    let by = By::new("service", now);
    let submission = |reservation| {
        let said = flattened.clone();
        DocumentSubmission {
            reservation,
            unsealed: unsealed.clone(),
            respond: Box::new(move |job| response(202, &Answer::of(job, &said))),
            by: by.clone(),
        }
    };
    let jobs = office.registry.jobs();
    let mut submitted = jobs.submit_document(submission(reservation.clone())).await;
    if let Err(DocumentRefused::OtherCatalogue) = submitted {
        // T-S6: by what another process decided since.
        import::heard(office, &office.desk()).await;
        reservation.catalogue = match admitted_by(office, asker, &reservation.grounds).await {
            Ok(catalogue) => catalogue,
            Err(refused) => {
                discard(office, &objects).await;
                return Err(refused);
            }
        };
        submitted = jobs.submit_document(submission(reservation)).await;
    }
    let refused = match submitted {
        Ok(DocumentSubmitted::Waits(answer)) => return Ok(Begun::Waits(answer)),
        Ok(DocumentSubmitted::Repeated { job, response }) => {
            discard(office, &objects).await;
            let repeated = repeated(office, &job, response).await;
            return repeated.map_err(|error| DocumentError::Repeated(Box::new(error)));
        }
        Err(refused) => refused,
    };
    match refused {
        // A process was lost before it kept the file, which only the same request brings again.
        DocumentRefused::Running { job } if is_left(office, &job).await? => {
            let job = jobs.find(&job, None).await?.ok_or(StepRefused::Unknown)?;
            let answer = response(202, &Answer::of(&waiting(&job, &unsealed), &flattened));
            jobs.await_release(&job.id, unsealed, answer.clone(), by)
                .await?;
            Ok(Begun::Waits(answer))
        }
        // Whether the record names the file is not known.
        DocumentRefused::Store(error) => Err(error.into()),
        refused => {
            discard(office, &objects).await;
            Err(refused.into())
        }
    }
}

/// The number of the catalogue by which the seal may stand on it; a refusal stands in the trace.
async fn admitted_by(
    office: &Office,
    asker: &Asker,
    grounds: &Grounds,
) -> Result<u64, DocumentError> {
    let sealing = SealUse {
        seal: grounds.seal.clone(),
        purpose: grounds.purpose,
        matter: grounds.matter.clone(),
        by: asker.department.clone(),
    };
    match may_seal(office, sealing).await {
        Ok(catalogue) => Ok(catalogue),
        Err(refused) => {
            let about = (grounds.seal.to_string(), grounds.purpose);
            Err(denied(office, asker, about, refused).await?)
        }
    }
}

/// Removes files that no record names. One that stays is found by comparing files with records.
async fn discard(office: &Office, objects: &[ObjectId]) {
    for object in objects {
        if let Err(error) = office.objects.remove(object).await {
            tracing::warn!(error = %error, "a file that nobody needs stays");
        }
    }
}

async fn is_left(office: &Office, job: &JobId) -> Result<bool, StoreError> {
    let job = office.registry.jobs().find(job, None).await?;
    Ok(job.is_some_and(|job| {
        office.dropped.repeated(&job.id) || issuance::upkeep::is_left(office, &job)
    }))
}

/// D19: purpose, seal and scope. Gives the number of the catalogue that says so.
pub(crate) async fn may_seal(office: &Office, sealing: SealUse) -> Result<u64, DocumentError> {
    if matches!(
        sealing.purpose,
        DocumentPurpose::Licence | DocumentPurpose::Conversion
    ) {
        return Err(DocumentError::Licence);
    }
    let today = office.settings.zone.date_at(office.clock.now());
    let asked = |desk: &Desk| {
        let asked = desk.catalogue.may_seal(&sealing, today);
        asked.map(|_| desk.version)
    };
    let desk = office.desk();
    Ok(match asked(&desk) {
        // T-S6: by what another process decided since, where that may change the answer.
        Err(_) if import::heard(office, &desk).await => asked(&office.desk())?,
        answer => answer?,
    })
}

/// T-L1: a refusal by a rule is an act, and commits alone.
pub(crate) async fn denied(
    office: &Office,
    asker: &Asker,
    (object, purpose): (String, DocumentPurpose),
    refused: DocumentError,
) -> Result<DocumentError, DocumentError> {
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object,
        ground: refused.code().to_owned(),
        detail: vec![("purpose", purpose.code().to_owned())],
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(refused)
}
