//! The serving process: opens what was founded, says where it listens, ends when its standard input does.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use issuance::SystemClock;
use tests::installation::Installation;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

use crate::token;

/// What this binary is called with to serve.
pub(crate) const COMMAND: &str = "serve";
/// In place of a folder: answer every request with as many octets as an OCSP response has, and nothing else.
pub(crate) const BARE: &str = "bare";
/// The same by the web framework's own router.
pub(crate) const ROUTED: &str = "routed";
/// Octets of such an answer.
const OCTETS: usize = 1_000;

pub(crate) async fn serve(
    folder: &str,
    database: Option<&str>,
    front: Handle,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    if folder == BARE || folder == ROUTED {
        say(&format!("http://{address}"))?;
        let routed = async || match folder {
            BARE => bare(listener).await,
            _ => routed(listener).await,
        };
        tokio::select! {
            () = routed() => {}
            () = asker_ended() => {}
        }
        return Ok(());
    }
    let installation = Installation::at(Path::new(folder), database);
    let installation = match token::found(Path::new(folder))? {
        Some(token) => installation.over(token),
        None => installation,
    };
    let office = Arc::new(installation.open(Arc::new(SystemClock)).await?);
    let config = installation.config(address)?.judged_apart()?;
    say(&format!("http://{address}"))?;
    server::run(office, config, listener, front, asker_ended()).await
}

fn say(address: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{address}")?;
    Ok(out.flush()?)
}

/// Done when the asking process is gone, however it went.
async fn asker_ended() {
    let read = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _whatever_it_was = read.await;
}

/// The web framework with one route.
async fn routed(listener: TcpListener) {
    let answer = Bytes::from(vec![0; OCTETS]);
    let answer = post(move |_: Bytes| std::future::ready(answer.clone()));
    let routes = Router::new().route("/", answer);
    let listener = listener.tap_io(|stream| {
        let _best_effort = stream.set_nodelay(true);
    });
    let _ended = axum::serve(listener, routes).await;
}

/// What the web framework stands on.
async fn bare(listener: TcpListener) {
    let answer = Bytes::from(vec![0; OCTETS]);
    while let Ok((stream, _)) = listener.accept().await {
        let _best_effort = stream.set_nodelay(true);
        let answer = answer.clone();
        tokio::spawn(async move {
            let service = service_fn(move |_: Request<Incoming>| {
                let answer = Response::new(Full::new(answer.clone()));
                async move { Ok::<_, Infallible>(answer) }
            });
            let builder = Builder::new(TokioExecutor::new());
            let _ended = builder
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
