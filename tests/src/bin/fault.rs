//! `fault run`: the service on a full disk, on one that fails to sync, on a database that stands still or is lost, in a
//! flood; prints what was measured. `fault serve`: the process that all this is done to.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tests::child;
use tests::faults::{self, Fault, Problems};
use tests::postgres;

const USAGE: &str =
    "fault run [full|sync|pause|failover|flood]... | fault serve FOLDER MOMENT [DATABASE]";
const ALL: [&str; 5] = ["full", "sync", "pause", "failover", "flood"];
/// Octets by which the room grows from case to case.
const STEP: u32 = 8 << 10;
/// Cases of one fault on one disk, at most.
const MOST: u32 = 200;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Some(served) = child::asked_to_serve(&words).await {
        return served;
    }
    match words.as_slice() {
        ["run"] => run(&ALL).await,
        ["run", names @ ..] if names.iter().all(|name| ALL.contains(name)) => run(names).await,
        _ => bail!(USAGE),
    }
}

async fn run(names: &[&str]) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let stores: &[bool] = match postgres::programs() {
        Some(_) => &[false, true],
        None => {
            println!("PostgreSQL: not run, for it is not installed");
            &[false]
        }
    };
    for name in names {
        match *name {
            "full" | "sync" => {
                for own in stores {
                    disk(&program, name, *own).await?;
                }
            }
            "pause" if stores.len() > 1 => {
                let long = Duration::from_secs(60);
                let found = faults::pause(&program, 32, long).await.context("pause")?;
                println!(
                    "database stopped for {:.1} s: {} answers about states meanwhile, the slowest four took {} ms; \
                     {} licences, the last {} ms after it went on; told: {}",
                    found.paused.as_secs_f64(),
                    found.statuses,
                    found.longest_status.as_millis(),
                    found.licences,
                    found.longest.as_millis(),
                    told(&found.problems)
                );
            }
            "failover" if stores.len() > 1 => {
                let found = faults::failover(&program, 50).await.context("failover")?;
                println!(
                    "database server lost with {} requests in flight and its synchronous standby promoted: the next licence \
                     after {} ms, the last of those in flight after {} ms; {} licences, none lost; a demoted server was asked \
                     for {} operations and none was accepted; told: {}",
                    found.in_flight,
                    found.resumed.as_millis(),
                    found.longest.as_millis(),
                    found.licences,
                    found.refused,
                    told(&found.problems)
                );
            }
            "flood" => {
                for callers in [32, 200] {
                    let found = faults::flood(&program, callers, 5).await.context("flood")?;
                    println!(
                        "flood of {callers} callers, {} requests at once to a service for {} jobs: resident {} KiB \
                         before, {} KiB at most; {} licences; told: {}; an account for {} requests a day: {} admitted, {} \
                         refused with 429",
                        found.requests,
                        faults::JOBS,
                        found.before,
                        found.peak,
                        found.licences,
                        told(&found.problems),
                        faults::FEW,
                        found.admitted,
                        found.too_many
                    );
                }
            }
            _ => {}
        }
    }
    Ok(())
}

async fn disk(program: &Path, name: &str, own: bool) -> anyhow::Result<()> {
    let store = if own { "PostgreSQL" } else { "SQLite" };
    let fault = if name == "full" {
        Fault::Full(STEP)
    } else {
        Fault::Sync
    };
    let found = faults::disk(program, own, fault, MOST).await;
    let found = found.with_context(|| format!("{name}, {store}"))?;
    println!(
        "{name}, {store}: {} places disturbed, {} calls refused; went on after {} ms in the middle, {} ms at most; \
         {} licences, none lost; told: {}",
        found.disturbed,
        found.refused,
        found.median.as_millis(),
        found.longest.as_millis(),
        found.licences,
        told(&found.problems)
    );
    Ok(())
}

fn told(problems: &Problems) -> String {
    let each = problems
        .iter()
        .map(|(problem, times)| format!("{} {} {times} times", problem.status, problem.code));
    each.collect::<Vec<_>>().join(", ")
}
