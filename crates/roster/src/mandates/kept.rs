//! Rows of mandates. Both people and the terms stand sealed, and are found by keyed digests (D8, R17).

use std::collections::BTreeSet;

use catalogue::key::DepartmentKey;
use dossier::day;
use dossier::person::Party;
use dossier::signed::signer::SignerState;
use serde::{Deserialize, Serialize};
use signing::mandate::{Ending, Kind, Named, Standing, Terms};
use store::{Link, Row, StoreError};
use time::{Date, UtcDateTime};
use trail::secrets::{Place, Secrets};

/// The document that shows the ground of a mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// Where the object store keeps it.
    pub object: String,
}

/// A mandate as it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct MandateRecord {
    /// Its identifier.
    pub id: String,
    /// The department that keeps it.
    pub department: DepartmentKey,
    /// Who is signed for.
    pub principal: Party,
    /// Who signs.
    pub representative: Party,
    /// The signature identity of who signs, by which they were named.
    pub signer: String,
    /// What it allows.
    pub terms: Terms,
    /// The document that shows its ground, where there is one.
    pub evidence: Option<Evidence>,
    /// Who wrote it down.
    pub recorded_by: String,
    /// When its ground was shown.
    pub confirmed: Option<UtcDateTime>,
    /// The signature of who is signed for, where that is its ground.
    pub authorisation: Option<String>,
    /// When it was taken back, at whose wish.
    pub ended: Option<(UtcDateTime, Ending)>,
    /// Whether the identity that authorised it is cancelled.
    pub cancelled: bool,
}

// T-P8: who signs for whom does not reach a log.
impl std::fmt::Debug for MandateRecord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MandateRecord")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl MandateRecord {
    /// The people as the words of a signature name them.
    #[must_use]
    pub fn named(&self) -> Named<'_> {
        Named {
            mandate: &self.id,
            principal: self.principal.name(),
            representative: self.representative.name(),
        }
    }

    /// What happened to it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            confirmed: self.confirmed.is_some(),
            ended: self.ended.map(|(_, ending)| ending),
            cancelled: self.cancelled,
        }
    }

    /// What who is signed for signs to give it.
    #[must_use]
    pub fn authorisation_text(&self) -> String {
        let numbers = (
            self.principal.masked_code(),
            self.representative.masked_code(),
        );
        self.terms
            .authorisation(self.named(), (&numbers.0, &numbers.1))
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    principal: Party,
    representative: Party,
    #[serde(with = "day")]
    first: Date,
    #[serde(with = "day::maybe")]
    last: Option<Date>,
    matters: BTreeSet<String>,
    intents: BTreeSet<String>,
}

pub(super) const DAMAGED: StoreError = StoreError::Damaged { table: "mandate" };

const INSERT: &str = "INSERT INTO mandate (id, department, kind, content, principal, representative, signer, evidence, object, recorded, \
     recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const FIND: &str = "SELECT id, department, kind, content, signer, evidence, object, recorded_by, confirmed, authorisation, ended, ending, \
     (SELECT state FROM signer WHERE signer.id = mandate.principal_signer AND signer.department = mandate.department) \
     FROM mandate WHERE id = $1 AND department = $2";
const SHARE: &str = "SELECT id, department, kind, content, signer, evidence, object, recorded_by, confirmed, authorisation, ended, ending, \
     (SELECT state FROM signer WHERE signer.id = mandate.principal_signer AND signer.department = mandate.department) \
     FROM mandate WHERE id = $1 AND department = $2 FOR SHARE";
const LOCK: &str = "SELECT id, department, kind, content, signer, evidence, object, recorded_by, confirmed, authorisation, ended, ending, \
     (SELECT state FROM signer WHERE signer.id = mandate.principal_signer AND signer.department = mandate.department) \
     FROM mandate WHERE id = $1 AND department = $2 FOR UPDATE";
const OF_PERSON: &str = "SELECT id, department, kind, content, signer, evidence, object, recorded_by, confirmed, authorisation, ended, ending, \
     (SELECT state FROM signer WHERE signer.id = mandate.principal_signer AND signer.department = mandate.department) \
     FROM mandate WHERE department = $1 AND (principal = $2 OR representative = $2) AND id > $3 ORDER BY id LIMIT $4";

