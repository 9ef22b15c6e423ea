//! What others are told: each receiver of R22 in order, the credit platform of a broken promise.

use dossier::event::CaseEvent;
use registry::outbox::Delivery;

use crate::office::{after, body, broken, supervisor, until_accepted, until_decided, words};
use crate::room::{NOW, all_applied, room, sent};
use crate::stage::on_each_store;

async fn told(room: &docket::Room, receiver: &str) -> Vec<Delivery> {
    let mut all = Vec::new();
    // One stream gives its first open event at a time.
    loop {
        let due = room
            .registry
            .outbox()
            .due(&body(receiver), NOW, 100)
            .await
            .expect("answers");
        if due.is_empty() {
            return all;
        }
        let outcomes = due
            .iter()
            .map(|one| (one.event.clone(), registry::outbox::Outcome::Done))
            .collect();
        room.registry
            .outbox()
            .settle(&body(receiver), outcomes)
            .await
            .expect("settles");
        all.extend(due);
    }
}

fn kinds(told: &[Delivery]) -> Vec<&str> {
    told.iter().map(|one| one.kind.as_str()).collect()
}

#[test]
fn process_and_result_go_to_each_receiver_in_order_and_not_to_who_acted() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        all_applied(&room, &until_decided()).await;
        let industry = told(&room, "C-SAMR").await;
        assert_eq!(
            kinds(&industry),
            [
                "case.received",
                "case.accepted",
                "case.part_decided",
                "case.part_decided",
                "case.decided"
            ]
        );
        let numbers: Vec<u64> = industry.iter().map(|one| one.number).collect();
        assert!(
            numbers.is_sorted() && numbers.windows(2).all(|pair| pair[0] < pair[1]),
            "{numbers:?}"
        );
        assert!(
            industry
                .iter()
                .all(|one| one.stream == crate::office::case().as_str())
        );
        // Who decided its part knows that; the bureau hears of both.
        assert_eq!(
            kinds(&told(&room, "C-FIRE").await),
            ["case.accepted", "case.part_decided", "case.decided"]
        );
        assert_eq!(
            kinds(&told(&room, "Q-APR").await),
            ["case.part_decided", "case.part_decided"]
        );
        assert_eq!(
            kinds(&told(&room, "Q-ENF").await).last(),
            Some(&"case.decided")
        );
        assert!(kinds(&told(&room, "CREDIT").await).contains(&"case.accepted"));
        let payload: serde_json::Value =
            serde_json::from_slice(&industry[4].payload).expect("JSON");
        assert_eq!(payload["decision"], "SP-2026-17");
        assert_eq!(payload["outcome"], "granted");
        assert_eq!(payload["applicant"], "91990102FAKE0A0109");
    });
}

#[test]
fn a_stop_and_its_card_are_told_and_block_the_case() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        let events = until_accepted();
        all_applied(&room, &events).await;
        let stop = after(
            &events,
            (NOW, supervisor()),
            dossier::event::Happening::Stopped {
                reason: words("超越权限"),
            },
        );
        all_applied(&room, std::slice::from_ref(&stop)).await;
        let heard = told(&room, "Q-APR").await;
        assert_eq!(kinds(&heard), ["case.stopped", "case.card"]);
        let line = room
            .registry
            .cases()
            .list(&body("Q-APR"), None, registry::cases::Listed::All, 5)
            .await;
        let line = line.expect("answers").remove(0);
        assert_eq!(
            (line.state.as_str(), line.stopped, line.red),
            ("stopped", true, 1)
        );
        let docket::CaseGround::Known(dossier) =
            docket::grant(&room.registry, crate::office::case().as_str())
                .await
                .expect("answers")
        else {
            unreachable!("known");
        };
        assert!(dossier.grant().is_none() && dossier.stop().is_some());
        let unknown = docket::grant(&room.registry, "BJ-990102-20260608-99999").await;
        assert_eq!(unknown.expect("answers"), docket::CaseGround::Unknown);
        // A broken promise cannot be reported before it is in force; the refusal is no event for others.
        let report = CaseEvent {
            number: 15,
            ..broken().remove(0)
        };
        assert!(matches!(
            sent(&room, &report).await,
            docket::take::Outcome::Refused(_)
        ));
        assert!(
            told(&room, "CREDIT")
                .await
                .iter()
                .all(|one| one.kind != "credit.event")
        );
    });
}
