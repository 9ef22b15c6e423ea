//! The routes of what anyone may ask.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::counter::Counter;
use crate::{holder, notices, pages, progress, published, seals, verifications};

/// What the API document describes: verdicts, trust, lists, certificates.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Counter: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(verifications::judge))
        .routes(routes!(published::trust))
        .routes(routes!(published::trusted_list))
        .routes(routes!(published::trusted_list_digest))
        .routes(routes!(published::crl))
        .routes(routes!(published::certificate))
        .routes(routes!(published::states))
        .routes(routes!(seals::find))
}

/// What people look at, and the tiles of the log.
pub fn shown<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Counter: FromRef<S>,
{
    Router::new()
        .route("/log/tile/{*path}", get(published::tile))
        .route("/", get(pages::check))
        .route("/verify", get(pages::check).post(pages::verify))
        .route("/desk", get(pages::desk))
        .route("/v/{handle}", get(pages::licence))
        .route("/p/{handle}", get(progress::show))
        .route("/h/{handle}", get(holder::show))
        .route("/seals/{code}", get(seals::show))
        .route("/notices", get(notices::list))
        .route("/notices.atom", get(notices::feed))
        .route("/notices/{number}", get(notices::find))
        .route("/assets/{*path}", get(pages::asset))
}
