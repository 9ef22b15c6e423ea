//! What was signed under mandates: the history of both people (R15).

use catalogue::key::DepartmentKey;
use signing::mandate::Kind;
use store::{Link, Row, StoreError};
use time::UtcDateTime;
use trail::secrets::Secrets;

use super::MandateUse;
use super::kept::digest_of;

/// Of what the uses are asked for.
#[derive(Clone, Copy)]
pub enum UsesOf<'a> {
    /// One mandate.
    Mandate(&'a str),
    /// The person of this number, who is signed for, or signs.
    Person(&'a str),
}

// T-P8: a number does not reach a log.
impl std::fmt::Debug for UsesOf<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<uses>")
    }
}

/// A signature that was made under a mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRecord {
    /// The signature.
    pub signature: String,
    /// The identity that signed.
    pub signer: String,
    /// The mandate.
    pub mandate: String,
    /// As what.
    pub kind: Kind,
    /// In which matter.
    pub matter: String,
    /// The case, or empty.
    pub case: String,
    /// SHA-256 of the document as it was shown.
    pub document: [u8; 32],
    /// When, by the time-stamp.
    pub signed: UtcDateTime,
}

const INSERT: &str = "INSERT INTO mandate_use (signature, department, mandate, matter, used) VALUES ($1, $2, $3, $4, $5)";
const AFTER: &str = "SELECT used FROM mandate_use WHERE signature = $1 AND department = $2";
const OF_MANDATE: &str = "SELECT s.id, s.signer, u.mandate, m.kind, u.matter, s.case_number, s.document, s.signed \
     FROM mandate_use u, mandate m, signature s WHERE u.department = $1 AND u.mandate = $2 \
     AND m.id = u.mandate AND m.department = u.department AND s.id = u.signature AND s.department = u.department \
     AND s.signed IS NOT NULL AND (u.used > $3 OR (u.used = $3 AND u.signature > $4)) ORDER BY u.used, u.signature LIMIT $5";
const OF_PERSON: &str = "SELECT s.id, s.signer, u.mandate, m.kind, u.matter, s.case_number, s.document, s.signed \
     FROM mandate m, mandate_use u, signature s WHERE m.department = $1 AND (m.principal = $2 OR m.representative = $2) \
     AND m.id = u.mandate AND m.department = u.department AND s.id = u.signature AND s.department = u.department \
     AND s.signed IS NOT NULL AND (u.used > $3 OR (u.used = $3 AND u.signature > $4)) ORDER BY u.used, u.signature LIMIT $5";

const DAMAGED: StoreError = StoreError::Damaged {
    table: "mandate_use",
};

/// What a signature that is about to be made is made under.
pub(crate) async fn used(
    link: &mut Link,
    (department, asked): (&DepartmentKey, &MandateUse),
    (signature, at): (&str, UtcDateTime),
) -> Result<(), StoreError> {
    let values = [
        signature.into(),
        department.as_str().into(),
        asked.mandate.as_str().into(),
        asked.matter.as_str().into(),
        at.into(),
    ];
    link.later(INSERT, &values).await
}

pub(super) async fn list(
    link: &mut Link,
    secrets: &Secrets,
    (department, of): (&DepartmentKey, UsesOf<'_>),
    (after, limit): (&str, u32),
) -> Result<Vec<UseRecord>, StoreError> {
    let department = department.as_str();
    let before = link.row(AFTER, &[after.into(), department.into()]).await?;
    let used = match before {
        Some(mut row) => row.integer()?,
        None => 0,
    };
    let rest = [used.into(), after.into(), limit.into()];
    let [used, after, limit] = rest;
    let rows = match of {
        UsesOf::Mandate(mandate) => {
            let values = [department.into(), mandate.into(), used, after, limit];
            link.rows(OF_MANDATE, &values).await?
        }
        UsesOf::Person(number) => {
            let person = digest_of(secrets, number);
            let values = [department.into(), (&person).into(), used, after, limit];
            link.rows(OF_PERSON, &values).await?
        }
    };
    rows.into_iter().map(read).collect()
}

fn read(mut row: Row) -> Result<UseRecord, StoreError> {
    Ok(UseRecord {
        signature: row.text()?,
        signer: row.text()?,
        mandate: row.text()?,
        kind: Kind::find(&row.text()?).ok_or(DAMAGED)?,
        matter: row.text()?,
        case: row.text()?,
        document: row.digest()?,
        signed: row.moment()?,
    })
}
