//! The outbox: at least once, in order for each stream, parked for a person at last, told again from a point.

use catalogue::key::DepartmentKey;
use registry::licences::Record;
use registry::outbox::{Decision, Delivery, Outbox, Outcome, Subscription};
use time::{Duration, UtcDateTime};
use zeroize::Zeroizing;

use super::office::{CANARY, NAME, NOW, Office, by, department, office, outgoing, powers};
use crate::stage::on_each_store;

fn receiver(name: &str) -> DepartmentKey {
    DepartmentKey::parse(name).expect("a department")
}

fn subscription(name: &str) -> Subscription {
    Subscription {
        department: receiver(name),
        address: "https://events.example/yinxin".to_owned(),
        kinds: vec!["licence.issued".to_owned()],
        secret: Zeroizing::new(b"a secret of the receiver and the service".to_vec()),
    }
}

/// A suspension of an issued licence, told to `C-SAMR`.
async fn suspend(office: &Office, record: &Record) {
    let (power, _) = powers();
    let change = registry::licences::Change {
        asked: None,
        department: department(),
        identifier: record.identifier.clone(),
        expected: record.revision,
        event: licence::Event::Suspend {
            at: NOW + Duration::seconds(60),
            until: None,
            power,
        },
        ground: "JD-2026-9".to_owned(),
        by: by(60),
        leaf: None,
        events: vec![outgoing("licence.suspend", &["C-SAMR"])],
        notice: None,
        respond: Box::new(|_| super::office::response()),
    };
    let changed = office.registry.licences().change(change).await;
    changed.expect("listed");
}

async fn due(outbox: &Outbox, name: &str, now: UtcDateTime) -> Vec<Delivery> {
    let taken = outbox.due(&receiver(name), now, 10).await;
    taken.expect("answers")
}

async fn settle(outbox: &Outbox, delivery: &Delivery, outcome: Outcome) {
    let settled = vec![(delivery.event.clone(), outcome)];
    let settled = outbox.settle(&receiver(&delivery.receiver), settled).await;
    settled.expect("answers");
}

fn parked() -> Outcome {
    Outcome::Parked {
        reason: "receiver.refused".to_owned(),
    }
}

#[test]
fn each_receiver_is_told_once_and_an_unanswered_delivery_is_due_again() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        office.issued("told").await;
        let outbox = office.registry.outbox();
        let now = NOW + Duration::seconds(10);
        let first = due(&outbox, "C-SAMR", now).await;
        let second = due(&outbox, "Q-ENF", now).await;
        assert_eq!((first.len(), second.len()), (1, 1));
        assert_eq!(first[0].event, second[0].event, "one event, two receivers");
        assert_eq!((first[0].number, first[0].tries), (1, 1));
        assert_eq!(first[0].payload, format!("{NAME} {CANARY}").into_bytes());
        assert!(due(&outbox, "C-SAMR", now).await.is_empty());
        settle(&outbox, &first[0], Outcome::Done).await;
        // Nobody said what became of the other: after a minute it is due again.
        let later = now + Duration::minutes(2);
        assert!(due(&outbox, "C-SAMR", later).await.is_empty());
        let again = due(&outbox, "Q-ENF", later).await;
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].tries, 2);
        let soon = later + Duration::seconds(20);
        let outcome = Outcome::Again {
            due: soon,
            reason: "receiver.silent".to_owned(),
        };
        settle(&outbox, &again[0], outcome).await;
        assert!(due(&outbox, "Q-ENF", later).await.is_empty());
        let again = due(&outbox, "Q-ENF", soon).await;
        assert_eq!(again[0].reason.as_deref(), Some("receiver.silent"));
    });
}

#[test]
fn two_workers_never_take_the_same_delivery() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        office.issued("worker").await;
        let other = stage.open().await.outbox();
        let outbox = office.registry.outbox();
        let (one, two) = tokio::join!(due(&outbox, "C-SAMR", NOW), due(&other, "C-SAMR", NOW));
        assert_eq!(one.len() + two.len(), 0, "it happened later");
        let now = NOW + Duration::seconds(10);
        let (one, two) = tokio::join!(due(&outbox, "C-SAMR", now), due(&other, "C-SAMR", now));
        assert_eq!(one.len() + two.len(), 1);
    });
}

