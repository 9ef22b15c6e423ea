//! The sealed file of a use: where the material is the licence itself, for a day, and judged again when it is taken.

use std::sync::Arc;

use catalogue::kind::FileFormat;
use dossier::Words;
use dossier::material::Ground;
use dossier::number::MandateNumber;
use issuance::look::SealedFile;
use issuance::{Asker, Office};
use licence::Status;
use registry::StoreError;
use registry::objects::{ObjectError, ObjectId};
use registry::trace::{Act, Deed};
use registry::uses::{Denied, HeldVersion, TakingFile, UseRecord, Wanted};
use thiserror::Error;

use crate::order::Stated;
use crate::refused::{Defect, Refused};
use crate::taking::{Judging, Refusing};

/// What became of a file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileOutcome {
    /// The file, with its receipt.
    Taken(SealedFile),
    /// Refused.
    Refused(Defect),
    /// There is no such use of the own department.
    Hidden,
}

/// The file cannot be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object store.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

const DAMAGED: StoreError = StoreError::Damaged { table: "file" };

/// Gives a sealed file of a use of the own department: in this format, or the first.
///
/// # Errors
/// The stores; `Damaged` when the file is not the one that was sealed. A refusal is an outcome, and stands in the trace.
pub async fn file(
    office: &Office,
    asker: &Asker,
    (id, format): (&str, Option<FileFormat>),
) -> Result<FileOutcome, FileError> {
    let uses = office.registry.uses();
    let Some(known) = uses.find(&asker.department, id).await? else {
        return Ok(FileOutcome::Hidden);
    };
    let now = office.now();
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let catalogue = Arc::clone(&office.desk().catalogue);
    let kind = catalogue.licence_type_of(known.identifier.type_code());
    let kind = kind.ok_or(DAMAGED)?.key.clone();
    let by = asker.by(now);
    let judging = Arc::new(Judging {
        stated: stated(&known, kind.clone())?,
        catalogue,
        refusing: Refusing {
            department: asker.department.clone(),
            by: by.clone(),
        },
        now,
    });
    let (first, second) = (Arc::clone(&judging), judging);
    let taking = TakingFile {
        department: asker.department.clone(),
        id: known.id,
        kind,
        format: format.map(FileFormat::code),
        by,
        admit: Box::new(move |case| first.admitted(case)),
        judge: Box::new(move |known, held| second.may_take((known, format), held)),
    };
    let found = match uses.take_file(taking).await? {
        None => return Ok(FileOutcome::Hidden),
        Some(Err(denied)) => return Ok(FileOutcome::Refused(defect(denied))),
        Some(Ok(found)) => found,
    };
    let object: ObjectId = found.object.parse().map_err(|_| DAMAGED)?;
    let bytes = office.objects.read(&object).await?;
    let taken = FileOutcome::Taken(SealedFile {
        format: FileFormat::find(&found.format).ok_or(DAMAGED)?,
        bytes,
        receipt: found.receipt,
    });
    Ok(taken)
}

fn defect(denied: Denied) -> Defect {
    Defect {
        at: denied.at,
        code: denied.code,
        text: denied.text,
        rule: denied.rule,
    }
}

/// The use as it was asked for.
fn stated(known: &UseRecord, kind: catalogue::key::TypeKey) -> Result<Stated, StoreError> {
    let detail = &known.what.detail;
    let words = |text: &str| Words::parse(text).map_err(|_| DAMAGED);
    let ground = match (&detail.consent, &detail.law) {
        (Some(number), None) => Ground::Consent(MandateNumber::parse(number).map_err(|_| DAMAGED)?),
        (None, Some(law)) => Ground::Law(words(law)?),
        _ => return Err(DAMAGED),
    };
    Ok(Stated {
        wanted: Wanted {
            kind,
            identifier: Some(known.identifier.clone()),
            number: None,
            issuer: None,
        },
        holder: None,
        purpose: words(&detail.purpose)?,
        matter: known.what.matter.clone(),
        material: Some(known.what.material),
        case: known.what.case.clone(),
        person: known.what.person.clone(),
        ground,
        fields: None,
        facts: Vec::new(),
    })
}

impl Judging {
    /// R16: the file of a licence that is the material itself and still valid, within its time; one that it has.
    fn may_take(
        &self,
        (known, format): (&UseRecord, Option<FileFormat>),
        held: Option<&HeldVersion>,
    ) -> Result<Act, Denied> {
        let may = || {
            let held = held.ok_or(Refused::NotHere)?;
            let until = known.what.file_until.ok_or(Refused::NoFile)?;
            if self.now >= until || !self.needed()?.is_licence() {
                return Err(Refused::NoFile);
            }
            let mut files = held.files.iter();
            if !files.any(|file| format.is_none_or(|format| file.format == format.code())) {
                return Err(Refused::NoFile);
            }
            let record = &held.record;
            match record.life.status(&record.period, self.now) {
                Status::Valid => Ok(record.identifier.to_string()),
                _ => Err(Refused::NotValid),
            }
        };
        let identifier = may().map_err(|why| self.denied(&why))?;
        Ok(Act {
            department: self.refusing.department.clone(),
            by: self.refusing.by.clone(),
            deed: Deed::Look,
            object: identifier,
            ground: "file".to_owned(),
            detail: vec![
                ("use", known.id.clone()),
                ("case", self.stated.case.to_string()),
                ("person", self.stated.person.to_string()),
            ],
            key: None,
        })
    }
}
