//! Looking things up: what a department sees of its own, and what the public link shows.

use std::collections::BTreeSet;

use catalogue::key::TypeCode;
use catalogue::kind::FileFormat;
use catalogue::{OrganisationCode, Sensitivity};
use credential::Handle;
use licence::life::{Fact, Life};
use licence::transition::EventKind;
use licence::versions::{History, OneVersion, Recorded, Versions};
use licence::{Identifier, LicenceNumber, Status};
use registry::StoreError;
use registry::jobs::{FileRecord, JobId};
use registry::licences::{Happened, Record};
use registry::objects::ObjectId;
use serde::Serialize;
use serde_json::Value;
use time::UtcDateTime;

use crate::asker::Asker;
use crate::issue::IssueError;
use crate::office::Office;
use crate::release::ReleaseError;
use crate::said::{Waits, approvals, hex, moment};

mod links;
mod live;

pub use links::LinkTold;
pub use live::{LiveSaid, live};

/// Licences of one page of a list.
const PAGE: u32 = 100;

/// A licence version as its department sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LicenceTold {
    /// Identifier.
    pub identifier: String,
    /// Number.
    pub number: String,
    /// The type's key.
    pub r#type: String,
    /// The issuer's organisation code.
    pub issuer: String,
    /// The holder's code, starred for persons.
    pub holder: String,
    /// The matter.
    pub matter: Option<String>,
    /// The case.
    pub case: String,
    /// The decision.
    pub decision: String,
    /// The word that a check answers now (domain 4.6).
    pub state: &'static str,
    /// When that was asked, RFC 3339.
    pub asked: String,
    /// First moment, RFC 3339.
    pub valid_from: String,
    /// First moment after it, RFC 3339; absent when no calendar knows it.
    pub valid_until: Option<String>,
    /// Content digest, lower-case hexadecimal.
    pub content_digest: String,
    /// Status list and index.
    pub status: (String, u32),
    /// How many events its life has.
    pub revision: u64,
    /// When it was recorded, RFC 3339.
    pub recorded: Option<String>,
    /// The job that made it.
    pub job: String,
    /// The number of the version, such as `002`.
    pub version: String,
    /// Why there is this version: `first`, `change`, `correction`, `renewal`, `late-renewal`, `replacement`,
    /// `ending-annulled`.
    pub birth: &'static str,
    /// The version that takes its place, and from when on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<SuccessorTold>,
    /// The types that it presupposes and its holder has not in force: told of one licence, not in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_risk: Vec<String>,
}

/// The version that takes another's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SuccessorTold {
    /// Its number, such as `002`.
    pub version: String,
    /// From when on it holds, RFC 3339.
    pub since: String,
}

impl SuccessorTold {
    fn of(life: &Life) -> Option<Self> {
        life.successor().map(|(version, since)| Self {
            version: version.to_string(),
            since: moment(since),
        })
    }
}

/// One event of a licence's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventTold {
    /// Running number, from 1.
    pub revision: u64,
    /// What happened.
    pub kind: String,
    /// From when it holds, RFC 3339.
    pub effective: String,
    /// When the service learned it, RFC 3339.
    pub recorded: String,
    /// Who.
    pub actor: String,
    /// On what ground.
    pub ground: String,
}

/// A sealed file and its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// What it is.
    pub format: FileFormat,
    /// The file.
    pub bytes: Vec<u8>,
    /// The receipt (C2SP tlog-proof).
    pub receipt: Vec<u8>,
}

/// What the public link shows: state and open fields, and nothing else (T-P6, R16).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The type's name, Chinese and English.
    pub type_name: (String, String),
    /// The issuer's name.
    pub issuer: String,
    /// The holder's name; of a person the family name and stars.
    pub holder: String,
    /// First day, `YYYY-MM-DD`.
    pub valid_from: String,
    /// Last day, `长期`, or the words of an event.
    pub valid_to: String,
    /// The word that a check answers now.
    pub state: &'static str,
    /// The number of the version that has taken its place.
    pub successor: Option<String>,
    /// Open fields of the type: label and value.
    pub open: Vec<(String, String)>,
}

