//! Notices of an authority: written, put on the page, taken off.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::{Extension, Json};
use issuance::Asker;
use issuance::lives::notices::{NoticeOrder, NoticeTold};
use serde::Deserialize;

use crate::caller::Keyed;
use crate::json::{Strict, said};
use crate::lives_problems::of_notice;
use crate::problem::Problem;
use crate::problems::of_store;
use crate::state::App;

/// Where a list begins.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    #[serde(default)]
    after: String,
}

/// Writes a draft of the own department. The party is given whole and kept masked; words that would show a person's
/// number or name are refused.
#[utoipa::path(post, path = "/v1/notices", tag = "notices",
    request_body(content_type = "application/json", description = "`about` (`kind`, `name`, `code`) and `says`, an object with one member: `loss`, `ending`, `commitment`, `decision` or `penalty_result`"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "the draft"), (status = 422, description = "it would show a person's data, or names what the catalogue does not know")))]
pub(crate) async fn write(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Strict(order): Strict<NoticeOrder>,
) -> Result<Response, Problem> {
    let written = issuance::lives::notices::write(&app.office, &asker, &once, &order).await;
    written.map(said).map_err(|error| of_notice(&error))
}

/// Notices of the own department in every state, by number.
#[utoipa::path(get, path = "/v1/notices", tag = "notices",
    params(("after" = Option<String>, Query, description = "the number of the last one of the page before")),
    responses((status = 200, description = "an array of at most 100 notices")))]
pub(crate) async fn own(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Query(from): Query<From>,
) -> Result<Json<Vec<NoticeTold>>, Problem> {
    let own = issuance::lives::notices::own(&app.office, &asker, &from.after).await;
    own.map(Json).map_err(|error| of_store(&error))
}

/// Puts a draft on the page, from today on.
#[utoipa::path(post, path = "/v1/notices/{number}/publication", tag = "notices",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "published"), (status = 404, description = "none here"), (status = 409, description = "not from where it stands")))]
pub(crate) async fn publish(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let done = issuance::lives::notices::publish(&app.office, &asker, &once, &number).await;
    done.map(said).map_err(|error| of_notice(&error))
}

/// Takes a notice off the page.
#[utoipa::path(post, path = "/v1/notices/{number}/end", tag = "notices",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "ended"), (status = 404, description = "none here"), (status = 409, description = "not from where it stands")))]
pub(crate) async fn end(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let done = issuance::lives::notices::end(&app.office, &asker, &once, &number).await;
    done.map(said).map_err(|error| of_notice(&error))
}
