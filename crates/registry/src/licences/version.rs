//! A version of a licence as a row: read, found, listed, and its life moved on.

use catalogue::key::{DepartmentKey, MatterCode, TypeKey};
use catalogue::{OrganisationCode, Period};
use licence::versions::{ARCHIVED_AFTER, Birth};
use licence::{Event, Identifier, LicenceNumber, Life, Version};
use time::UtcDateTime;

use crate::jobs::job::JobState;
use crate::status::ListNumber;
use store::StoreError;
use store::{Link, Row};
use trail::asked::By;
use trail::id::{JobId, LicenceId};
use trail::secrets::{Place, Secrets};

/// A version of a licence, without anything personal but what is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its identifier.
    pub identifier: Identifier,
    /// The licence it is a version of.
    pub licence: LicenceId,
    /// The department that issues it.
    pub department: DepartmentKey,
    /// Its type.
    pub licence_type: TypeKey,
    /// The issuer's organisation code.
    pub issuer: OrganisationCode,
    /// Its number.
    pub number: LicenceNumber,
    /// The matter, where there is one.
    pub matter: Option<MatterCode>,
    /// The case.
    pub case: String,
    /// The decision.
    pub decision: String,
    /// The job that made it.
    pub job: JobId,
    /// When it was reserved.
    pub reserved: UtcDateTime,
    /// When it was recorded; before that nothing was issued.
    pub recorded: Option<UtcDateTime>,
    /// During which time it holds.
    pub period: Period,
    /// SHA-256 of its `licence.json`.
    pub content_digest: [u8; 32],
    /// `person`, `org` or `project`.
    pub holder_kind: String,
    /// The holder's code, starred for persons.
    pub holder_masked: String,
    /// Its status list.
    pub status_list: ListNumber,
    /// Its index in that list.
    pub status_index: u32,
    /// What happened to it so far.
    pub life: Life,
    /// How many events its life has; a change names the revision it was decided on.
    pub revision: u64,
    /// Why there is this version.
    pub birth: Birth,
}

/// What of a version is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The bytes of `licence.json`.
    pub bytes: Vec<u8>,
    /// Salts of its commitments, as they were reserved.
    pub salts: Vec<u8>,
    /// The handle of its public page.
    pub handle: String,
}

/// An event of a version, with the life after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its running number, from 1.
    pub revision: u64,
    /// Code of its kind, such as `suspend`.
    pub kind: String,
    /// From when it holds.
    pub effective: UtcDateTime,
    /// When the register learned of it.
    pub recorded: UtcDateTime,
    /// Who.
    pub actor: String,
    /// By what decision or rule.
    pub ground: String,
    /// The life after it.
    pub life: Life,
}

const BY_IDENTIFIER: &str = "SELECT v.identifier, v.licence, v.department, v.licence_type, v.issuer, l.number, \
     v.matter, v.case_number, v.decision, v.job, v.reserved, v.recorded, v.valid_from, v.valid_until, \
     v.content_digest, v.holder_kind, v.holder_masked, v.status_list, v.status_index, v.life, v.revision, v.birth, v.follows \
     FROM version AS v JOIN licence AS l ON l.id = v.licence \
     WHERE v.identifier = $1 AND ($2 IS NULL OR v.department = $2)";
const LOCK: &str = "SELECT v.identifier, v.licence, v.department, v.licence_type, v.issuer, l.number, \
     v.matter, v.case_number, v.decision, v.job, v.reserved, v.recorded, v.valid_from, v.valid_until, \
     v.content_digest, v.holder_kind, v.holder_masked, v.status_list, v.status_index, v.life, v.revision, v.birth, v.follows \
     FROM version AS v JOIN licence AS l ON l.id = v.licence \
     WHERE v.identifier = $1 AND ($2 IS NULL OR v.department = $2) FOR UPDATE OF v";
// A limit that is a value makes SQLite plan such a statement anew each time; so it is written out.
const BY_NUMBER: &str = "SELECT v.identifier, v.licence, v.department, v.licence_type, v.issuer, l.number, \
     v.matter, v.case_number, v.decision, v.job, v.reserved, v.recorded, v.valid_from, v.valid_until, \
     v.content_digest, v.holder_kind, v.holder_masked, v.status_list, v.status_index, v.life, v.revision, v.birth, v.follows \
     FROM licence AS l JOIN version AS v ON v.licence = l.id \
     WHERE l.type_code = $1 AND l.issuer_code = $2 AND l.number = $3 AND ($4 IS NULL OR v.department = $4) \
     ORDER BY v.version DESC LIMIT 1000";
