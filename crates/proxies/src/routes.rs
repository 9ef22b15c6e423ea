//! The routes of mandates.

use std::sync::Arc;

use axum::extract::{FromRef, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use backoffice::office::Office;
use issuance::Asker;
use papers::signing::SignError;
use registry::StoreError;
use registry::signers::mandates::UsesOf;
use replies::json::Strict;
use replies::once::Keyed;
use replies::problems::{of_sign, of_store};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::problem::Problem;

use crate::acts;
use crate::body::{EndBody, GroundBody, MandateBody, SearchBody, UsesQuery};
use crate::told::{MandateTold, UseTold};

/// Where mandates are kept.
#[derive(Debug, Clone)]
pub struct Desk(pub Arc<Office>);

/// The routes, with their descriptions.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(record))
        .routes(routes!(search))
        .routes(routes!(uses_of_person))
        .routes(routes!(find))
        .routes(routes!(evidence))
        .routes(routes!(confirm))
        .routes(routes!(end))
        .routes(routes!(uses))
}

fn refused(error: SignError) -> Problem {
    of_sign(&error)
}

fn stored(error: StoreError) -> Problem {
    of_store(&error)
}

/// Writes down that one person may sign for another. Nothing is signed under it before its ground is shown.
#[utoipa::path(post, path = "/v1/mandates", tag = "signatures", request_body = MandateBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "the mandate, and what who is signed for has to sign", body = MandateTold),
        (status = 404, description = "no such identity here"), (status = 409, description = "it cannot be so"), (status = 422, description = "name and number are no person's")))]
async fn record(
    State(Desk(office)): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Strict(body): Strict<MandateBody>,
) -> Result<(StatusCode, Json<MandateTold>), Problem> {
    let order = body.read()?;
    let record = acts::record(&office, &asker, &once, order).await;
    let told = MandateTold::of(&record.map_err(refused)?, acts::today(&office));
    Ok((StatusCode::CREATED, Json(told)))
}

/// The mandates in which a person is signed for, or signs: of the own department, by identifier. The number stands in no address (D8).
#[utoipa::path(post, path = "/v1/mandates/search", tag = "signatures", request_body = SearchBody,
    responses((status = 200, description = "at most 100; fewer than asked for where they are the last", body = Vec<MandateTold>)))]
async fn search(
    State(Desk(office)): State<Desk>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<SearchBody>,
) -> Result<Json<Vec<MandateTold>>, Problem> {
    let (number, limit) = (body.number(), body.limit()?);
    let book = office.registry.signers().mandates();
    let of = (&asker.department, number.as_str());
    let found = book.of_person(of, (&body.after, limit)).await;
    let (found, today) = (found.map_err(stored)?, acts::today(&office));
    let told = found.iter().map(|one| MandateTold::of(one, today));
    Ok(Json(told.collect()))
}

/// What was signed for a person, and what they signed for others: their history in the own department (R15).
#[utoipa::path(post, path = "/v1/mandates/uses", tag = "signatures", request_body = SearchBody,
    responses((status = 200, description = "at most 100, in the order in which they were signed", body = Vec<UseTold>)))]
async fn uses_of_person(
    State(Desk(office)): State<Desk>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<SearchBody>,
) -> Result<Json<Vec<UseTold>>, Problem> {
    let (number, limit) = (body.number(), body.limit()?);
    let book = office.registry.signers().mandates();
    let of = (&asker.department, UsesOf::Person(&number));
    let found = book.uses(of, (&body.after, limit)).await;
    let told = found.map_err(stored)?.into_iter().map(UseTold::from);
    Ok(Json(told.collect()))
}

/// A mandate of the own department.
#[utoipa::path(get, path = "/v1/mandates/{mandate}", tag = "signatures",
    responses((status = 200, description = "the mandate as it stands today", body = MandateTold), (status = 404, description = "none here")))]
async fn find(
    State(Desk(office)): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(mandate): Path<String>,
) -> Result<Json<MandateTold>, Problem> {
    let record = acts::find(&office, &asker, &mandate).await;
    let record = record.map_err(refused)?;
    Ok(Json(MandateTold::of(&record, acts::today(&office))))
}

/// The document that shows the ground of a mandate, for who reviews it.
#[utoipa::path(get, path = "/v1/mandates/{mandate}/evidence", tag = "signatures",
    responses((status = 200, description = "the document as it was brought", content_type = "application/octet-stream"), (status = 404, description = "none here")))]
async fn evidence(
    State(Desk(office)): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(mandate): Path<String>,
) -> Result<Response, Problem> {
    let octets = acts::evidence(&office, &asker, &mandate).await;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment"),
    ];
    Ok((headers, octets.map_err(refused)?).into_response())
}

/// Shows the ground of a mandate: the signature of who is signed for, or that a second person reviewed the document. A repeated word is refused.
#[utoipa::path(post, path = "/v1/mandates/{mandate}/confirmation", tag = "signatures", request_body = GroundBody,
    responses((status = 200, description = "the mandate, `given` or `active`", body = MandateTold), (status = 404, description = "none here"), (status = 409, description = "this shows no ground of it")))]
async fn confirm(
    State(Desk(office)): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(mandate): Path<String>,
    Strict(body): Strict<GroundBody>,
) -> Result<Json<MandateTold>, Problem> {
    let ground = body.read()?;
    let record = acts::confirm(&office, &asker, (&mandate, ground)).await;
    let record = record.map_err(refused)?;
    Ok(Json(MandateTold::of(&record, acts::today(&office))))
}

/// Takes a mandate back, at once and everywhere; what was signed before stays good (R4). A repeated word is refused.
#[utoipa::path(post, path = "/v1/mandates/{mandate}/end", tag = "signatures", request_body = EndBody,
    responses((status = 200, description = "the mandate, `revoked`", body = MandateTold), (status = 404, description = "none here"), (status = 409, description = "it is over")))]
async fn end(
    State(Desk(office)): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(mandate): Path<String>,
    Strict(body): Strict<EndBody>,
) -> Result<Json<MandateTold>, Problem> {
    let ending = (body.ending()?, body.reason.as_str());
    let record = acts::take_back(&office, &asker, &mandate, ending).await;
    let record = record.map_err(refused)?;
    Ok(Json(MandateTold::of(&record, acts::today(&office))))
}

/// What was signed under a mandate of the own department.
#[utoipa::path(get, path = "/v1/mandates/{mandate}/uses", tag = "signatures", params(UsesQuery),
    responses((status = 200, description = "at most 100, in the order in which they were signed", body = Vec<UseTold>), (status = 404, description = "none here")))]
async fn uses(
    State(Desk(office)): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(mandate): Path<String>,
    Query(query): Query<UsesQuery>,
) -> Result<Json<Vec<UseTold>>, Problem> {
    let limit = query.limit()?;
    let record = acts::find(&office, &asker, &mandate).await;
    let record = record.map_err(refused)?;
    let book = office.registry.signers().mandates();
    let of = (&asker.department, UsesOf::Mandate(&record.id));
    let found = book.uses(of, (&query.after, limit)).await;
    let told = found.map_err(stored)?.into_iter().map(UseTold::from);
    Ok(Json(told.collect()))
}
