//! A batch lost at each of its waits: the next process goes on where it stopped, and nothing is issued twice.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use batch::apart::Entry;
use batch::door::Asked;
use batch::told::BatchTold;
use catalogue::key::DepartmentKey;
use issuance::release::Submitted;
use issuance::{IssueOrder, Once};
use registry::asked::IdempotencyKey;
use registry::batches::BatchId;
use registry::jobs::JobId;
use serde_json::Value;
use tests::cases;
use tests::databases::Server;
use tests::installation::{CUSTODIAN, NOW, octets};
use tests::interrupted::{Ended, Interrupted, Side};
use time::format_description::well_known::Rfc3339;
use time::{Duration, UtcDateTime};

use super::lives::{Life, Stage, runtime};

/// Licences of the batch.
const SIZE: u64 = 3;
/// A walk with fewer waits has not followed the batch.
const FEWEST: usize = 10;
/// More waits than the batch has.
const TOO_MANY: usize = 2_000;

/// Asks for the batch, always the same under the same key, and makes its pages where it was begun now.
async fn ask(life: &Life) -> Result<Value, String> {
    let entry = |number| Entry {
        order: IssueOrder {
            request: cases::request("FOOD", number).expect("a food licence"),
            photo: None,
        },
        each: None,
    };
    let asked = Asked {
        entries: (1..=SIZE).map(entry).collect(),
        package: String::new(),
    };
    let once = Once {
        key: IdempotencyKey::parse("a-key-of-this-batch").expect("16 characters"),
        fingerprint: [8; 32],
    };
    let begun = batch::door::begin(&life.office, &life.machine(), &once, asked).await;
    let (answer, carrying) = begun.map_err(|error| format!("{error:?}"))?;
    let told: Value = serde_json::from_slice(&answer.body).expect("JSON");
    if let Some(carrying) = carrying {
        carrying.run(&life.office).await;
    }
    Ok(told)
}

fn named(told: &Value) -> BatchId {
    BatchId::parse(told["batch"].as_str().expect("a batch")).expect("a batch")
}

async fn release(life: &Life, batch: &BatchId) -> Result<(), String> {
    let custodian = life.custodian();
    let said = |error: issuance::release::ReleaseError| format!("{error:?}");
    let offer = batch::release::offer(&life.office, &custodian, batch).await;
    let offer = offer.map_err(said)?;
    let statement = octets(&offer.statement).expect("hexadecimal");
    let now = life.office.now();
    let signature = life.installation.release(CUSTODIAN, &statement, now);
    let submitted = Submitted {
        expires: UtcDateTime::parse(&offer.expires, &Rfc3339).expect("RFC 3339"),
        algorithm: crypto::SignatureAlgorithm::EcdsaP256Sha256,
        signature: signature.expect("signs"),
        passkey: None,
        content_not_sent: false,
    };
    let released = batch::release::release(&life.office, &custodian, batch, &submitted).await;
    let (_, carrying) = released.map_err(said)?;
    carrying.run(&life.office).await;
    Ok(())
}

async fn look(life: &Life, batch: &BatchId) -> BatchTold {
    let told = batch::told::find(&life.office, &life.machine(), batch).await;
    told.expect("the store answers").expect("a batch")
}

/// The whole batch, as a caller and a custodian drive it; what the caller was told first is kept.
async fn customer(life: &Life, told: &Mutex<Option<Value>>) -> Result<(), String> {
    let answer = ask(life).await?;
    *told.lock().expect("one thread") = Some(answer.clone());
    // Between the two the caller is away: a process can be lost there however fast its stores answer.
    tokio::task::yield_now().await;
    release(life, &named(&answer)).await
}