const BY_HOLDER: &str = "SELECT v.identifier, v.licence, v.department, v.licence_type, v.issuer, l.number, \
     v.matter, v.case_number, v.decision, v.job, v.reserved, v.recorded, v.valid_from, v.valid_until, \
     v.content_digest, v.holder_kind, v.holder_masked, v.status_list, v.status_index, v.life, v.revision, v.birth, v.follows \
     FROM version AS v JOIN licence AS l ON l.id = v.licence \
     WHERE v.holder_digest = $1 AND ($2 IS NULL OR v.department = $2) \
     ORDER BY v.reserved DESC, v.identifier LIMIT 1000";
const BESIDE: &str = "SELECT v.identifier, v.licence, v.department, v.licence_type, v.issuer, l.number, \
     v.matter, v.case_number, v.decision, v.job, v.reserved, v.recorded, v.valid_from, v.valid_until, \
     v.content_digest, v.holder_kind, v.holder_masked, v.status_list, v.status_index, v.life, v.revision, v.birth, v.follows \
     FROM version AS v JOIN licence AS l ON l.id = v.licence \
     WHERE v.holder_digest = (SELECT holder_digest FROM version WHERE identifier = $1) \
     ORDER BY v.reserved DESC, v.identifier LIMIT 1000";
const BY_HANDLE: &str = "SELECT v.identifier, v.licence, v.department, v.licence_type, v.issuer, l.number, \
     v.matter, v.case_number, v.decision, v.job, v.reserved, v.recorded, v.valid_from, v.valid_until, \
     v.content_digest, v.holder_kind, v.holder_masked, v.status_list, v.status_index, v.life, v.revision, v.birth, v.follows \
     FROM version AS v JOIN licence AS l ON l.id = v.licence WHERE v.handle_digest = $1";
const PAGE: &str = "SELECT v.identifier, v.licence, v.department, v.licence_type, v.issuer, l.number, \
     v.matter, v.case_number, v.decision, v.job, v.reserved, v.recorded, v.valid_from, v.valid_until, \
     v.content_digest, v.holder_kind, v.holder_masked, v.status_list, v.status_index, v.life, v.revision, v.birth, v.follows \
     FROM version AS v JOIN licence AS l ON l.id = v.licence WHERE v.department = $1 \
     AND (v.reserved > $2 OR (v.reserved = $2 AND v.identifier > $3)) ORDER BY v.reserved, v.identifier LIMIT $4";
const OF_LICENCE: &str = "SELECT v.identifier, v.licence, v.department, v.licence_type, v.issuer, l.number, \
     v.matter, v.case_number, v.decision, v.job, v.reserved, v.recorded, v.valid_from, v.valid_until, \
     v.content_digest, v.holder_kind, v.holder_masked, v.status_list, v.status_index, v.life, v.revision, v.birth, \
     v.follows, j.state FROM version AS v JOIN licence AS l ON l.id = v.licence JOIN job AS j ON j.id = v.job \
     WHERE v.licence = $1 ORDER BY v.version";
const AT: &str = "SELECT identifier FROM version WHERE licence = $1 AND version = $2";
const WHOLE_HISTORY: &str = "SELECT e.identifier, e.revision, e.kind, e.effective, e.recorded, e.actor, e.ground, \
     e.life FROM version AS v JOIN event AS e ON e.identifier = v.identifier WHERE v.licence = $1 \
     ORDER BY v.version, e.revision";
const CONTENT: &str = "SELECT department, content, salts, handle FROM version \
     WHERE identifier = $1 AND ($2 IS NULL OR department = $2)";
const HISTORY: &str = "SELECT revision, kind, effective, recorded, actor, ground, life FROM event \
     WHERE identifier = $1 AND department = $2 ORDER BY revision";
const MOVE_ON: &str = "UPDATE version SET life = $4, revision = revision + 1, recorded = COALESCE(recorded, $5) \
     WHERE department = $1 AND identifier = $2 AND revision = $3 RETURNING revision";
const HAPPENED: &str = "INSERT INTO event (identifier, revision, department, kind, effective, recorded, actor, \
     ground, life) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const ARCHIVE: &str = "INSERT INTO archive_due (due, identifier, department) VALUES ($1, $2, $3) \
     ON CONFLICT (due, identifier) DO NOTHING";
const LOOK_AGAIN: &str = "INSERT INTO status_due (due, identifier, department) VALUES ($1, $2, $3) \
     ON CONFLICT (due, identifier) DO NOTHING";

pub(crate) async fn find(
    link: &mut Link,
    identifier: &str,
    department: Option<&str>,
) -> Result<Option<Record>, StoreError> {
    let values = [identifier.into(), department.into()];
    link.row(BY_IDENTIFIER, &values)
        .await?
        .map(read)
        .transpose()
}

