//! A signature of a person on a document: the line of the key journal first, the signed file afterwards.

use catalogue::key::DepartmentKey;
use crypto::KeyId;
use store::{Link, Row, StoreError};
use time::UtcDateTime;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::secrets::{Place, Secrets, hex};
use trail::trace::{self, Act, Deed};

use crate::activations::{ActivationUse, consume};
use crate::mandates::{MandateUse, allows, used};
use crate::rounds::{KeptFile, Part, RoundRefused, take_signature, take_turn};
use crate::signers::prepared::take;
use crate::signers::refused::SignerRefused;
use crate::signers::standing::document_of;

/// A signature that is about to be made.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// The department that keeps the identity.
    pub department: DepartmentKey,
    /// Who signs.
    pub signer: String,
    /// The key that is going to be asked.
    pub key: KeyId,
    /// The case, or empty.
    pub case: String,
    /// SHA-256 of the document as it was shown.
    pub document: [u8; 32],
    /// SHA-256 of what the key is asked to sign.
    pub digest: [u8; 32],
    /// What the person means by signing.
    pub intent: String,
    /// Their part in a document that several sign.
    pub part: Option<Part>,
    /// What the person authorised, where they did that from afar: it is consumed with this.
    pub under: Option<ActivationUse>,
    /// What was prepared for a key that is not kept here, of which this is the signature: it is taken with this.
    pub prepared: Option<String>,
    /// The mandate under which they sign for another.
    pub mandate: Option<MandateUse>,
    /// Who asks, when.
    pub by: By,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The journal knows it; the key may be asked.
    Journalled {
        /// The signature's identifier.
        id: String,
    },
    /// The same request was answered before.
    Repeated(Response),
}

/// A signed file that is to be recorded.
#[derive(Debug, Clone)]
pub struct Signing {
    /// The request.
    pub asked: Asked,
    /// The department that keeps the identity.
    pub department: DepartmentKey,
    /// The signature's identifier.
    pub id: String,
    /// Where the object store keeps the file.
    pub object: String,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Its length in octets.
    pub length: u64,
    /// The document that several sign, of which this is one signature.
    pub round: Option<String>,
    /// The answer to the request.
    pub response: Response,
    /// Who asked, and the moment of the time-stamp.
    pub by: By,
}

/// A recorded signature.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureRecord {
    /// Its identifier.
    pub id: String,
    /// Who signed.
    pub signer: String,
    /// The case, or empty.
    pub case: String,
    /// SHA-256 of the document as it was shown.
    pub document: [u8; 32],
    /// What the person meant by signing.
    pub intent: String,
    /// When, by the time-stamp.
    pub signed: UtcDateTime,
    /// Where the object store keeps the file.
    pub object: String,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// The mandate under which it was signed for another.
    pub mandate: Option<String>,
}

// T-P8: words of a person do not reach a log.
impl std::fmt::Debug for SignatureRecord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SignatureRecord")
            .field("id", &self.id)
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

const ANY: &str = "SELECT 1 FROM signature WHERE signer = $1 AND department = $2 LIMIT 1";
const INSERT: &str = "INSERT INTO signature (id, department, signer, case_number, document, intent, begun, attempts) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
const AGAIN: &str =
    "UPDATE signature SET attempts = attempts + 1 WHERE id = $1 AND department = $2";
const RECORD: &str = "UPDATE signature SET signed = $3, object = $4, digest = $5, length = $6 \
     WHERE id = $1 AND department = $2 AND signed IS NULL RETURNING signer";
const FIND: &str = "SELECT id, department, signer, case_number, document, intent, signed, object, digest, \
     (SELECT mandate FROM mandate_use WHERE mandate_use.signature = signature.id AND mandate_use.department = signature.department) \
     FROM signature WHERE id = $1 AND department = $2 AND signed IS NOT NULL";
