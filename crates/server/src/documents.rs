//! Sealing a caller's own document: `POST /v1/seal-signatures`, a form with an order and a file.

use std::collections::BTreeMap;

use axum::extract::{Multipart, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use catalogue::DocumentPurpose;
use catalogue::key::{MatterCode, SealCode};
use catalogue::kind::Envelope;
use issuance::{Asker, Level, Waits};
use papers::digests::{NamedContent, begin_digest, refuse_pages};
use papers::documents::{DocumentOrder, SealEdition, Shown};
use papers::envelopes::{EnvelopeOrder, Item, begin_envelope};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::arrival::part;

use crate::caller::{Fingerprint, once};
use crate::licences::{OfFile, attachment, begun_answer};
use crate::problem::{Code, Problem};
use crate::problems::{of_document, of_issue, of_release};
use crate::releases::job;
use crate::state::App;

/// Files of a form, at most: one more than an envelope takes is refused with its reason.
const MAX_FILES: usize = 64;
/// Points of a millimetre.
const POINTS: f64 = 72.0 / 25.4;

/// A corner on a page, given in millimetres, in points.
pub(crate) fn corner(x_mm: f64, y_mm: f64) -> Result<(f64, f64), Problem> {
    let far = |value: f64| !(0.0..=5_000.0).contains(&value);
    if far(x_mm) || far(y_mm) {
        let why = "x_mm and y_mm lie on the page";
        return Err(Problem::new(Code::RequestMalformed).saying(why));
    }
    Ok((x_mm * POINTS, y_mm * POINTS))
}

/// The part `order` of the form.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderPart {
    /// The seal's code.
    seal: String,
    /// `document`, `decision`, `acceptance-notice`, `supplement-request` or `delivery-receipt`.
    purpose: String,
    /// The matter, where the purpose has one.
    #[serde(default)]
    matter: Option<String>,
    /// The case.
    #[serde(default)]
    case: String,
    /// The ground of the use, such as the number of a decision.
    ground: String,
    /// `seal`, shown on the pages; or `plain`: an OFD file is signed with the seal's key in the form of GB/T 35275 and shows no
    /// seal, so that there is no place and no edition. `seal` without it.
    #[serde(default)]
    signature: Option<String>,
    /// `page`, or `edges`: over the right edges of all pages of an OFD file (骑缝章), a strip on each; `page` without it.
    #[serde(default)]
    place: Option<String>,
    /// The page, from 1; not over the edges.
    #[serde(default)]
    page: Option<u32>,
    /// Millimetres from the left edge of the page to the seal's; not over the edges.
    #[serde(default)]
    x_mm: Option<f64>,
    /// Millimetres from the lower edge of the page to the seal's; over the edges, from that of the first page.
    #[serde(default)]
    y_mm: Option<f64>,
    /// For content of any kind, in place of a PDF or an OFD: what its seal becomes. `cades`, `jades-compact` (level `B-B` alone)
    /// or `jades` over one file; `jades-detached` over up to 64 that it names; a package `asic-s` of one, `asic-e` of up to 64.
    #[serde(default)]
    envelope: Option<String>,
    /// In the place of parts `file`, with `envelope` `cades` or `jades-detached`: what is sealed by its digest. The content stays with its
    /// caller, and nobody here sees it.
    #[serde(default)]
    digests: Option<Vec<DigestPart>>,
    /// `B-LT`, with a time-stamp and everything for later years; `B-B`, the signature alone; `B-T`, with a time-stamp; `B-LTA`,
    /// with one over all of it. Of an OFD `B-B` or `B-LT`.
    #[serde(default)]
    level: Option<String>,
    /// The edition of the seal on an OFD file: `V4` (GB/T 38540-2020), or `V1` (GM/T 0031-2014), which has no place for a
    /// time-stamp and so goes with level `B-B`.
    #[serde(default)]
    edition: Option<String>,
    /// Whether a PDF is flattened to what it shows, where it would be refused as it is; what was done stands in the answer.
    #[serde(default)]
    flatten: bool,
}

/// A file that is sealed by its digest.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DigestPart {
    /// Its name; not a path.
    name: String,
    /// Its media type.
    media_type: String,
    /// Lower-case hexadecimal by `sha-256`; with `cades` and a seal whose key signs another digest, by that besides: `sha-384`, `sha-512`.
    digests: BTreeMap<String, String>,
}

impl DigestPart {
    fn read(self) -> NamedContent {
        NamedContent {
            name: self.name,
            media_type: self.media_type,
            digests: self.digests.into_iter().collect(),
        }
    }
}

/// A request that says something else than it may.
fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

impl OrderPart {
    fn matter(&self) -> Result<Option<MatterCode>, Problem> {
        let matter = self.matter.as_deref().map(MatterCode::parse).transpose();
        matter.map_err(|_| malformed("matter is no matter code"))
    }

    fn level(&self) -> Result<Level, Problem> {
        let level = self.level.as_deref();
        let level = level.map_or(Some(Level::default()), Level::find);
        level.ok_or(malformed("level is B-B, B-T, B-LT or B-LTA"))
    }