/// The version, for a fact that decides on it: nobody else changes it until the commit.
pub(crate) async fn lock(
    link: &mut Link,
    identifier: &str,
    department: Option<&str>,
) -> Result<Option<Record>, StoreError> {
    let statement = if link.has_rivals() {
        LOCK
    } else {
        BY_IDENTIFIER
    };
    let values = [identifier.into(), department.into()];
    link.row(statement, &values).await?.map(read).transpose()
}

pub(crate) async fn by_number(
    link: &mut Link,
    (type_code, issuer, number): (&str, &str, &str),
    department: Option<&str>,
) -> Result<Vec<Record>, StoreError> {
    let values = [
        type_code.into(),
        issuer.into(),
        number.into(),
        department.into(),
    ];
    all(link.rows(BY_NUMBER, &values).await?)
}

pub(crate) async fn by_holder(
    link: &mut Link,
    digest: &[u8; 32],
    department: Option<&str>,
) -> Result<Vec<Record>, StoreError> {
    let values = [digest.into(), department.into()];
    all(link.rows(BY_HOLDER, &values).await?)
}

pub(crate) async fn held_beside(
    link: &mut Link,
    identifier: &str,
) -> Result<Vec<Record>, StoreError> {
    all(link.rows(BESIDE, &[identifier.into()]).await?)
}

pub(crate) async fn by_handle(
    link: &mut Link,
    digest: &[u8; 32],
) -> Result<Option<Record>, StoreError> {
    link.row(BY_HANDLE, &[digest.into()])
        .await?
        .map(read)
        .transpose()
}

pub(crate) async fn page(
    link: &mut Link,
    department: &str,
    (reserved, identifier): (i64, &str),
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let values = [
        department.into(),
        reserved.into(),
        identifier.into(),
        limit.into(),
    ];
    all(link.rows(PAGE, &values).await?)
}

pub(crate) async fn content(
    link: &mut Link,
    secrets: &Secrets,
    identifier: &str,
    department: Option<&str>,
) -> Result<Option<Content>, StoreError> {
    let values = [identifier.into(), department.into()];
    let Some(mut row) = link.row(CONTENT, &values).await? else {
        return Ok(None);
    };
    let department = row.text()?;
    let opened =
        |column, sealed: Vec<u8>| secrets.open(&sealed, place(column, identifier, &department));
    Ok(Some(Content {
        bytes: opened("content", row.bytes()?)?,
        salts: opened("salts", row.bytes()?)?,
        handle: String::from_utf8(opened("handle", row.bytes()?)?).map_err(|_| DAMAGED)?,
    }))
}

pub(crate) async fn history(
    link: &mut Link,
    identifier: &str,
    department: &str,
) -> Result<Vec<Happened>, StoreError> {
    let values = [identifier.into(), department.into()];
    let rows = link.rows(HISTORY, &values).await?;
    rows.into_iter().map(happening).collect()
}

fn happening(mut row: Row) -> Result<Happened, StoreError> {
    Ok(Happened {
        revision: row.count()?,
        kind: row.text()?,
        effective: row.moment()?,
        recorded: row.moment()?,
        actor: row.text()?,
        ground: row.text()?,
        life: life(&row.text()?)?,
    })
}

/// Every version of a licence, first to last, each with the state of the job that makes it.
pub(crate) async fn of_licence(
    link: &mut Link,
    licence: &str,
) -> Result<Vec<(Record, JobState)>, StoreError> {
    let rows = link.rows(OF_LICENCE, &[licence.into()]).await?;
    rows.into_iter()
        .map(|mut row| {
            let record = read_of(&mut row)?;
            let state = JobState::find(&row.text()?).ok_or(DAMAGED)?;
            Ok((record, state))
        })
        .collect()
}

/// The identifier of one version of a licence.
pub(crate) async fn at(
    link: &mut Link,
    licence: &str,
    version: Version,
) -> Result<String, StoreError> {
    let values = [licence.into(), u32::from(version.number()).into()];
    link.one(AT, &values, "version").await?.text()
}

/// What happened to every version of a licence: by version, in order.
pub(crate) async fn whole_history(
    link: &mut Link,
    licence: &str,
) -> Result<Vec<(String, Happened)>, StoreError> {
    let rows = link.rows(WHOLE_HISTORY, &[licence.into()]).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.text()?, happening(row)?)))
        .collect()
}

/// An event that moves a life on.
#[derive(Debug)]
pub(crate) struct Move<'a> {
    pub(crate) event: &'a Event,
    pub(crate) ground: &'a str,
    pub(crate) by: &'a By,
}