const OF_CASE: &str = "SELECT id, department, signer, case_number, document, intent, signed, object, digest, \
     (SELECT mandate FROM mandate_use WHERE mandate_use.signature = signature.id AND mandate_use.department = signature.department) \
     FROM signature WHERE case_number = $1 AND department = $2 AND signed IS NOT NULL ORDER BY begun, id LIMIT 200";

const DAMAGED: StoreError = StoreError::Damaged { table: "signature" };

pub(crate) async fn begin(
    link: &mut Link,
    secrets: &Secrets,
    beginning: &Beginning,
) -> Result<Begun, SignerRefused> {
    let department = beginning.department.as_str();
    let fresh = secrets.fresh_id()?;
    let place = (department, Some(fresh.as_str()));
    let at = beginning.by.at;
    let id = match asked::note(link, secrets, &beginning.asked, place, at).await? {
        Seen::First => None,
        Seen::Other => return Err(SignerRefused::KeyReused),
        Seen::Same {
            response: Some(response),
            ..
        } => return Ok(Begun::Repeated(response)),
        // A process was lost before it recorded the file: the same request makes it again.
        Seen::Same { job, .. } => Some(job.ok_or(DAMAGED)?),
    };
    if let Some(part) = &beginning.part {
        let signature = id.as_deref().unwrap_or(&fresh);
        if part.shown != beginning.document {
            return Err(RoundRefused::OtherDocument.into());
        }
        let of = (&beginning.department, part);
        take_turn(link, secrets, of, (signature, beginning.by.at)).await?;
    }
    stands(link, beginning, id.is_none()).await?;
    if let Some(mandate) = &beginning.mandate {
        let of = (&beginning.department, mandate);
        let signed = (beginning.signer.as_str(), beginning.intent.as_str());
        allows(link, secrets, of, signed).await?;
    }
    if let (Some(under), None) = (&beginning.under, &id) {
        consume(link, secrets, under, at).await?;
    }
    if let (Some(prepared), None) = (&beginning.prepared, &id) {
        let of = (&beginning.department, prepared.as_str());
        take(link, of, (&fresh, at)).await?;
    }
    let id = match id {
        Some(id) => {
            link.later(AGAIN, &[id.as_str().into(), department.into()])
                .await?;
            id
        }
        None => {
            let intent =
                secrets.seal(beginning.intent.as_bytes(), sealed_at(&fresh, department))?;
            let values = [
                fresh.as_str().into(),
                department.into(),
                beginning.signer.as_str().into(),
                beginning.case.as_str().into(),
                (&beginning.document).into(),
                (&intent).into(),
                at.into(),
            ];
            link.later(INSERT, &values).await?;
            if let Some(mandate) = &beginning.mandate {
                used(link, (&beginning.department, mandate), (&fresh, at)).await?;
            }
            fresh
        }
    };
    trace::write(link, &journalled(beginning, &id)).await?;
    Ok(Begun::Journalled { id })
}

/// The line of the key journal.
fn journalled(beginning: &Beginning, id: &str) -> Act {
    let mut entry = Act {
        department: beginning.department.clone(),
        by: beginning.by.clone(),
        deed: Deed::Sign,
        object: id.to_owned(),
        ground: beginning.signer.clone(),
        detail: vec![
            ("purpose", "person".to_owned()),
            ("digest", hex(&beginning.digest)),
            ("document", hex(&beginning.document)),
            ("case", beginning.case.clone()),
        ],
        key: Some(beginning.key.clone()),
    };
    if let Some(prepared) = &beginning.prepared {
        entry.detail.push(("prepared", prepared.clone()));
    }
    if let Some(mandate) = &beginning.mandate {
        entry.detail.push(("mandate", mandate.mandate.clone()));
        entry.detail.push(("matter", mandate.matter.clone()));
    }
    entry
}

