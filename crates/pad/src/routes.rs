//! The routes.

use std::sync::Arc;

use axum::extract::{FromRef, Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use issuance::Asker;
use papers::pads::asking::{self, PadTold};
use public::Counter;
use replies::json::said;
use replies::once::{Fingerprint, once};
use replies::pad_problems::of_pad;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::problem::Problem;

use crate::body::PadBody;
use crate::desk::{Desk, order_and_file};
use crate::guesses::Guesses;
use crate::{visit, window};

/// What the API document describes: a department asks for a signature.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(window::pad))
        .routes(routes!(ask))
        .routes(routes!(find, take_back))
}

/// The pages on which persons sign.
pub fn shown<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
    Counter: FromRef<S>,
{
    Router::new()
        .route("/s/{handle}", get(visit::show).post(visit::open))
        .route("/s/{handle}/document", get(visit::document))
        .route("/s/{handle}/signed", get(visit::signed))
        .route("/s/{handle}/signature", post(visit::sign))
        .route("/s/{handle}/refusal", post(visit::decline))
        .route("/s/{handle}/leave", post(visit::leave))
        .layer(Extension(Arc::new(Guesses::default())))
}

/// Asks a named person to sign a document on a page of this service: the answer has the link to it and the code that opens it, which go to
/// the person in two ways.
#[utoipa::path(post, path = "/v1/pads", tag = "signatures",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `name`, `number`, `level`, `proof`, `means`, `intent`, `intent_en`, `case`, `visible`, `deadline`) and `file` (PDF)"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "`pad`, `link`, `code`, `deadline`, `document`"), (status = 422, description = "who signs would not be proven well enough, it would stay too long, or the file cannot be signed as it is")))]
async fn ask(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Problem> {
    let once = once(&headers, fingerprint)?;
    let _document = desk.document().await?;
    let (order, file): (PadBody, _) = order_and_file(form).await?;
    let asked = asking::ask(&desk.office, &asker, &once, order.read()?, file).await;
    asked.map(said).map_err(|error| of_pad(&error))
}

/// Where a page of the own department stands.
#[utoipa::path(get, path = "/v1/pads/{pad}", tag = "signatures",
    responses((status = 200, description = "its state: `open`, `signed`, `declined`, `taken-back`, `locked` or `lapsed`"), (status = 404, description = "none here")))]
async fn find(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(pad): Path<String>,
) -> Result<Json<PadTold>, Problem> {
    let found = asking::find(&desk.office, &asker, &pad).await;
    found.map(Json).map_err(|error| of_pad(&error))
}

/// Takes a page back: its link leads nowhere any more.
#[utoipa::path(delete, path = "/v1/pads/{pad}", tag = "signatures",
    responses((status = 204, description = "it is taken back"), (status = 404, description = "none here"), (status = 409, description = "it has ended, or is being signed")))]
async fn take_back(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(pad): Path<String>,
) -> Result<StatusCode, Problem> {
    let taken = asking::take_back(&desk.office, &asker, &pad).await;
    taken.map_err(|error| of_pad(&error))?;
    Ok(StatusCode::NO_CONTENT)
}
