//! Rows of documents that several sign. Words of persons stand sealed (T-P5).

use catalogue::key::DepartmentKey;
use signing::round::{Done, Order, Round, Seat};
use store::{Link, Row, StoreError};
use time::UtcDateTime;
use trail::secrets::{Place, Secrets};

use super::NewSeat;

/// A file in the object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Where it is.
    pub object: String,
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// Its octets.
    pub length: u64,
}

/// A role, beside what the round knows of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SeatRecord {
    /// What its person will mean by signing.
    pub intent: String,
    /// The mandate under which they will sign for another, and the matter.
    pub mandate: Option<(String, String)>,
    /// The signature, once there is one.
    pub signature: Option<String>,
    /// When they signed or declined.
    pub at: Option<UtcDateTime>,
    /// Why they declined.
    pub reason: Option<String>,
}

// T-P8: words of a person do not reach a log.
impl std::fmt::Debug for SeatRecord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SeatRecord")
            .field("signature", &self.signature)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// A signature that is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub(super) signature: String,
    pub(super) seat: usize,
    pub(super) until: UtcDateTime,
}

/// A document that several sign, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundRecord {
    /// Its identifier.
    pub id: String,
    /// The department.
    pub department: DepartmentKey,
    /// The case, or empty.
    pub case: String,
    /// Who signs in which role, in which order, until when.
    pub round: Round,
    /// More of each role, in the same order.
    pub seats: Vec<SeatRecord>,
    /// SHA-256 of the file as it was brought.
    pub document: [u8; 32],
    /// Its octets: later ones were added by those who signed.
    pub document_length: u64,
    /// The file as it stands.
    pub file: KeptFile,
    /// When it was brought.
    pub begun: UtcDateTime,
    /// Who signs at this moment.
    pub turn: Option<Turn>,
}

impl SeatRecord {
    pub(super) fn waiting(new: &NewSeat) -> Self {
        let mandate = new.mandate.as_ref();
        Self {
            intent: new.intent.clone(),
            mandate: mandate.map(|named| (named.mandate.clone(), named.matter.clone())),
            signature: None,
            at: None,
            reason: None,
        }
    }
}

pub(super) const DAMAGED: StoreError = StoreError::Damaged { table: "signing" };

const INSERT: &str = "INSERT INTO signing (id, department, case_number, sequence, deadline, document, document_length, object, \
     digest, length, begun, events, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $5)";
const SIT: &str = "INSERT INTO signing_seat (signing, place, department, role, signer, intent, done, mandate, matter) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND: &str = "SELECT id, department, case_number, sequence, deadline, document, document_length, object, digest, \
     length, begun, turn, turn_seat, turn_until FROM signing WHERE id = $1 AND department = $2";
const LOCK: &str = "SELECT id, department, case_number, sequence, deadline, document, document_length, object, digest, \
     length, begun, turn, turn_seat, turn_until FROM signing WHERE id = $1 AND department = $2 FOR UPDATE";
const SEATS: &str = "SELECT place, role, signer, intent, done, signature, moment, reason, mandate, matter FROM signing_seat \
     WHERE signing = $1 AND department = $2 ORDER BY place";
const SIGNED: &str = "UPDATE signing_seat SET done = 'signed', signature = $4, moment = $5 \
     WHERE signing = $1 AND department = $2 AND place = $3";
const DECLINED: &str = "UPDATE signing_seat SET done = 'declined', reason = $4, moment = $5 \
     WHERE signing = $1 AND department = $2 AND place = $3";

pub(super) fn number(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(u64::MAX)
}

pub(super) async fn insert(
    link: &mut Link,
    secrets: &Secrets,
    record: &RoundRecord,
) -> Result<(), StoreError> {
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        record.case.as_str().into(),
        record.round.order().code().into(),
        record.round.deadline().into(),
        (&record.document).into(),
        record.document_length.into(),
        record.file.object.as_str().into(),
        (&record.file.digest).into(),
        record.file.length.into(),
        record.begun.into(),
    ];
    link.later(INSERT, &values).await?;
    let seats = record.round.seats().iter().zip(&record.seats);
    for (place, (seat, words)) in seats.enumerate() {
        let at = Sealed::of(record, place, "intent");
        let intent = secrets.seal(words.intent.as_bytes(), at.place())?;
        let mandate = words.mandate.as_ref();
        let values = [
            record.id.as_str().into(),
            number(place).into(),
            record.department.as_str().into(),
            seat.role.as_str().into(),
            seat.signer.as_str().into(),
            (&intent).into(),
            seat.done.code().into(),
            mandate.map(|(mandate, _)| mandate.as_str()).into(),
            mandate.map(|(_, matter)| matter.as_str()).into(),
        ];
        link.later(SIT, &values).await?;
    }
    Ok(())
}

