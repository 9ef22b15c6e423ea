//! Customers of a service that goes away: they ask again under the same key until they have their licence.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use crate::cases;
use crate::customer::{Asked, Customer, Told, Tried};
use crate::installation::Installation;
use crate::kills::{DEPARTMENT, Place};

/// How long a customer waits who was asked to come back.
const LATER: Duration = Duration::from_millis(10);

/// Of so many requests one is made twice at once.
const TWINS: u64 = 4;

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
        let counts = Some(answered.clone());
        let first = Way(&installation, usize::try_from(number)?);
        let issued = if running % TWINS == 0 {
            // The same request twice at once, at another process where there is one.
            let second = Way(first.0, first.1 + 1);
            let (one, other) = tokio::try_join!(
                first.to_its_end((&key, &body), places.clone(), counts),
                second.to_its_end((&key, &body), places.clone(), None),
            )?;
            ensure!(one == other, "{key}: {one} was told, and {other}");
            one
        } else {
            let places = places.clone();
            first.to_its_end((&key, &body), places, counts).await?
        };
        asked.push(Asked { key, body, issued });
    }
    Ok(asked)
}

/// Where a request is made: an installation, and the number of the process that is asked.
struct Way<'a>(&'a Installation, usize);

impl Way<'_> {
    /// Asks under one key until the licence is there.
    async fn to_its_end(
        &self,
        (key, body): (&str, &Value),
        mut places: watch::Receiver<Place>,
        counts: Option<mpsc::Sender<bool>>,
    ) -> anyhow::Result<Value> {
        let mut told = Told::to(counts);
        loop {
            let place = places.borrow_and_update().clone();
            let turn = self.1 % place.servers.len().max(1);
            let (base, now) = place.servers.get(turn).context("one serves")?;
            let customer = Customer::new(self.0, base, DEPARTMENT);
            match customer.carry(key, body, *now, &mut told).await? {
                Tried::Issued(issued) => return Ok(issued),
                Tried::Later => tokio::time::sleep(LATER).await,
                Tried::Gone => places.changed().await?,
            }
        }
    }
}
