//! The routes of what is signed elsewhere.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use backoffice::office::Office;
use backoffice::said::chain;
use issuance::Asker;
use replies::json::{Strict, said};
use replies::once::Keyed;
use replies::problems::of_sign;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::problem::{Code, Problem};

use crate::body::{PreparedBody, ValueBody};

/// How often what is over is looked for (*default*).
const ROUND: Duration = Duration::from_secs(60);

/// Where signatures that were made elsewhere are taken.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Of which office.
    pub office: Arc<Office>,
    /// Places for signatures in flight; without one a request is shed (T-A5).
    pub places: Arc<Semaphore>,
}

/// The routes, with their descriptions.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(find))
        .routes(routes!(finish))
        .routes(routes!(certificate))
}

/// Closes what is over, round after round.
pub async fn watch(office: Arc<Office>) {
    loop {
        if let Err(error) = papers::elsewhere::lapse(&office).await {
            tracing::warn!(error = %chain(&error), "what was prepared and is over is closed in another round");
        }
        if let Err(error) = papers::pads::closing::close(&office).await {
            tracing::warn!(error = %chain(&error), "pages that have ended are closed in another round");
        }
        if let Err(error) = papers::rounds::lapse(&office).await {
            tracing::warn!(error = %chain(&error), "documents that several sign and that lapsed are told in another round");
        }
        tokio::time::sleep(ROUND).await;
    }
}

/// What was prepared in the own department.
#[utoipa::path(get, path = "/v1/signatures/prepared/{prepared}", tag = "signatures",
    responses((status = 200, description = "the octets to be signed, until when, and the signature that took it", body = PreparedBody), (status = 404, description = "none here")))]
async fn find(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(prepared): Path<String>,
) -> Result<Json<PreparedBody>, Problem> {
    let found = papers::elsewhere::find(&desk.office, &asker, &prepared).await;
    let told = found.map(|found| Json(found.into()));
    told.map_err(|error| of_sign(&error))
}

/// Takes the value that the person's token made over what was prepared, once: it is checked, stamped and recorded as every signature of a
/// person is, and the rules for who signs are asked again.
#[utoipa::path(post, path = "/v1/signatures/prepared/{prepared}/value", tag = "signatures", request_body = ValueBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "signed: who, which paper, which intent, when"), (status = 404, description = "nothing was prepared under this handle"),
        (status = 409, description = "not the signature of what was prepared, or not in time; or the identity does not sign")))]
async fn finish(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(prepared): Path<String>,
    Keyed(once): Keyed,
    Strict(body): Strict<ValueBody>,
) -> Result<Response, Problem> {
    let place = desk.places.try_acquire();
    let _place = place.map_err(|_| Problem::new(Code::Busy))?;
    let value = body.read()?;
    let of = (prepared.as_str(), &value);
    let signed = papers::elsewhere::finish(&desk.office, &asker, &once, of).await;
    signed.map(said).map_err(|error| of_sign(&error))
}

/// The certificate of a signature identity of the own department, for the person's token.
#[utoipa::path(get, path = "/v1/signers/{signer}/certificate", tag = "signatures",
    responses((status = 200, description = "the certificate in DER", content_type = "application/pkix-cert"), (status = 404, description = "none here, or none yet")))]
async fn certificate(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(signer): Path<String>,
) -> Result<Response, Problem> {
    let found = papers::elsewhere::certificate(&desk.office, &asker, &signer).await;
    let told =
        found.map(|der| ([(header::CONTENT_TYPE, "application/pkix-cert")], der).into_response());
    told.map_err(|error| of_sign(&error))
}
