//! Steps 4 and 5: the printed code, signed by the office's credential key, and the page that carries it.
//!
//! One source for both: the bytes of `licence.json`, as they were reserved (R8).

use catalogue::key::{DepartmentKey, TypeKey};
use catalogue::kind::{FileFormat, LicenceType, Suite};
use catalogue::{Catalogue, Ending};
use credential::{Modules, PrepareLc1, PrintLevel, TooMuchText};
use crypto::{Authorisation, KeyUse, SignError, WrongForm};
use document::{Page, Photo, ReadPhoto, RenderPage};
use licence::Admitted;
use registry::StoreError;
use registry::licences::{Content, Record};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;
use time::Date;

use crate::means::suite_of;
use crate::office::Office;
use crate::printed::{PrintedError, Printer, Said, journal_line};

/// What a job keeps so that its page can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    /// The date that stands under the authority.
    pub(crate) issued_on: Date,
    /// The photograph, base16.
    pub(crate) photo: Option<String>,
    /// Bodies that are told of it beside those that always are.
    #[serde(default)]
    pub(crate) told: Vec<DepartmentKey>,
    /// The numbers of the holder's restrictions that the approver was shown.
    #[serde(default)]
    pub(crate) shown: Vec<String>,
    /// The part whose ending this version is without: everybody is told of it when it is recorded.
    #[serde(default)]
    pub(crate) ended: Option<EndedPart>,
}

/// A part of a composite licence that ended, by whom and on what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndedPart {
    pub(crate) by: DepartmentKey,
    pub(crate) licence_type: TypeKey,
    pub(crate) number: String,
    pub(crate) ending: Ending,
    pub(crate) decision: String,
    pub(crate) basis: String,
    pub(crate) on: Date,
}

/// Why there is no page.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DraftError {
    /// The office has the suite of no file of the type (D5).
    #[error("the office makes no file that the type {0} asks for")]
    NoSuite(String),
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

impl From<PrintedError> for DraftError {
    fn from(error: PrintedError) -> Self {
        match error {
            PrintedError::Code(cause) => Self::Code(cause),
            PrintedError::Reserved => Self::Reserved,
        }
    }
}

/// A page and its code.
#[derive(Debug)]
pub(crate) struct Drafted {
    /// Each file that the type asks for, the PDF first.
    pub(crate) files: Vec<(FileFormat, Vec<u8>)>,
    pub(crate) code: String,
}

/// Makes code and page of a reserved version.
pub(crate) async fn draft(
    office: &Office,
    record: &Record,
    content: &Content,
    payload: &Payload,
    journal: Journal,
) -> Result<Drafted, DraftError> {
    let code = code(office, record, content, journal).await?;
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
    let status = status_json(&office.slots.uri(record.status_list), record.status_index);
    let page = Page {
        licence: &content.bytes,
        status: &status,
        issued_on: payload.issued_on,
        moment: record.reserved,
        code: Some(&modules),
        link: &link(office, &content.handle),
        photo: photo.as_ref(),
        notes: &[],
    };
    let mut files = Vec::with_capacity(2);
    for format in formats(office, &desk.catalogue, key) {
        let file = match format {
            FileFormat::Ofd => blank.render_ofd(&page)?.bytes,
            _ => blank.render(&page)?.bytes,
        };
        files.push((format, file));
    }
    if files.is_empty() {
        return Err(DraftError::NoSuite(key.to_owned()));
    }
    Ok(Drafted { files, code })
}

/// D2: the files that the type asks for, in the suites that the office has; the PDF first.
fn formats(office: &Office, catalogue: &Catalogue, key: &str) -> Vec<FileFormat> {
    let Some(kind) = kind(catalogue, key) else {
        return Vec::new();
    };
    let is_made = |format: &FileFormat| {
        kind.suite(*format).is_some_and(|suite| {
            suite_of(*format, Some(suite)) != Suite::Sm || office.national.is_some()
        })
    };
    let formats = [FileFormat::Pdf, FileFormat::Ofd].into_iter();
    formats.filter(is_made).collect()
}

fn kind<'a>(catalogue: &'a Catalogue, key: &str) -> Option<&'a LicenceType> {
    let mut kinds = catalogue.licence_types();
    kinds.find(|kind| kind.key.as_str() == key)
}

fn photo(text: &str) -> Result<Photo, DraftError> {
    Ok(Photo::read(&octets(text).ok_or(DraftError::Reserved)?)?)
}

/// A photograph as it was kept.
pub(crate) fn octets(kept: &str) -> Option<Vec<u8>> {
    kept.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
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

/// Whether the journal knows the code of a page already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Journal {
    /// Since the reservation, a moment ago.
    Knows,
    /// The page is made again, by another process perhaps: the journal shows that attempt too.
    IsTold,
}

/// Signs the code of a reserved version.
async fn code(
    office: &Office,
    record: &Record,
    content: &Content,
    journal: Journal,
) -> Result<String, DraftError> {
    let desk = office.desk();
    let kind = kind(&desk.catalogue, record.licence_type.as_str());
    let kind = kind.ok_or(DraftError::Reserved)?;
    let place = (record.status_list, record.reserved);
    let printer = Printer::of(office, kind, place).ok_or(SignError::Locked)?;
    let prepared = printer.prepare(&Said {
        content: &content.bytes,
        index: record.status_index,
        reserved: record.reserved,
        period: &record.period,
    })?;
    let now = office.clock.now();
    if journal == Journal::IsTold {
        let line = journal_line((&record.department, &record.job), now, &printer, &prepared);
        office.registry.journal().append(vec![line]).await?;
    }
    let message = prepared.to_be_signed();
    let under = Authorisation::journalled(printer.key(), KeyUse::Credentials, message, now);
    let signature = office.keys.sign(message, &under)?;
    Ok(prepared.finish(&signature)?)
}

/// A photograph as a payload keeps it.
pub(crate) fn kept(photo: &[u8]) -> String {
    crate::said::hex(photo)
}

/// The digest in the data is that of the octets that came (R8): what is signed is what is shown.
pub(crate) fn is_the_named(photo: Option<&[u8]>, admitted: &Admitted) -> bool {
    let named = admitted
        .fields()
        .iter()
        .find(|(name, _)| name.as_str() == "photo_sha256")
        .map(|(_, value)| value.to_json());
    let found = photo.map(|photo| {
        let digest = crypto::sha256(photo);
        serde_json::Value::String(crate::said::hex(&digest))
    });
    named == found
}
