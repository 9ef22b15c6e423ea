//! Steps 4 and 5: the printed code, signed by the office's credential key, and the page that carries it.
//!
//! One source for both: the bytes of `licence.json`, as they were reserved (R8).

use credential::{
    Lc1Claims, LicenceClaims, Modules, PrepareLc1, PrintLevel, StatusReference, TooMuchText,
};
use crypto::{Authorisation, KeyUse, SignError, WrongForm, sha256};
use document::{Page, Photo, ReadPhoto, RenderPage, Unsealed};
use licence::ValidTo;
use registry::StoreError;
use registry::asked::By;
use registry::journal::KeyUse as Use;
use registry::licences::{Content, Record};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;
use time::Date;

use crate::keys::ServiceKey;
use crate::office::Office;

/// What a job keeps so that its page can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    /// The date that stands under the authority.
    pub(crate) issued_on: Date,
    /// The photograph, base16.
    pub(crate) photo: Option<String>,
}

/// Why there is no page.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DraftError {
    /// The type has no page.
    #[error("no template for the type {0}")]
    NoTemplate(String),
    /// The page cannot be laid out.
    #[error("the page cannot be laid out")]
    Render(#[from] RenderPage),
    /// The photograph cannot be used.
    #[error("the photograph cannot be used")]
    Photo(#[from] ReadPhoto),
    /// The code cannot be made.
    #[error("the printed code cannot be made")]
    Code(#[from] PrepareLc1),
    /// The code does not fit a square.
    #[error("the printed code is too long")]
    Modules(#[from] TooMuchText),
    /// The code's signature cannot be written.
    #[error("the printed code's signature cannot be written")]
    Form(#[from] WrongForm),
    /// The key store did not sign.
    #[error("the printed code was not signed")]
    Sign(#[from] SignError),
    /// The journal cannot be written.
    #[error("the journal cannot be written")]
    Store(#[from] StoreError),
    /// What was reserved cannot be read back.
    #[error("the reserved data cannot be read back")]
    Reserved,
}

/// A page and its code.
#[derive(Debug)]
pub(crate) struct Drafted {
    pub(crate) page: Unsealed,
    pub(crate) code: String,
}

/// Makes code and page of a reserved version.
pub(crate) async fn draft(
    office: &Office,
    record: &Record,
    content: &Content,
    payload: &Payload,
) -> Result<Drafted, DraftError> {
    let licence: Value =
        serde_json::from_slice(&content.bytes).map_err(|_| DraftError::Reserved)?;
    let code = code(office, record, content, &licence).await?;
    let modules = Modules::of(&code, PrintLevel::Quartile)?;
    let side = modules.side();
    let modules = document::Modules::new(side, modules.into_dark()).ok_or(DraftError::Reserved)?;
    let photo = payload.photo.as_deref().map(photo).transpose()?;
    let desk = office.desk();
    let key = record.licence_type.as_str();
    let blank = desk
        .blanks
        .get(key)
        .ok_or_else(|| DraftError::NoTemplate(key.to_owned()))?;
    let status = status_json(&office.status_uri, record.status_index);
    let page = blank.render(&Page {
        licence: &content.bytes,
        status: &status,
        issued_on: payload.issued_on,
        moment: record.reserved,
        code: Some(&modules),
        link: &link(office, &content.handle),
        photo: photo.as_ref(),
        notes: &[],
    })?;
    Ok(Drafted { page, code })
}

fn photo(text: &str) -> Result<Photo, DraftError> {
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    Ok(Photo::read(&bytes.ok_or(DraftError::Reserved)?)?)
}

/// `https://domain/v/` and the handle (D23).
pub(crate) fn link(office: &Office, handle: &str) -> String {
    format!("{}/v/{handle}", office.settings.address)
}

/// `status.json`: the reference that a credential would carry (credentials 5), in canonical form.
pub(crate) fn status_json(uri: &str, index: u32) -> Vec<u8> {
    let reference = json!({"status": {"status_list": {"idx": index, "uri": uri}}});
    reference.to_string().into_bytes()
}

/// LC1, minimal with the content digest: what a page prints by default (credentials 6).
async fn code(
    office: &Office,
    record: &Record,
    content: &Content,
    licence: &Value,
) -> Result<String, DraftError> {
    let text = |pointer: &str| {
        let found = licence.pointer(pointer).and_then(Value::as_str);
        found.map(str::to_owned)
    };
    let valid_to = text("/validity/to").ok_or(DraftError::Reserved)?;
    let claims = Lc1Claims {
        issuer: text("/issuer/code").ok_or(DraftError::Reserved)?,
        issued_at: record.reserved,
        not_before: Some(record.period.from),
        // D23: valid_to is inclusive, so the code ends with the next midnight in the office's zone.
        expires: match ValidTo::parse(&valid_to) {
            ValidTo::Day(_) => record.period.until,
            _ => None,
        },
        status: Some(StatusReference {
            uri: office.status_uri.clone(),
            index: u64::from(record.status_index),
        }),
        licence: LicenceClaims {
            identifier: text("/identifier").ok_or(DraftError::Reserved)?,
            type_name: text("/type/name"),
            number: text("/number"),
            holder: text("/holder/name"),
            valid_to: Some(valid_to),
            content_digest: Some(sha256(&content.bytes)),
            ..LicenceClaims::default()
        },
    };
    let algorithm = office
        .algorithm(ServiceKey::Credential)
        .ok_or(SignError::Locked)?;
    let kid = credential::key_id(&office.hierarchy.credential);
    let prepared = claims.prepare(kid, algorithm)?;
    let message = prepared.to_be_signed();
    let now = office.clock.now();
    let key = ServiceKey::Credential.id();
    let under = Authorisation::journalled(key.clone(), KeyUse::Credentials, message, now);
    office
        .registry
        .journal()
        .append(vec![Use {
            department: record.department.clone(),
            by: By::new("service", now),
            key,
            purpose: "printed-code".to_owned(),
            digests: vec![under.journalled],
            object: record.job.to_string(),
        }])
        .await?;
    let signature = office.keys.sign(message, &under)?;
    Ok(prepared.finish(&signature)?)
}

/// A photograph as a payload keeps it.
pub(crate) fn kept(photo: &[u8]) -> String {
    photo.iter().map(|octet| format!("{octet:02x}")).collect()
}
