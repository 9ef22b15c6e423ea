//! What a person signs elsewhere, with a key that is not kept here: laid out, waiting for its signature until a moment, taken once.
//!
//! A signature that comes back takes it in the transaction of its line in the key journal. When it is over, the document and the
//! words go, and the row stays: a handle that was given is never another one's.

use catalogue::key::DepartmentKey;
use crypto::sha256;
use store::{Link, Row, StoreError};
use time::{Duration, UtcDateTime};
use trail::asked::{self, Asked, By, Seen};
use trail::secrets::{Place, Secrets, hex};
use trail::trace::{self, Act, Deed};

use crate::mandates::{MandateUse, allows};
use crate::rounds::{Part, may_turn};
use crate::signers::refused::{PreparedRefused, SignerRefused};
use crate::signers::standing::stands_for;

/// How long one that was taken and not recorded can be gone on with, by the request that took it (*default*).
const UNFINISHED: Duration = Duration::days(1);

/// Where a prepared signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreparedState {
    /// It waits for its signature.
    Waits,
    /// A signature came back.
    Taken,
    /// None came in time, or what came was never recorded.
    Lapsed,
}

impl PreparedState {
    const ALL: [Self; 3] = [Self::Waits, Self::Taken, Self::Lapsed];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Taken => "taken",
            Self::Lapsed => "lapsed",
        }
    }

    fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What the octets to be signed were computed from, beside the document: the same again gives the same octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The name of the signature's field.
    pub field: String,
    /// The time that the signature claims.
    pub claimed: UtcDateTime,
    /// Octets kept for the message.
    pub reserve: u64,
    /// The place of the appearance, as who lays it out writes it.
    pub place: String,
}

/// A signature that is going to be made elsewhere.
#[derive(Clone)]
pub struct NewPrepared {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// The department that keeps the identity.
    pub department: DepartmentKey,
    /// Who is to sign.
    pub signer: String,
    /// The case, or empty.
    pub case: String,
    /// SHA-256 of the document as it was shown.
    pub document: [u8; 32],
    /// Where the object store keeps it.
    pub object: String,
    /// What the person means by signing.
    pub intent: String,
    /// SHA-256 of the certificate.
    pub certificate: [u8; 32],
    /// The algorithm, by its code.
    pub algorithm: String,
    /// What is to be signed.
    pub to_be_signed: Vec<u8>,
    /// How it was laid out.
    pub layout: Layout,
    /// Their part in a document that several sign, whose file `object` then is.
    pub part: Option<Part>,
    /// The mandate under which they sign for another.
    pub mandate: Option<MandateUse>,
    /// Until when, the last second included.
    pub until: UtcDateTime,
    /// Who asks, when.
    pub by: By,
}

// T-P8: words of a person do not reach a log.
impl std::fmt::Debug for NewPrepared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("NewPrepared")
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

/// A prepared signature as it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct PreparedRecord {
    /// Its handle.
    pub id: String,
    /// Who is to sign.
    pub signer: String,
    /// The case, or empty.
    pub case: String,
    /// SHA-256 of the document as it was shown.
    pub document: [u8; 32],
    /// Where the object store keeps it, until it is over.
    pub object: Option<String>,
    /// What the person means by signing; empty when it is over.
    pub intent: String,
    /// SHA-256 of the certificate.
    pub certificate: [u8; 32],
    /// The algorithm, by its code.
    pub algorithm: String,
    /// What is to be signed.
    pub to_be_signed: Vec<u8>,
    /// How it was laid out.
    pub layout: Layout,
    /// Which document that several sign, and in which role.
    pub part: Option<(String, String)>,
    /// The mandate under which they sign for another, and the matter.
    pub mandate: Option<(String, String)>,
    /// Until when, the last second included.
    pub until: UtcDateTime,
    /// Where it is.
    pub state: PreparedState,
    /// The signature that took it.
    pub signature: Option<String>,
}

// T-P8: words of a person do not reach a log.
impl std::fmt::Debug for PreparedRecord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PreparedRecord")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// One that is over: its document goes first, then its row is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedOver {
    /// Its handle.
    pub id: String,
    /// The department.
    pub department: DepartmentKey,
    /// Where its document is; `None` where that is the file of what several sign.
    pub object: Option<String>,
}

const INSERT: &str = "INSERT INTO prepared_signature (id, department, signer, case_number, document, object, intent, certificate, \
     algorithm, to_be_signed, field, claimed, reserve, place, signing, role, until_moment, mandate, matter, state) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'waits')";
