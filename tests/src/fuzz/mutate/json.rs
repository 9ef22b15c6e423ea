//! JSON changed along its values.

use serde_json::{Value, json};

use crate::fuzz::dice::Dice;

/// A changed copy, if `from` is JSON.
#[must_use]
pub fn mutate(dice: &mut Dice, from: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let mut whole: Value = serde_json::from_slice(from).ok()?;
    let places = places(&whole);
    let place = dice.one(&places)?.clone();
    let lent = serde_json::from_slice::<Value>(other)
        .ok()
        .and_then(|value| {
            let places = self::places(&value);
            value.pointer(dice.one(&places)?).cloned()
        });
    let doubled = dice.once_in(8).then(|| whole.pointer(&place).cloned());
    if let Some(Some(value)) = doubled {
        return Some(twice(&whole, &value));
    }
    let value = whole.pointer_mut(&place)?;
    match dice.below(5) {
        0 => *value = lent?,
        1 => *value = edge(dice),
        2 => remove(dice, value),
        3 => *value = nested(dice, value.take()),
        _ => bend(dice, value),
    }
    serde_json::to_vec(&whole).ok()
}

fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(place) = found.get(next).cloned() {
        next += 1;
        match value.pointer(&place) {
            Some(Value::Object(members)) => {
                for name in members.keys() {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    found.push(format!("{place}/{name}"));
                }
            }
            Some(Value::Array(items)) => {
                found.extend((0..items.len().min(50)).map(|at| format!("{place}/{at}")));
            }
            _ => {}
        }
    }
    found
}

/// The text with one of its values standing twice, under the same name.
fn twice(whole: &Value, value: &Value) -> Vec<u8> {
    let text = whole.to_string();
    let member = value.to_string();
    text.replacen(&member, &format!("{member},{member}"), 1)
        .into_bytes()
}

fn edge(dice: &mut Dice) -> Value {
    let long = 1 << dice.below(17);
    let edges = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e308),
        json!(0.5),
        json!(""),
        json!("0000-00-00"),
        json!("9999-12-31"),
        json!("-0001-01-01"),
        json!("\u{0}\u{fffe}\u{202e}\u{1f600}e\u{301}"),
        json!("长".repeat(long)),
        json!("9".repeat(long)),
        json!([]),
        json!({}),
    ];
    dice.one(&edges).cloned().unwrap_or_default()
}

fn remove(dice: &mut Dice, value: &mut Value) {
    match value {
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            if let Some(name) = dice.one(&names) {
                members.remove(name);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = dice.below(items.len());
            items.remove(at);
        }
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            *value = Value::Null;
        }
    }
}

fn nested(dice: &mut Dice, value: Value) -> Value {
    let depth = if dice.once_in(4) { 100 } else { 1 };
    let in_array = dice.once_in(2);
    (0..depth).fold(value, |inner, _| {
        if in_array {
            json!([inner])
        } else {
            json!({ "a": inner })
        }
    })
}

fn bend(dice: &mut Dice, value: &mut Value) {
    match value {
        Value::String(text) => {
            let bent = super::octets::mutate(dice, text.clone().into_bytes(), "０零a-".as_bytes());
            *text = String::from_utf8_lossy(&bent).into_owned();
        }
        Value::Array(items) => {
            let again: Vec<Value> = items.iter().take(8).cloned().collect();
            for _ in 0..=dice.below(60) {
                items.extend(again.iter().cloned());
            }
        }
        Value::Number(number) => {
            *value = number.as_i64().map_or(json!(0), |number| {
                json!(number.wrapping_add(1 << dice.below(62)))
            });
        }
        Value::Object(_) | Value::Null | Value::Bool(_) => *value = edge(dice),
    }
}
