//! References of the clock (T-T1): servers of the network time protocol, each asked every half minute.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crypto::Random;
use issuance::SystemClock;
use issuance::office::{Reading, WatchedClock, ntp};
use tokio::net::UdpSocket;

/// Between two rounds.
const ROUND: Duration = Duration::from_secs(30);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// The port of the protocol, where none is named.
const PORT: u16 = 123;

/// The clock of the machine, watched.
type Watched = WatchedClock<SystemClock, fn() -> Duration>;

/// The machine's monotonic clock, which nobody sets.
fn elapsed() -> Duration {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

/// The clock that is watched, and who watches it where references are named.
pub(crate) fn clock(references: &[String], random: &Arc<dyn Random>) -> Arc<Watched> {
    let clock: Arc<Watched> = Arc::new(WatchedClock::new(SystemClock, elapsed));
    if !references.is_empty() {
        tokio::spawn(watch(clock.clone(), random.clone(), references.to_vec()));
    }
    clock
}

/// Asks the references for as long as the service runs.
async fn watch(clock: Arc<Watched>, random: Arc<dyn Random>, references: Vec<String>) {
    let mut rounds = tokio::time::interval(ROUND);
    loop {
        rounds.tick().await;
        let mut readings = Vec::new();
        for reference in &references {
            match tokio::time::timeout(PATIENCE, ask(reference, &clock, random.as_ref())).await {
                Ok(Some(reading)) => readings.push(reading),
                _ => tracing::warn!(reference, "a reference of the clock says nothing"),
            }
        }
        clock.compare(&readings);
        if let Some(distrust) = issuance::Clock::distrust(clock.as_ref()) {
            tracing::error!(%distrust, "no time-stamps and no seals until the clock is right");
        }
    }
}

/// One question and its answer; `None` where there is none.
async fn ask(reference: &str, clock: &Watched, random: &dyn Random) -> Option<Reading> {
    let address = match reference.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => reference.to_owned(),
        _ => format!("{reference}:{PORT}"),
    };
    let mut cookie = [0; 8];
    random.fill(&mut cookie).ok()?;
    let address = tokio::net::lookup_host(address).await.ok()?.next()?;
    let any = if address.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = UdpSocket::bind(any).await.ok()?;
    socket.connect(address).await.ok()?;
    let sent = issuance::Clock::now(clock);
    socket.send(&ntp::question(cookie)).await.ok()?;
    let mut answer = [0; ntp::PACKET];
    let length = socket.recv(&mut answer).await.ok()?;
    let received = issuance::Clock::now(clock);
    ntp::read(answer.get(..length)?, cookie, (sent, received))
}