const FIND: &str = "SELECT id, department, signer, case_number, document, object, intent, certificate, algorithm, to_be_signed, \
     field, claimed, reserve, place, signing, role, mandate, matter, until_moment, state, signature \
     FROM prepared_signature WHERE id = $1 AND department = $2";
// The row is locked by the change of it: of two signatures at once one waits, and finds that the other took it.
const TAKE: &str = "UPDATE prepared_signature SET state = 'taken', signature = $3 \
     WHERE id = $1 AND department = $2 AND state = 'waits' AND until_moment >= $4 RETURNING 1";
const STATE: &str = "SELECT state FROM prepared_signature WHERE id = $1 AND department = $2";
const OVER: &str = "SELECT id, department, CASE WHEN signing IS NULL THEN object END FROM prepared_signature \
     WHERE object IS NOT NULL AND ((state = 'waits' AND until_moment < $1) OR (state = 'taken' AND until_moment < $2)) \
     ORDER BY until_moment, id LIMIT $3";
const CLOSE: &str = "UPDATE prepared_signature SET object = NULL, intent = NULL, \
     state = CASE WHEN state = 'waits' OR NOT EXISTS (SELECT 1 FROM signature WHERE signature.id = prepared_signature.signature \
     AND signature.department = prepared_signature.department AND signature.signed IS NOT NULL) THEN 'lapsed' ELSE state END \
     WHERE id = $1 AND department = $2 AND object IS NOT NULL AND until_moment < $3 RETURNING state, signer, document, signature";

const DAMAGED: StoreError = StoreError::Damaged {
    table: "prepared_signature",
};

pub(super) async fn prepare(
    link: &mut Link,
    secrets: &Secrets,
    new: &NewPrepared,
) -> Result<PreparedRecord, SignerRefused> {
    let department = new.department.as_str();
    let id = secrets.fresh_id()?;
    let place = (department, Some(id.as_str()));
    match asked::note(link, secrets, &new.asked, place, new.by.at).await? {
        Seen::First => {}
        Seen::Other => return Err(SignerRefused::KeyReused),
        Seen::Same { job, .. } => {
            let before = job.ok_or(DAMAGED)?;
            let found = find(link, secrets, (&new.department, &before)).await?;
            return found.ok_or(SignerRefused::Unknown);
        }
    }
    if let Some(part) = &new.part {
        may_turn(link, secrets, (&new.department, part), (&id, new.by.at)).await?;
    }
    stands_for(link, (&new.department, &new.signer)).await?;
    if let Some(mandate) = &new.mandate {
        let of = (&new.department, mandate);
        allows(link, secrets, of, (&new.signer, &new.intent)).await?;
    }
    insert(link, secrets, (&id, new)).await?;
    let entry = Act {
        department: new.department.clone(),
        by: new.by.clone(),
        deed: Deed::Reserve,
        object: id.clone(),
        ground: new.signer.clone(),
        detail: vec![
            ("purpose", "person".to_owned()),
            ("digest", hex(&sha256(&new.to_be_signed))),
            ("document", hex(&new.document)),
            ("case", new.case.clone()),
        ],
        key: None,
    };
    trace::write(link, &entry).await?;
    Ok(new.record(id))
}

impl NewPrepared {
    fn record(&self, id: String) -> PreparedRecord {
        let part = self.part.as_ref();
        PreparedRecord {
            id,
            signer: self.signer.clone(),
            case: self.case.clone(),
            document: self.document,
            object: Some(self.object.clone()),
            intent: self.intent.clone(),
            certificate: self.certificate,
            algorithm: self.algorithm.clone(),
            to_be_signed: self.to_be_signed.clone(),
            layout: self.layout.clone(),
            part: part.map(|part| (part.round.clone(), part.role.clone())),
            mandate: self
                .mandate
                .as_ref()
                .map(|named| (named.mandate.clone(), named.matter.clone())),
            until: self.until,
            state: PreparedState::Waits,
            signature: None,
        }
    }
}

async fn insert(
    link: &mut Link,
    secrets: &Secrets,
    (id, new): (&str, &NewPrepared),
) -> Result<(), StoreError> {
    let department = new.department.as_str();
    let intent = secrets.seal(new.intent.as_bytes(), sealed_at(id, department))?;
    let (part, mandate) = (new.part.as_ref(), new.mandate.as_ref());
    let values = [
        id.into(),
        department.into(),
        new.signer.as_str().into(),
        new.case.as_str().into(),
        (&new.document).into(),
        new.object.as_str().into(),
        (&intent).into(),
        (&new.certificate).into(),
        new.algorithm.as_str().into(),
        (&new.to_be_signed).into(),
        new.layout.field.as_str().into(),
        new.layout.claimed.into(),
        new.layout.reserve.into(),
        new.layout.place.as_str().into(),
        part.map(|part| part.round.as_str()).into(),
        part.map(|part| part.role.as_str()).into(),
        new.until.into(),
        mandate.map(|mandate| mandate.mandate.as_str()).into(),
        mandate.map(|mandate| mandate.matter.as_str()).into(),
    ];
    link.later(INSERT, &values).await
}