fn told(office: &Office, record: &Record) -> LicenceTold {
    let now = office.clock.now();
    LicenceTold {
        identifier: record.identifier.to_string(),
        number: record.number.as_str().to_owned(),
        r#type: record.licence_type.to_string(),
        issuer: record.issuer.as_str().to_owned(),
        holder: record.holder_masked.clone(),
        matter: record.matter.as_ref().map(ToString::to_string),
        case: record.case.clone(),
        decision: record.decision.clone(),
        state: record.life.status(&record.period, now).answer(),
        asked: moment(crate::answers::whole(now)),
        valid_from: moment(record.period.from),
        valid_until: record.period.until.map(moment),
        content_digest: hex(&record.content_digest),
        status: (office.slots.uri(record.status_list), record.status_index),
        revision: record.revision,
        recorded: record.recorded.map(moment),
        job: record.job.to_string(),
        version: record.identifier.version().to_string(),
        birth: record.birth.code(),
        successor: SuccessorTold::of(&record.life),
        at_risk: Vec::new(),
    }
}

/// One licence of the own department.
///
/// # Errors
/// The store.
pub async fn find(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<LicenceTold>, StoreError> {
    let licences = office.registry.licences();
    let found = licences.find(identifier, Some(&asker.department)).await?;
    let Some(record) = found else {
        return Ok(None);
    };
    Ok(Some(LicenceTold {
        at_risk: crate::relations::lacking(office, &record).await?,
        ..told(office, &record)
    }))
}

/// A page of licences of the own department, after this one.
///
/// # Errors
/// The store.
pub async fn list(
    office: &Office,
    asker: &Asker,
    after: Option<&Identifier>,
) -> Result<Vec<LicenceTold>, StoreError> {
    let licences = office.registry.licences();
    let after = match after {
        Some(identifier) => licences.find(identifier, Some(&asker.department)).await?,
        None => None,
    };
    let page = licences
        .list(&asker.department, after.as_ref(), PAGE)
        .await?;
    Ok(page.iter().map(|record| told(office, record)).collect())
}

/// Licences of the own department with this type, issuer and number; a text that is none names none.
///
/// # Errors
/// The store.
pub async fn by_number(
    office: &Office,
    asker: &Asker,
    (kind, issuer, number): (&str, &str, &str),
) -> Result<Vec<LicenceTold>, StoreError> {
    let desk = office.desk();
    let code: Option<TypeCode> = catalogue::key::TypeKey::parse(kind)
        .ok()
        .and_then(|key| Some(desk.catalogue.licence_type(&key)?.code.clone()));
    let issuer = OrganisationCode::parse(issuer).ok();
    let number = LicenceNumber::parse(number).ok();
    let (Some(code), Some(issuer), Some(number)) = (code, issuer, number) else {
        return Ok(Vec::new());
    };
    let licences = office.registry.licences();
    let found = licences
        .by_number((&code, &issuer, &number), Some(&asker.department))
        .await?;
    Ok(found.iter().map(|record| told(office, record)).collect())
}

/// What happened to a licence of the own department.
///
/// # Errors
/// The store.
pub async fn history(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<Vec<EventTold>>, StoreError> {
    let licences = office.registry.licences();
    let here = licences.find(identifier, Some(&asker.department)).await?;
    if here.is_none() {
        return Ok(None);
    }
    let events = licences.history(&asker.department, identifier).await?;
    let events = events.into_iter().map(|event| EventTold {
        revision: event.revision,
        kind: event.kind,
        effective: moment(event.effective),
        recorded: moment(event.recorded),
        actor: event.actor,
        ground: event.ground,
    });
    Ok(Some(events.collect()))
}

/// What a version was at a moment, by what was known at another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateTold {
    /// Its identifier.
    pub identifier: String,
    /// The answer, such as `suspended`.
    pub state: &'static str,
    /// The moment asked about.
    pub at: String,
    /// By what was known at this moment.
    pub known: String,
    /// The events of its history that the answer rests on, by their running numbers.
    pub rests_on: Vec<u64>,
    /// The version that has taken its place by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// What the licence as a whole was: the version that answered for it.
    pub licence: AnswerTold,
}

/// Which version answered for a licence, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerTold {
    /// The version's identifier.
    pub identifier: String,
    /// Its number, such as `002`.
    pub version: String,
    /// The answer.
    pub state: &'static str,
}

