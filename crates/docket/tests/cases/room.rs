//! A room on a fresh store, and events as their bodies send them.

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use docket::Room;
use docket::take::{Outcome, Refusal, Sender, take};
use dossier::event::CaseEvent;
use dossier::{CaseFile, Fate, Scene};
use registry::asked::{Asked, By, IdempotencyKey};
use registry::trace::Entry;
use serde_json::Value;
use time::UtcDateTime;
use time::macros::utc_datetime;

use crate::office::{Office, body, case};
use crate::stage::Stage;

/// When events are recorded, unless a test says otherwise: after the whole story.
pub(crate) const NOW: UtcDateTime = utc_datetime!(2026-12-01 00:00);

/// A process' room on the store.
pub(crate) async fn room(stage: &Arc<Stage>) -> Room {
    let powers: Value = serde_json::from_str(crate::office::POWERS).expect("JSON");
    let mut powers = powers;
    powers["calendars"] = serde_json::json!([{
        "region": "990000", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
        "holidays": ["2026-06-19"],
    }]);
    Room {
        registry: stage.open().await,
        catalogue: Arc::new(Office::with(&powers.to_string()).catalogue),
    }
}

/// The request under which a body sends an event; the key is the event's and the body's.
pub(crate) fn sender(of: &str, event: &CaseEvent, now: UtcDateTime) -> Sender {
    let content = serde_json::to_vec(event).expect("JSON");
    Sender {
        asked: Asked {
            caller: format!("{of}-approvals"),
            key: IdempotencyKey::parse(&format!("event-of-the-story-{}", event.id)).expect("long"),
            fingerprint: crypto::sha256(&content),
        },
        department: body(of),
        by: By::new(format!("{of}-approvals"), now),
    }
}

/// An event sent by the body that it names, at `now`.
pub(crate) async fn sent_at(room: &Room, event: &CaseEvent, now: UtcDateTime) -> Outcome {
    let from = sender(event.actor.body.as_str(), event, now);
    take(room, from, (&event.case, event.clone()), Vec::new(), now)
        .await
        .expect("the store answers")
}

pub(crate) async fn sent(room: &Room, event: &CaseEvent) -> Outcome {
    sent_at(room, event, NOW).await
}

/// The answer to an event that is not refused.
pub(crate) async fn answer(room: &Room, event: &CaseEvent) -> Value {
    match sent(room, event).await {
        Outcome::Taken(response) => serde_json::from_slice(&response.body).expect("JSON"),
        other => unreachable!("{}: {other:?}", event.id),
    }
}

/// The refusal of an event.
pub(crate) async fn refusal(room: &Room, event: &CaseEvent) -> Refusal {
    match sent(room, event).await {
        Outcome::Refused(refusal) => refusal,
        other => unreachable!("{}: {other:?}", event.id),
    }
}

/// Sends events that must all be applied.
pub(crate) async fn all_applied(room: &Room, events: &[CaseEvent]) {
    all_applied_at(room, events, NOW).await;
}

/// The same, recorded at `now`.
pub(crate) async fn all_applied_at(room: &Room, events: &[CaseEvent], now: UtcDateTime) {
    for event in events {
        let Outcome::Taken(response) = sent_at(room, event, now).await else {
            unreachable!("{} is refused", event.id);
        };
        let answer: Value = serde_json::from_slice(&response.body).expect("JSON");
        assert_eq!(answer["fate"], "applied", "{answer}");
    }
}

/// The file as it is kept.
pub(crate) async fn kept(room: &Room) -> CaseFile {
    let record = room.registry.cases().find(&case()).await;
    record.expect("the store answers").expect("a case").file
}

/// The fold of a history: events of approval systems by their numbers, acts of the service beside them.
pub(crate) fn fold(history: &[CaseEvent]) -> CaseFile {
    let office = Office::shared();
    history.iter().fold(CaseFile::default(), |file, event| {
        let releases = crate::office::released(event);
        let scene = Scene {
            releases: &releases,
            ..office.scene(NOW)
        };
        let took = match event.number < file.due() {
            true => file.add(event.clone(), &scene),
            false => file.take(event.clone(), &scene),
        };
        assert!(matches!(took.fate, Fate::Applied(_)), "{:?}", took.fate);
        took.file
    })
}

/// The trace of a body.
pub(crate) async fn trace(room: &Room, of: &str) -> Vec<Entry> {
    let department: DepartmentKey = body(of);
    let entries = room.registry.trace().entries(&department, 0).await;
    entries.expect("the store answers")
}