#[test]
fn later_events_of_a_licence_wait_for_the_earlier_ones_until_a_person_decides() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let record = office.issued("order").await.record.expect("a licence");
        suspend(&office, &record).await;
        let outbox = office.registry.outbox();
        let now = NOW + Duration::seconds(100);
        let first = due(&outbox, "C-SAMR", now).await;
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].kind, "licence.issued");
        settle(&outbox, &first[0], parked()).await;
        assert!(due(&outbox, "C-SAMR", now).await.is_empty());
        let industry = receiver("C-SAMR");
        let waits = outbox.parked(&industry, 10).await.expect("answers");
        assert_eq!(waits.len(), 1);
        assert_eq!(waits[0].reason.as_deref(), Some("receiver.refused"));
        // Another receiver's list is its own.
        let enforcement = receiver("Q-ENF");
        let others = outbox.parked(&enforcement, 10).await.expect("answers");
        assert!(others.is_empty());
        let event = waits[0].event.as_str();
        let none = outbox.decide(&enforcement, event, Decision::Retry, by(101));
        assert!(!none.await.expect("answers"));
        let retried = outbox.decide(&industry, event, Decision::Retry, by(101));
        assert!(retried.await.expect("answers"));
        let now = NOW + Duration::seconds(102);
        let again = due(&outbox, "C-SAMR", now).await;
        assert_eq!((again[0].event.as_str(), again[0].tries), (event, 1));
        settle(&outbox, &again[0], parked()).await;
        let given_up = outbox.decide(&industry, event, Decision::GiveUp, by(103));
        assert!(given_up.await.expect("answers"));
        let next = due(&outbox, "C-SAMR", now).await;
        assert_eq!(next.len(), 1);
        assert_eq!(
            (next[0].kind.as_str(), next[0].number),
            ("licence.suspend", 2)
        );
    });
}

#[test]
fn what_was_told_is_told_again_from_a_point_in_order_under_the_same_names() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let record = office.issued("replay").await.record.expect("a licence");
        suspend(&office, &record).await;
        let outbox = office.registry.outbox();
        let now = NOW + Duration::seconds(100);
        let mut told = Vec::new();
        for _ in 0..2 {
            let taken = due(&outbox, "C-SAMR", now).await;
            settle(&outbox, &taken[0], Outcome::Done).await;
            told.push(taken[0].event.clone());
        }
        assert!(due(&outbox, "C-SAMR", now).await.is_empty());
        let industry = receiver("C-SAMR");
        let late = outbox.replay(&industry, NOW + Duration::seconds(60), by(101));
        assert_eq!(late.await.expect("answers"), 1);
        let whole = outbox.replay(&industry, NOW, by(102)).await;
        assert_eq!(whole.expect("answers"), 1, "the other is due already");
        let now = NOW + Duration::seconds(103);
        let mut again = Vec::new();
        for _ in 0..2 {
            let taken = due(&outbox, "C-SAMR", now).await;
            settle(&outbox, &taken[0], Outcome::Done).await;
            again.push(taken[0].event.clone());
        }
        assert_eq!(again, told);
        let trace = office.registry.trace().about(&industry, "C-SAMR", 0).await;
        let grounds: Vec<String> = trace
            .expect("answers")
            .into_iter()
            .map(|entry| format!("{} {}", entry.deed, entry.ground))
            .collect();
        assert_eq!(grounds, ["subscribe replay", "subscribe replay"]);
    });
}

#[test]
fn a_subscription_is_kept_and_what_nobody_subscribed_to_waits() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        office.issued("subscribed").await;
        let outbox = office.registry.outbox();
        let wish = subscription("C-SAMR");
        assert!(wish.wants("licence.issued") && !wish.wants("licence.suspend"));
        outbox.subscribe(wish.clone(), by(1)).await.expect("kept");
        let found = outbox.subscription(&receiver("C-SAMR")).await;
        assert_eq!(found.expect("answers"), Some(wish.clone()));
        assert_eq!(outbox.subscriptions().await.expect("answers"), [wish]);
        let ended = outbox.unsubscribe(&receiver("C-SAMR"), by(2)).await;
        assert!(ended.expect("answers"));
        let ended = outbox.unsubscribe(&receiver("C-SAMR"), by(3)).await;
        assert!(!ended.expect("answers"));
        // What nobody has subscribed to waits: it is there for whoever does.
        let now = NOW + Duration::seconds(10);
        assert_eq!(due(&outbox, "C-SAMR", now).await.len(), 1);
    });
}