/// What a licence of the own department was at `at`, by what the register knew at `known`
/// (domain.md 3, *two times*): "was it valid on 3 May?" asks with `known` now, "what did we know
/// on 3 May?" with that moment twice.
///
/// # Errors
/// The store.
pub async fn as_of(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
    (at, known): (UtcDateTime, UtcDateTime),
) -> Result<Option<StateTold>, StoreError> {
    let licences = office.registry.licences();
    let here = licences.find(identifier, Some(&asker.department)).await?;
    let Some(record) = here else {
        return Ok(None);
    };
    let whole = licences.whole(&record.licence).await?;
    told_as_of(&whole, identifier, (at, known)).map(Some)
}

/// The same of a licence as it is read, with everything that happened to it.
///
/// # Errors
/// `Damaged` where the history is none.
pub fn told_as_of(
    whole: &[(Record, Vec<Happened>)],
    identifier: &Identifier,
    (at, known): (UtcDateTime, UtcDateTime),
) -> Result<StateTold, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged { table: "event" };
    let all: Result<Vec<OneVersion>, StoreError> = whole
        .iter()
        .map(|(record, events)| {
            Ok(OneVersion {
                version: record.identifier.version(),
                birth: record.birth,
                history: history_of(record, events)?,
            })
        })
        .collect();
    let versions = Versions::kept(all?, BTreeSet::new()).ok_or(DAMAGED)?;
    let status = versions
        .answer_of(identifier.version(), at, known)
        .ok_or(DAMAGED)?;
    let answer = versions.answer(at, known);
    let of = |version| {
        let found = whole
            .iter()
            .find(|(record, _)| record.identifier.version() == version);
        found.ok_or(DAMAGED)
    };
    let rests_on = of(identifier.version())?
        .1
        .iter()
        .filter(|event| event.effective <= at && event.recorded <= known);
    Ok(StateTold {
        identifier: identifier.to_string(),
        state: status.answer(),
        at: moment(at),
        known: moment(known),
        rests_on: rests_on.map(|event| event.revision).collect(),
        superseded_by: match status {
            Status::Superseded { by, .. } => Some(by.to_string()),
            _ => None,
        },
        licence: AnswerTold {
            identifier: of(answer.version)?.0.identifier.to_string(),
            version: answer.version.to_string(),
            state: answer.status.answer(),
        },
    })
}

/// The history of a version as the register kept it.
fn history_of(record: &Record, events: &[Happened]) -> Result<History, StoreError> {
    let facts: Option<Vec<Recorded>> = events
        .iter()
        .map(|event| {
            let kind = EventKind::find(&event.kind)?;
            Some(Recorded {
                fact: Fact::kept(kind, event.effective, &event.life)?,
                recorded: event.recorded,
            })
        })
        .collect();
    let facts = facts.ok_or(StoreError::Damaged { table: "event" })?;
    Ok(History::kept(Life::draft(), record.period, facts))
}

