//! The evidence of a case in one file that is judged without the service: its documents and signatures, and what the
//! trace says of them, each entry with its place in the trace's log (R25, R27).

use std::collections::BTreeSet;

use catalogue::kind::FileFormat;
use dossier::number::CaseNumber;
use registry::StoreError;
use registry::jobs::{Job, JobState};
use registry::log::LogError;
use registry::objects::{ObjectError, ObjectId};
use registry::trace::Located;
use thiserror::Error;
use tlog::Receipt;

use crate::documents::DocumentError;
use crate::stage::concerned;
use backoffice::answers::whole;
use backoffice::asker::Asker;
use backoffice::office::Office;
use backoffice::said::moment;
use backoffice::sequencer::AppendError;

/// Why there is no bundle.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// There is no such case, or none that concerns the department.
    #[error("there is no such case here")]
    Case(#[from] DocumentError),
    /// A file cannot be read.
    #[error("a file cannot be read")]
    Object(#[from] ObjectError),
    /// An entry has no place in the trace's log yet.
    #[error("an entry has no place in the trace's log yet")]
    Place(#[from] AppendError),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// It is too much for one file.
    #[error("it is too much for one file")]
    TooMuch,
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// The bundle of a case, of what the asker's department sealed, signed and did in it.
///
/// # Errors
/// [`EvidenceError`].
pub async fn bundle(
    office: &Office,
    asker: &Asker,
    case: &CaseNumber,
) -> Result<Vec<u8>, EvidenceError> {
    concerned(office, asker, case).await?;
    let mut files = Vec::new();
    let mut about = vec![case.to_string()];
    let mut lists = BTreeSet::new();
    let jobs = office.registry.jobs();
    for job in jobs.of_case(&asker.department, case.as_str()).await? {
        about.push(match &job.identifier {
            Some(identifier) => identifier.to_string(),
            None => job.id.to_string(),
        });
        if job.state != JobState::Recorded {
            continue;
        }
        if let Some(identifier) = &job.identifier {
            let licences = office.registry.licences();
            let record = licences.find(identifier, None).await?;
            lists.extend(record.map(|record| record.status_list.0));
        }
        files.extend(beside(office, &job).await?);
        for file in jobs.files(&job.id, Some(&asker.department)).await? {
            let purpose = job.grounds.purpose.code();
            let ending = FileFormat::find(&file.format).map_or("bin", FileFormat::ending);
            let name = format!("documents/{purpose}-{}.{ending}", job.id);
            files.push((name, kept(office, &file.object).await?));
        }
    }
    let signers = office.registry.signers();
    for signature in signers.of_case(&asker.department, case.as_str()).await? {
        let name = format!("signatures/{}.pdf", signature.id);
        files.push((name, kept(office, &signature.object).await?));
        about.push(signature.id);
    }
    // An OFD carries no status of its certificates: their lists of today go with it.
    if files.iter().any(|(name, _)| name.ends_with(".ofd")) {
        let lists = office.lists.held_revocations().into_iter();
        files.extend(lists.map(|(name, list)| (format!("status/{name}"), list.bytes.clone())));
    }
    // R26: what its licences are today is known in later years, too. A list that is being signed anew is left out.
    for list in lists {
        if let Some(list_of) = office.lists.states(list) {
            files.push((format!("status/{list}.statuslist"), list_of.bytes.clone()));
        }
    }
    for object in about {
        trace(office, asker, &object, &mut files).await?;
    }
    let made = moment(whole(office.clock.now()));
    verify::Case::pack(case.as_str(), &made, &files).ok_or(EvidenceError::TooMuch)
}

/// What lies beside a signature of the job's, under the names that it has there: a signature that names none finds its content
/// by its digest.
async fn beside(office: &Office, job: &Job) -> Result<Vec<(String, Vec<u8>)>, EvidenceError> {
    let content = job.unsealed.as_ref().and_then(|one| one.content.as_ref());
    let apart = content.filter(|(form, _)| form.is_detached() || form.is_of_digest());
    let Some((form, object)) = apart else {
        return Ok(Vec::new());
    };
    let waited = kept(office, object).await?;
    if form.is_of_digest() {
        // Nobody here has the content: the package says what is known of it, and the verdict that it was not seen.
        return Ok(vec![(format!("described/{}.txt", job.id), waited)]);
    }
    // It was taken apart when it was sealed.
    let items = envelope::unpack(*form, &waited);
    let items = items.map_err(|_| StoreError::Damaged { table: "job" })?;
    let named = items.into_iter().map(|item| {
        let name = match item.name.as_str() {
            "" => "content",
            name => name,
        };
        (format!("beside/{}/{name}", job.id), item.octets)
    });
    Ok(named.collect())
}

async fn kept(office: &Office, object: &str) -> Result<Vec<u8>, EvidenceError> {
    const DAMAGED: StoreError = StoreError::Damaged { table: "file" };
    let object: ObjectId = object.parse().map_err(|_| DAMAGED)?;
    Ok(office.objects.read(&object).await?)
}

/// The entries about an object, each with its receipt under the newest checkpoint of the trace's log.
async fn trace(
    office: &Office,
    asker: &Asker,
    object: &str,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), EvidenceError> {
    let trace = office.registry.trace();
    for Located { entry, leaf } in trace.located(&asker.department, object).await? {
        let placed = office.trace_log.placed(leaf).await?;
        let receipt = Receipt {
            salt: [0; 16],
            index: placed.index,
            proof: placed.proof,
            checkpoint: placed.checkpoint.to_string(),
        };
        let stem = format!("trace/{:08}", entry.number);
        if files
            .iter()
            .any(|(name, _)| *name == format!("{stem}.entry"))
        {
            continue;
        }
        files.push((format!("{stem}.entry"), entry.bytes()));
        files.push((format!("{stem}.receipt"), receipt.encode().into_bytes()));
    }
    Ok(())
}
