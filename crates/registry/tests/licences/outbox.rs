//! The outbox: at least once, in order for each stream, parked for a person at last.

use time::Duration;

use crate::office::{CANARY, NAME, NOW, department, office};
use crate::stage::on_each_store;

#[test]
fn each_receiver_is_told_once_and_an_unanswered_delivery_is_due_again() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        office.issued("told").await;
        let outbox = office.registry.outbox();
        let now = NOW + Duration::seconds(10);
        let taken = outbox.due(now, 10).await.expect("answers");
        assert_eq!(taken.len(), 2);
        assert_eq!(taken[0].event, taken[1].event, "one event, two receivers");
        assert_eq!((taken[0].number, taken[0].tries), (1, 1));
        assert_eq!(taken[0].payload, format!("{NAME} {CANARY}").into_bytes());
        assert!(outbox.due(now, 10).await.expect("answers").is_empty());
        let (first, second) = (&taken[0], &taken[1]);
        outbox
            .done(&first.event, &first.receiver)
            .await
            .expect("answers");
        let later = now + Duration::minutes(2);
        let again = outbox.due(later, 10).await.expect("answers");
        assert_eq!(again.len(), 1);
        assert_eq!((&again[0].receiver, again[0].tries), (&second.receiver, 2));
    });
}

#[test]
fn later_events_of_a_licence_wait_for_the_earlier_ones() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let record = office.issued("order").await.record.expect("a licence");
        let (power, _) = crate::office::powers();
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
            by: crate::office::by(60),
            leaf: None,
            events: vec![crate::office::outgoing("licence.suspended", &["industry"])],
            respond: Box::new(|_| crate::office::response()),
        };
        office
            .registry
            .licences()
            .change(change)
            .await
            .expect("listed");
        let outbox = office.registry.outbox();
        let now = NOW + Duration::seconds(100);
        let first = outbox.due(now, 10).await.expect("answers");
        assert!(
            first
                .iter()
                .all(|delivery| delivery.kind == "licence.issued")
        );
        for delivery in &first {
            outbox
                .park(&delivery.event, &delivery.receiver)
                .await
                .expect("answers");
        }
        assert!(outbox.due(now, 10).await.expect("answers").is_empty());
        let parked = outbox.parked(&department(), 10).await.expect("answers");
        assert_eq!(parked.len(), 2);
        for delivery in &parked {
            outbox
                .retry(&delivery.event, &delivery.receiver, now)
                .await
                .expect("answers");
            outbox
                .done(&delivery.event, &delivery.receiver)
                .await
                .expect("answers");
        }
        let next = outbox.due(now, 10).await.expect("answers");
        assert_eq!(next.len(), 1);
        assert_eq!(
            (next[0].kind.as_str(), next[0].number),
            ("licence.suspended", 2)
        );
    });
}
