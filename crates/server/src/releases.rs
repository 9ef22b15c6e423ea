//! Releases: what waits, the page, release, refuse.

use axum::Extension;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalogue::kind::FileFormat;
use crypto::{Signature, SignatureAlgorithm};
use issuance::release::{Offer, Submitted};
use issuance::{Asker, Waits};
use registry::jobs::JobId;
use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use crate::json::{Strict, said};
use crate::licences::{OfFile, attachment};
use crate::problem::{Code, Problem};
use crate::problems::of_release;
use crate::state::App;
use entrance::ShownBody;

/// The content of a release.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseBody {
    /// Until when it holds, RFC 3339, as the offer had it.
    expires: String,
    /// `ecdsa-p256-sha256`, `ecdsa-p384-sha384` or `ed25519`.
    algorithm: String,
    /// The person's signature over the offer's statement, base64; ECDSA in DER.
    signature: String,
    /// What stands beside the signature of a passkey that answered the offer's challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    passkey: Option<ShownBody>,
    /// `true` exactly where the offer has `content_not_sent`: who releases knows that nobody here has seen what is sealed.
    #[serde(default)]
    content_not_sent: bool,
}

/// The content of a refusal.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefusalBody {
    /// Why, in words.
    #[serde(deserialize_with = "replies::json::reason")]
    reason: String,
}

pub(crate) fn job(text: &str) -> Result<JobId, Problem> {
    JobId::parse(text).ok_or(Problem::new(Code::NotFound))
}

/// What waits for its seal in the own department, the longest first.
#[utoipa::path(get, path = "/v1/releases", tag = "releases",
    responses((status = 200, description = "an array of offers, each with the statement to sign")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<Vec<Offer>>, Problem> {
    let waiting = issuance::release::waiting(&app.office, &asker).await;
    waiting.map(Json).map_err(|error| of_release(&error))
}

/// One offer.
#[utoipa::path(get, path = "/v1/releases/{job}", tag = "releases",
    responses((status = 200, description = "the offer, with the statement to sign"), (status = 404, description = "none here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<Offer>, Problem> {
    let offer = issuance::release::offer(&app.office, &asker, &job(&text)?).await;
    offer.map(Json).map_err(|error| of_release(&error))
}

/// The page that waits, octet for octet what will be sealed; of several files that of `format`, or the first.
#[utoipa::path(get, path = "/v1/releases/{job}/page", tag = "releases", params(OfFile),
    responses((status = 200, description = "the page", content(("application/pdf"), ("application/ofd"))), (status = 404, description = "none here")))]
pub(crate) async fn page(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Query(of): Query<OfFile>,
) -> Result<Response, Problem> {
    let job = job(&text)?;
    let (page, format) = issuance::release::page(&app.office, &asker, &job, of.format()?)
        .await
        .map_err(|error| of_release(&error))?;
    // What waits for an envelope is content of any kind, and no envelope yet; of content that was not sent, what is known of it.
    let kind = match format {
        FileFormat::Envelope(form) if form.is_of_digest() => "text/plain; charset=utf-8",
        FileFormat::Envelope(_) => "application/octet-stream",
        page => page.media_type(),
    };
    Ok(attachment(kind, page))
}

/// Releases the seal for exactly this use; the answer is the sealed licence.
#[utoipa::path(post, path = "/v1/releases/{job}", tag = "releases", request_body = ReleaseBody,
    responses((status = 201, description = "released, sealed, logged, recorded"),
        (status = 202, description = "kept: others have to release the same, see `approvals`"),
        (status = 403, description = "not enrolled, or one person twice"), (status = 422, description = "not this use")))]
pub(crate) async fn release(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<ReleaseBody>,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let submitted = submitted(&body)?;
    let released = issuance::release::release(&app.office, &asker, &job(&text)?, &submitted).await;
    released.map(said).map_err(|error| of_release(&error))
}

/// A release as it was sent.
pub(crate) fn submitted(body: &ReleaseBody) -> Result<Submitted, Problem> {
    let malformed = |what: &str| Problem::new(Code::RequestMalformed).saying(what.to_owned());
    Ok(Submitted {
        expires: UtcDateTime::parse(&body.expires, &Rfc3339)
            .map_err(|_| malformed("expires is not RFC 3339"))?,
        algorithm: algorithm(&body.algorithm).ok_or(malformed("algorithm is unknown"))?,
        signature: STANDARD
            .decode(&body.signature)
            .map(Signature::new)
            .map_err(|_| malformed("signature is not base64"))?,
        passkey: body.passkey.as_ref().map(ShownBody::read).transpose()?,
        content_not_sent: body.content_not_sent,
    })
}

/// The algorithm of this name.
pub(crate) fn algorithm(name: &str) -> Option<SignatureAlgorithm> {
    Some(match name {
        "ecdsa-p256-sha256" => SignatureAlgorithm::EcdsaP256Sha256,
        "ecdsa-p384-sha384" => SignatureAlgorithm::EcdsaP384Sha384,
        "ed25519" => SignatureAlgorithm::Ed25519,
        _ => return None,
    })
}

/// Refuses what waits: the job ends without a seal.
#[utoipa::path(post, path = "/v1/releases/{job}/refusal", tag = "releases", request_body = RefusalBody,
    responses((status = 200, description = "refused"), (status = 404, description = "none here")))]
pub(crate) async fn refuse(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<RefusalBody>,
) -> Result<Json<Waits>, Problem> {
    let refused = issuance::release::refuse(&app.office, &asker, &job(&text)?, &body.reason).await;
    refused.map(Json).map_err(|error| of_release(&error))
}

/// Where a job of the own department stands.
#[utoipa::path(get, path = "/v1/jobs/{job}", tag = "releases",
    responses((status = 200, description = "the job"), (status = 404, description = "none here")))]
pub(crate) async fn standing(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<Waits>, Problem> {
    let found = issuance::look::job(&app.office, &asker, &job(&text)?).await;
    found.map(Json).map_err(|error| of_release(&error))
}
