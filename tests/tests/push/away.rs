//! A subscriber that is away for ten minutes of a clock that the test moves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use issuance::lives::change::Order;
use issuance::push::{Letter, Pushed, Undelivered, round};
use serde_json::Value;
use tests::databases::Server;
use tests::installation::NOW;
use time::Duration;

use super::stage::{Stage, department};

const ENFORCEMENT: &str = "Q-ENF";
const INDUSTRY: &str = "C-SAMR";

/// What subscribers received, and whether one of them is there.
#[derive(Debug, Clone, Default)]
struct Subscribers {
    is_away: Arc<AtomicBool>,
    /// Acknowledgements that get lost on their way: the letter was taken, and nobody hears so.
    lost: Arc<AtomicU32>,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Subscribers {
    fn take(&self, letter: &Letter) -> Result<(), Undelivered> {
        let receiver = letter.receiver.to_string();
        if receiver == ENFORCEMENT && self.is_away.load(Ordering::SeqCst) {
            return Err(Undelivered::Unreachable);
        }
        let event: Value = serde_json::from_slice(&letter.content).expect("JSON");
        assert_eq!(event["id"], letter.event.as_str());
        self.seen.lock().expect("seen").push((receiver, event));
        let lost = self
            .lost
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        lost.map_or(Ok(()), |_| Err(Undelivered::Silent))
    }

    fn of(&self, receiver: &str) -> Vec<Value> {
        let seen = self.seen.lock().expect("seen");
        let own = seen.iter().filter(|(whose, _)| whose == receiver);
        own.map(|(_, event)| event.clone()).collect()
    }

    /// Whether the first arrivals of each event come in the order of each licence, none left out.
    fn judge(&self, receiver: &str, expected: usize) {
        let mut known = BTreeSet::new();
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        for event in self.of(receiver) {
            let text = |name: &str| event[name].as_str().expect("a text").to_owned();
            if !known.insert(text("id")) {
                continue;
            }
            let sequence: u64 = text("sequence").parse().expect("a number");
            let before = last.insert(text("subject"), sequence).unwrap_or(0);
            assert_eq!(sequence, before + 1, "{receiver} {event}");
        }
        assert_eq!(known.len(), expected, "{receiver}");
    }
}

async fn go(stage: &Stage, subscribers: &Subscribers) -> Pushed {
    let subscribers = subscribers.clone();
    let carry = move |letter: Letter| {
        let taken = subscribers.take(&letter);
        async move { taken }
    };
    round(&stage.post(), &carry)
        .await
        .expect("the store answers")
}

async fn ten_minutes(stage: &Stage) {
    let subscribers = Subscribers::default();
    for receiver in [ENFORCEMENT, INDUSTRY] {
        stage.subscribe(receiver, &[]).await;
    }
    let first = stage.issue(1).await;
    // It was decided and issued: two events to each, in two batches.
    assert_eq!(go(stage, &subscribers).await.acknowledged, 4);
    subscribers.is_away.store(true, Ordering::SeqCst);
    let mut changes = 0;
    let mut second: Option<String> = None;
    for step in 1..=60_u64 {
        stage
            .clock
            .put(NOW + Duration::seconds(10) * i32::try_from(step).expect("few"));
        if step % 10 == 5 {
            changes += 1;
            let order = if changes % 2 == 1 {
                Order::Suspend(None)
            } else {
                Order::Resume
            };
            stage.change(&first, order.clone(), changes).await;
            if let Some(second) = &second {
                stage.change(second, order, changes).await;
            }
        }
        if step == 20 {
            second = Some(stage.issue(2).await);
        }
        let pushed = go(stage, &subscribers).await;
        assert_eq!(pushed.parked, 0, "ten minutes are not for a person yet");
    }
    // Two licences decided and issued; six changes of the first, the last four of the second, too.
    assert_eq!(changes, 6);
    let all = 2 * 2 + 6 + 4;
    // Who was there has everything, each once; who was not has what it had.
    assert_eq!(subscribers.of(INDUSTRY).len(), all);
    subscribers.judge(INDUSTRY, all);
    assert_eq!(subscribers.of(ENFORCEMENT).len(), 2);
    // It comes back, and its first acknowledgements get lost.
    subscribers.is_away.store(false, Ordering::SeqCst);
    subscribers.lost.store(3, Ordering::SeqCst);
    for step in 1..=60 {
        stage
            .clock
            .put(NOW + Duration::minutes(10) + Duration::seconds(5) * step);
        while go(stage, &subscribers).await.more {}
    }
    subscribers.judge(ENFORCEMENT, all);
    assert_eq!(
        subscribers.of(ENFORCEMENT).len(),
        all + 3,
        "a repeat for each loss"
    );
    subscribers.judge(INDUSTRY, all);
    let nothing = go(stage, &subscribers).await;
    assert_eq!(nothing, Pushed::default(), "nothing is behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_away_for_ten_minutes_gets_everything_once_and_in_order() {
    ten_minutes(&Stage::new(None).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_away_for_ten_minutes_gets_everything_on_the_other_store() {
    let Some(server) = Server::expected() else {
        return;
    };
    let name = format!("push_{}", std::process::id());
    let database = server.make(&name, None).await.expect("a database");
    ten_minutes(&Stage::new(Some(&database)).await).await;
    server.remove(&name).await.expect("removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stays_away_for_a_day_waits_for_a_person_and_nobody_else_does() {
    let stage = Stage::new(None).await;
    let subscribers = Subscribers::default();
    stage.subscribe(ENFORCEMENT, &["licence.issued"]).await;
    stage.issue(1).await;
    subscribers.is_away.store(true, Ordering::SeqCst);
    let mut parked = 0;
    for step in 1..=26 * 60 {
        stage.clock.put(NOW + Duration::minutes(1) * step);
        parked += go(&stage, &subscribers).await.parked;
    }
    assert_eq!(parked, 1);
    let outbox = stage.office.registry().outbox();
    let waits = outbox.parked(&department(ENFORCEMENT), 10).await;
    let waits = waits.expect("answers");
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].kind, "licence.issued");
    assert_eq!(waits[0].reason.as_deref(), Some("receiver.unreachable"));
    assert_eq!(waits[0].tries, 96);
}
