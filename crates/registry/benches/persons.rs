//! 10,000 seals and 1,000,000 persons: how long a look-up takes and a page of each list, and what every start and every round asks.
//!
//! `YINXIN_BENCH_PERSONS` says how many persons there are (1,000,000 if it does not); with `YINXIN_TEST_POSTGRES` the same is measured
//! on a database of that server. The rows are made by the database; who a person is is sealed for each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use catalogue::key::{DepartmentKey, SealCode};
use crypto::KeyId;
use dossier::signed::signer::SignerState;
use registry::Registry;
use seal::life::Stage as Stands;
use time::UtcDateTime;

#[path = "persons/rows.rs"]
mod rows;
#[path = "../tests/lists/stage.rs"]
#[expect(dead_code, reason = "the stage serves the tests too")]
mod stage;

/// Seals, over so many departments.
const SEALS: u32 = 10_000;
const DEPARTMENTS: u32 = 40;
/// Questions of each kind.
const ASKED: u32 = 2_000;

fn main() {
    let many = std::env::var("YINXIN_BENCH_PERSONS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
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

pub(crate) fn department(number: u32) -> DepartmentKey {
    DepartmentKey::parse(&format!("D-{:02}", number % DEPARTMENTS)).expect("a department")
}

pub(crate) fn code(number: u32) -> SealCode {
    SealCode::parse(&format!("990102-SPZYZ-{number:06}")).expect("a code")
}

/// The identifier of a person, which jumps.
pub(crate) fn signer(number: u32) -> String {
    let digest = crypto::sha256(&number.to_be_bytes());
    digest
        .iter()
        .take(16)
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

pub(crate) fn citizen(number: u32) -> String {
    format!("{number:018}")
}

fn key(number: u32) -> KeyId {
    KeyId::parse(&format!("seal-{}", code(number))).expect("a name")
}

/// The keys of a seal, one for each suite.
fn keys(number: u32) -> [KeyId; 2] {
    let national = format!("sm-seal-{}", code(number));
    [key(number), KeyId::parse(&national).expect("a name")]
}

/// A number that jumps.
fn turn(turn: u32, of: u32) -> u32 {
    turn.wrapping_mul(7_919) % of
}

async fn measure(store: &str, stage: &stage::Stage, many: u32) {
    drop(stage.open().await);
    let begun = Instant::now();
    rows::fill(stage, (SEALS, many)).await;
    println!(
        "{store}: {SEALS} seals and {many} persons after {:.1?}",
        begun.elapsed()
    );
    let registry = stage.open().await;
    seals(store, &registry).await;
    persons(store, &registry, many).await;
    rounds(store, &registry).await;
}

async fn timed(store: &str, what: &str, ask: impl AsyncFn(u32)) {
    let mut took: Vec<Duration> = Vec::new();
    for number in 0..ASKED {
        let begun = Instant::now();
        ask(number).await;
        took.push(begun.elapsed());
    }
    took.sort();
    let at = |share: usize| *took.get(took.len() * share / 1_000 - 1).expect("inside");
    println!(
        "{store}: {what}: median {:?}, p99 {:?}, most {:?}",
        at(500),
        at(990),
        at(1_000)
    );
}

async fn seals(store: &str, registry: &Registry) {
    let book = registry.seals();
    timed(
        store,
        "a seal, its history and the total of its ledger",
        async |number| {
            let number = turn(number, SEALS);
            let look = book.look((&code(number), &keys(number))).await;
            let look = look.expect("answers").expect("there is one");
            assert_eq!((look.history.len(), look.uses), (1, rows::USES));
        },
    )
    .await;
    timed(
        store,
        "a page of 100 seals with the totals of their ledgers",
        async |number| {
            let first = turn(number, SEALS - 100);
            let codes: Vec<SealCode> = (first..first + 100).map(code).collect();
            let keys: Vec<KeyId> = (first..first + 100).map(key).collect();
            assert_eq!(book.records(&codes).await.expect("answers").len(), 100);
            assert_eq!(book.used(&keys).await.expect("answers").len(), 100);
        },
    )
    .await;
    timed(
        store,
        "2,000 codes at a stage, looked through",
        async |number| {
            let first = code(turn(number, SEALS / 2));
            let page = book.at_stage((Stands::InUse, None), (first.as_str(), 2_000));
            assert_eq!(page.await.expect("answers").len(), 2_000);
        },
    )
    .await;
    timed(
        store,
        "100 codes of a department at a stage",
        async |number| {
            let own = department(number);
            let page = book.at_stage((Stands::InUse, Some(&own)), ("", 100));
            assert_eq!(page.await.expect("answers").len(), 100);
        },
    )
    .await;
}

async fn persons(store: &str, registry: &Registry, many: u32) {
    let book = registry.signers();
    timed(store, "a person by identifier", async |number| {
        let number = turn(number, many);
        let found = book.find(&department(number), &signer(number)).await;
        assert!(found.expect("answers").is_some());
    })
    .await;
    timed(store, "a person by number", async |number| {
        let number = turn(number, many);
        let (own, citizen) = (department(number), citizen(number));
        let found = book.of_person((&own, &citizen), 100).await;
        assert_eq!(found.expect("answers").len(), 1);
    })
    .await;
    for state in [None, Some(SignerState::Active)] {
        let what = state.map_or("a page of 100 persons", |_| "the same in one state");
        timed(store, what, async |number| {
            let after = signer(turn(number, many / 2));
            let own = department(number);
            let page = book.page((&own, state), (&after, 100)).await;
            assert!(page.is_ok());
        })
        .await;
    }
}

/// What a start asks, and each round.
async fn rounds(store: &str, registry: &Registry) {
    let now = UtcDateTime::from_unix_timestamp(1_900_000_000).expect("a moment");
    let before = UtcDateTime::from_unix_timestamp(1_700_000_000).expect("a moment");
    timed(
        store,
        "whose certificates are over: none, and then 100",
        async |_| {
            let book = registry.signers();
            assert!(book.over(before, 100).await.expect("answers").is_empty());
            assert_eq!(book.over(now, 100).await.expect("answers").len(), 100);
        },
    )
    .await;
    timed(store, "how many scopes were made", async |_| {
        assert!(registry.applications().scopes_made().await.is_ok());
    })
    .await;
    let ca = KeyId::parse("ca").expect("a name");
    timed(
        store,
        "the one certificate of a profile among those of all persons",
        async |_| {
            let found = registry
                .certificates()
                .of_profile(&ca, "ocsp-responder")
                .await;
            assert_eq!(found.expect("answers").len(), 1);
        },
    )
    .await;
}
