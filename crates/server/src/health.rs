//! Whether the service lives and can work, and its figures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use crypto::device::Fault;
use serde::Serialize;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use crate::problem::{Code, Problem};
use crate::proofs;
use crate::protection;
use crate::state::App;
use crate::witnesses::is_fresh;

/// How long answers to requests are kept (T-D3: at least 72 hours).
const KEPT: time::Duration = time::Duration::days(7);

/// How long the token may take to answer before it is told as slow.
const PATIENCE: Duration = Duration::from_secs(1);

/// What has to hold before work is taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Trust is loaded and fresh, with an anchor of the own installation in force.
    trust: bool,
    /// The trusted list is published, and not past its next update. Work goes on without.
    trusted_list: bool,
    /// Regions whose list or bundle is past its next update: their licences are not trusted. Work goes on.
    stale_regions: Vec<String>,
    /// The store answers and takes writes.
    store: bool,
    /// Both logs can be read, and are in the store as far as they had come (T-D8); so they can be extended.
    log: bool,
    /// There is a place for another job (T-A5).
    queue: bool,
    /// The disk of the object store has room, and the store takes files (T-D4).
    disk: bool,
    /// A witness countersigned the public log within ten minutes, or none is configured (T-L3). Work goes on without.
    witness: bool,
    /// Every file can be proven for as long as the configuration asks, as they were gone over last. Work goes on without.
    provable: bool,
    /// The service's own TLS has a certificate in force, and its files can be used, or it is a proxy's; the log says what is wrong.
    /// Work goes on without.
    tls: bool,
    /// The key store is unlocked. Verification and status go on without it (T-K1).
    keys: bool,
    /// Where keys are in a token, it answers. Verification and status go on without it, as without the passphrase.
    token: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_fault: Option<String>,
    /// The clock is believed: no step, no reference that says another time. Time-stamps and seals wait for it,
    /// verification and status go on (T-T1).
    clock: bool,
}

impl Readiness {
    /// Whether work is taken. A locked key store, a token that is away or a clock that is not believed keeps nobody from
    /// verifying and asking for states.
    fn holds(&self) -> bool {
        self.trust && self.store && self.log && self.queue && self.disk
    }
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, description = "it lives")))]
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether trust is loaded, the store writable, the log able to append, and whether there is room for more.
#[utoipa::path(get, path = "/readyz", tag = "service",
    responses((status = 200, description = "ready", body = Readiness), (status = 503, description = "not ready", body = Readiness)))]
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let now = app.office.now();
    let registry = app.office.registry();
    let fault = token_fault(&app).await;
    let gate = app.gate.as_ref();
    let readiness = Readiness {
        trust: app.office.is_trust_fresh(),
        trusted_list: app.office.current_list().is_some(),
        stale_regions: app.office.stale_regions(),
        // Forgetting what is long over is a write like any other: a replica or a full disk refuses it.
        store: registry.callers().forget(now, now - KEPT).await.is_ok()
            && registry.accounts().forget(now).await.is_ok()
            && registry.activations().forget(now).await.is_ok(),
        log: issuance::release::stands(&app.office).await.is_ok(),
        queue: app.jobs.available_permits() > 0,
        disk: has_room(&app),
        witness: is_fresh(&app).await,
        provable: proofs::hold(&app).await,
        tls: gate.is_none_or(|gate| protection::fault(gate, now).is_none()),
        keys: !app.office.keys().is_locked(),
        token: fault.is_none(),
        token_fault: fault.map(|fault| fault.to_string()),
        clock: app.office.clock.distrust().is_none(),
    };
    let status = if readiness.holds() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness)).into_response()
}

/// Why the token does not answer, where one is needed; who asks waits no longer than this for it to be found out.
async fn token_fault(app: &App) -> Option<Fault> {
    let office = Arc::clone(&app.office);
    let asked = spawn_blocking(move || office.keys().device_answers(Instant::now()));
    let told = tokio::time::timeout(PATIENCE, asked).await;
    let told = told.map(|asked| asked.unwrap_or(Err(Fault::Lost)));
    told.unwrap_or(Err(Fault::Slow)).err()
}

/// Room for the largest document, by the quota and on the disk.
fn has_room(app: &App) -> bool {
    let document = u64::try_from(app.config.upload.0).unwrap_or(u64::MAX);
    let free = rustix::fs::statvfs(&app.config.objects)
        .map_or(0, |found| found.f_bavail.saturating_mul(found.f_frsize));
    free >= document && app.office.objects().has_room(document).is_ok()
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "service", responses((status = 200, description = "figures", content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let handle = app.metrics.as_ref().ok_or(Problem::new(Code::NotFound))?;
    is_fresh(&app).await;
    proofs::hold(&app).await;
    let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((headers, handle.render()).into_response())
}

/// The API document.
pub(crate) async fn openapi(State(app): State<App>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, app.api.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_taken_while_everything_but_keys_witness_and_clock_holds() {
        let whole = [true; 8];
        let ready = |[trust, store, log, queue, disk, witness, keys, clock]: [bool; 8]| {
            let readiness = Readiness {
                trust,
                trusted_list: false,
                stale_regions: vec!["elsewhere".to_owned()],
                store,
                log,
                queue,
                disk,
                witness,
                provable: false,
                tls: false,
                keys,
                token: keys,
                token_fault: None,
                clock,
            };
            readiness.holds()
        };
        assert!(ready(whole));
        let without_each = [false, false, false, false, false, true, true, true];
        for (place, holds) in without_each.iter().enumerate() {
            let mut without = whole;
            if let Some(one) = without.get_mut(place) {
                *one = false;
            }
            assert_eq!(ready(without), *holds, "{place}");
        }
    }
}
