//! Licences in numbers: how fast they are written by 32 callers, found among many, and how soon a
//! filled store is ready.
//!
//! `YINXIN_BENCH_LICENCES` says how many there are (10,000 if it does not); with
//! `YINXIN_TEST_POSTGRES` the same is measured on a database of that server. The first 10,000 are
//! reserved, one fact each; the rest are rows like theirs, with keys of their own that lie between.

use std::sync::Arc;
use std::time::Instant;

use registry::Registry;
use registry::callers::NewCaller;
use registry::jobs::Unsealed;
use registry::licences::{Composed, Reservation, Reserving};
use zeroize::Zeroizing;

#[path = "licences/filler.rs"]
mod filler;
#[path = "../tests/licences/office.rs"]
#[expect(dead_code, reason = "the office serves the tests too")]
mod office;
#[path = "../tests/lists/stage.rs"]
#[expect(dead_code, reason = "the stage serves the tests too")]
mod stage;
#[path = "licences/start.rs"]
mod start;

/// Callers at work at the same time.
const CALLERS: u64 = 32;
/// Licences reserved one by one.
const RESERVED: u64 = 10_000;
/// Licences taken through every step.
const ISSUED: u64 = 2_000;
/// Requests let in.
const ADMITTED: u64 = 9_600;
/// Look-ups of each kind.
const ASKED: usize = 20_000;

fn main() {
    let many = std::env::var("YINXIN_BENCH_LICENCES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(10_000);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let folder = Arc::new(stage::Stage::sqlite());
        measure("sqlite", &folder, many).await;
        if let Ok(server) = std::env::var(stage::SERVER) {
            let database = Arc::new(stage::Stage::postgres(&server).await);
            measure("postgres", &database, many).await;
        }
    });
}

async fn measure(store: &str, stage: &Arc<stage::Stage>, many: u64) {
    let office = Arc::new(office::office(stage).await);
    let reserved = many.min(RESERVED);
    let begun = (Instant::now(), processor());
    let made = fill(&office, reserved).await;
    say(store, "reserve", reserved, begun);
    let begun = Instant::now();
    filler::multiply(stage, many - reserved).await;
    println!("{store}: {many} licences after {:.1?}", begun.elapsed());
    let begun = (Instant::now(), processor());
    issue(&office).await;
    say(store, "reserve to record", ISSUED, begun);
    admit(store, &office).await;
    // What a process that is killed now leaves: its files as they are, with what the log holds.
    let (address, _folder) = start::left_by_a_kill(stage);
    let begun = Instant::now();
    start::ready(stage, &address).await;
    println!(
        "{store}: ready after a kill with {many}: {:?}",
        begun.elapsed()
    );
    look(store, &stage.open().await, &made).await;
}