/// Writes the event and the life after it. The caller holds the version and has asked
/// [`Life::step`]; a version that changed since is `Damaged`, since the lock forbids it.
pub(crate) async fn move_on(
    link: &mut Link,
    record: &Record,
    after: &Life,
    step: &Move<'_>,
) -> Result<(), StoreError> {
    let identifier = record.identifier.to_string();
    let department = record.department.as_str();
    let text = serde_json::to_string(after).map_err(|_| DAMAGED)?;
    let issued = matches!(step.event, Event::Seal { .. }).then_some(step.by.at);
    let values = [
        department.into(),
        identifier.as_str().into(),
        record.revision.into(),
        text.as_str().into(),
        issued.into(),
    ];
    if link.row(MOVE_ON, &values).await?.is_none() {
        return Err(DAMAGED);
    }
    happened(
        link,
        (&identifier, department),
        record.revision + 1,
        step,
        &text,
    )
    .await?;
    for due in moments(step.event, step.by.at) {
        let values = [due.into(), identifier.as_str().into(), department.into()];
        link.later(LOOK_AGAIN, &values).await?;
    }
    if let Event::End { at, .. } = step.event {
        let due = *at + ARCHIVED_AFTER;
        let values = [due.into(), identifier.as_str().into(), department.into()];
        link.later(ARCHIVE, &values).await?;
    }
    Ok(())
}

/// Writes one line of a version's history.
pub(crate) async fn happened(
    link: &mut Link,
    (identifier, department): (&str, &str),
    revision: u64,
    step: &Move<'_>,
    life: &str,
) -> Result<(), StoreError> {
    let values = [
        identifier.into(),
        revision.into(),
        department.into(),
        step.event.kind().code().into(),
        step.event.at().into(),
        step.by.at.into(),
        step.by.who.as_str().into(),
        step.ground.into(),
        life.into(),
    ];
    link.later(HAPPENED, &values).await
}

/// Moments after `now` at which the entry in the status list may be another (D20: 3 is set when the
/// successor takes effect).
fn moments(event: &Event, now: UtcDateTime) -> Vec<UtcDateTime> {
    let until = match event {
        Event::Suspend { until, .. } => *until,
        _ => None,
    };
    [Some(event.at()), until]
        .into_iter()
        .flatten()
        .filter(|moment| *moment > now)
        .collect()
}

pub(crate) const DAMAGED: StoreError = StoreError::Damaged { table: "version" };

/// Where a sealed column of a version stands.
pub(crate) fn place<'a>(column: &'static str, row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "version",
        column,
        row,
        department,
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<Record>, StoreError> {
    rows.into_iter().map(read).collect()
}

fn life(text: &str) -> Result<Life, StoreError> {
    serde_json::from_str(text).map_err(|_| DAMAGED)
}

fn read(mut row: Row) -> Result<Record, StoreError> {
    read_of(&mut row)
}

fn read_of(row: &mut Row) -> Result<Record, StoreError> {
    Ok(Record {
        identifier: Identifier::parse(&row.text()?).map_err(|_| DAMAGED)?,
        licence: LicenceId::parse(&row.text()?).ok_or(DAMAGED)?,
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        licence_type: TypeKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        issuer: OrganisationCode::parse(&row.text()?).map_err(|_| DAMAGED)?,
        number: LicenceNumber::parse(&row.text()?).map_err(|_| DAMAGED)?,
        matter: match row.text()?.as_str() {
            "" => None,
            text => Some(MatterCode::parse(text).map_err(|_| DAMAGED)?),
        },
        case: row.text()?,
        decision: row.text()?,
        job: JobId::parse(&row.text()?).ok_or(DAMAGED)?,
        reserved: row.moment()?,
        recorded: row.maybe_moment()?,
        period: Period {
            from: row.moment()?,
            until: row.maybe_moment()?,
        },
        content_digest: row.digest()?,
        holder_kind: row.text()?,
        holder_masked: row.text()?,
        status_list: ListNumber(u32::try_from(row.integer()?).map_err(|_| DAMAGED)?),
        status_index: u32::try_from(row.integer()?).map_err(|_| DAMAGED)?,
        life: life(&row.text()?)?,
        revision: row.count()?,
        birth: birth(&row.text()?, row.maybe_integer()?)?,
    })
}

fn birth(code: &str, before: Option<i64>) -> Result<Birth, StoreError> {
    let before = before
        .map(|number| {
            let number = u16::try_from(number).map_err(|_| DAMAGED)?;
            Version::new(number).map_err(|_| DAMAGED)
        })
        .transpose()?;
    Birth::find(code, before).ok_or(DAMAGED)
}