/// Runs one case; whether the first life came to its end, and the states that the second one found.
fn two_lives(stage: &Stage, wait: usize, side: Side) -> (bool, BTreeSet<&'static str>) {
    let (_folder, name, installation) = stage.case();
    let case = format!("a batch lost {side:?} wait {wait}");
    let told = Mutex::new(None);
    let first = runtime();
    let ended = first.block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(1)).await;
        Interrupted::new(customer(&life, &told), wait, side).await
    });
    drop(first);
    let told = told.into_inner().expect("the customer did not panic");
    let found = runtime().block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(5)).await;
        let mut found = BTreeSet::new();
        if let Some(told) = &told {
            let lines = look(&life, &named(told)).await.lines;
            found.extend(lines.iter().map(|line| line.state));
        }
        life.go_on().await;
        judge(&life, told.as_ref(), &case).await;
        found
    });
    stage.end(&name);
    (matches!(ended, Ended::Done(Ok(()))), found)
}

/// The caller asks again, the custodian releases what still waits, and each licence is there once.
async fn judge(life: &Life, told: Option<&Value>, case: &str) {
    let again = ask(life).await.expect(case);
    assert!(
        told.is_none_or(|told| *told == again),
        "{case}: was told otherwise"
    );
    let batch = named(&again);
    if look(life, &batch).await.batch.counts.waiting > 0 {
        release(life, &batch).await.expect(case);
    }
    let done = look(life, &batch).await;
    assert_eq!(done.batch.counts.recorded, SIZE, "{case}: {done:?}");
    let department = DepartmentKey::parse("Q-APR").expect("a department");
    let registry = life.office.registry();
    let licences = registry.licences().list(&department, None, 10).await;
    let licences = licences.expect("the store answers");
    assert_eq!(licences.len(), 3, "{case}: {licences:?}");
    for line in &done.lines {
        let id = JobId::parse(&line.job).expect("a job");
        let jobs = registry.jobs();
        let job = jobs.find(&id, None).await.expect("answers").expect("a job");
        let files = jobs.files(&id, None).await.expect("the store answers");
        assert_eq!(files.len(), 1, "{case}");
        let receipt = String::from_utf8(files[0].receipt.clone()).expect("text");
        let leaves = tests::leaves::judge(&life.office, &job, &[&receipt]).await;
        leaves.expect("the log agrees");
    }
    let faults = registry.trace().check(&department).await;
    assert!(faults.expect("a trace").is_empty(), "{case}");
    for receiver in ["C-SAMR", "Q-ENF"] {
        let receiver = DepartmentKey::parse(receiver).expect("a department");
        let outbox = registry.outbox();
        let due = outbox.due(&receiver, life.office.now(), 100).await;
        assert_eq!(
            due.expect("an outbox").len(),
            3,
            "{case}: told once of each"
        );
    }
}

/// Loses the batch at every `step`-th wait from `first`; how many waits it has, and what was found.
fn walk(stage: &Stage, first: usize, step: usize) -> (usize, BTreeSet<&'static str>) {
    let (next, end) = (AtomicUsize::new(first), AtomicUsize::new(TOO_MANY));
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
                        let (done, states) = two_lives(stage, wait, side);
                        found.lock().expect("no case panicked").extend(states);
                        if done {
                            end.fetch_min(wait, Ordering::SeqCst);
                        }
                    }
                }
            });
        }
    });
    let found = found.into_inner().expect("no case panicked");
    (end.load(Ordering::SeqCst), found)
}

/// Walks, each begun one wait further on, until so many different states were found: on which waits a state lies
/// depends on how fast the disk is, and each walk holds.
fn walk_until(stage: &Stage, step: usize, states: usize) {
    let mut found = BTreeSet::new();
    for first in 1..=step {
        let (waits, met) = walk(stage, first, step);
        assert!(
            (FEWEST..TOO_MANY).contains(&waits),
            "it waits {waits} times"
        );
        found.extend(met);
        if found.len() >= states {
            return;
        }
    }
    panic!("every wait was lost, and {found:?} is all");
}

#[test]
fn a_batch_lost_anywhere_goes_on_and_issues_each_licence_once() {
    walk_until(&Stage::sqlite(), 2, 3);
    let Some(server) = Server::expected() else {
        return;
    };
    walk_until(&Stage::postgres(server), 23, 2);
}