/// How a row is found, and who else may have it meanwhile.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held {
    /// Whoever.
    Free,
    /// Nobody changes it before this transaction ends.
    Shared,
    /// Nobody else has it.
    Locked,
}

/// The keyed digest by which a person is found, as identities are.
pub(super) fn digest_of(secrets: &Secrets, number: &str) -> [u8; 32] {
    secrets.lookup("signer", number)
}

pub(super) async fn insert(
    link: &mut Link,
    secrets: &Secrets,
    record: &MandateRecord,
    at: UtcDateTime,
) -> Result<(), StoreError> {
    let department = record.department.as_str();
    let content = Content {
        principal: record.principal.clone(),
        representative: record.representative.clone(),
        first: record.terms.first,
        last: record.terms.last,
        matters: record.terms.matters.clone(),
        intents: record.terms.intents.clone(),
    };
    let content = serde_json::to_vec(&content).map_err(|_| DAMAGED)?;
    let content = secrets.seal(&content, sealed_at(("content", &record.id), department))?;
    let people = [&record.principal, &record.representative];
    let [principal, representative] =
        people.map(|person| digest_of(secrets, person.code().reveal()));
    let evidence = record.evidence.as_ref();
    let values = [
        record.id.as_str().into(),
        department.into(),
        record.terms.kind.code().into(),
        (&content).into(),
        (&principal).into(),
        (&representative).into(),
        record.signer.as_str().into(),
        evidence.map(|one| one.digest.as_slice()).into(),
        evidence.map(|one| one.object.as_str()).into(),
        at.into(),
        record.recorded_by.as_str().into(),
    ];
    link.later(INSERT, &values).await
}

pub(super) async fn find(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &str),
    held: Held,
) -> Result<Option<MandateRecord>, StoreError> {
    let statement = match (held, link.has_rivals()) {
        (Held::Free, _) | (_, false) => FIND,
        (Held::Shared, true) => SHARE,
        (Held::Locked, true) => LOCK,
    };
    let values = [id.into(), department.as_str().into()];
    let row = link.row(statement, &values).await?;
    row.map(|row| read(row, secrets)).transpose()
}

pub(super) async fn of_person(
    link: &mut Link,
    secrets: &Secrets,
    (department, number): (&DepartmentKey, &str),
    (after, limit): (&str, u32),
) -> Result<Vec<MandateRecord>, StoreError> {
    let person = digest_of(secrets, number);
    let values = [
        department.as_str().into(),
        (&person).into(),
        after.into(),
        limit.into(),
    ];
    let rows = link.rows(OF_PERSON, &values).await?;
    rows.into_iter().map(|row| read(row, secrets)).collect()
}

fn read(mut row: Row, secrets: &Secrets) -> Result<MandateRecord, StoreError> {
    let (id, department) = (row.text()?, row.text()?);
    let kind = Kind::find(&row.text()?).ok_or(DAMAGED)?;
    let content = secrets.open(&row.bytes()?, sealed_at(("content", &id), &department))?;
    let content: Content = serde_json::from_slice(&content).map_err(|_| DAMAGED)?;
    let signer = row.text()?;
    let evidence = row.maybe_digest()?.zip(row.maybe_text()?);
    let recorded_by = row.text()?;
    let (confirmed, authorisation) = (row.maybe_moment()?, row.maybe_text()?);
    let ended = row.maybe_moment()?.zip(row.maybe_text()?);
    let ended = ended.map(|(at, ending)| Some((at, Ending::find(&ending)?)));
    let state = row.maybe_text()?;
    Ok(MandateRecord {
        terms: Terms {
            kind,
            first: content.first,
            last: content.last,
            matters: content.matters,
            intents: content.intents,
            born: content.principal.code().born_on(),
        },
        principal: content.principal,
        representative: content.representative,
        signer,
        evidence: evidence.map(|(digest, object)| Evidence { digest, object }),
        recorded_by,
        confirmed,
        authorisation,
        ended: match ended {
            None => None,
            Some(known) => Some(known.ok_or(DAMAGED)?),
        },
        cancelled: state.as_deref() == Some(SignerState::Cancelled.code()),
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        id,
    })
}

pub(super) fn sealed_at<'a>(
    (column, row): (&'static str, &'a str),
    department: &'a str,
) -> Place<'a> {
    Place {
        table: "mandate",
        column,
        row,
        department,
    }
}
