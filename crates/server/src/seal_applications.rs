//! Seals made on application: asked for, examined, approved, made, accepted, given other scopes.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use issuance::Asker;
use issuance::custody::Event;
use making::{ApplicationTold, Deciding, Document, Line, Order, ScopeOrder, Standing, TestOffer};
use registry::regions::Spoken;
use replies::seal_problems::of_making;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::caller::{Granted, Keyed};
use crate::day::moment;
use crate::json::{Strict, said};
use crate::licences::attachment;
use crate::problem::{Code, Problem};
use crate::releases::{ReleaseBody, submitted};
use crate::seals::{code, duties};
use crate::state::App;

/// A document of an application.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentBody {
    /// What it is.
    name: String,
    /// Its media type.
    #[serde(rename = "type")]
    kind: String,
    /// Its octets, base64: at most 5 MiB.
    content: String,
}

/// A seal that is asked for.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicationBody {
    /// The code that it is to have; none is given twice.
    seal: String,
    /// Its name, as it will stand in its certificate.
    name: String,
    /// `行政审批专用章`, `部门业务专用章`, `受理专用章` or `存量转换专用章`.
    kind: String,
    /// Purposes of documents, as a catalogue names them.
    purposes: Vec<String>,
    /// Codes of matters; every matter of the department's power without it.
    #[serde(default)]
    matters: Option<Vec<String>>,
    /// First day, `YYYY-MM-DD`.
    valid_from: String,
    /// Last day.
    #[serde(default)]
    valid_to: Option<String>,
    /// The seal in whose place it is to come.
    #[serde(default)]
    replaces: Option<String>,
    /// Why it is needed.
    ground: String,
    /// A picture in place of the drawn one, PNG or JPEG, base64; where the office has the national suite.
    #[serde(default)]
    picture: Option<String>,
    /// 1 to 10 documents.
    documents: Vec<DocumentBody>,
}

/// A step of an application.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepBody {
    /// `review`, `reject`, `approve` or `make`.
    act: String,
    /// The digest of the application, as who decides has read it.
    digest: String,
    /// Why; not left empty where it is refused.
    #[serde(default, deserialize_with = "replies::json::reason")]
    reason: String,
}

/// A scope that a seal is to have.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeBody {
    /// Purposes of documents, as a catalogue names them.
    purposes: Vec<String>,
    /// Codes of matters; every matter of the department's power without it.
    #[serde(default)]
    matters: Option<Vec<String>>,
    /// First day.
    valid_from: String,
    /// Last day.
    #[serde(default)]
    valid_to: Option<String>,
    /// `transfer`, `cancelled-power` or `decision`.
    ground: String,
    /// The key of a transfer of the catalogue, the code of a matter that is no longer in the scope, or the number of a decision.
    reference: String,
}

/// What takes a seal's place.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaceBody {
    /// The seal that was asked for in its place, and is in use.
    by: String,
    /// Why.
    #[serde(deserialize_with = "replies::json::reason")]
    reason: String,
}

/// Where a list begins.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    #[serde(default)]
    after: String,
}

fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

fn octets(text: &str, what: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|_| malformed(what))
}

impl ApplicationBody {
    fn read(self) -> Result<Order, Problem> {
        let picture = self.picture.as_deref();
        let picture = picture.map(|text| octets(text, "picture is not base64"));
        let documents = self.documents.into_iter().map(|one| {
            let content = octets(&one.content, "content of a document is not base64")?;
            let (name, kind) = (one.name, one.kind);
            Ok(Document {
                name,
                kind,
                content,
            })
        });
        Ok(Order {
            seal: self.seal,
            name: self.name,
            kind: self.kind,
            purposes: self.purposes,
            matters: self.matters,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            replaces: self.replaces,
            ground: self.ground,
            picture: picture.transpose()?,
            documents: documents.collect::<Result<_, Problem>>()?,
        })
    }
}

/// SHA-256 in hexadecimal.
fn digest(text: &str) -> Result<[u8; 32], Problem> {
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let octets: Option<Vec<u8>> = text.as_bytes().chunks(2).map(octet).collect();
    let read = octets.and_then(|octets| octets.try_into().ok());
    read.ok_or_else(|| malformed("digest is not SHA-256 in hexadecimal"))
}

/// Asks for a seal of the own department, with documents.
#[utoipa::path(post, path = "/v1/seal-applications", tag = "seals", request_body = ApplicationBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "seal, state and the digest that each later step names"),
        (status = 422, description = "every fault of it, or a code that was given before")))]
pub(crate) async fn apply(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Strict(body): Strict<ApplicationBody>,
) -> Result<Response, Problem> {
    let applied = making::apply(&app.office, &asker, &once, &body.read()?).await;
    applied.map(said).map_err(|error| of_making(&error))
}

/// Applications of the own department, or of the region whose seals it administers, by the code of their seal.
#[utoipa::path(get, path = "/v1/seal-applications", tag = "seals",
    params(("after" = Option<String>, Query, description = "the seal of the last one of the page before")),
    responses((status = 200, description = "an array of at most 100: seal, department, state, since")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Query(from): Query<From>,
) -> Result<Json<Vec<Line>>, Problem> {
    let listed = making::list(&app.office, &asker, &from.after).await;
    listed.map(Json).map_err(|error| of_making(&error))
}

/// An application: what is asked for, its digest, and what happened to it.
#[utoipa::path(get, path = "/v1/seal-applications/{seal}", tag = "seals",
    responses((status = 200, description = "the application and its history"), (status = 404, description = "none here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<ApplicationTold>, Problem> {
    let found = making::find(&app.office, &asker, &code(&text)?).await;
    found.map(Json).map_err(|error| of_making(&error))
}

/// A document of an application, by its place from 1; in place 0 the picture as it will be signed, where one was handed in.
#[utoipa::path(get, path = "/v1/seal-applications/{seal}/documents/{number}", tag = "seals",
    responses((status = 200, description = "the document as it was handed in"), (status = 404, description = "none here")))]
