//! Rows of pages on which persons sign, and what the trace and the department are told of them. Who signs what stands sealed (T-P5).

use catalogue::key::DepartmentKey;
use crypto::sha256;
use serde_json::json;
use signing::pad::{Proof, State};
use store::{Link, Row, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::outbox::{self, Outgoing};
use trail::secrets::{Place, Secrets, hex};
use trail::trace::{self, Act, Deed};

use super::{KINDS, NewPad, PadContent};
use crate::rounds::KeptFile;

/// A page on which somebody signs, as it is kept.
#[derive(Clone, PartialEq)]
pub struct PadRecord {
    /// Its identifier.
    pub id: String,
    /// The department that asked.
    pub department: DepartmentKey,
    /// Where it stands, but for its deadline.
    pub state: State,
    /// What says that it is the person.
    pub proof: Proof,
    /// Who signs what.
    pub content: PadContent,
    /// The document.
    pub file: KeptFile,
    /// When it was made.
    pub made: UtcDateTime,
    /// The last second.
    pub deadline: UtcDateTime,
    /// How often the code was wrong.
    pub failures: u64,
    /// How many keys were made for it and are gone.
    pub attempt: u64,
    /// The signature, once there is one.
    pub signature: Option<String>,
    /// When it ended.
    pub ended: Option<UtcDateTime>,
    /// Why the person declined.
    pub reason: Option<String>,
    pub(super) turn_until: Option<UtcDateTime>,
    code: [u8; 32],
    ticket: Option<[u8; 32]>,
    ticket_until: Option<UtcDateTime>,
}

// T-P8: words of a person, and what opens the page, do not reach a log.
impl std::fmt::Debug for PadRecord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PadRecord")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl PadRecord {
    /// As what the trace names whoever is at the page: the page itself, since nobody has an account there.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("pad-{}", self.id)
    }

    pub(super) fn is_opened_by(&self, ticket: &str, now: UtcDateTime) -> bool {
        self.ticket == Some(sha256(ticket.as_bytes()))
            && self.ticket_until.is_some_and(|until| now <= until)
    }

    pub(super) fn is_signed_now(&self, now: UtcDateTime) -> bool {
        self.turn_until.is_some_and(|until| now <= until)
    }

    pub(super) fn has_code(&self, secrets: &Secrets, code: &str) -> bool {
        code_of(secrets, &self.id, code) == self.code
    }
}

/// Keyed, and of this page alone: one code in two pages gives two digests.
fn code_of(secrets: &Secrets, id: &str, code: &str) -> [u8; 32] {
    secrets.lookup("pad-code", &format!("{id} {code}"))
}

fn handle_of(secrets: &Secrets, handle: &str) -> [u8; 32] {
    secrets.lookup("pad-handle", handle)
}

pub(super) const DAMAGED: StoreError = StoreError::Damaged { table: "pad" };

const INSERT: &str = "INSERT INTO pad (id, department, state, proof, content, handle, code, document, object, length, made, deadline, \
     failures, attempt, events) VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0)";
const FIND: &str = "SELECT id, department, state, proof, content, code, document, object, length, made, deadline, failures, attempt, \
     ticket, ticket_until, turn_until, signature, ended, reason FROM pad WHERE id = $1 AND department = $2";
const LOCK: &str = "SELECT id, department, state, proof, content, code, document, object, length, made, deadline, failures, attempt, \
     ticket, ticket_until, turn_until, signature, ended, reason FROM pad WHERE id = $1 AND department = $2 FOR UPDATE";
// A handle leads to one page of whatever department: whoever has it has no account.
const BY_HANDLE: &str = "SELECT id, department, state, proof, content, code, document, object, length, made, deadline, failures, attempt, \
     ticket, ticket_until, turn_until, signature, ended, reason FROM pad WHERE handle = $1";
const LOCK_BY_HANDLE: &str = "SELECT id, department, state, proof, content, code, document, object, length, made, deadline, failures, attempt, \
     ticket, ticket_until, turn_until, signature, ended, reason FROM pad WHERE handle = $1 FOR UPDATE";
const EVENTS: &str =
    "UPDATE pad SET events = events + 1 WHERE id = $1 AND department = $2 RETURNING events";

pub(super) async fn insert(
    link: &mut Link,
    secrets: &Secrets,
    new: &NewPad,
) -> Result<(), StoreError> {
    let department = new.department.as_str();
    let content = serde_json::to_vec(&new.content).map_err(|_| DAMAGED)?;
    let content = secrets.seal(&content, place(("content", &new.id), department))?;
    let (handle, code) = &new.opened_by;
    let (handle, code) = (handle_of(secrets, handle), code_of(secrets, &new.id, code));
    let values = [
        new.id.as_str().into(),
        department.into(),
        new.proof.code().into(),
        (&content).into(),
        (&handle).into(),
        (&code).into(),
        (&new.file.digest).into(),
        new.file.object.as_str().into(),
        new.file.length.into(),
        new.by.at.into(),
        new.deadline.into(),
    ];
    link.later(INSERT, &values).await
}

/// The one to which a handle leads; with `lock` nobody else moves it until this transaction ends.
pub(super) async fn of_handle(
    link: &mut Link,
    secrets: &Secrets,
    (handle, lock): (&str, bool),
) -> Result<Option<PadRecord>, StoreError> {
    let statement = match lock && link.has_rivals() {
        true => LOCK_BY_HANDLE,
        false => BY_HANDLE,
    };
    let row = link
        .row(statement, &[(&handle_of(secrets, handle)).into()])
        .await?;
    row.map(|row| read(row, secrets)).transpose()
}

