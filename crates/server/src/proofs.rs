//! Until when what was sealed can be proven: gone over and renewed beside requests, and told to who may ask.

use std::time::Duration;

use axum::extract::State;
use axum::{Extension, Json};
use issuance::Asker;
use portfolio::{Found, Report, Standing, found, round};
use serde::Serialize;
use tokio::runtime::Handle;

use crate::config::Config;
use crate::day::moment;
use crate::problem::Problem;
use crate::problems::{chain, of_store};
use crate::state::App;

/// How often it is asked whether the files are to be gone over.
const LOOK: Duration = Duration::from_secs(15 * 60);

/// What is told of the own department's files.
#[derive(Debug, Serialize)]
pub(crate) struct ProofsTold {
    /// When they were gone over, RFC 3339; none before the first time.
    as_of: Option<String>,
    #[serde(flatten)]
    standing: Standing,
}

/// Until when the own department's files can be proven, as they were gone over last: how many, what ends first, what is due
/// to be renewed, how many records prove their file with nothing else at hand.
#[utoipa::path(get, path = "/v1/proofs", tag = "service",
    responses((status = 200, description = "as_of, files, without_time_stamp, unread, ends, first_end, due, due_first, records, alone")))]
pub(crate) async fn proofs(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<ProofsTold>, Problem> {
    let found = found(&app.office, Some(&asker.department)).await;
    let found = found.map_err(|error| of_store(&error))?;
    Ok(Json(ProofsTold {
        as_of: found.as_ref().map(|found| moment(found.at)),
        standing: found.map(|found| found.standing).unwrap_or_default(),
    }))
}

/// Whether nothing runs out unseen; what `/metrics` says of it.
pub(crate) async fn hold(app: &App) -> bool {
    let Ok(found) = found(&app.office, None).await else {
        return false;
    };
    let holds = found
        .as_ref()
        .is_none_or(|found| found.holds(app.office.now()));
    metrics::gauge!("yinxin_proofs_alarm").set(f64::from(u8::from(!holds)));
    if let Some(found) = &found {
        let due = u32::try_from(found.standing.due).unwrap_or(u32::MAX);
        metrics::gauge!("yinxin_proofs_due").set(f64::from(due));
    }
    if let Some(end) = found.as_ref().and_then(Found::first_end) {
        let end = end - time::UtcDateTime::UNIX_EPOCH;
        metrics::gauge!("yinxin_proofs_end_seconds").set(end.as_seconds_f64());
    }
    holds
}

/// Has the files gone over in their turn, as long as the service runs; not where nothing is to be renewed.
pub(crate) async fn watch(app: App) {
    while !app.config.renew_before.0.is_zero() {
        tokio::time::sleep(LOOK).await;
        // A service that stands sealed leaves the turn to another, or to a later hour.
        if app.office.keys().is_locked() {
            continue;
        }
        let (app, handle) = (app.clone(), Handle::current());
        // Away from where requests are answered: it reads every file and syncs every record.
        let done = tokio::task::spawn_blocking(move || {
            let (records, margin) = asked(&app.config);
            handle.block_on(round(&app.office, (&records, margin)))
        });
        match done.await {
            Ok(Ok(None)) | Err(_) => {}
            Ok(Ok(Some(report))) => tell(&report),
            Ok(Err(error)) => {
                tracing::error!(error = %chain(&error), "files are not renewed: another turn begins later");
            }
        }
    }
}

/// Where the records lie, and how long before its end a proof is renewed.
fn asked(config: &Config) -> (std::path::PathBuf, time::Duration) {
    let margin = time::Duration::try_from(config.renew_before.0);
    (config.records(), margin.unwrap_or(time::Duration::MAX))
}

fn tell(report: &Report) {
    let found = &report.found;
    tracing::info!(
        files = found.files,
        renewed = report.renewed,
        due = found.due,
        "files were gone over"
    );
    if let Some(until) = &report.short {
        tracing::error!(
            until,
            "the office's unit ends too early for what is due: another unit has to stamp (yinxin renew --query)"
        );
    }
}