    fn edition(&self) -> Result<SealEdition, Problem> {
        let edition = self.edition.as_deref();
        let edition = edition.map_or(Some(SealEdition::default()), SealEdition::find);
        edition.ok_or(malformed("edition is V4 or V1"))
    }

    /// Where the seal is shown.
    fn shown(&self) -> Result<Shown, Problem> {
        match self.signature.as_deref() {
            None | Some("seal") => {}
            Some("plain") => {
                let placed = (&self.place, self.page, self.x_mm, self.y_mm);
                if placed != (&None, None, None, None) || self.edition.is_some() || self.flatten {
                    let why =
                        "a plain signature has no place, no page, no edition, and is not flattened";
                    return Err(malformed(why));
                }
                return Ok(Shown::Nowhere);
            }
            Some(_) => return Err(malformed("signature is seal or plain")),
        }
        match (self.place.as_deref(), self.page, self.x_mm, self.y_mm) {
            (None | Some("page"), Some(page), Some(x_mm), Some(y_mm)) => Ok(Shown::Page {
                page,
                corner: corner(x_mm, y_mm)?,
            }),
            (Some("edges"), None, None, Some(y_mm)) => {
                let (_, up) = corner(0.0, y_mm)?;
                Ok(Shown::Edges { up })
            }
            (None | Some("page"), ..) => {
                Err(malformed("a place on a page has page, x_mm and y_mm"))
            }
            (Some("edges"), ..) => Err(malformed("a place over the edges has y_mm alone")),
            _ => Err(malformed("place is page or edges")),
        }
    }

    /// What its seal becomes, for content without pages; it is shown nowhere.
    fn form(&self) -> Result<Option<Envelope>, Problem> {
        let Some(code) = &self.envelope else {
            return Ok(None);
        };
        let placed = (&self.place, self.page, self.x_mm, self.y_mm);
        let other = self.edition.is_some() || self.flatten || self.signature.is_some();
        if placed != (&None, None, None, None) || other {
            return Err(malformed(
                "an envelope has no place, no page, no edition, no signature, and is not flattened",
            ));
        }
        let unknown = "envelope is cades, jades-compact, jades, jades-detached, asic-s or asic-e";
        let found = Envelope::find(code).filter(|form| !form.is_of_digest());
        found.map(Some).ok_or(malformed(unknown))
    }

    /// The files that are sealed by their digests, where those were sent.
    fn digests(&mut self) -> Option<Vec<NamedContent>> {
        let digests = self.digests.take()?.into_iter();
        Some(digests.map(DigestPart::read).collect())
    }

    fn read(mut self) -> Result<Asked, Problem> {
        let (form, digests) = (self.form()?, self.digests());
        let shown = match form {
            None => Some(self.shown()?),
            Some(_) => None,
        };
        let seal = SealCode::parse(&self.seal).map_err(|_| malformed("seal is no seal code"))?;
        let purpose = DocumentPurpose::find(&self.purpose);
        let purpose = purpose.ok_or(malformed("purpose is unknown"))?;
        let (matter, level, edition) = (self.matter()?, self.level()?, self.edition()?);
        let (case, ground) = (self.case, self.ground);
        Ok(match (form, shown) {
            (Some(form), _) => {
                let order = EnvelopeOrder {
                    seal,
                    purpose,
                    matter,
                    case,
                    ground,
                    form,
                    level,
                };
                match digests {
                    Some(digests) => Asked::Digests(order, digests),
                    None => Asked::Envelope(order),
                }
            }
            (None, shown) => {
                let order = DocumentOrder {
                    seal,
                    purpose,
                    matter,
                    case,
                    ground,
                    shown: shown.ok_or(malformed("a place"))?,
                    level,
                    edition,
                    flatten: self.flatten,
                };
                match digests {
                    Some(_) => Asked::Unseen(order),
                    None => Asked::Document(order),
                }
            }
        })
    }
}

/// What is asked for.
enum Asked {
    /// A seal on the pages of a PDF or an OFD.
    Document(DocumentOrder),
    /// A seal on content of any kind.
    Envelope(EnvelopeOrder),
    /// A seal on content that was not sent.
    Digests(EnvelopeOrder, Vec<NamedContent>),
    /// A seal on pages that were not sent.
    Unseen(DocumentOrder),
}

impl Asked {
    /// Whether digests take the place of files.
    fn is_unseen(&self) -> bool {
        matches!(self, Self::Digests(..) | Self::Unseen(_))
    }
}

