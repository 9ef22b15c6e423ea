//! An office with many seals in use: how long it takes to start, what it holds in memory, what its rounds of upkeep cost, and whether
//! a release stays as fast as with the sample's seals alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use issuance::{SystemClock, upkeep};
use tests::installation::Installation;

use crate::round::Asked;
use crate::stage::{Keys, Stage};
use crate::{told, work};

/// Starts, and rounds of upkeep.
const TIMES: usize = 3;

/// With the sample's seals, and with so many more.
pub(crate) async fn seals(keys: Keys, (more, asked): (usize, Asked)) -> anyhow::Result<()> {
    let beside = Stage::set_with(None, keys, 0).await?;
    one(beside, 0, asked).await?;
    let began = Instant::now();
    let stage = Stage::set_with(None, keys, more).await?;
    println!("\n{more} seals more, founded in {}", ms(began.elapsed()));
    one(stage, more, asked).await
}

async fn one(mut stage: Stage, more: usize, asked: Asked) -> anyhow::Result<()> {
    for _ in 0..TIMES {
        println!(
            "\n{more} seals more: ready {} after a kill",
            ms(stage.killed().await?)
        );
    }
    println!(
        "resident: {} MiB, at most {} MiB",
        stage.service.resident()?,
        stage.service.peak()?
    );
    told::head();
    work::digest(&stage, asked).await?;
    println!("\nresident after it: {} MiB", stage.service.resident()?);
    rounds(&stage.installation).await
}

/// Another process on the same store: how long opening takes, a round without anything to do, and one after somebody wrote the key store.
async fn rounds(installation: &Installation) -> anyhow::Result<()> {
    let began = Instant::now();
    let office = installation.open(Arc::new(SystemClock)).await?;
    println!("opened in {}", ms(began.elapsed()));
    for _ in 0..TIMES {
        let began = Instant::now();
        upkeep::round(&office).await?;
        println!("a round of upkeep: {}", ms(began.elapsed()));
    }
    println!("somebody enrolled: {}", ms(installation.enrol_another()?));
    let began = Instant::now();
    upkeep::round(&office).await?;
    println!("the round after it: {}\n", ms(began.elapsed()));
    Ok(())
}

fn ms(span: Duration) -> String {
    format!("{:.0} ms", span.as_secs_f64() * 1e3)
}
