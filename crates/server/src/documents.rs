//! Sealing a caller's own document: `POST /v1/seal-signatures`, a form with an order and a file.

use axum::extract::{Multipart, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use catalogue::DocumentPurpose;
use catalogue::key::{MatterCode, SealCode};
use issuance::{Asker, Level, Waits};
use papers::documents::{DocumentOrder, SealEdition, Shown};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::arrival::part;

use crate::caller::{Fingerprint, once};
use crate::licences::{OfFile, attachment, begun_answer, media_type};
use crate::problem::{Code, Problem};
use crate::problems::{of_document, of_issue, of_release};
use crate::releases::job;
use crate::state::App;

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
    /// `B-LT`, with a time-stamp and everything for later years; or `B-B`, the signature alone.
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

impl OrderPart {
    /// Where the seal is shown.
    fn shown(&self) -> Result<Shown, Problem> {
        let malformed = |what: &str| Problem::new(Code::RequestMalformed).saying(what.to_owned());
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

    fn read(self) -> Result<DocumentOrder, Problem> {
        let malformed = |what: &str| Problem::new(Code::RequestMalformed).saying(what.to_owned());
        let shown = self.shown()?;
        let matter = self.matter.as_deref().map(MatterCode::parse).transpose();
        Ok(DocumentOrder {
            seal: SealCode::parse(&self.seal).map_err(|_| malformed("seal is no seal code"))?,
            purpose: DocumentPurpose::find(&self.purpose).ok_or(malformed("purpose is unknown"))?,
            matter: matter.map_err(|_| malformed("matter is no matter code"))?,
            case: self.case,
            ground: self.ground,
            shown,
            level: match self.level.as_deref() {
                None => Level::default(),
                Some(code) => Level::find(code).ok_or(malformed("level is B-LT or B-B"))?,
            },
            edition: match self.edition.as_deref() {
                None => SealEdition::default(),
                Some(code) => SealEdition::find(code).ok_or(malformed("edition is V4 or V1"))?,
            },
            flatten: self.flatten,
        })
    }
}

/// Asks for a seal on a document of the own department: the job waits for its release.
#[utoipa::path(post, path = "/v1/seal-signatures", tag = "documents",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `seal`, `purpose`, `matter`, `case`, `ground`; `place` `page` with `page`, `x_mm`, `y_mm`, or `edges` (OFD, 骑缝章) with `y_mm`; or `signature` `plain` (OFD, GB/T 35275: the seal's key, and no seal shown) without a place; `level` `B-LT` or `B-B`; `edition` `V4` or `V1` (OFD, at level `B-B`); `flatten` `true` for a PDF that is flattened to what it shows, and not refused for what acts, covers or hides) and `file` (PDF, or OFD where the office has the national suite)"),
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
    let (order, file): (OrderPart, _) = order_and_file(form).await?;
    let begun =
        papers::documents::begin_document(&app.office, &asker, &once, &order.read()?, file).await;
    begun_answer(begun.map_err(|error| of_document(&error))?)
}

/// The two parts of a form that brings a document: what is asked, as JSON, and the file; each once.
pub(crate) async fn order_and_file<T: DeserializeOwned>(
    mut form: Multipart,
) -> Result<(T, Vec<u8>), Problem> {
    let malformed = || Problem::new(Code::RequestMalformed);
    let (mut order, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
        let name = field.name().map(str::to_owned);
        let octets = part(field).await?;
        match name.as_deref() {
            Some("order") if order.is_none() => {
                issuance::inspect_json(&octets).map_err(|_| malformed())?;
                order = Some(serde_json::from_slice(&octets).map_err(|_| malformed())?);
            }
            Some("file") if file.is_none() => file = Some(octets),
            _ => return Err(malformed().saying("the parts are order and file, once each")),
        }
    }
    order
        .zip(file)
        .ok_or(malformed().saying("the parts are order and file"))
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
    responses((status = 200, description = "the file, in the format that was sent", content(("application/pdf"), ("application/ofd"))), (status = 404, description = "none here")))]
pub(crate) async fn file(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Query(of): Query<OfFile>,
) -> Result<Response, Problem> {
    let which = (&job(&text)?, of.format()?);
    let file = issuance::look::document_file(&app.office, &asker, which).await;
    let file = file.map_err(|error| of_issue(&error))?;
    Ok(attachment(media_type(file.format), file.bytes))
}
