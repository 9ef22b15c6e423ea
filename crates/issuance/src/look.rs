//! Looking things up: what a department sees of its own, and what the public link shows.

use catalogue::key::TypeCode;
use catalogue::{Ending, OrganisationCode, Sensitivity};
use credential::Handle;
use licence::life::{Fact, Life};
use licence::transition::EventKind;
use licence::versions::{History, Recorded};
use licence::{Identifier, LicenceNumber, Status};
use registry::StoreError;
use registry::jobs::{FileRecord, JobId};
use registry::licences::Record;
use registry::objects::ObjectId;
use serde::Serialize;
use serde_json::Value;
use time::UtcDateTime;
use verify::Answer;

use crate::asker::Asker;
use crate::issue::IssueError;
use crate::office::Office;
use crate::release::ReleaseError;
use crate::said::{Waits, hex, moment};

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
    Ok(found.map(|record| told(office, &record)))
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
    let events = licences.history(&asker.department, identifier).await?;
    let mut facts = Vec::with_capacity(events.len());
    let mut rests_on = Vec::new();
    for event in events {
        let kind = EventKind::find(&event.kind);
        let fact = kind.and_then(|kind| Fact::kept(kind, event.effective, &event.life));
        let fact = fact.ok_or(StoreError::Damaged { table: "event" })?;
        if event.effective <= at && event.recorded <= known {
            rests_on.push(event.revision);
        }
        facts.push(Recorded {
            fact,
            recorded: event.recorded,
        });
    }
    let history = History::kept(Life::draft(), record.period, facts);
    Ok(Some(StateTold {
        identifier: record.identifier.to_string(),
        state: history.status(at, known).answer(),
        at: moment(at),
        known: moment(known),
        rests_on,
    }))
}

/// The sealed file of a licence of the own department.
///
/// # Errors
/// `Unknown` when there is none.
pub async fn file(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<SealedFile, IssueError> {
    let licences = office.registry.licences();
    let found = licences.find(identifier, Some(&asker.department)).await?;
    let record = found.ok_or(IssueError::Unknown)?;
    sealed_file(office, asker, &record.job).await
}

/// The sealed file of a job of the own department.
///
/// # Errors
/// `Unknown` when there is none.
pub async fn document_file(
    office: &Office,
    asker: &Asker,
    job: &JobId,
) -> Result<SealedFile, IssueError> {
    sealed_file(office, asker, job).await
}

async fn sealed_file(
    office: &Office,
    asker: &Asker,
    job: &JobId,
) -> Result<SealedFile, IssueError> {
    let jobs = office.registry.jobs();
    let files = jobs.files(job, Some(&asker.department)).await?;
    let file: FileRecord = files
        .into_iter()
        .find(|file| file.format == "pdf")
        .ok_or(IssueError::Unknown)?;
    let object: ObjectId = file.object.parse().map_err(|_| IssueError::Unknown)?;
    let bytes = office.objects.read(&object).await?;
    if crypto::sha256(&bytes) != file.digest {
        return Err(IssueError::Unknown);
    }
    Ok(SealedFile {
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
    Ok(Waits::of(&job, None, None))
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
    let Some(record) = record.filter(|record| record.recorded.is_some()) else {
        return Ok(None);
    };
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

/// What the register itself answers for an identifier, and since when that holds; nothing when it never gave it,
/// or gave it to a licence that was not issued.
///
/// # Errors
/// The store.
pub async fn live(
    office: &Office,
    identifier: &str,
) -> Result<Option<(Answer, Option<UtcDateTime>)>, StoreError> {
    let Ok(identifier) = Identifier::parse(identifier) else {
        return Ok(None);
    };
    let record = office.registry.licences().find(&identifier, None).await?;
    let Some(record) = record else {
        return Ok(Some((Answer::Unknown, None)));
    };
    let status = record.life.status(&record.period, office.clock.now());
    Ok(Some(match status {
        Status::Unknown => (Answer::Unknown, None),
        Status::Void { since } => (Answer::Void, Some(since)),
        Status::Ended { ending, since, .. } => {
            let answer = match ending {
                Ending::Deregistered => Answer::Deregistered,
                Ending::Annulled => Answer::Annulled,
                Ending::Withdrawn => Answer::Withdrawn,
                Ending::Revoked => Answer::Revoked,
            };
            (answer, Some(since))
        }
        Status::Superseded { since, .. } => (Answer::Superseded, Some(since)),
        Status::Suspended { since, .. } => (Answer::Suspended, Some(since)),
        Status::NotYetValid { .. } => (Answer::NotYetValid, None),
        Status::Expired { since } => (Answer::Expired, Some(since)),
        Status::Valid => (Answer::Valid, None),
    }))
}
