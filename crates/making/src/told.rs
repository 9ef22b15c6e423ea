//! What is told of applications.

use backoffice::custody::{self, SealEventTold};
use backoffice::office::Office;
use backoffice::said::{hex, moment};
use catalogue::key::SealCode;
use catalogue::wire;
use issuance::Asker;
use registry::applications::Application;
use registry::objects::ObjectId;
use registry::seals::SealRecord;
use serde::Serialize;

use crate::fault::MakingError;
use crate::kept::{DAMAGED, Kept, KeptFile};

/// Applications on a page, and rows that are looked through for one at a time.
const PAGE: usize = 100;
const ROWS: u32 = 1_000;

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The seal.
    pub seal: String,
    /// Whose it is to be.
    pub department: String,
    /// Where it stands.
    pub state: &'static str,
    /// Since when, RFC 3339.
    pub since: String,
}

/// A document of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileTold {
    /// What it is.
    pub name: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub kind: String,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Octets.
    pub length: u64,
}

/// An application, as those who may see it are told.
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationTold {
    /// The seal and where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// SHA-256 of what is kept: each step names it.
    pub digest: String,
    /// When it was made, RFC 3339.
    pub applied: String,
    /// Why it is needed.
    pub ground: String,
    /// The scope that is asked for.
    pub scope: wire::Seal,
    /// The seal in whose place it is to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// SHA-256 of the picture as it will be signed, where one was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Its documents, in order.
    pub documents: Vec<FileTold>,
    /// What happened to it.
    pub history: Vec<SealEventTold>,
}

/// The application for a seal, if the asker may see it.
pub(crate) async fn seen(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<Application, MakingError> {
    let found = office.registry.applications().find(seal).await?;
    let desk = office.desk();
    let is_seen = |one: &Application| {
        let holder = &one.record.department;
        custody::sees(&desk.catalogue, &asker.department, holder)
    };
    found.filter(is_seen).ok_or(MakingError::Unknown)
}

/// An application and what happened to it.
///
/// # Errors
/// `Unknown`, `Store`.
pub async fn find(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<ApplicationTold, MakingError> {
    let application = seen(office, asker, seal).await?;
    let kept = Kept::read(&application.content)?;
    let history = office.registry.seals().history(seal).await?;
    Ok(ApplicationTold {
        digest: hex(&application.digest),
        applied: moment(application.applied),
        ground: kept.ground,
        scope: kept.scope,
        replaces: kept.replaces,
        picture: kept.picture.map(|picture| picture.sha256),
        documents: kept.documents.into_iter().map(told).collect(),
        history: history.into_iter().map(SealEventTold::from).collect(),
        line: line(&application.record),
    })
}

fn told(file: KeptFile) -> FileTold {
    FileTold {
        name: file.name,
        kind: file.kind,
        sha256: file.sha256,
        length: file.length,
    }
}

/// A document of an application, by its place from 1, with its media type; in place 0 the picture as it will be signed.
///
/// # Errors
/// `Unknown`, `Object`, `Store`.
pub async fn document(
    office: &Office,
    asker: &Asker,
    (seal, place): (&SealCode, usize),
) -> Result<(String, Vec<u8>), MakingError> {
    let application = seen(office, asker, seal).await?;
    let kept = Kept::read(&application.content)?;
    let file = match place.checked_sub(1) {
        None => kept.picture,
        Some(index) => kept.documents.into_iter().nth(index),
    };
    let file = file.ok_or(MakingError::Unknown)?;
    let object: ObjectId = file
        .object
        .parse()
        .map_err(|_| MakingError::Store(DAMAGED))?;
    Ok((file.kind, office.objects.read(&object).await?))
}

/// The applications that the asker may see after the seal of this code, at most 100.
///
/// # Errors
/// `Store`.
pub async fn list(office: &Office, asker: &Asker, after: &str) -> Result<Vec<Line>, MakingError> {
    let book = office.registry.applications();
    let desk = office.desk();
    let own = desk.catalogue.department(&asker.department);
    let administers =
        own.is_some_and(|own| own.has(catalogue::department::Duty::SealAdministrator));
    let of = (!administers).then_some(&asker.department);
    let (mut lines, mut after) = (Vec::new(), after.to_owned());
    loop {
        let rows = book.page(of, (&after, ROWS)).await?;
        let is_last = rows.len() < usize::try_from(ROWS).unwrap_or(usize::MAX);
        let mut seen = Vec::new();
        for (seal, department) in rows {
            after = seal.to_string();
            if custody::sees(&desk.catalogue, &asker.department, &department) {
                seen.push(seal);
            }
            if lines.len() + seen.len() >= PAGE {
                break;
            }
        }
        let records = office.registry.seals().records(&seen).await?;
        lines.extend(seen.iter().filter_map(|seal| records.get(seal)).map(line));
        if is_last || lines.len() >= PAGE {
            return Ok(lines);
        }
    }
}

fn line(record: &SealRecord) -> Line {
    Line {
        seal: record.code.to_string(),
        department: record.department.to_string(),
        state: record.stage.code(),
        since: moment(record.since),
    }
}
