//! A seal as its rows have it.

use catalogue::key::{DepartmentKey, SealCode};
use seal::life::{Consent, Duty, Event, Stage};
use store::{Row, StoreError};
use time::UtcDateTime;

/// A seal as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealRecord {
    /// Its code.
    pub code: SealCode,
    /// The department whose seal it is.
    pub department: DepartmentKey,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub since: UtcDateTime,
    /// How many events its life has.
    pub events: u64,
    /// Who brought it there.
    pub last: Consent,
    /// The first consent of an act of two people, while it holds.
    pub pending: Option<Pending>,
}

/// A first consent that waits for a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// To what.
    pub event: Event,
    /// Whose.
    pub consent: Consent,
    /// Until when it holds.
    pub until: UtcDateTime,
}

/// An electronic seal, as its maker signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealObject {
    /// Which seal it is.
    pub code: SealCode,
    /// Whose.
    pub department: DepartmentKey,
    /// Of GB/T 38540-2020, DER.
    pub object: Vec<u8>,
    /// The same of GM/T 0031-2014, DER, where it was made.
    pub earlier: Option<Vec<u8>>,
}

/// What happened to a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealHappened {
    /// Its number in the seal's life, from 1.
    pub number: u64,
    /// Code of the event; `establish` for the first.
    pub event: String,
    /// Where it stood then.
    pub stage: Stage,
    /// When.
    pub moment: UtcDateTime,
    /// Who, one or two people.
    pub people: Vec<String>,
    /// Why, or on what ground.
    pub reason: String,
}

pub(super) const DAMAGED: StoreError = StoreError::Damaged { table: "seal" };

pub(super) fn read(mut row: Row) -> Result<SealRecord, StoreError> {
    columns(&mut row)
}

pub(super) fn columns(row: &mut Row) -> Result<SealRecord, StoreError> {
    let code = SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let department = DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let stage = Stage::find(&row.text()?).ok_or(DAMAGED)?;
    let (since, events) = (row.moment()?, row.count()?);
    let last = consent(row.text()?, &row.text()?)?;
    let pending = (
        row.maybe_text()?,
        row.maybe_text()?,
        row.maybe_text()?,
        row.maybe_moment()?,
    );
    let pending = match pending {
        (Some(event), Some(person), Some(duty), Some(until)) => Some(Pending {
            event: Event::find(&event).ok_or(DAMAGED)?,
            consent: consent(person, &duty)?,
            until,
        }),
        _ => None,
    };
    Ok(SealRecord {
        code,
        department,
        stage,
        since,
        events,
        last,
        pending,
    })
}

fn consent(person: String, duty: &str) -> Result<Consent, StoreError> {
    Ok(Consent {
        person,
        duty: Duty::find(duty).ok_or(DAMAGED)?,
    })
}

pub(super) fn object(mut row: Row) -> Result<SealObject, StoreError> {
    Ok(SealObject {
        code: SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?,
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        object: row.bytes()?,
        earlier: row.maybe_bytes()?,
    })
}

pub(super) fn happened(mut row: Row) -> Result<SealHappened, StoreError> {
    let number = row.count()?;
    event(&mut row, number)
}

/// The columns behind the number of an event.
pub(super) fn event(row: &mut Row, number: u64) -> Result<SealHappened, StoreError> {
    Ok(SealHappened {
        number,
        event: row.text()?,
        stage: Stage::find(&row.text()?).ok_or(DAMAGED)?,
        moment: row.moment()?,
        people: row.text()?.split_whitespace().map(str::to_owned).collect(),
        reason: row.text()?,
    })
}