pub(super) async fn of_department(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &str),
) -> Result<Option<PadRecord>, StoreError> {
    let values = [id.into(), department.as_str().into()];
    let row = link.row(FIND, &values).await?;
    row.map(|row| read(row, secrets)).transpose()
}

pub(super) async fn locked(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &str),
) -> Result<Option<PadRecord>, StoreError> {
    let statement = if link.has_rivals() { LOCK } else { FIND };
    let values = [id.into(), department.as_str().into()];
    let row = link.row(statement, &values).await?;
    row.map(|row| read(row, secrets)).transpose()
}

fn read(mut row: Row, secrets: &Secrets) -> Result<PadRecord, StoreError> {
    let (id, department) = (row.text()?, row.text()?);
    let state = State::find(&row.text()?).ok_or(DAMAGED)?;
    let proof = Proof::find(&row.text()?).ok_or(DAMAGED)?;
    let content = secrets.open(&row.bytes()?, place(("content", &id), &department))?;
    let content: PadContent = serde_json::from_slice(&content).map_err(|_| DAMAGED)?;
    let code = row.digest()?;
    let file = KeptFile {
        digest: row.digest()?,
        object: row.text()?,
        length: row.count()?,
    };
    let (made, deadline) = (row.moment()?, row.moment()?);
    let (failures, attempt) = (row.count()?, row.count()?);
    let (ticket, ticket_until) = (row.maybe_digest()?, row.maybe_moment()?);
    let turn_until = row.maybe_moment()?;
    let (signature, ended) = (row.maybe_text()?, row.maybe_moment()?);
    let reason = row.maybe_bytes()?;
    let reason = reason.map(|octets| secrets.open(&octets, place(("reason", &id), &department)));
    let reason = reason.transpose()?.map(String::from_utf8).transpose();
    Ok(PadRecord {
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        id,
        state,
        proof,
        content,
        file,
        made,
        deadline,
        failures,
        attempt,
        signature,
        ended,
        reason: reason.map_err(|_| DAMAGED)?,
        turn_until,
        code,
        ticket,
        ticket_until,
    })
}

fn place<'a>((column, row): (&'static str, &'a str), department: &'a str) -> Place<'a> {
    Place {
        table: "pad",
        column,
        row,
        department,
    }
}

/// Why somebody declined, as it is kept.
pub(super) fn sealed(
    secrets: &Secrets,
    record: &PadRecord,
    reason: &str,
) -> Result<Vec<u8>, StoreError> {
    let at = place(("reason", &record.id), record.department.as_str());
    secrets.seal(reason.as_bytes(), at)
}

fn entry(department: &DepartmentKey, object: &str, (deed, ground): (Deed, &str), by: &By) -> Act {
    Act {
        department: department.clone(),
        by: by.clone(),
        deed,
        object: object.to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    }
}

pub(super) async fn trace_made(
    link: &mut Link,
    (department, id): (&DepartmentKey, &str),
    (proof, document): (Proof, &[u8; 32]),
    by: &By,
) -> Result<(), StoreError> {
    let mut entry = entry(department, id, (Deed::Permit, "pad.made"), by);
    entry.detail = vec![
        ("proof", proof.code().to_owned()),
        ("document", hex(document)),
    ];
    trace::write(link, &entry).await.map(|_| ())
}

/// Whoever has the code sees the document.
pub(super) async fn trace_opened(
    link: &mut Link,
    record: &PadRecord,
    by: &By,
) -> Result<(), StoreError> {
    let what = (Deed::Look, "pad.opened");
    let entry = entry(&record.department, &record.id, what, by);
    trace::write(link, &entry).await.map(|_| ())
}

pub(super) async fn deny(
    link: &mut Link,
    record: &PadRecord,
    ground: &str,
    by: &By,
) -> Result<(), StoreError> {
    let mut entry = entry(&record.department, &record.id, (Deed::Deny, ground), by);
    entry.detail = vec![("failures", record.failures.to_string())];
    trace::write(link, &entry).await.map(|_| ())
}

/// The entry in the trace, and the event, where it is one that its department did not make itself.
pub(super) async fn told(
    link: &mut Link,
    secrets: &Secrets,
    (record, kind): (&PadRecord, &str),
    by: &By,
) -> Result<(), StoreError> {
    let mut entry = entry(&record.department, &record.id, (Deed::Round, kind), by);
    entry.detail = vec![("case", record.content.case.clone())];
    trace::write(link, &entry).await?;
    if !KINDS.contains(&kind) {
        return Ok(());
    }
    let department = record.department.as_str();
    let values = [record.id.as_str().into(), department.into()];
    let first = link.one(EVENTS, &values, "pad").await?.count()?;
    let said = json!({
        "pad": record.id, "case": record.content.case, "state": record.state.code(),
        "signature": record.signature, "document": hex(&record.file.digest),
    });
    let event = Outgoing {
        kind: kind.to_owned(),
        receivers: vec![department.to_owned()],
        payload: said.to_string().into_bytes(),
    };
    let stream = format!("pad {}", record.id);
    let stream = (department, stream.as_str(), first);
    outbox::push(link, secrets, stream, &[event], by.at).await
}
