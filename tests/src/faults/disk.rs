//! A disk that is full, or does not keep what it was given: at every place of the main job (T-D4).

use std::path::Path;
use std::time::Duration;

use anyhow::ensure;

use crate::customer::{Told, Tried};
use crate::faults::ground::{Ground, Place, Problems, RECOVERY, beside};
use crate::faults::layer::Layer;
use crate::postgres::Own;

/// What is wrong with the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It has so many octets left, and in the next case as many more.
    Full(u32),
    /// The next sync fails, in the next case the one after it.
    Sync,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Disk {
    /// Cases in which the disk refused something.
    pub disturbed: u32,
    /// Writes and syncs that it refused.
    pub refused: u64,
    /// What callers were told meanwhile.
    pub problems: Problems,
    /// How long the service took to finish what was disturbed, once the disk was well: the longest.
    pub longest: Duration,
    /// The same, in the middle.
    pub median: Duration,
    /// Licences issued, none lost and none given twice.
    pub licences: usize,
}

/// Case after case, until two in a row were not disturbed or `most` are done: the fault comes, one try is made, the
/// disk is well again, the same request is made until it has its licence. A database server has a disk of its own.
///
/// # Errors
/// What was lost, told as success, answered otherwise than with 503 or 507, or not taken up within ten seconds.
pub async fn disk(program: &Path, own: bool, fault: Fault, most: u32) -> anyhow::Result<Disk> {
    let folder = tempfile::tempdir()?;
    let mut layers = vec![Layer::make(&beside(folder.path())?, folder.path())?];
    let environment = layers.first().map(Layer::environment).unwrap_or_default();
    let mut place = Place {
        program: program.to_owned(),
        postgres: None,
        relay: None,
    };
    if own {
        let folder = Own::folder()?;
        let layer = Layer::make(&beside(folder.path())?, &folder.path().join("db"))?;
        place.postgres = Some(Own::start(folder, &layer.environment()).await?);
        layers.push(layer);
    }
    let mut ground = Ground::prepare(&place, folder, environment, "").await?;
    if own && fault == Fault::Sync {
        // The database recovers first, by itself and from its own log.
        ground.patience = 2 * RECOVERY;
    }
    let mut told = Told::default();
    let first = ground.request(0)?;
    ground.issued(first, &mut told).await?;
    ground.count(told)?;
    let file = ground.file().await?;
    let (mut times, mut number, mut disturbed) = (Vec::new(), 0, 0);
    for layer in &layers {
        let mut quiet = 0;
        for case in 0..most {
            number += 1;
            let before = layer.refused()?;
            match fault {
                Fault::Full(step) => layer.leave_room(case * step)?,
                Fault::Sync => layer.fail_syncs(case, 1)?,
            }
            let one = one(&mut ground, number, layer, &file).await?;
            if layer.refused()? == before {
                quiet += 1;
            } else {
                (quiet, disturbed) = (0, disturbed + 1);
                times.push(one);
            }
            if quiet == 2 {
                break;
            }
        }
    }
    let refused = layers.iter().map(Layer::refused).sum::<Result<u64, _>>()?;
    times.sort_unstable();
    let (licences, problems) = ground.judge().await?;
    Ok(Disk {
        disturbed,
        refused,
        problems,
        longest: times.last().copied().unwrap_or_default(),
        median: times.get(times.len() / 2).copied().unwrap_or_default(),
        licences,
    })
}

/// One case; how long the service took once the disk was well.
async fn one(
    ground: &mut Ground,
    number: u32,
    layer: &Layer,
    file: &[u8],
) -> anyhow::Result<Duration> {
    let (key, body) = ground.request(number)?;
    let mut told = Told::default();
    let customer = ground.customer();
    let tried = customer.carry(&key, &body, ground.now, &mut told).await?;
    ensure!(tried != Tried::Gone, "{key}: the service is gone");
    // T-A1, T-K1: status and verification need no room.
    ground.statuses().await?;
    let report = ground.verdict(file.to_vec()).await?;
    // Without its database the service says what the file says, and that the state is unknown.
    let says = |name: &str, word: &str| report.get(name).is_some_and(|said| said == word);
    ensure!(
        says("verdict", "valid") || says("answer", "status_unknown"),
        "{key}: {report}"
    );
    layer.heal()?;
    let took = ground.issued((key, body), &mut told).await?;
    ground.count(told)?;
    Ok(took)
}
