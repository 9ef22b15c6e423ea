//! Receivers of events on the loopback interface: every one acknowledges, and what arrived is kept in its order.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

/// Everybody who is told of the story.
pub(crate) const RECEIVERS: [&str; 6] = ["C-SAMR", "C-URBAN", "C-FIRE", "Q-ENF", "CREDIT", "Q-APR"];

/// What arrived: whose, and the event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Receivers(Arc<Mutex<Vec<(String, Value)>>>);

/// What one receiver was told of one subject: kind and number, in order.
pub(crate) type Told = BTreeMap<String, Vec<(String, u64)>>;

impl Receivers {
    /// Listens on a free port; whose events they are is the path.
    ///
    /// # Errors
    /// As the system has it.
    pub(crate) async fn listen(&self) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let this = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let this = this.clone();
                let service = service_fn(move |request| take(this.clone(), request));
                let connection = hyper::server::conn::http1::Builder::new();
                tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(address)
    }

    fn all(&self) -> Vec<(String, Value)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    /// What a receiver was told, each event once, by subject. What is repeated carries the name that it had.
    ///
    /// # Errors
    /// An event that came before an earlier one of its subject, or one that is none.
    pub(crate) fn heard(&self, receiver: &str) -> anyhow::Result<Told> {
        let mut known = BTreeSet::new();
        let mut told = Told::new();
        for (whose, event) in self.all() {
            let text = |name: &str| {
                let text = event.get(name).and_then(Value::as_str);
                text.with_context(|| format!("{name} of {event}"))
            };
            if whose != receiver || !known.insert(text("id")?.to_owned()) {
                continue;
            }
            let number: u64 = text("sequence")?.parse()?;
            let before = told.entry(text("subject")?.to_owned()).or_default();
            let last = before.last().map_or(0, |(_, number)| *number);
            ensure!(number > last, "{receiver}: {event} came after {last}");
            before.push((text("type")?.to_owned(), number));
        }
        Ok(told)
    }
}

async fn take(
    receivers: Receivers,
    request: Request<Incoming>,
) -> anyhow::Result<Response<Empty<Bytes>>> {
    let whose = request.uri().path().trim_start_matches('/').to_owned();
    let content = request.into_body().collect().await?.to_bytes();
    let event = serde_json::from_slice(&content)?;
    let mut kept = receivers.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.push((whose, event));
    drop(kept);
    Ok(Response::builder().status(204).body(Empty::new())?)
}
