//! A database server that is lost while licences are issued, and its synchronous standby in its place (T-D6); what was
//! demoted comes back and is asked (T-D7).

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;
use server::Call;
use tokio::sync::mpsc;

use crate::customer::{Told, Tried};
use crate::faults::ground::{Ground, Place, Problems};
use crate::faults::relay::Relay;
use crate::postgres::{Own, Role};

/// T-D6: how long the service may take to go on by itself after a promotion.
const RESUMED: Duration = Duration::from_secs(30);
/// So many answers are given before the server is lost, with the other requests in flight.
const BEFORE: usize = 10;

/// What came of it.
#[derive(Debug, Clone)]
pub struct Failover {
    /// Requests in flight when the server was lost.
    pub in_flight: usize,
    /// Until the first licence after the promotion.
    pub resumed: Duration,
    /// Until the last of those in flight.
    pub longest: Duration,
    /// What callers were told.
    pub problems: Problems,
    /// Licences issued, none lost and none given twice.
    pub licences: usize,
    /// What was asked of a demoted server, all of it refused.
    pub refused: usize,
}

/// Loses the server while `customers` ask, promotes the standby, and then has the service led to what was demoted.
///
/// # Errors
/// What was lost, not taken up within thirty seconds, or taken by a demoted server.
pub async fn failover(program: &Path, customers: u32) -> anyhow::Result<Failover> {
    let first = Own::start(Own::folder()?, &[]).await?;
    let second = first.standby().await?;
    first.wait_for_standby().await?;
    let relay = Relay::to(first.port()).await?;
    let mut place = Place {
        program: program.to_owned(),
        postgres: Some(first),
        relay: Some(relay),
    };
    let mut ground = Ground::prepare(&place, tempfile::tempdir()?, Vec::new(), "").await?;
    ground.patience = RESUMED;
    let (answered, mut answers) = mpsc::unbounded_channel();
    let mut tries = Vec::new();
    for number in 0..customers {
        let (key, body) = ground.request(number)?;
        let (customer, now, answered) = (ground.customer(), ground.now, answered.clone());
        tries.push(tokio::spawn(async move {
            let mut told = Told::default();
            let tried = customer.carry(&key, &body, now, &mut told).await?;
            ensure!(tried != Tried::Gone, "{key}: the service is gone");
            let _heard = answered.send(());
            anyhow::Ok(((key, body), told))
        }));
    }
    for _ in 0..BEFORE {
        answers.recv().await.context("customers are answered")?;
    }
    let in_flight = tries.iter().filter(|tried| !tried.is_finished()).count();
    let first = place.postgres.as_mut().context("a server")?;
    first.stop()?;
    second.promote()?;
    let began = Instant::now();
    let relay = place.relay.as_ref().context("an address")?;
    relay.lead_to(second.port())?;
    let request = ground.request(customers)?;
    let mut told = Told::default();
    ground.issued(request, &mut told).await?;
    ground.count(told)?;
    let resumed = began.elapsed();
    for tried in tries {
        let (request, mut told) = tried.await??;
        ground.issued(request, &mut told).await?;
        ground.count(told)?;
    }
    let longest = began.elapsed();
    let mut refused = 0;
    // Demoted without having heard of it: it waits for a standby, which has gone its own way; then as who follows.
    for role in [Role::Leads, Role::Follows] {
        let first = place.postgres.as_mut().context("a server")?;
        first.come_back_as(role).await?;
        relay.lead_to(first.port())?;
        refused += nothing_is_accepted(&mut ground, customers + 1, role).await?;
        relay.lead_to(0)?;
        first.stop()?;
    }
    relay.lead_to(second.port())?;
    let request = ground.request(customers + 20)?;
    let mut told = Told::default();
    ground.issued(request, &mut told).await?;
    let (licences, problems) = ground.judge().await?;
    Ok(Failover {
        in_flight,
        resumed,
        longest,
        problems,
        licences,
        refused,
    })
}

/// Asks for licences, and for a seal to be stopped, on a server that was demoted: none is acknowledged.
async fn nothing_is_accepted(ground: &mut Ground, from: u32, role: Role) -> anyhow::Result<usize> {
    let mut asked = Vec::new();
    for number in from..from + 4 {
        let (key, body) = ground.request(number)?;
        let (customer, now) = (ground.customer(), ground.now);
        asked.push(tokio::spawn(async move {
            let answer = customer.ask(&key, &body, now).await?;
            anyhow::Ok(answer.status.as_u16())
        }));
    }
    let stop = Call::post(
        "/v1/seals/990102-SPZYZ-01/suspend",
        &json!({ "reason": "lost" }),
    )
    .once(format!("stop-on-a-demoted-server-{from}-{role:?}"));
    let answer = ground
        .customer()
        .call("custodian", stop, ground.now)
        .await?;
    ensure!(!answer.status.is_success(), "{role:?}: a seal was stopped");
    let mut refused = 1;
    for status in asked {
        let status = status.await??;
        ensure!(status == 503, "{role:?}: {status}");
        refused += 1;
    }
    Ok(refused)
}
