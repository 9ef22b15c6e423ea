//! The routes, for a service to mount.

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::counter::Counter;
use crate::{activation, credentials, documents, hashes, info, polling, stamp, subjects};

/// Every route of `/csc/v2`, and the one that binds identities.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Counter: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(info::info))
        .routes(routes!(credentials::list))
        .routes(routes!(credentials::info))
        .routes(routes!(activation::authorize))
        .routes(routes!(hashes::sign_hash))
        .routes(routes!(documents::sign_doc))
        .routes(routes!(polling::polling))
        .routes(routes!(stamp::timestamp))
        .routes(routes!(subjects::bind))
}
