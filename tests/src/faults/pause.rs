//! A database that stands still, as a stopped machine does: connections stay open, and nothing is answered.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::customer::{Told, Tried};
use crate::faults::ground::{Ground, Place, Problems};
use crate::postgres::Own;

/// What came of it.
#[derive(Debug, Clone)]
pub struct Pause {
    /// How long the database stood still.
    pub paused: Duration,
    /// Answers about states that were given meanwhile.
    pub statuses: usize,
    /// The longest of them.
    pub longest_status: Duration,
    /// What callers were told who wanted something written.
    pub problems: Problems,
    /// How long the service took to go on with each of them, once the database did: the longest.
    pub longest: Duration,
    /// Licences issued, none lost and none given twice.
    pub licences: usize,
}

/// Ends the database with every connection to it, asks for states meanwhile, and starts it again.
///
/// # Errors
/// A state that was not told, or what was lost or not taken up within ten seconds.
pub async fn stop(program: &Path, rounds: usize) -> anyhow::Result<Pause> {
    let mut place = Place {
        program: program.to_owned(),
        postgres: Some(Own::start(Own::folder()?, &[]).await?),
        relay: None,
    };
    let folder = tempfile::tempdir()?;
    let mut ground = Ground::prepare(&place, folder, Vec::new(), "").await?;
    let own = place.postgres.as_mut().context("it has a database")?;
    let mut told = Told::default();
    let first = ground.request(0)?;
    ground.issued(first, &mut told).await?;
    ground.count(told)?;
    own.stop()?;
    let began = Instant::now();
    let (key, body) = ground.request(1)?;
    let (customer, mut told) = (ground.customer(), Told::default());
    let tried = customer.carry(&key, &body, ground.now, &mut told).await?;
    ensure!(tried == Tried::Later, "{key}: {tried:?} without a database");
    let (mut statuses, mut longest_status) = (0, Duration::ZERO);
    for _ in 0..rounds {
        let asked = Instant::now();
        statuses += ground.statuses().await?;
        longest_status = longest_status.max(asked.elapsed());
    }
    own.start_again().await?;
    let paused = began.elapsed();
    let longest = ground.issued((key, body), &mut told).await?;
    ground.count(told)?;
    let (licences, problems) = ground.judge().await?;
    Ok(Pause {
        paused,
        statuses,
        longest_status,
        problems,
        longest,
        licences,
    })
}

/// Stops the database while customers ask, for so long and at least for 100 answers about states; then lets it go on.
///
/// # Errors
/// What was lost, or not taken up within ten seconds.
pub async fn pause(program: &Path, customers: u32, long: Duration) -> anyhow::Result<Pause> {
    let place = Place {
        program: program.to_owned(),
        postgres: Some(Own::start(Own::folder()?, &[]).await?),
        relay: None,
    };
    let folder = tempfile::tempdir()?;
    let mut ground = Ground::prepare(&place, folder, Vec::new(), "").await?;
    let own = place.postgres.as_ref().context("it has a database")?;
    let mut told = Told::default();
    let first = ground.request(0)?;
    ground.issued(first, &mut told).await?;
    own.pause()?;
    let began = Instant::now();
    let mut tries = Vec::new();
    for number in 1..=customers {
        let (key, body) = ground.request(number)?;
        let (customer, now) = (ground.customer(), ground.now);
        tries.push(tokio::spawn(async move {
            let mut told = Told::default();
            let tried = customer.carry(&key, &body, now, &mut told).await?;
            ensure!(tried != Tried::Gone, "{key}: the service is gone");
            anyhow::Ok(((key, body), told))
        }));
    }
    let (mut statuses, mut longest_status) = (0, Duration::ZERO);
    while statuses < 100 || began.elapsed() < long {
        let asked = Instant::now();
        statuses += ground.statuses().await?;
        longest_status = longest_status.max(asked.elapsed());
    }
    own.go_on()?;
    let paused = began.elapsed();
    let mut longest = Duration::ZERO;
    for tried in tries {
        let (request, mut told) = tried.await??;
        longest = longest.max(ground.issued(request, &mut told).await?);
        ground.count(told)?;
    }
    let (licences, problems) = ground.judge().await?;
    Ok(Pause {
        paused,
        statuses,
        longest_status,
        problems,
        longest,
        licences,
    })
}
