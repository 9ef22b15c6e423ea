//! Licences: issue, look up, files, receipts, histories, change.

#![expect(
    unused_qualifications,
    reason = "the attribute of a route writes the extractor's path again"
)]

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalogue::Ending;
use catalogue::kind::FileFormat;
use issuance::lives::change::{Order, Ordered};
use issuance::look::LicenceTold;
use issuance::{Asker, Begun, IssueOrder};
use licence::{Identifier, IssueRequest};
use public::Form;
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use crate::caller::{Fingerprint, once};
use crate::json::{Strict, said};
use crate::problem::{Code, Problem};
use crate::problems::{of_change, of_issue, of_store};
use crate::state::App;

/// The content of `POST /v1/licences`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueBody {
    /// The decided case: matter, case, decision, type, issuer, holder, fields, validity.
    #[schema(value_type = Object)]
    request: IssueRequest,
    /// The photograph, PNG or JPEG in base64, where the type has one.
    #[serde(default)]
    photo: Option<String>,
}

/// Issues a licence: the job waits for its release.
#[utoipa::path(post, path = "/v1/licences", tag = "licences", request_body = IssueBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 202, description = "waits for the release of its seal"),
        (status = 201, description = "the answer of the same request, once released"),
        (status = 422, description = "not admitted: every defect with its place")))]
pub(crate) async fn issue(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Strict(body): Strict<IssueBody>,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let once = once(&headers, fingerprint)?;
    let photo = body.photo.map(|text| STANDARD.decode(text)).transpose();
    let order = IssueOrder {
        request: body.request,
        photo: photo
            .map_err(|_| Problem::new(Code::RequestMalformed).saying("photo is not base64"))?,
    };
    let begun = issuance::begin(&app.office, &asker, &once, &order).await;
    begun_answer(begun.map_err(|error| of_issue(&error))?)
}

/// The answer to a request that began a job.
pub(crate) fn begun_answer(begun: Begun) -> Result<Response, Problem> {
    match begun {
        Begun::Waits(response) | Begun::Repeated(response) => Ok(said(response)),
        Begun::Running => Err(Problem::new(Code::KeyRunning)),
    }
}

/// How a list of licences is narrowed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Narrowed {
    /// A licence number; with `type` and `issuer`.
    number: Option<String>,
    /// The type's key.
    r#type: Option<String>,
    /// The issuer's organisation code.
    issuer: Option<String>,
    /// Begin after this identifier.
    after: Option<String>,
}

/// A page of licences of the own department, or those of one number.
#[utoipa::path(get, path = "/v1/licences", tag = "licences", params(Narrowed),
    responses((status = 200, description = "an array of licences")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Query(narrowed): Query<Narrowed>,
) -> Result<axum::Json<Vec<LicenceTold>>, Problem> {
    let found = match (narrowed.number, narrowed.r#type, narrowed.issuer) {
        (Some(number), Some(kind), Some(issuer)) => {
            issuance::look::by_number(&app.office, &asker, (&kind, &issuer, &number)).await
        }
        (None, None, None) => {
            let after = narrowed.after.as_deref().map(identifier).transpose()?;
            issuance::look::list(&app.office, &asker, after.as_ref()).await
        }
        _ => {
            return Err(
                Problem::new(Code::RequestMalformed).saying("number, type and issuer go together")
            );
        }
    };
    found.map(axum::Json).map_err(|error| of_store(&error))
}

pub(crate) fn identifier(text: &str) -> Result<Identifier, Problem> {
    // A text that is no identifier names no licence.
    Identifier::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// One licence.
#[utoipa::path(get, path = "/v1/licences/{identifier}", tag = "licences",
    responses((status = 200, description = "the licence, its state and the source of it"), (status = 404, description = "none here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<axum::Json<LicenceTold>, Problem> {
    let found = issuance::look::find(&app.office, &asker, &identifier(&text)?).await;
    let found = found.map_err(|error| of_store(&error))?;
    found.map(axum::Json).ok_or(Problem::new(Code::NotFound))
}

/// What happened to a licence, event by event.
#[utoipa::path(get, path = "/v1/licences/{identifier}/history", tag = "licences",
    responses((status = 200, description = "an array of events"), (status = 404, description = "none here")))]
pub(crate) async fn history(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<axum::Json<Vec<issuance::look::EventTold>>, Problem> {
    let told = issuance::look::history(&app.office, &asker, &identifier(&text)?).await;
    let told = told.map_err(|error| of_store(&error))?;
    told.map(axum::Json).ok_or(Problem::new(Code::NotFound))
}

/// The two moments of a question about the past, RFC 3339; each is now when absent.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Moments {
    /// The moment asked about.
    at: Option<String>,
    /// By what was known at this moment.
    known: Option<String>,
}

