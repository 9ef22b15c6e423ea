//! `yinxin serve`: opens what the configuration names and serves until it is told to end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::bail;
use issuance::Office;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::api::{openapi, router};
use crate::config::Config;
use crate::door::Door;
use crate::listen;
use crate::proofs;
use crate::protection;
use crate::state::{App, webhooks};
use crate::witnesses;

/// An open office as its handlers reach it, and the door to it.
///
/// # Errors
/// When the binary's own words or document are damaged.
pub(crate) fn application(
    office: Arc<Office>,
    config: Config,
    metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
) -> anyhow::Result<(App, Door)> {
    let app = App::new(office, config, openapi()?, metrics)?;
    Ok((app.clone(), Door::new(app.clone(), router(app))))
}

/// Serves an open office on a bound listener until `end` is done, with the work that goes on beside requests. Connections
/// are accepted and strangers answered in `front`, all else is done where this is called (T-A4).
///
/// # Errors
/// When the parts of the binary are damaged, or the listener cannot be had in front.
pub fn run(
    office: Arc<Office>,
    config: Config,
    listener: TcpListener,
    front: Handle,
    end: impl Future<Output = ()> + Send + 'static,
) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> {
    serving(office, config, listener, front, Box::pin(end))
}

/// [`run`], in a box: compiled here, once, and not again by each program that serves.
fn serving(
    office: Arc<Office>,
    config: Config,
    listener: TcpListener,
    front: Handle,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> {
    Box::pin(async move {
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new()
            .install_recorder()
            .ok();
        // What is sealed carries the authorities' current lists (decision 044), and those of before a stop may have run out.
        if let Err(error) = office.lists().renew().await {
            tracing::warn!(%error, "lists are made by the first round of upkeep");
        }
        // What two witnesses saw begin is gone on with (T-S9).
        if let Err(error) = making::resume_destructions(&office).await {
            tracing::error!(%error, "a key that was to be erased is not, or has no record");
        }
        // So are lists of seals.
        if let Err(error) = making::lists::resume(&office).await {
            tracing::error!(%error, "a list of seals is not gone on with");
        }
        issuance::upkeep::start(&office);
        tokio::spawn(elsewhere::watch(office.clone()));
        let webhooks = webhooks(&config);
        issuance::push::start(&office, move |letter| webhooks.carry(letter));
        let (app, door) = application(office, config, metrics)?;
        tokio::spawn(witnesses::watch(app.clone()));
        tokio::spawn(proofs::watch(app.clone()));
        tokio::spawn(protection::watch(app.clone()));
        let listener = listener.into_std()?;
        // Dropped with this, and what is accepted ends with it.
        let mut accepting = JoinSet::new();
        accepting.spawn_on(
            async move {
                let listener = TcpListener::from_std(listener)?;
                io::Result::Ok(listen::serve(listener, door, app.gate.clone()).await)
            },
            &front,
        );
        tokio::select! {
            () = end => Ok(()),
            ended = accepting.join_next() => match ended {
                Some(Ok(Err(error))) => Err(error.into()),
                _ => bail!("connections are not accepted any more"),
            },
        }
    })
}

/// Done when the process gets an interrupt or is asked to terminate.
pub async fn told_to_end() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate =
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(_) => {
                let _interrupted = interrupt.await;
                return;
            }
        };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
