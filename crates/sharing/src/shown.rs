//! What is shown of a licence: fields by name, masked where they are secret, and yes or no where a fact suffices (R16).
//! Pure.

use std::collections::BTreeSet;

use catalogue::key::FieldName;
use catalogue::{CitizenNumber, FieldKind, LicenceType, Sensitivity, Zone};
use issuance::look::told_as_of;
use registry::StoreError;
use registry::uses::HeldVersion;
use serde::Serialize;
use serde_json::{Map, Value};
use time::{Date, Duration, UtcDateTime};

use crate::order::FactAsked;

/// What stands for a value that nobody is shown.
const HIDDEN: &str = "****";
/// What stands in `validity.to` of a licence without an end.
const LONG_TERM: &str = "长期";

/// Fields with their values, and which of them are masked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) fields: Map<String, Value>,
    pub(crate) masked: Vec<String>,
}

/// An answered fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FactTold {
    /// The fact, such as `valid_on 2026-06-30`.
    pub(crate) fact: String,
    /// Yes or no; nothing where the licence does not say.
    pub(crate) is: Option<bool>,
}

/// The data of a licence as it is kept.
pub(crate) fn data(held: &HeldVersion) -> Result<Value, StoreError> {
    serde_json::from_slice(&held.content.bytes).map_err(|_| DAMAGED)
}

const DAMAGED: StoreError = StoreError::Damaged { table: "version" };

/// These fields of a licence; one that it does not have is left out.
pub(crate) fn shown(kind: &LicenceType, licence: &Value, names: &BTreeSet<FieldName>) -> Shown {
    let mut shown = Shown::default();
    for field in &kind.fields {
        let name = field.name.as_str();
        let value = licence.pointer("/fields").and_then(|all| all.get(name));
        let Some(value) = value.filter(|_| names.contains(&field.name)) else {
            continue;
        };
        let value = match field.sensitivity {
            Sensitivity::Secret => {
                shown.masked.push(name.to_owned());
                masked(field.kind, value)
            }
            Sensitivity::Open | Sensitivity::Personal => value.clone(),
        };
        shown.fields.insert(name.to_owned(), value);
    }
    shown
}

/// A citizen's number as others may see it; of anything else that there is something.
fn masked(kind: FieldKind, value: &Value) -> Value {
    let number = match kind {
        FieldKind::CitizenId => value
            .as_str()
            .and_then(|text| CitizenNumber::parse(text).ok()),
        _ => None,
    };
    let text = number.map_or_else(|| HIDDEN.to_owned(), |number| number.masked());
    Value::String(text)
}

/// Answers facts about a licence that is valid at `now`.
pub(crate) fn facts(
    asked: &[FactAsked],
    (held, licence): (&HeldVersion, &Value),
    (zone, now): (Zone, UtcDateTime),
) -> Result<Vec<FactTold>, StoreError> {
    let answered = asked.iter().map(|fact| {
        let is = match fact {
            FactAsked::ValidOn(day) => Some(valid_on(*day, held, (zone, now))?),
            FactAsked::ExpiresAfter(day) => expires_after(*day, held, licence, zone),
            FactAsked::OfAge(years) => {
                born_on(licence).map(|born| age(born, zone.date_at(now)) >= i32::from(*years))
            }
        };
        let fact = fact.word();
        Ok(FactTold { fact, is })
    });
    answered.collect()
}

/// domain.md 3, two times: by what the register knows now.
fn valid_on(
    day: Date,
    held: &HeldVersion,
    (zone, now): (Zone, UtcDateTime),
) -> Result<bool, StoreError> {
    let at = match day == zone.date_at(now) {
        true => now,
        false => zone.start_of(day),
    };
    let told = told_as_of(&held.whole, &held.record.identifier, (at, now))?;
    Ok(told.state == "valid")
}

fn expires_after(day: Date, held: &HeldVersion, licence: &Value, zone: Zone) -> Option<bool> {
    match held.record.period.until {
        // `valid_to` is inclusive: the last day is the one before the first moment after it (D23).
        Some(until) => Some(zone.date_at(until - Duration::SECOND) > day),
        // An event in words has no day.
        None => {
            let to = licence.pointer("/validity/to").and_then(Value::as_str);
            (to == Some(LONG_TERM)).then_some(true)
        }
    }
}

fn born_on(licence: &Value) -> Option<Date> {
    let holder = licence.pointer("/holder")?;
    let is_person = holder.get("kind").and_then(Value::as_str) == Some("person");
    let code = holder.get("code").and_then(Value::as_str)?;
    let number = CitizenNumber::parse(code).ok().filter(|_| is_person);
    number.map(|number| number.born_on())
}

/// Whole years on a day; who was born on 29 February has their birthday on 1 March of other years.
fn age(born: Date, today: Date) -> i32 {
    let before = (today.month(), today.day()) < (born.month(), born.day());
    today.year() - born.year() - i32::from(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn an_age_is_reached_on_the_birthday() {
        let born = date!(2008 - 06 - 30);
        assert_eq!(age(born, date!(2026 - 06 - 29)), 17);
        assert_eq!(age(born, date!(2026 - 06 - 30)), 18);
        assert_eq!(age(date!(2008 - 02 - 29), date!(2026 - 02 - 28)), 17);
        assert_eq!(age(date!(2008 - 02 - 29), date!(2026 - 03 - 01)), 18);
        assert_eq!(age(date!(2027 - 01 - 01), date!(2026 - 06 - 30)), -1);
    }

    #[test]
    fn what_is_secret_is_never_shown() {
        let number = Value::String("990102198805210245".to_owned());
        let shown = masked(FieldKind::CitizenId, &number);
        assert_eq!(shown, Value::String("990102********0245".to_owned()));
        let wrong = Value::String("990102198805210246".to_owned());
        for (kind, value) in [
            (FieldKind::Text, &number),
            (FieldKind::CitizenId, &wrong),
            (FieldKind::List, &Value::Array(vec![number.clone()])),
        ] {
            assert_eq!(masked(kind, value), Value::String(HIDDEN.to_owned()));
        }
    }
}