pub(super) async fn signed(
    link: &mut Link,
    (record, place): (&RoundRecord, usize),
    (signature, at): (&str, UtcDateTime),
) -> Result<(), StoreError> {
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        number(place).into(),
        signature.into(),
        at.into(),
    ];
    link.later(SIGNED, &values).await
}

pub(super) async fn declined(
    link: &mut Link,
    secrets: &Secrets,
    (record, place): (&RoundRecord, usize),
    (reason, at): (&str, UtcDateTime),
) -> Result<(), StoreError> {
    let sealed = Sealed::of(record, place, "reason");
    let reason = secrets.seal(reason.as_bytes(), sealed.place())?;
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        number(place).into(),
        (&reason).into(),
        at.into(),
    ];
    link.later(DECLINED, &values).await
}

/// One of a department, which nobody else moves until this transaction ends.
pub(super) async fn locked(
    link: &mut Link,
    secrets: &Secrets,
    of: (&DepartmentKey, &str),
) -> Result<Option<RoundRecord>, StoreError> {
    let statement = if link.has_rivals() { LOCK } else { FIND };
    by(link, secrets, statement, of).await
}

pub(super) async fn find(
    link: &mut Link,
    secrets: &Secrets,
    of: (&DepartmentKey, &str),
) -> Result<Option<RoundRecord>, StoreError> {
    by(link, secrets, FIND, of).await
}

async fn by(
    link: &mut Link,
    secrets: &Secrets,
    statement: &'static str,
    (department, id): (&DepartmentKey, &str),
) -> Result<Option<RoundRecord>, StoreError> {
    let values = [id.into(), department.as_str().into()];
    let Some(row) = link.row(statement, &values).await? else {
        return Ok(None);
    };
    let seats = link.rows(SEATS, &values).await?;
    read(row, seats, secrets).map(Some)
}

fn read(mut row: Row, rows: Vec<Row>, secrets: &Secrets) -> Result<RoundRecord, StoreError> {
    let (id, department) = (row.text()?, row.text()?);
    let case = row.text()?;
    let order = Order::find(&row.text()?).ok_or(DAMAGED)?;
    let deadline = row.moment()?;
    let (document, document_length) = (row.digest()?, row.count()?);
    let file = KeptFile {
        object: row.text()?,
        digest: row.digest()?,
        length: row.count()?,
    };
    let begun = row.moment()?;
    let turn = turn(&mut row)?;
    let read = |row| seat(row, (&id, &department), secrets);
    let both: Result<Vec<_>, _> = rows.into_iter().map(read).collect();
    let (seats, words) = both?.into_iter().unzip();
    Ok(RoundRecord {
        case,
        round: Round::kept(order, deadline, seats),
        seats: words,
        document,
        document_length,
        file,
        begun,
        turn,
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        id,
    })
}

fn turn(row: &mut Row) -> Result<Option<Turn>, StoreError> {
    let signature = row.maybe_text()?;
    let seat = row.maybe_integer()?;
    let until = row.maybe_moment()?;
    let (Some(signature), Some(seat), Some(until)) = (signature, seat, until) else {
        return Ok(None);
    };
    let seat = usize::try_from(seat).map_err(|_| DAMAGED)?;
    Ok(Some(Turn {
        signature,
        seat,
        until,
    }))
}

fn seat(
    mut row: Row,
    (id, department): (&str, &str),
    secrets: &Secrets,
) -> Result<(Seat, SeatRecord), StoreError> {
    let place = format!("{id} {}", row.count()?);
    let sealed = |column| Sealed {
        row: place.clone(),
        department: department.to_owned(),
        column,
    };
    let (role, signer) = (row.text()?, row.text()?);
    let intent = opened(secrets, &row.bytes()?, &sealed("intent"))?;
    let done = Done::find(&row.text()?).ok_or(DAMAGED)?;
    let (signature, at) = (row.maybe_text()?, row.maybe_moment()?);
    let reason = row.maybe_bytes()?;
    let reason = reason.map(|octets| opened(secrets, &octets, &sealed("reason")));
    Ok((
        Seat { role, signer, done },
        SeatRecord {
            intent,
            mandate: row.maybe_text()?.zip(row.maybe_text()?),
            signature,
            at,
            reason: reason.transpose()?,
        },
    ))
}

fn opened(secrets: &Secrets, octets: &[u8], sealed: &Sealed) -> Result<String, StoreError> {
    let words = secrets.open(octets, sealed.place())?;
    String::from_utf8(words).map_err(|_| DAMAGED)
}

/// Where words of a role are sealed.
struct Sealed {
    row: String,
    department: String,
    column: &'static str,
}

impl Sealed {
    fn of(record: &RoundRecord, place: usize, column: &'static str) -> Self {
        Self {
            row: format!("{} {place}", record.id),
            department: record.department.as_str().to_owned(),
            column,
        }
    }

    fn place(&self) -> Place<'_> {
        Place {
            table: "signing_seat",
            column: self.column,
            row: &self.row,
            department: &self.department,
        }
    }
}
