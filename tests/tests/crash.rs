//! The table of `docs/issuance.md`, "if the power goes": the main job lost at every one of its waits, on both sides of
//! it, then found again by another process.
//!
//! One wait is one thing asked of a store, of the file system or of the log. *Before* is a process that asked and
//! was lost before anything happened; *after* is one that was lost before it learned of it.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what an answer does not have fails its test"
)]

mod batches;
mod documents;
mod lives;
mod predecessor;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lives::{Found, Stage, released_by_itself, two_at_once, two_lives};
use tests::databases::Server;
use tests::interrupted::Side;

/// A walk with fewer waits has not followed the job: it writes ten times, and waits for most of them.
const FEWEST: usize = 5;
/// More waits than the job has.
const TOO_MANY: usize = 400;
/// Walks over all waits, at most.
const WALKS: usize = 10;

/// What the second life found at its start, over all cases.
fn all_cases(stage: &Stage, step: usize) -> (usize, BTreeSet<Found>) {
    // Lost at no wait is lost before it began.
    let (next, end) = (AtomicUsize::new(0), AtomicUsize::new(TOO_MANY));
    let found = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let wait = next.fetch_add(step, Ordering::SeqCst);
                    if wait >= end.load(Ordering::SeqCst) {
                        return;
                    }
                    for side in [Side::Before, Side::After] {
                        let (done, state) = two_lives(stage, wait, side);
                        found.lock().expect("no case panicked").insert(state);
                        if done {
                            end.fetch_min(wait, Ordering::SeqCst);
                        }
                    }
                }
            });
        }
    });
    let end = end.load(Ordering::SeqCst);
    (end, found.into_inner().expect("no case panicked"))
}

#[test]
fn a_job_lost_anywhere_is_finished_once_and_leaves_one_licence() {
    let stage = Stage::sqlite();
    let mut found = BTreeSet::new();
    // The work waits between any two answers, and once more for each that is not there yet: on which waits a row of the table
    // lies depends on how fast the disk is. Every walk holds; the walks together have met every row.
    for _ in 0..WALKS {
        let (waits, met) = all_cases(&stage, 1);
        assert!(
            (FEWEST..TOO_MANY).contains(&waits),
            "the job waits {waits} times"
        );
        found.extend(met);
        if Found::OF_A_WALK.iter().all(|row| found.contains(row)) {
            return;
        }
    }
    panic!("rows of the table that no walk met: {found:?} is all");
}

#[test]
fn a_job_of_two_files_lost_anywhere_is_finished_once_and_leaves_both() {
    let stage = Stage::national();
    // A sample: every third wait, both sides of it; each life draws the seals of both suites.
    let (waits, found) = all_cases(&stage, 3);
    assert!(
        (FEWEST..TOO_MANY).contains(&waits) && found.len() > 2,
        "{waits} waits, {found:?}"
    );
}

#[test]
fn a_release_that_was_taken_by_itself_is_used_by_the_process_that_comes_next() {
    assert_eq!(released_by_itself(&Stage::sqlite()), Found::Released);
}

#[test]
fn a_process_that_was_only_slow_does_no_harm_to_the_one_that_took_over() {
    let stage = Stage::sqlite();
    // As above.
    let walks = (0..WALKS).filter_map(|_| (1..TOO_MANY).find(|wait| two_at_once(&stage, *wait)));
    let walks: Vec<_> = walks.take_while(|waits| *waits < FEWEST).collect();
    assert!(walks.len() < WALKS, "{walks:?}");
}

#[test]
fn a_version_whose_predecessor_ends_while_it_is_sealed_comes_to_an_end() {
    let stage = Stage::sqlite();
    // As above.
    let mut ended = Vec::new();
    for _ in 0..WALKS {
        ended.extend((1..TOO_MANY).map_while(|wait| predecessor::ended_beside(&stage, wait)));
        if ended.len() >= FEWEST {
            break;
        }
    }
    assert!(ended.len() >= FEWEST, "{ended:?}");
    // Ended before the record the version is none; recorded before, the old one cannot end any more.
    assert!(ended.contains(&predecessor::End::GivenUp), "{ended:?}");
}

#[test]
fn a_version_that_supersedes_another_has_the_list_signed_at_once() {
    // A first version changes no list; the one that follows it does.
    assert_eq!(predecessor::upkeep_told(&Stage::sqlite()), (false, true));
}

#[test]
fn a_job_lost_on_the_other_store_is_finished_once_too() {
    let Some(server) = Server::expected() else {
        return;
    };
    let stage = Stage::postgres(server);
    // A sample: every seventh wait, both sides of it.
    let (waits, found) = all_cases(&stage, 7);
    assert!((FEWEST..TOO_MANY).contains(&waits) && found.len() > 2);
}