/// Asked in the transaction that lets the key sign: a suspension waits for it, or stops it (T-S6).
async fn stands(link: &mut Link, beginning: &Beginning, first: bool) -> Result<(), SignerRefused> {
    let of = (&beginning.department, beginning.signer.as_str());
    let Some(document) = document_of(link, of).await? else {
        return Ok(());
    };
    let values = [of.1.into(), of.0.as_str().into()];
    // A key for one document: that one, under the request that it was made for.
    let used = first && link.row(ANY, &values).await?.is_some();
    if used || document != beginning.document {
        return Err(SignerRefused::OneTime);
    }
    Ok(())
}

pub(crate) async fn answered(
    link: &mut Link,
    secrets: &Secrets,
    asked: &Asked,
    (department, at): (&DepartmentKey, UtcDateTime),
) -> Result<Option<Response>, SignerRefused> {
    match asked::note(link, secrets, asked, (department.as_str(), None), at).await? {
        Seen::First => {
            asked::take_back(link, asked).await?;
            Ok(None)
        }
        Seen::Other => Err(SignerRefused::KeyReused),
        Seen::Same { response, .. } => Ok(response),
    }
}

pub(crate) async fn record(
    link: &mut Link,
    secrets: &Secrets,
    signing: &Signing,
) -> Result<Response, SignerRefused> {
    let department = signing.department.as_str();
    let values = [
        signing.id.as_str().into(),
        department.into(),
        signing.by.at.into(),
        signing.object.as_str().into(),
        (&signing.digest).into(),
        signing.length.into(),
    ];
    let Some(mut row) = link.row(RECORD, &values).await? else {
        // Another one of the same request was first: its answer stands.
        let place = (department, None);
        return match asked::note(link, secrets, &signing.asked, place, signing.by.at).await? {
            Seen::Same {
                response: Some(response),
                ..
            } => Ok(response),
            _ => Err(SignerRefused::Unknown),
        };
    };
    let signer = row.text()?;
    if let Some(round) = &signing.round {
        let file = KeptFile {
            object: signing.object.clone(),
            digest: signing.digest,
            length: signing.length,
        };
        let of = (&signing.department, round.as_str(), signing.id.as_str());
        take_signature(link, secrets, of, (&file, &signing.by)).await?;
    }
    let request = (
        signing.asked.caller.as_str(),
        signing.asked.key.as_str(),
        department,
    );
    asked::answer(link, secrets, request, &signing.response).await?;
    let entry = Act {
        department: signing.department.clone(),
        by: signing.by.clone(),
        deed: Deed::Record,
        object: signing.id.clone(),
        ground: signer,
        detail: vec![("file", format!("pdf {}", hex(&signing.digest)))],
        key: None,
    };
    trace::write(link, &entry).await?;
    Ok(signing.response.clone())
}

pub(crate) async fn find(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &str),
) -> Result<Option<SignatureRecord>, StoreError> {
    let row = link
        .row(FIND, &[id.into(), department.as_str().into()])
        .await?;
    row.map(|row| read(row, secrets)).transpose()
}

pub(crate) async fn of_case(
    link: &mut Link,
    secrets: &Secrets,
    (department, case): (&DepartmentKey, &str),
) -> Result<Vec<SignatureRecord>, StoreError> {
    let rows = link
        .rows(OF_CASE, &[case.into(), department.as_str().into()])
        .await?;
    rows.into_iter().map(|row| read(row, secrets)).collect()
}

fn read(mut row: Row, secrets: &Secrets) -> Result<SignatureRecord, StoreError> {
    let (id, department) = (row.text()?, row.text()?);
    let (signer, case) = (row.text()?, row.text()?);
    let document = row.digest()?;
    let intent = secrets.open(&row.bytes()?, sealed_at(&id, &department))?;
    Ok(SignatureRecord {
        signer,
        case,
        document,
        intent: String::from_utf8(intent).map_err(|_| DAMAGED)?,
        signed: row.moment()?,
        object: row.text()?,
        digest: row.digest()?,
        mandate: row.maybe_text()?,
        id,
    })
}

fn sealed_at<'a>(row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "signature",
        column: "intent",
        row,
        department,
    }
}
