//! Those who are told in the demonstration: five departments behind one listener, which acknowledges what is signed.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use issuance::{Clock, SystemClock};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::cast::Cast;
use crate::client::{Call, Client};
use crate::message_signature::{Claimed, Message};

/// Who hears of the story (R22), with the credit platform.
pub const RECEIVERS: [&str; 5] = ["C-SAMR", "C-URBAN", "C-FIRE", "Q-ENF", "CREDIT"];
/// How often it is looked whether an event has come, a tenth of a second apart.
const LOOKS: usize = 600;

/// What each was told, in order.
#[derive(Clone)]
pub(crate) struct Receivers {
    origin: String,
    secret: Arc<str>,
    told: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Receivers {
    /// Listens on a free port of this machine, and subscribes for each.
    pub(crate) async fn subscribe(client: &Client, cast: &Cast) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let receivers = Self {
            origin: format!("http://{}", listener.local_addr()?),
            secret: std::str::from_utf8(&cast.push_secret)?.into(),
            told: Arc::default(),
        };
        let routes = Router::new().route("/{whose}", post(take));
        let routes = routes.with_state(receivers.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        for whose in RECEIVERS {
            let body = json!({
                "address": format!("{}/{whose}", receivers.origin),
                "kinds": [], "secret": receivers.secret.as_ref(),
            });
            let content = body.to_string().into_bytes();
            let call = Call::send(Method::PUT, "/v1/subscription", "application/json", content);
            let account = cast.subscribers.get(whose);
            let (name, secret) = account.context("a receiver has an account")?;
            let answer = client.account(name, secret);
            let answer = answer.call(call, SystemClock.now()).await?;
            ensure!(answer.status.is_success(), "{whose} could not subscribe");
        }
        Ok(receivers)
    }

    /// Waits until each of these was told of such an event about `member` = `value`; once each, or it is no story.
    pub(crate) async fn told(
        &self,
        whom: &[&str],
        kind: &str,
        (member, value): (&str, &str),
    ) -> anyhow::Result<()> {
        for _ in 0..LOOKS {
            let counts: Vec<usize> = {
                let told = self.told.lock().await;
                let counts = whom.iter();
                counts
                    .map(|whose| heard(&told, (whose, kind), (member, value)))
                    .collect()
            };
            ensure!(
                counts.iter().all(|count| *count <= 1),
                "{kind} was told twice"
            );
            if counts.iter().all(|count| *count == 1) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::bail!("{kind} did not reach everybody")
    }
}

fn heard(
    told: &[(String, Value)],
    (whose, kind): (&str, &str),
    (member, value): (&str, &str),
) -> usize {
    let text = |event: &Value, at: &str| event.pointer(at).and_then(Value::as_str) == Some(value);
    let of = told.iter().filter(|(receiver, event)| {
        receiver == whose
            && event.get("type").and_then(Value::as_str) == Some(kind)
            && text(event, member)
    });
    of.count()
}

/// Takes an event whose signature is the service's; a repeat under its identifier is acknowledged and dropped (R23).
async fn take(
    State(receivers): State<Receivers>,
    Path(whose): Path<String>,
    headers: HeaderMap,
    content: Bytes,
) -> StatusCode {
    let target = format!("{}/{whose}", receivers.origin);
    let message = Message {
        method: &Method::POST,
        target: &target,
        headers: &headers,
    };
    let digest = crypto::sha256(&content);
    let signed = Claimed::read(&message, SystemClock.now()).and_then(|claimed| {
        claimed.inspect(Some(&digest))?;
        claimed.check(receivers.secret.as_bytes())
    });
    let (Ok(()), Ok(event)) = (signed, serde_json::from_slice::<Value>(&content)) else {
        return StatusCode::FORBIDDEN;
    };
    let mut told = receivers.told.lock().await;
    let is_known = told
        .iter()
        .any(|(receiver, known)| *receiver == whose && known.get("id") == event.get("id"));
    if !is_known {
        told.push((whose, event));
    }
    StatusCode::NO_CONTENT
}
