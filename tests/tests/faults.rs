//! The service on a full disk, on one that does not sync, on a database that stands still or is lost, in a flood (T-D4, T-D6,
//! T-D7, T-A1, T-A5, abuse case 6): nothing acknowledged is lost, what is refused says so, and it goes on by itself.
//!
//! docs/operations/faults.md has the command that prints the figures.

use std::path::Path;
use std::time::Duration;

use tests::faults::{FEW, Fault, JOBS, disk, failover, flood, pause, stop};
use tests::postgres::programs;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fault");
/// Octets by which the room grows from case to case: coarser than the documented run.
const STEP: u32 = 40 << 10;
/// Cases of one fault on one disk, at most.
const MOST: u32 = 40;
/// Resident memory that the service stays below, KiB.
const CEILING: u64 = 256 << 10;

/// Whether PostgreSQL is installed here; where everything has to run, it must be.
fn has_postgres() -> bool {
    let has = programs().is_some();
    assert!(
        has || std::env::var_os("CI").is_none(),
        "continuous integration has PostgreSQL"
    );
    if !has {
        eprintln!("not run: PostgreSQL is not installed");
    }
    has
}

async fn on_a_full_disk(own: bool) {
    let found = disk(Path::new(PROGRAM), own, Fault::Full(STEP), MOST).await;
    let found = found.expect("nothing is lost, and it goes on");
    println!("{found:?}");
    assert!(found.disturbed >= 3, "the disk was full: {found:?}");
    let told = found.problems.keys().any(|problem| problem.status == 507);
    assert!(told, "callers are told that there is no room: {found:?}");
}

async fn on_a_disk_that_does_not_sync(own: bool) {
    let found = disk(Path::new(PROGRAM), own, Fault::Sync, MOST).await;
    let found = found.expect("nothing is lost, and it goes on");
    println!("{found:?}");
    assert!(found.disturbed >= 3, "syncs failed: {found:?}");
    let told = found.problems.keys().any(|problem| problem.status == 503);
    assert!(told, "callers are told that it cannot be kept: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_the_service_goes_on_when_there_is_room() {
    on_a_full_disk(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_the_service_goes_on_with_the_other_store() {
    if has_postgres() {
        on_a_full_disk(true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_is_never_success_and_the_service_goes_on() {
    on_a_disk_that_does_not_sync(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_is_never_success_with_the_other_store() {
    if has_postgres() {
        on_a_disk_that_does_not_sync(true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_stands_still_states_are_told_and_afterwards_work_goes_on() {
    if !has_postgres() {
        return;
    }
    let found = pause(Path::new(PROGRAM), 8, Duration::ZERO).await;
    let found = found.expect("nothing is lost, and it goes on");
    println!("{found:?}");
    assert_eq!(found.licences, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_stopped_states_are_told_as_they_were_signed_ahead() {
    if !has_postgres() {
        return;
    }
    let found = stop(Path::new(PROGRAM), 20).await;
    let found = found.expect("nothing is lost, and it goes on");
    println!("{found:?}");
    assert_eq!((found.statuses, found.licences), (100, 2));
    let told = found.problems.keys().any(|problem| problem.status == 503);
    assert!(told, "who wants something written is told: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_with_everything_acknowledged_and_what_was_demoted_takes_nothing() {
    if !has_postgres() {
        return;
    }
    let found = failover(Path::new(PROGRAM), 50).await;
    let found = found.expect("nothing is lost, and it goes on");
    println!("{found:?}");
    assert!(found.in_flight >= 20, "requests were in flight: {found:?}");
    assert_eq!(found.licences, 52);
    assert_eq!(found.refused, 10, "five of each kind of demoted server");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_shed_and_memory_stays_below_its_ceiling() {
    let found = flood(Path::new(PROGRAM), 32, 2).await;
    let found = found.expect("nothing is lost, and every refusal says when to come back");
    println!("{found:?}");
    assert!(32 > JOBS && found.problems.keys().any(|told| told.status == 503));
    assert_eq!((found.admitted, found.too_many), (FEW, FEW));
    assert_eq!(found.licences, found.requests + 1);
    assert!(found.peak < CEILING, "{} KiB", found.peak);
}
