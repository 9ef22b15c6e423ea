//! The routes of the ledger.

use axum::body::Body;
use axum::extract::{FromRef, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use backoffice::said::hex;
use duties::Roles;
use issuance::Asker;
use replies::problems::of_store;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::problem::Problem;

use crate::asked::{Asked, Desk, malformed};
use crate::file::{Form, send, weigh};
use crate::page::{self, Page};
use crate::sums::{self, Sums};

/// The routes, with their descriptions.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(lines))
        .routes(routes!(totals))
        .routes(routes!(file))
}

/// For what seals were used, the earliest first: the own department's, those of the region whose seals it administers, and those of bodies that it supervises.
#[utoipa::path(get, path = "/v1/ledger", tag = "seals", params(Asked),
    responses((status = 200, description = "`lines`, at most 100, and `after` where there are more; `content_not_sent` where nobody here has seen what was sealed"),
        (status = 404, description = "no such seal or department here")))]
async fn lines(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    roles: Option<Extension<Roles>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page>, Problem> {
    let seen = asked.seen(&desk.0, (&asker, roles.as_deref()))?;
    let page = page::page(&desk.0, &seen).await;
    page.map(Json).map_err(|error| of_store(&error))
}

/// What those lines sum up to, by suite, seal, matter and releaser; and whether each seal's ledger is what stands in the public log.
#[utoipa::path(get, path = "/v1/ledger/totals", tag = "seals", params(Asked),
    responses((status = 200, description = "`lines`, of them `uses` that were made, `not_made` and `tests`; of the uses `content_not_sent`, `signatures` by suite, `by_…`; `seals`, each with `agrees`"),
        (status = 404, description = "no such seal or department here")))]
async fn totals(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    roles: Option<Extension<Roles>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Sums>, Problem> {
    let seen = asked.seen(&desk.0, (&asker, roles.as_deref()))?;
    let sums = sums::sums(&desk.0, &seen).await;
    sums.map(Json).map_err(|error| of_store(&error))
}

/// Those lines as a file, in the same order; its digest is in the trace before it leaves.
#[utoipa::path(get, path = "/v1/ledger/file", tag = "seals", params(Asked),
    responses((status = 200, description = "the file; `ETag` tells its SHA-256", content(("text/csv"), ("application/jsonl"))),
        (status = 404, description = "no such seal or department here")))]
async fn file(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    roles: Option<Extension<Roles>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let form = asked.format.as_deref().map_or(Some(Form::Csv), Form::find);
    let form = form.ok_or_else(|| malformed("format is csv or jsonl"))?;
    let seen = asked.seen(&desk.0, (&asker, roles.as_deref()))?;
    let weighed = weigh(&desk.0, &asker, (&seen, form)).await;
    let weighed = weighed.map_err(|error| of_store(&error))?;
    let name = format!("attachment; filename=\"ledger.{}\"", form.code());
    let headers = [
        (header::CONTENT_TYPE, form.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (
            header::ETAG,
            format!("\"sha256-{}\"", hex(weighed.digest.bytes())),
        ),
    ];
    let body = send(desk.0, (seen, form), weighed);
    Ok((headers, Body::new(body)).into_response())
}
