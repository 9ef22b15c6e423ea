//! Customers of a service that goes away: they ask again under the same key until they have their licence.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use crate::cases;
use crate::customer::Customer;
use crate::installation::{CUSTODIAN, Installation};
use crate::kills::{DEPARTMENT, Place};

/// How long a customer waits who was asked to come back.
const LATER: Duration = Duration::from_millis(10);

/// A request that came to its end.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) key: String,
    pub(crate) body: Value,
    /// What was acknowledged: the sealed licence.
    pub(crate) issued: Value,
}

/// How far one try came.
enum Tried {
    Issued(Value),
    Later,
    Gone,
}

/// One customer's work, request after request; each acknowledged step is told.
pub(crate) async fn work(
    installation: Installation,
    number: u32,
    mut places: watch::Receiver<Place>,
    answered: mpsc::Sender<bool>,
) -> anyhow::Result<Vec<Asked>> {
    let mut asked = Vec::new();
    for running in 0_u64.. {
        if places.borrow_and_update().last {
            break;
        }
        let key = format!("kill-{number:04}-{running:08}");
        let case = u64::from(number) * 10_000 + running;
        let body = cases::body(&cases::case("FOOD", case)?);
        let mut waits = None;
        let issued = loop {
            let place = places.borrow_and_update().clone();
            let customer = Customer::new(&installation, &place.base, DEPARTMENT);
            let tried = once(&customer, &key, &body, (&place, &mut waits, &answered)).await?;
            match tried {
                Tried::Issued(issued) => break issued,
                Tried::Later => tokio::time::sleep(LATER).await,
                Tried::Gone => places.changed().await?,
            }
        };
        if let Some(waits) = &waits {
            for name in ["job", "identifier", "number"] {
                ensure!(
                    waits.get(name) == issued.get(name),
                    "{key}: {waits} was told, then {issued}"
                );
            }
        }
        asked.push(Asked { key, body, issued });
    }
    Ok(asked)
}

/// Asks, releases, and remembers the first thing that was told.
async fn once(
    customer: &Customer,
    key: &str,
    body: &Value,
    (place, waits, answered): (&Place, &mut Option<Value>, &mpsc::Sender<bool>),
) -> anyhow::Result<Tried> {
    let Ok(answer) = customer.ask(key, body, place.now).await else {
        return Ok(Tried::Gone);
    };
    let said = answer.json();
    match answer.status.as_u16() {
        201 => {
            answered.send(true).await?;
            return Ok(Tried::Issued(said));
        }
        202 => {}
        409 | 503 => return Ok(Tried::Later),
        status => anyhow::bail!("{key}: {status} {said}"),
    }
    answered.send(false).await?;
    match waits {
        None => *waits = Some(said.clone()),
        Some(before) => ensure!(*before == said, "{key}: {before} was told, then {said}"),
    }
    let job = said.get("job").and_then(Value::as_str);
    let job = job.context("an answer names its job")?;
    let custodian = ("custodian", CUSTODIAN);
    match customer.release(custodian, job, place.now).await {
        Ok(answer) if answer.status == 201 => {
            answered.send(true).await?;
            Ok(Tried::Issued(answer.json()))
        }
        // Released in an earlier life: the service is at it.
        Ok(answer) if [409, 422, 503].contains(&answer.status.as_u16()) => Ok(Tried::Later),
        Ok(answer) => anyhow::bail!("{key}: {} {}", answer.status, answer.json()),
        Err(error) if error.is::<server::CallError>() => Ok(Tried::Gone),
        Err(error) => Err(error),
    }
}