/// Every version of a licence that the own department has a version of, first to last.
///
/// # Errors
/// The store.
pub async fn versions(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<Vec<LicenceTold>>, StoreError> {
    let licences = office.registry.licences();
    let here = licences.find(identifier, Some(&asker.department)).await?;
    let Some(record) = here else {
        return Ok(None);
    };
    let whole = licences.whole(&record.licence).await?;
    let told = whole.iter().map(|(record, _)| told(office, record));
    Ok(Some(told.collect()))
}

/// The sealed file of a licence of the own department, in this format.
///
/// # Errors
/// `Unknown` when there is none.
pub async fn file(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
    format: FileFormat,
) -> Result<SealedFile, IssueError> {
    let licences = office.registry.licences();
    let found = licences.find(identifier, Some(&asker.department)).await?;
    let record = found.ok_or(IssueError::Unknown)?;
    sealed_file(office, asker, &record.job, Some(format)).await
}

/// A sealed file of a job of the own department: in this format, or the first.
///
/// # Errors
/// `Unknown` when there is none.
pub async fn document_file(
    office: &Office,
    asker: &Asker,
    (job, format): (&JobId, Option<FileFormat>),
) -> Result<SealedFile, IssueError> {
    sealed_file(office, asker, job, format).await
}

async fn sealed_file(
    office: &Office,
    asker: &Asker,
    job: &JobId,
    format: Option<FileFormat>,
) -> Result<SealedFile, IssueError> {
    let jobs = office.registry.jobs();
    let files = jobs.files(job, Some(&asker.department)).await?;
    let asked = |file: &FileRecord| format.is_none_or(|format| file.format == format.code());
    let mut files = files.into_iter();
    let file = files.find(asked).ok_or(IssueError::Unknown)?;
    let format = FileFormat::find(&file.format).ok_or(IssueError::Unknown)?;
    let object: ObjectId = file.object.parse().map_err(|_| IssueError::Unknown)?;
    let bytes = office.objects.read(&object).await?;
    if crypto::sha256(&bytes) != file.digest {
        return Err(IssueError::Unknown);
    }
    Ok(SealedFile {
        format,
        bytes,
        receipt: file.receipt,
    })
}

/// Where a job of the own department stands.
///
/// # Errors
/// `Unknown` when there is none.
pub async fn job(office: &Office, asker: &Asker, job: &JobId) -> Result<Waits, ReleaseError> {
    let jobs = office.registry.jobs();
    let job = jobs.find(job, Some(&asker.department)).await?;
    let job = job.ok_or(ReleaseError::Unknown)?;
    let mut waits = Waits::of(&job, None, None);
    waits.approvals = approvals(office, &job).await?;
    Ok(waits)
}

/// What the public link with this handle shows; nothing for a handle that was never given, or whose licence was
/// never issued.
///
/// # Errors
/// The store.
pub async fn shown(office: &Office, handle: &str) -> Result<Option<Shown>, StoreError> {
    if Handle::parse(handle).is_err() {
        return Ok(None);
    }
    let licences = office.registry.licences();
    let record = licences.by_handle(handle).await?;
    match record.filter(|record| record.recorded.is_some()) {
        Some(record) => shown_of(office, &record).await,
        None => Ok(None),
    }
}

/// What everybody may see of a version.
///
/// # Errors
/// The store.
pub async fn shown_of(office: &Office, record: &Record) -> Result<Option<Shown>, StoreError> {
    let licences = office.registry.licences();
    let Some(content) = licences.content(&record.identifier, None).await? else {
        return Ok(None);
    };
    let licence: Value = serde_json::from_slice(&content.bytes).unwrap_or_default();
    let text = |pointer: &str| {
        let found = licence.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let desk = office.desk();
    let kind = desk.catalogue.licence_type(&record.licence_type);
    let status = record.life.status(&record.period, office.clock.now());
    Ok(Some(Shown {
        type_name: kind.map_or_else(Default::default, |kind| {
            (kind.name_zh.clone(), kind.name_en.clone())
        }),
        issuer: text("/issuer/name"),
        holder: match record.holder_kind.as_str() {
            "person" => starred(&text("/holder/name")),
            _ => text("/holder/name"),
        },
        valid_from: text("/validity/from"),
        valid_to: text("/validity/to"),
        state: status.answer(),
        successor: match status {
            Status::Superseded { by, .. } => Some(by.to_string()),
            _ => None,
        },
        // Of a type that a person or a body may hold, open fields are open for bodies.
        open: kind
            .filter(|_| record.holder_kind != "person")
            .map_or_else(Vec::new, |kind| open_fields(kind, &licence)),
    }))
}

/// Fields that the type calls open, of licences that no person holds.
fn open_fields(kind: &catalogue::LicenceType, licence: &Value) -> Vec<(String, String)> {
    if kind.holder == catalogue::HolderKind::Person {
        return Vec::new();
    }
    let open = kind
        .fields
        .iter()
        .filter(|field| field.sensitivity == Sensitivity::Open);
    open.filter_map(|field| {
        let value = licence.pointer("/fields")?.get(field.name.as_str())?;
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some((field.label_zh.clone(), text))
    })
    .collect()
}

/// 林小满 → 林**.
fn starred(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(String::from).unwrap_or_default();
    first + &"*".repeat(characters.count())
}