/// Requests as they are let in: each finds its caller, uses a nonce, is counted.
async fn admit(store: &str, office: &Arc<office::Office>) {
    let caller = NewCaller {
        id: "bench".to_owned(),
        department: office::department(),
        name: "bench".to_owned(),
        scopes: vec!["issue".to_owned()],
        quota: u64::from(u32::MAX),
        person: None,
        secret: Zeroizing::new(vec![3; 32]),
    };
    let callers = office.registry.callers();
    callers.enrol(caller, office::by(0)).await.expect("new");
    let begun = (Instant::now(), processor());
    let tasks: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let office = Arc::clone(office);
            tokio::spawn(async move {
                let callers = office.registry.callers();
                for turn in 0..ADMITTED / CALLERS {
                    let found = callers.find("bench").await.expect("answers");
                    let found = found.expect("enrolled");
                    let nonce = format!("nonce-{caller}-{turn}");
                    let admitted = callers.admit(&found, &nonce, office::NOW);
                    admitted.await.expect("let in");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no caller panics");
    }
    say(store, "let in", ADMITTED, begun);
}

/// Processor time of this process so far, in hundredths of a second; a server's is not in it.
/// Nothing where the system does not tell.
fn processor() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields = text.rsplit_once(')')?.1.split_whitespace();
    let ticks: Vec<f64> = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    Some(ticks.iter().sum())
}

fn say(store: &str, what: &str, count: u64, (begun, before): (Instant, Option<f64>)) {
    let took = begun.elapsed();
    let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let spent = processor().zip(before).map(|(now, before)| now - before);
    println!(
        "{store}: {what}: {count} in {took:.1?}, {:.0} a second, {:.0} µs of processor each",
        count / took.as_secs_f64(),
        spent.unwrap_or(f64::NAN) * 10_000.0 / count
    );
}

/// The holder of a number: five to a holder.
fn holder(number: u64) -> String {
    format!("H{:09}", number / 5)
}

fn reservation(number: u64) -> Reservation {
    let mut reservation = office::reservation(&format!("bench-{number:020}"));
    reservation.holder = office::holder(&holder(number));
    reservation
}

async fn fill(office: &Arc<office::Office>, many: u64) -> Vec<(u64, Composed)> {
    let tasks: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let office = Arc::clone(office);
            tokio::spawn(async move {
                let (mut number, mut made) = (caller, Vec::new());
                while number < many {
                    let reserved = office.try_reserve(reservation(number)).await;
                    if let Reserving::Reserved(reserved) = reserved.expect("free") {
                        made.push((number, reserved.composed));
                    }
                    number += CALLERS;
                }
                made
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.expect("no caller panics"));
    }
    all
}

async fn issue(office: &Arc<office::Office>) {
    let tasks: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let office = Arc::clone(office);
            tokio::spawn(async move {
                let mut number = caller;
                while number < ISSUED {
                    through(&office, number).await;
                    number += CALLERS;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no caller panics");
    }
}

/// One licence through every step: five facts, each durable.
async fn through(office: &office::Office, number: u64) {
    let jobs = office.registry.jobs();
    let reserved = office.reserve(&format!("issue-{number:020}")).await;
    let unsealed = Unsealed {
        digest: crypto::sha256(&number.to_be_bytes()),
        pdf: Some("0123456789abcdef0123456789abcdef".to_owned()),
        ofd: None,
        content: None,
    };
    let job = jobs.await_release(&reserved.job, unsealed, office::accepted(), office::by(1));
    let job = job.await.expect("reserved");
    let release = office::release(&job);
    jobs.release(
        &office::department(),
        &job.id,
        release,
        office::custodian(2),
    )
    .await
    .expect("it waits");
    jobs.journal(&job.id, office::signing(), office::by(3))
        .await
        .expect("released");
    jobs.record(office::recording(&job))
        .await
        .expect("journalled");
}

/// Looks up what was reserved, in an order that jumps.
async fn look(store: &str, registry: &Registry, made: &[(u64, Composed)]) {
    let licences = registry.licences();
    let (mut identifiers, mut numbers, mut holders) = (Vec::new(), Vec::new(), Vec::new());
    let before = processor();
    for turn in 0..ASKED {
        let (number, composed) = made.get(turn * 7_919 % made.len()).expect("inside");
        let begun = Instant::now();
        let found = licences.find(&composed.identifier, None).await;
        identifiers.push(begun.elapsed());
        assert!(found.expect("answers").is_some());
        let (kind, issuer) = (office::type_code(), office::issuer());
        let begun = Instant::now();
        let found = licences
            .by_number((&kind, &issuer, &composed.number), None)
            .await;
        numbers.push(begun.elapsed());
        assert_eq!(found.expect("answers").len(), 1);
        let holder = office::holder(&holder(*number));
        let begun = Instant::now();
        let found = licences.by_holder(holder.code(), None).await;
        holders.push(begun.elapsed());
        assert!(!found.expect("answers").is_empty());
    }
    let spent = processor().zip(before).map(|(now, before)| now - before);
    let each = f64::from(u32::try_from(ASKED * 3).unwrap_or(u32::MAX));
    println!(
        "{store}: look-ups: {:.1} µs of processor each",
        spent.unwrap_or(f64::NAN) * 10_000.0 / each
    );
    for (what, mut taken) in [
        ("identifier", identifiers),
        ("number", numbers),
        ("holder", holders),
    ] {
        taken.sort();
        let at = |share: usize| *taken.get(taken.len() * share / 1_000 - 1).expect("inside");
        println!(
            "{store}: look-up by {what}: median {:?}, p99 {:?}, most {:?}",
            at(500),
            at(990),
            at(1_000)
        );
    }
}