/// Asks for a seal on a document of the own department: the job waits for its release.
#[utoipa::path(post, path = "/v1/seal-signatures", tag = "documents",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `seal`, `purpose`, `matter`, `case`, `ground`; `place` `page` with `page`, `x_mm`, `y_mm`, or `edges` (OFD, 骑缝章) with `y_mm`; or `signature` `plain` (OFD, GB/T 35275: the seal's key, and no seal shown) without a place; or `envelope` `cades`, `jades-compact`, `jades`, `jades-detached`, `asic-s` or `asic-e` for content of any kind; with `envelope` `cades` or `jades-detached` `digests` in the place of files, each with `name`, `media_type` and `digests` by `sha-256`: the content stays with its caller; `level` `B-LT`, `B-B`, `B-T` or `B-LTA`; `edition` `V4` or `V1` (OFD, at level `B-B`); `flatten` `true` for a PDF that is flattened to what it shows, and not refused for what acts, covers or hides) and `file` (PDF, or OFD where the office has the national suite; for an envelope any content, where it takes several several times, each with its `filename`)"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 202, description = "waits for the release of its seal; `flattened` says what was changed or left out, each with its page and object"), (status = 422, description = "refused, with every finding")))]
pub(crate) async fn seal(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let once = once(&headers, fingerprint)?;
    // What waits for this place waits in the spool, not in memory.
    let _document = app.place(&app.documents).await?;
    let (order, mut files): (OrderPart, _) = parts_of(form).await?;
    let asked = order.read()?;
    if asked.is_unseen() != files.is_empty() {
        return Err(malformed("either files or digests"));
    }
    let office = &app.office;
    let begun = match asked {
        Asked::Document(order) => {
            let file = only(&mut files)?;
            papers::documents::begin_document(office, &asker, &once, &order, file).await
        }
        Asked::Envelope(order) => begin_envelope(office, &asker, &once, &order, files).await,
        Asked::Digests(order, digests) => {
            begin_digest(office, &asker, &once, &order, &digests).await
        }
        Asked::Unseen(order) => Err(refuse_pages(office, &asker, &order).await),
    };
    begun_answer(begun.map_err(|error| of_document(&error))?)
}

/// The two parts of a form that brings a document: what is asked, as JSON, and the file; each once.
pub(crate) async fn order_and_file<T: DeserializeOwned>(
    form: Multipart,
) -> Result<(T, Vec<u8>), Problem> {
    let (order, mut files) = order_and_files(form).await?;
    Ok((order, only(&mut files)?))
}

/// The file of a form that brings one.
fn only(files: &mut Vec<Item>) -> Result<Vec<u8>, Problem> {
    match (files.pop(), files.is_empty()) {
        (Some(file), true) => Ok(file.octets),
        _ => {
            Err(Problem::new(Code::RequestMalformed)
                .saying("the parts are order and file, once each"))
        }
    }
}

/// The same with as many files as an envelope takes, each with the name that it was given.
pub(crate) async fn order_and_files<T: DeserializeOwned>(
    form: Multipart,
) -> Result<(T, Vec<Item>), Problem> {
    let (order, files) = parts_of(form).await?;
    match files.is_empty() {
        true => Err(malformed("the parts are order and file")),
        false => Ok((order, files)),
    }
}

/// The order, and the files if there are any.
async fn parts_of<T: DeserializeOwned>(mut form: Multipart) -> Result<(T, Vec<Item>), Problem> {
    let malformed = || Problem::new(Code::RequestMalformed);
    let (mut order, mut files) = (None, Vec::new());
    while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
        let part_of = field.name().map(str::to_owned);
        let name = field.file_name().unwrap_or_default().to_owned();
        let octets = part(field).await?;
        match part_of.as_deref() {
            Some("order") if order.is_none() => {
                issuance::inspect_json(&octets).map_err(|_| malformed())?;
                order = Some(serde_json::from_slice(&octets).map_err(|_| malformed())?);
            }
            Some("file") if files.len() <= MAX_FILES => files.push(Item { name, octets }),
            _ => return Err(malformed().saying("the parts are order, once, and file")),
        }
    }
    let order = order.ok_or_else(|| malformed().saying("the parts are order and file"))?;
    Ok((order, files))
}

/// Where the job of a document stands.
#[utoipa::path(get, path = "/v1/seal-signatures/{job}", tag = "documents",
    responses((status = 200, description = "the job"), (status = 404, description = "none here")))]
pub(crate) async fn standing(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<Waits>, Problem> {
    let found = issuance::look::job(&app.office, &asker, &job(&text)?).await;
    found.map(Json).map_err(|error| of_release(&error))
}

/// The sealed document; of several files that of `format`, or the first.
#[utoipa::path(get, path = "/v1/seal-signatures/{job}/file", tag = "documents", params(OfFile),
    responses((status = 200, description = "the file, in the format that was sent", content(("application/pdf"), ("application/ofd"), ("application/pkcs7-signature"), ("application/jose"), ("application/jose+json"), ("application/vnd.etsi.asic-s+zip"), ("application/vnd.etsi.asic-e+zip"))), (status = 404, description = "none here")))]
pub(crate) async fn file(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Query(of): Query<OfFile>,
) -> Result<Response, Problem> {
    let which = (&job(&text)?, of.format()?);
    let file = issuance::look::document_file(&app.office, &asker, which).await;
    let file = file.map_err(|error| of_issue(&error))?;
    Ok(attachment(file.format.media_type(), file.bytes))
}
