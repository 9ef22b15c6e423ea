//! TLS of the service itself, where it is not a proxy's: it follows its files, and is told of.

use std::time::Duration;

use time::UtcDateTime;
use tls::Gate;

use crate::state::App;

/// How often the files are looked at. What replaced them is in use within this time.
const AGAIN: Duration = Duration::from_secs(10);

/// Takes over files that changed, for as long as the service runs.
pub(crate) async fn watch(app: App) {
    let Some(gate) = app.gate.clone() else {
        return;
    };
    let mut round = tokio::time::interval(AGAIN);
    let mut told = None;
    loop {
        round.tick().await;
        let looked = gate.clone();
        let taken = tokio::task::spawn_blocking(move || looked.look()).await;
        if let Ok(true) = taken {
            tracing::info!(until = %gate.until(), "the files of TLS were replaced");
        }
        let fault = fault(&gate, app.office.now());
        if fault != told
            && let Some(fault) = &fault
        {
            tracing::error!(%fault, "TLS goes on with what it has");
        }
        told = fault;
    }
}

/// What is wrong with TLS at a moment: files that cannot be used, a certificate that is over.
pub(crate) fn fault(gate: &Gate, now: UtcDateTime) -> Option<String> {
    let over = || {
        let until = gate.until();
        (until < now).then(|| format!("the certificate was valid until {until}"))
    };
    gate.fault().or_else(over)
}
