//! The form in which events travel: read exactly, or refused; never a panic.

use dossier::event::CaseEvent;
use dossier::{CaseFile, Fate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::office::{LATER, Office, story};

fn received() -> Value {
    json!({
        "id": "e-1",
        "case": "BJ-990102-20260608-00017",
        "number": 1,
        "actor": {
            "account": "zhou.qinghe-1",
            "person": "zhou.qinghe",
            "body": "Q-APR",
            "role": "clerk"
        },
        "at": "2026-06-08T09:12:00+08:00",
        "what": { "received": {
            "matter": "990102-XK-0001",
            "applicant": {
                "kind": "org",
                "name": "临溪青石区云上小馆餐饮有限公司",
                "code": "91990102FAKE0A0109"
            },
            "represented_by": {
                "kind": "person",
                "name": "林小满",
                "code": "990102198805210245"
            },
            "form": "01".repeat(32),
            "signed": {
                "by": { "kind": "person", "name": "林小满", "code": "990102198805210245" },
                "level": "L2",
                "paper": "01".repeat(32),
                "intent": "本人确认申请内容真实，同意提交",
                "at": "2026-06-08T01:12:00Z"
            }
        } }
    })
}

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = received();
    change(&mut event);
    event
}

/// Sets the value at a JSON pointer that must be there.
fn set(event: &mut Value, pointer: &str, value: Value) {
    *event.pointer_mut(pointer).expect("the pointer is there") = value;
}

#[test]
fn an_event_is_read_with_any_offset_and_taken() {
    let office = Office::sample();
    for at in [
        "2026-06-08T09:12:00+08:00",
        "2026-06-08T01:12:00Z",
        "2026-06-07T21:12:00-04:00",
    ] {
        let event = changed(|event| set(event, "/at", json!(at)));
        let event: CaseEvent = serde_json::from_value(event).expect("well formed");
        assert_eq!(event.at, time::macros::utc_datetime!(2026-06-08 01:12));
        let took = CaseFile::default().take(event, &office.scene(LATER));
        assert!(matches!(took.fate, Fate::Applied(_)), "{:?}", took.fate);
    }
}

#[test]
fn what_has_another_form_is_not_read() {
    for (pointer, value) in [
        ("/case", json!("BJ-990102-20260231-00017")),
        ("/case", json!("BJ-990102-２０２６0608-00017")),
        ("/number", json!(-1)),
        ("/number", json!(4_294_967_296_u64)),
        ("/number", json!("1")),
        ("/at", json!("2026-06-08T09:12:00")),
        ("/at", json!("2026-06-31T09:12:00+08:00")),
        ("/at", json!("2026-06-08T25:12:00+08:00")),
        ("/at", json!("２０２６-06-08T09:12:00+08:00")),
        ("/actor/person", json!("99010219810705031X")),
        ("/actor/body", json!("q-apr")),
        ("/actor/role", json!("chief")),
        ("/what", json!({ "granted": {} })),
        ("/what", json!("sealed")),
        ("/what/received/matter", json!("990102-XK-１")),
        ("/what/received/applicant/code", json!("91990102FAKE0A0108")),
        ("/what/received/applicant/kind", json!("firm")),
        ("/what/received/applicant/name", json!("云上\u{202e}小馆")),
        ("/what/received/form", json!("01")),
        ("/what/received/signed/level", json!("L4")),
        ("/what/received/signed/intent", json!("")),
    ] {
        let event = changed(|event| set(event, pointer, value.clone()));
        assert!(
            serde_json::from_value::<CaseEvent>(event).is_err(),
            "{pointer} {value}"
        );
    }
    for pointer in ["", "/actor", "/what/received", "/what/received/signed"] {
        let event = changed(|event| {
            event
                .pointer_mut(pointer)
                .and_then(Value::as_object_mut)
                .expect("an object")
                .insert("more".to_owned(), json!(1));
        });
        assert!(
            serde_json::from_value::<CaseEvent>(event).is_err(),
            "{pointer}"
        );
    }
}

#[test]
fn moments_far_away_are_refused_and_reckoned_with_nowhere() {
    let office = Office::sample();
    for (at, code) in [
        ("9999-12-31T23:59:59Z", "case.event-in-future"),
        ("0001-01-01T00:00:00Z", "case.event-before-case"),
        ("1949-10-01T00:00:00+08:00", "case.event-before-case"),
    ] {
        let event = changed(|event| set(event, "/at", json!(at)));
        let event: CaseEvent = serde_json::from_value(event).expect("well formed");
        let took = CaseFile::default().take(event, &office.scene(LATER));
        assert!(
            matches!(&took.fate, Fate::Refused { why, .. } if why.code() == code),
            "{at}: {:?}",
            took.fate
        );
    }
}

#[test]
fn every_event_of_the_story_survives_its_form() {
    for event in story() {
        let text = serde_json::to_string(&event).expect("JSON");
        let again: CaseEvent = serde_json::from_str(&text).expect("read back");
        assert_eq!(again, event);
    }
}

/// The values inside, each by its pointer.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, &format!("{at}/{name}"), into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), into);
            }
        }
        _ => {}
    }
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(|number| json!(number)),
        any::<u16>().prop_map(|number| json!(number)),
        ".{0,40}".prop_map(|text| json!(text)),
        Just(json!("9999-12-31")),
        Just(json!("-9999-01-01T00:00:00Z")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{}, [], "其他材料"])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(512)
    })]

    #[test]
    fn a_distorted_event_is_not_read_or_is_judged_like_any_other(
        which in any::<prop::sample::Index>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), odd_value()), 1..4),
    ) {
        let office = Office::shared();
        let events = story();
        let at = which.index(events.len());
        let mut event = serde_json::to_value(&events[at]).expect("JSON");
        for (place, odd) in places {
            let mut inside = Vec::new();
            pointers(&event, "", &mut inside);
            let pointer = place.get(&inside).clone();
            if let Some(value) = event.pointer_mut(&pointer) {
                *value = odd;
            }
        }
        let Ok(event) = serde_json::from_value::<CaseEvent>(event) else {
            return Ok(());
        };
        let file = office.file(&events[..at]);
        let took = file.take(event, &office.scene(LATER));
        if let Fate::Refused { cards, .. } = &took.fate {
            prop_assert_eq!(&took.file, &file.carded(cards.clone()));
        }
    }
}
