//! Outside witnesses of the public log: checkpoints that they countersigned are taken in and shown (T-L3).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use issuance::sequencer::WitnessError;
use time::Duration;

use crate::problem::{Code, Problem};
use crate::problems::chain;
use crate::state::App;

/// T-L3: how old the newest countersigned checkpoint may become. A log that stands still is countersigned again.
const MAX_AGE: Duration = Duration::minutes(10);
/// How often that is looked at.
const LOOK: std::time::Duration = std::time::Duration::from_secs(60);

/// How old the newest countersigned checkpoint is, from the opening of the service on where there is none; nothing
/// where the configuration names no witness.
///
/// # Errors
/// `Log`.
async fn age(app: &App) -> Result<Option<Duration>, WitnessError> {
    let witnesses = &app.config.witnesses.0;
    if witnesses.is_empty() {
        return Ok(None);
    }
    let at = app.office.log().witnessed_at(witnesses).await?;
    Ok(Some(app.office.now() - at.unwrap_or(app.office.opened())))
}

/// Whether a witness countersigned lately, or none is asked for; what `/metrics` says of it.
pub(crate) async fn is_fresh(app: &App) -> bool {
    let Ok(age) = age(app).await else {
        return false;
    };
    let is_fresh = age.is_none_or(|age| age <= MAX_AGE);
    if let Some(age) = age {
        metrics::gauge!("yinxin_witnessed_age_seconds").set(age.as_seconds_f64());
        metrics::gauge!("yinxin_witness_alarm").set(f64::from(u8::from(!is_fresh)));
    }
    is_fresh
}

/// Raises the alarm in the log while no witness countersigns, as long as the service runs.
pub(crate) async fn watch(app: App) {
    while !app.config.witnesses.0.is_empty() {
        if !is_fresh(&app).await {
            tracing::error!(
                "T-L3: no witness countersigned a checkpoint of the public log within ten minutes"
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

const NOTE: &str = "text/plain; charset=utf-8";

/// The newest checkpoint (C2SP tlog-tiles), with the cosignatures of witnesses where there are any.
#[utoipa::path(get, path = "/log/checkpoint", tag = "log",
    responses((status = 200, description = "a signed note", content_type = "text/plain"), (status = 404, description = "the log is empty")))]
pub(crate) async fn checkpoint(State(app): State<App>) -> Result<Response, Problem> {
    note(app.office.log().newest().await)
}

/// The newest checkpoint that a witness countersigned.
#[utoipa::path(get, path = "/log/witnessed", tag = "log",
    responses((status = 200, description = "a signed note", content_type = "text/plain"), (status = 404, description = "no witness countersigned yet")))]
pub(crate) async fn witnessed(State(app): State<App>) -> Result<Response, Problem> {
    note(app.office.log().newest_witnessed().await)
}

fn note(found: Result<Option<Vec<u8>>, registry::log::LogError>) -> Result<Response, Problem> {
    let found = found.map_err(|_| Problem::new(Code::StoreUnavailable))?;
    let found = found.ok_or(Problem::new(Code::NotFound))?;
    let headers = [
        (header::CONTENT_TYPE, NOTE),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, found).into_response())
}

/// Takes a checkpoint with the cosignature of a witness (C2SP tlog-cosignature). Whoever brings it, the signatures
/// count: the log's own, and one of a witness that the configuration names.
#[utoipa::path(post, path = "/log/cosignatures", tag = "log",
    request_body(content_type = "text/plain", description = "the checkpoint as it was fetched, with one more signature line"),
    responses((status = 204, description = "taken, or a better one is kept"), (status = 422, description = "no checkpoint of this log with a known witness's signature")))]
pub(crate) async fn cosign(State(app): State<App>, content: Bytes) -> Result<StatusCode, Problem> {
    let log = app.office.log();
    match log.witnessed(&content, &app.config.witnesses.0).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(WitnessError::Log(error)) => {
            tracing::warn!(error = %chain(&error), "a cosignature was not kept");
            Err(Problem::new(Code::StoreUnavailable))
        }
        Err(error) => {
            // A fork under our own signature is the worst that can be seen here.
            tracing::warn!(error = %chain(&error), "a cosignature was refused");
            Err(Problem::new(Code::CosignatureRefused))
        }
    }
}
