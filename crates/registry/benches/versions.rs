//! A licence with 50 versions: how long its whole history takes to read, and a question about its past to answer.
//!
//! With `YINXIN_TEST_POSTGRES` the same is measured on a database of that server.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use licence::life::{Fact, Life};
use licence::transition::EventKind;
use licence::versions::{History, OneVersion, Recorded, Versions};
use registry::licences::{Happened, Record};

#[path = "../tests/licences/further.rs"]
mod further;
#[path = "../tests/licences/office.rs"]
#[expect(dead_code, reason = "the office serves the tests too")]
mod office;
#[path = "../tests/lists/stage.rs"]
#[expect(dead_code, reason = "the stage serves the tests too")]
mod stage;

/// Versions of the licence.
const VERSIONS: usize = 50;
/// Questions.
const ASKED: usize = 1_000;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let folder = Arc::new(stage::Stage::sqlite());
        measure("sqlite", &folder).await;
        if let Ok(server) = std::env::var(stage::SERVER) {
            let database = Arc::new(stage::Stage::postgres(&server).await);
            measure("postgres", &database).await;
        }
    });
}

async fn measure(store: &str, stage: &Arc<stage::Stage>) {
    let office = office::office(stage).await;
    let first = office.issued("first").await.record.expect("a licence");
    let mut before = first.clone();
    for number in 2..=VERSIONS {
        let key = format!("version-{number}");
        let reserved =
            further::reserved(&office, further::change(&before, &key, office::NOW)).await;
        let recorded = further::recorded(&office, &reserved).await;
        before = recorded.expect("journalled").record.expect("a licence");
    }
    let licences = office.registry.licences();
    let mut took = Vec::with_capacity(ASKED);
    for number in 0..ASKED {
        let at = office::NOW + time::Duration::seconds(i64::try_from(number % 40).unwrap_or(0));
        let start = Instant::now();
        let whole = licences
            .whole(&first.licence)
            .await
            .expect("the store answers");
        let versions = fold(&whole);
        let (answer, old) = (
            versions.answer(at, at),
            versions.answer_of(first.identifier.version(), at, at),
        );
        black_box((answer, old));
        took.push(start.elapsed());
        assert_eq!(whole.len(), VERSIONS);
    }
    took.sort_unstable();
    println!(
        "{store}: as of, {VERSIONS} versions: median {:.3?}, 99 % {:.3?}",
        took.get(ASKED / 2).copied().unwrap_or_default(),
        took.get(ASKED * 99 / 100).copied().unwrap_or_default(),
    );
}

fn fold(whole: &[(Record, Vec<Happened>)]) -> Versions {
    let all = whole.iter().map(|(record, events)| {
        let facts = events.iter().map(|event| {
            let kind = EventKind::find(&event.kind).expect("a kind");
            Recorded {
                fact: Fact::kept(kind, event.effective, &event.life).expect("its own life"),
                recorded: event.recorded,
            }
        });
        OneVersion {
            version: record.identifier.version(),
            birth: record.birth,
            history: History::kept(Life::draft(), record.period, facts.collect()),
        }
    });
    Versions::kept(all.collect(), BTreeSet::new()).expect("a first version")
}