/// What a licence was at a moment, by what was known at another.
#[utoipa::path(get, path = "/v1/licences/{identifier}/state", tag = "licences", params(Moments),
    responses((status = 200, description = "the state, both moments, and the events it rests on"), (status = 404, description = "none here")))]
pub(crate) async fn state(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Query(moments): Query<Moments>,
) -> Result<axum::Json<issuance::look::StateTold>, Problem> {
    let now = app.office.now();
    let read = |text: Option<&str>| match text {
        None => Ok(now),
        Some(text) => OffsetDateTime::parse(text, &Rfc3339)
            .ok()
            .and_then(OffsetDateTime::checked_to_utc)
            .ok_or(Problem::new(Code::RequestMalformed)),
    };
    let moments = (
        read(moments.at.as_deref())?,
        read(moments.known.as_deref())?,
    );
    let told = issuance::look::as_of(&app.office, &asker, &identifier(&text)?, moments).await;
    let told = told.map_err(|error| of_store(&error))?;
    told.map(axum::Json).ok_or(Problem::new(Code::NotFound))
}

/// The sealed file.
#[utoipa::path(get, path = "/v1/licences/{identifier}/files/pdf", tag = "licences",
    responses((status = 200, description = "the file", content_type = "application/pdf"), (status = 404, description = "none here")))]
pub(crate) async fn file(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Response, Problem> {
    let identifier = identifier(&text)?;
    let file = issuance::look::file(&app.office, &asker, &identifier, FileFormat::Pdf).await;
    let file = file.map_err(|error| of_issue(&error))?;
    Ok(attachment(file.format.media_type(), file.bytes))
}

/// The sealed OFD file (GB/T 33190), where the type asks for one and the office has the national suite.
#[utoipa::path(get, path = "/v1/licences/{identifier}/files/ofd", tag = "licences",
    responses((status = 200, description = "the file", content_type = "application/ofd"), (status = 404, description = "none here")))]
pub(crate) async fn ofd(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Response, Problem> {
    let identifier = identifier(&text)?;
    let file = issuance::look::file(&app.office, &asker, &identifier, FileFormat::Ofd).await;
    let file = file.map_err(|error| of_issue(&error))?;
    Ok(attachment(file.format.media_type(), file.bytes))
}

/// Which page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfPage {
    /// Its number, from 1; absent: the first.
    page: Option<usize>,
    /// `png` or `svg`; absent: `png`.
    form: Option<String>,
}

impl OfPage {
    /// The page, its form, and the media type of that.
    fn asked(&self) -> Result<((usize, Form), &'static str), Problem> {
        let (form, kind) = match self.form.as_deref() {
            None | Some("png") => (Form::Points, "image/png"),
            Some("svg") => (Form::Drawing, "image/svg+xml"),
            Some(_) => {
                let malformed = Problem::new(Code::RequestMalformed);
                return Err(malformed.saying("form is png or svg".to_owned()));
            }
        };
        Ok(((self.page.unwrap_or(1), form), kind))
    }
}

/// A page of the sealed OFD file as a picture, its seals included, for who may have the file. It proves nothing: the file does.
#[utoipa::path(get, path = "/v1/licences/{identifier}/files/ofd/picture", tag = "licences", params(OfPage),
    responses((status = 200, description = "the page", content_type = "image/png"), (status = 404, description = "none here, or no such page")))]
pub(crate) async fn picture(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Query(of): Query<OfPage>,
) -> Result<Response, Problem> {
    let identifier = identifier(&text)?;
    let (asked, kind) = of.asked()?;
    let file = issuance::look::file(&app.office, &asker, &identifier, FileFormat::Ofd).await;
    let file = file.map_err(|error| of_issue(&error))?;
    let page = public::picture(&app.counter, &file.bytes, asked).await?;
    Ok(attachment(kind, page))
}

/// Of which file.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfFile {
    /// `pdf` or `ofd`; of a caller's content what its seal became, such as `asic-e`.
    format: Option<String>,
}

impl OfFile {
    /// The format, where one is named.
    pub(crate) fn format(&self) -> Result<Option<FileFormat>, Problem> {
        let Some(text) = &self.format else {
            return Ok(None);
        };
        let found = FileFormat::find(text).map(Some);
        found.ok_or_else(|| {
            Problem::new(Code::RequestMalformed)
                .saying("format is pdf, ofd or an envelope".to_owned())
        })
    }
}

