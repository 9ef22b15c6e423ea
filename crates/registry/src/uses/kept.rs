//! A use of a licence as a row: read, and what of it stands sealed.

use catalogue::key::{DepartmentKey, MatterCode, PersonKey};
use dossier::number::CaseNumber;
use licence::Identifier;
use serde::{Deserialize, Serialize};
use store::{Link, Row, StoreError};
use time::UtcDateTime;
use trail::secrets::{Place, Secrets};

/// What stands sealed of a use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseDetail {
    /// What for, in the words of who used it.
    pub purpose: String,
    /// The number of the consent; nothing under a law.
    #[serde(default)]
    pub consent: Option<String>,
    /// The law, as the matter's material cites it; nothing under a consent.
    #[serde(default)]
    pub law: Option<String>,
    /// The names of the fields that were shown, masked ones too.
    pub fields: Vec<String>,
    /// The facts that were answered with yes or no, such as `valid_on 2026-06-30`.
    pub facts: Vec<String>,
}

/// A use, as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUse {
    /// For which matter.
    pub matter: MatterCode,
    /// In which case of the own department.
    pub case: CaseNumber,
    /// For which of the matter's materials.
    pub material: u16,
    /// The person who asked.
    pub person: PersonKey,
    /// The licence's state, as it was answered.
    pub state: String,
    /// What stands sealed.
    pub detail: UseDetail,
    /// Until when the sealed file may be taken; nothing where it may not.
    pub file_until: Option<UtcDateTime>,
}

/// A use, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRecord {
    /// Its identifier.
    pub id: String,
    /// The department that used the licence.
    pub department: DepartmentKey,
    /// The version that was used.
    pub identifier: Identifier,
    /// When.
    pub used: UtcDateTime,
    /// What it was.
    pub what: NewUse,
    /// When its sealed file was taken.
    pub file_taken: Option<UtcDateTime>,
}

const FIND: &str = "SELECT id, department, identifier, used, matter, case_number, material, person, state, \
     file_until, file_taken, content FROM licence_use WHERE id = $1 AND department = $2";

pub(crate) const DAMAGED: StoreError = StoreError::Damaged {
    table: "licence_use",
};

pub(crate) async fn find(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &str),
) -> Result<Option<UseRecord>, StoreError> {
    let values = [id.into(), department.as_str().into()];
    let row = link.row(FIND, &values).await?;
    row.map(|row| read(row, secrets)).transpose()
}

pub(crate) fn place<'a>(id: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "licence_use",
        column: "content",
        row: id,
        department,
    }
}

pub(crate) fn read(mut row: Row, secrets: &Secrets) -> Result<UseRecord, StoreError> {
    let (id, department) = (row.text()?, row.text()?);
    let identifier = Identifier::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let used = row.moment()?;
    let matter = MatterCode::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let case = CaseNumber::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let material = u16::try_from(row.integer()?).map_err(|_| DAMAGED)?;
    let person = PersonKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let state = row.text()?;
    let (file_until, file_taken) = (row.maybe_moment()?, row.maybe_moment()?);
    let content = secrets.open(&row.bytes()?, place(&id, &department))?;
    Ok(UseRecord {
        what: NewUse {
            matter,
            case,
            material,
            person,
            state,
            detail: serde_json::from_slice(&content).map_err(|_| DAMAGED)?,
            file_until,
        },
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        id,
        identifier,
        used,
        file_taken,
    })
}