/// The signature `taker` has it from now on, if it waits at `at`.
pub(super) async fn take(
    link: &mut Link,
    (department, id): (&DepartmentKey, &str),
    (taker, at): (&str, UtcDateTime),
) -> Result<(), SignerRefused> {
    let values = [
        id.into(),
        department.as_str().into(),
        taker.into(),
        at.into(),
    ];
    if link.row(TAKE, &values).await?.is_some() {
        return Ok(());
    }
    let values = [id.into(), department.as_str().into()];
    let Some(mut row) = link.row(STATE, &values).await? else {
        return Err(PreparedRefused::Unknown.into());
    };
    match PreparedState::find(&row.text()?).ok_or(DAMAGED)? {
        PreparedState::Waits | PreparedState::Lapsed => Err(PreparedRefused::Expired.into()),
        PreparedState::Taken => Err(PreparedRefused::Used.into()),
    }
}

pub(super) async fn find(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &str),
) -> Result<Option<PreparedRecord>, StoreError> {
    let values = [id.into(), department.as_str().into()];
    let row = link.row(FIND, &values).await?;
    row.map(|row| read(row, secrets)).transpose()
}

fn read(mut row: Row, secrets: &Secrets) -> Result<PreparedRecord, StoreError> {
    let (id, department) = (row.text()?, row.text()?);
    let (signer, case) = (row.text()?, row.text()?);
    let (document, object) = (row.digest()?, row.maybe_text()?);
    let intent = match row.maybe_bytes()? {
        Some(octets) => secrets.open(&octets, sealed_at(&id, &department))?,
        None => Vec::new(),
    };
    Ok(PreparedRecord {
        signer,
        case,
        document,
        object,
        intent: String::from_utf8(intent).map_err(|_| DAMAGED)?,
        certificate: row.digest()?,
        algorithm: row.text()?,
        to_be_signed: row.bytes()?,
        layout: Layout {
            field: row.text()?,
            claimed: row.moment()?,
            reserve: row.count()?,
            place: row.text()?,
        },
        part: row.maybe_text()?.zip(row.maybe_text()?),
        mandate: row.maybe_text()?.zip(row.maybe_text()?),
        until: row.moment()?,
        state: PreparedState::find(&row.text()?).ok_or(DAMAGED)?,
        signature: row.maybe_text()?,
        id,
    })
}

pub(super) async fn over(
    link: &mut Link,
    now: UtcDateTime,
    limit: u32,
) -> Result<Vec<PreparedOver>, StoreError> {
    let values = [now.into(), (now - UNFINISHED).into(), limit.into()];
    let rows = link.rows(OVER, &values).await?;
    rows.into_iter()
        .map(|mut row| {
            let (id, department) = (row.text()?, row.text()?);
            Ok(PreparedOver {
                id,
                department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
                object: row.maybe_text()?,
            })
        })
        .collect()
}

/// Of several processes one closes it, and its end stands in the trace once.
pub(super) async fn close(link: &mut Link, over: &PreparedOver, by: &By) -> Result<(), StoreError> {
    let values = [
        over.id.as_str().into(),
        over.department.as_str().into(),
        by.at.into(),
    ];
    let Some(mut row) = link.row(CLOSE, &values).await? else {
        return Ok(());
    };
    let state = PreparedState::find(&row.text()?).ok_or(DAMAGED)?;
    if state != PreparedState::Lapsed {
        return Ok(());
    }
    let (signer, document) = (row.text()?, row.digest()?);
    let taken = row.maybe_text()?.is_some();
    let entry = Act {
        department: over.department.clone(),
        by: by.clone(),
        deed: Deed::Fail,
        object: over.id.clone(),
        ground: if taken {
            "prepared.unfinished"
        } else {
            "prepared.lapsed"
        }
        .to_owned(),
        detail: vec![("signer", signer), ("document", hex(&document))],
        key: None,
    };
    trace::write(link, &entry).await.map(|_| ())
}

fn sealed_at<'a>(row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "prepared_signature",
        column: "intent",
        row,
        department,
    }
}
