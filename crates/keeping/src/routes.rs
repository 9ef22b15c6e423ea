//! The routes.

use axum::extract::FromRef;
use entrance::Entrance;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts;
use crate::desk::Desk;
use crate::machines;

/// The routes, with their descriptions.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
    Entrance: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(accounts::open, accounts::list))
        .routes(routes!(accounts::confirm))
        .routes(routes!(accounts::invite))
        .routes(routes!(accounts::change_roles))
        .routes(routes!(accounts::end))
        .routes(routes!(accounts::end_sessions))
        .routes(routes!(accounts::link, accounts::unlink))
        .routes(routes!(machines::open_machine, machines::list_machines))
        .routes(routes!(machines::end_machine))
        .routes(routes!(machines::bind, machines::unbind))
}