/// The receipt of the public log (C2SP tlog-proof).
#[utoipa::path(get, path = "/v1/licences/{identifier}/receipt", tag = "licences", params(OfFile),
    responses((status = 200, description = "the receipt", content_type = "text/plain"), (status = 404, description = "none here")))]
pub(crate) async fn receipt(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Query(of): Query<OfFile>,
) -> Result<Response, Problem> {
    let format = of.format()?.unwrap_or(FileFormat::Pdf);
    let file = issuance::look::file(&app.office, &asker, &identifier(&text)?, format).await;
    let file = file.map_err(|error| of_issue(&error))?;
    Ok(attachment("text/plain; charset=utf-8", file.receipt))
}

pub(crate) fn attachment(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

/// The content of an ending.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndBody {
    /// `deregistered`, `annulled`, `withdrawn` or `revoked`.
    ending: String,
    /// The number of the decision.
    decision: String,
    /// The provision on which it rests.
    legal_basis: String,
    /// `YYYY-MM-DD`: from the beginning of this day; absent: from now on.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>)]
    effective: Option<Date>,
}

/// The content of a suspension or of its end.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StopBody {
    /// The number of the decision.
    decision: String,
    /// The provision on which it rests.
    legal_basis: String,
    /// `YYYY-MM-DD`: from the beginning of this day; absent: from now on.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>)]
    effective: Option<Date>,
    /// The last day of a suspension, `YYYY-MM-DD`; absent: until lifted. Not with a resumption.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>)]
    until: Option<Date>,
}

impl StopBody {
    fn ordered(self, order: Order) -> Ordered {
        Ordered {
            order,
            decision: self.decision,
            legal_basis: self.legal_basis,
            effective: self.effective,
        }
    }
}

/// Ends a licence, and with it every face of it.
#[utoipa::path(post, path = "/v1/licences/{identifier}/end", tag = "licences", request_body = EndBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "ended"), (status = 404, description = "none here, or no power over it"), (status = 409, description = "not from its state")))]
pub(crate) async fn end(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(text): Path<String>,
    Strict(body): Strict<EndBody>,
) -> Result<Response, Problem> {
    let ending = Ending::ALL
        .into_iter()
        .find(|ending| ending.code() == body.ending)
        .ok_or(Problem::new(Code::RequestMalformed).saying("ending is none of the four"))?;
    let ordered = Ordered {
        order: Order::End(ending),
        decision: body.decision,
        legal_basis: body.legal_basis,
        effective: body.effective,
    };
    change(&app, &asker, (&headers, fingerprint), &text, &ordered).await
}

/// Suspends a licence.
#[utoipa::path(post, path = "/v1/licences/{identifier}/suspend", tag = "licences", request_body = StopBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "suspended"), (status = 404, description = "none here, or no power over it"), (status = 409, description = "not from its state")))]
pub(crate) async fn suspend(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(text): Path<String>,
    Strict(body): Strict<StopBody>,
) -> Result<Response, Problem> {
    let order = Order::Suspend(body.until);
    let ordered = body.ordered(order);
    change(&app, &asker, (&headers, fingerprint), &text, &ordered).await
}

/// Resumes a suspended licence.
#[utoipa::path(post, path = "/v1/licences/{identifier}/resume", tag = "licences", request_body = StopBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "resumed"), (status = 404, description = "none here, or no power over it"), (status = 409, description = "not from its state")))]
pub(crate) async fn resume(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(text): Path<String>,
    Strict(body): Strict<StopBody>,
) -> Result<Response, Problem> {
    // A stop that is lifted has no last day; to take one and forget it would be a lie.
    if body.until.is_some() {
        return Err(Problem::new(Code::RequestMalformed).saying("until belongs to a suspension"));
    }
    let ordered = body.ordered(Order::Resume);
    change(&app, &asker, (&headers, fingerprint), &text, &ordered).await
}

async fn change(
    app: &App,
    asker: &Asker,
    (headers, fingerprint): (&HeaderMap, Fingerprint),
    text: &str,
    ordered: &Ordered,
) -> Result<Response, Problem> {
    let once = once(headers, fingerprint)?;
    let identifier = identifier(text)?;
    let changed =
        issuance::lives::change::change(&app.office, asker, &once, &identifier, ordered).await;
    changed.map(said).map_err(|error| of_change(&error))
}
