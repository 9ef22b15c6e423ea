//! Whether the service lives and can work, and its figures.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::log::Log;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Code, Problem};
use crate::state::App;

/// How long answers to requests are kept (T-D3: at least 72 hours).
const KEPT: time::Duration = time::Duration::days(7);

/// What has to hold before work is taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Trust is loaded and fresh.
    trust: bool,
    /// The store answers and takes writes.
    store: bool,
    /// The log can be read, and so extended.
    log: bool,
    /// The key store is unlocked. Verification and status go on without it (T-K1).
    keys: bool,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, description = "it lives")))]
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether trust is loaded, the store writable and the log able to append.
#[utoipa::path(get, path = "/readyz", tag = "service",
    responses((status = 200, description = "ready", body = Readiness), (status = 503, description = "not ready", body = Readiness)))]
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let now = app.office.now();
    let registry = app.office.registry();
    let readiness = Readiness {
        trust: app
            .office
            .trust()
            .next_update()
            .is_none_or(|until| now < until),
        // Forgetting what is long over is a write like any other: a replica or a full disk refuses it.
        store: registry.callers().forget(now, now - KEPT).await.is_ok(),
        log: registry.logs().latest(Log::Public).await.is_ok(),
        keys: !app.office.keys().is_locked(),
    };
    let ready = readiness.trust && readiness.store && readiness.log;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness)).into_response()
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "service", responses((status = 200, description = "figures", content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let handle = app.metrics.as_ref().ok_or(Problem::new(Code::NotFound))?;
    let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((headers, handle.render()).into_response())
}

/// The API document.
pub(crate) async fn openapi(State(app): State<App>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, app.api.clone()).into_response()
}