pub(crate) async fn document(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path((text, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let number = number.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let found = making::document(&app.office, &asker, (&code(&text)?, number)).await;
    let (_, octets) = found.map_err(|error| of_making(&error))?;
    // A stranger's type would be shown as that in a browser.
    Ok(attachment("application/octet-stream", octets))
}

/// Examines, refuses or approves an application, or has the seal made. Who approves has neither asked for it nor examined it.
#[utoipa::path(post, path = "/v1/seal-applications/{seal}/acts", tag = "seals", request_body = StepBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "seal, state, since"), (status = 403, description = "not this duty, or one person twice"),
        (status = 404, description = "none here"), (status = 409, description = "not from where it stands, or another application")))]
pub(crate) async fn act(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(granted): Extension<Granted>,
    Keyed(once): Keyed,
    Path(text): Path<String>,
    Strict(body): Strict<StepBody>,
) -> Result<Response, Problem> {
    let steps = [Event::Review, Event::Reject, Event::Approve, Event::Make];
    let step = Event::find(&body.act).filter(|event| steps.contains(event));
    let deciding = Deciding {
        event: step.ok_or_else(|| malformed("act is review, reject, approve or make"))?,
        digest: digest(&body.digest)?,
        reason: body.reason,
    };
    let duties = duties(&granted);
    let who = (&asker, duties.as_slice());
    let done = making::decide(&app.office, who, &once, &code(&text)?, &deciding).await;
    done.map(said).map_err(|error| of_making(&error))
}

/// The test that a seal has to seal before it is in use, as the custodian is to release it.
#[utoipa::path(get, path = "/v1/seals/{seal}/acceptance", tag = "seals",
    responses((status = 200, description = "seal, text, expires, and the statement to sign"), (status = 404, description = "none that was made and waits")))]
pub(crate) async fn offer(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<TestOffer>, Problem> {
    let offer = making::test(&app.office, &asker, &code(&text)?).await;
    offer.map(Json).map_err(|error| of_making(&error))
}

/// Accepts a seal that was made: it seals the test, which is judged as a verifier would, and is in use from then on.
#[utoipa::path(post, path = "/v1/seals/{seal}/acceptance", tag = "seals", request_body = ReleaseBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "in use"), (status = 403, description = "no custodian of it"),
        (status = 409, description = "not from where it stands"), (status = 422, description = "the release does not fit, or the test is not valid")))]
pub(crate) async fn accept(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(granted): Extension<Granted>,
    Keyed(once): Keyed,
    Path(text): Path<String>,
    Strict(body): Strict<ReleaseBody>,
) -> Result<Response, Problem> {
    let submitted = submitted(&body)?;
    let duties = duties(&granted);
    let who = (&asker, duties.as_slice());
    let done = making::accept(&app.office, who, &once, &code(&text)?, &submitted).await;
    done.map(said).map_err(|error| of_making(&error))
}

/// The scopes that a seal has had on application, in order, and what waits for a second person.
#[utoipa::path(get, path = "/v1/seals/{seal}/scopes", tag = "seals",
    responses((status = 200, description = "an array: number, scope, ground, people, moment"), (status = 404, description = "none here")))]
pub(crate) async fn scopes(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<Vec<Standing>>, Problem> {
    let scopes = making::scopes(&app.office, &asker, &code(&text)?).await;
    scopes.map(Json).map_err(|error| of_making(&error))
}

/// Gives a seal another scope on a ground: one person says so, and a second one, to the letter, within a day.
#[utoipa::path(post, path = "/v1/seals/{seal}/scopes", tag = "seals", request_body = ScopeBody,
    responses((status = 200, description = "it holds"), (status = 202, description = "it waits for a second person, until when"),
        (status = 403, description = "a machine"), (status = 422, description = "every fault of it, or no such ground")))]
pub(crate) async fn change_scope(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<ScopeBody>,
) -> Result<(axum::http::StatusCode, Json<Value>), Problem> {
    let order = ScopeOrder {
        purposes: body.purposes,
        matters: body.matters,
        valid_from: body.valid_from,
        valid_to: body.valid_to,
        ground: (body.ground, body.reference),
    };
    let said = making::change_scope(&app.office, &asker, &code(&text)?, &order).await;
    Ok(match said.map_err(|error| of_making(&error))? {
        Spoken::Holds => (axum::http::StatusCode::OK, Json(json!({"state": "holds"}))),
        Spoken::Waits(until) => {
            let told = json!({"state": "waits", "until": moment(until)});
            (axum::http::StatusCode::ACCEPTED, Json(told))
        }
    })
}

/// Puts a seal out of use in whose place another one was made. Its certificates end with it; what it sealed stays good.
#[utoipa::path(post, path = "/v1/seals/{seal}/replace", tag = "seals", request_body = ReplaceBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "replaced"), (status = 403, description = "not this duty"), (status = 404, description = "none here"),
        (status = 409, description = "not from where it stands"), (status = 422, description = "the other one was not made in its place")))]
pub(crate) async fn replace(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(granted): Extension<Granted>,
    Keyed(once): Keyed,
    Path(text): Path<String>,
    Strict(body): Strict<ReplaceBody>,
) -> Result<Response, Problem> {
    let duties = duties(&granted);
    let who = (&asker, duties.as_slice());
    let by = code(&body.by)?;
    let on = (&by, body.reason.as_str());
    let done = making::replace(&app.office, who, &once, &code(&text)?, on).await;
    done.map(said).map_err(|error| of_making(&error))
}
