//! The value of a field, checked against its kind (R11).

use std::collections::BTreeMap;

use catalogue::{CitizenNumber, FieldKind, OrganisationCode, ReadCode};
use serde_json::{Map, Number, Value};
use time::{Date, OffsetDateTime};

use crate::number::is_no_text;
use crate::validity::{date_text, parse_date};

/// Longest text, in characters.
pub const MAX_TEXT: usize = 1_000;
/// Longest text inside a list.
const MAX_ITEM_TEXT: usize = 200;
/// Most items of a list.
const MAX_ITEMS: usize = 64;
/// Most members of one record in a list.
const MAX_MEMBERS: usize = 16;
/// Largest amount or number: fifteen digits are held exactly by every reader.
const MAX_DIGITS: usize = 15;

/// A checked value.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// Text.
    Text(String),
    /// An organisation code.
    Organisation(OrganisationCode),
    /// A citizen's number.
    Citizen(CitizenNumber),
    /// An amount or a number, of at most fifteen digits.
    Number(Number),
    /// A civil date.
    Date(Date),
    /// A moment, kept as it was written.
    Moment(String, OffsetDateTime),
    /// SHA-256.
    Digest([u8; 32]),
    /// A list.
    List(Vec<Item>),
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A text.
    Text(String),
    /// A flat record.
    Record(BTreeMap<String, Scalar>),
}

/// A member of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// Another JSON type than the kind wants.
    #[error("another kind of value is wanted")]
    Kind,
    /// Empty, or blanks only, or blanks at an end.
    #[error("empty, or blank at an end")]
    Blank,
    /// Longer than the limit.
    #[error("too long")]
    TooLong,
    /// Control or invisible characters.
    #[error("characters that are no text")]
    Characters,
    /// A code that is not one.
    #[error("no such code: {0}")]
    Code(ReadCode),
    /// No civil date.
    #[error("not a date")]
    Date,
    /// No moment with its offset.
    #[error("not a moment with its offset")]
    Moment,
    /// No SHA-256 in lower-case hexadecimal.
    #[error("not a digest")]
    Digest,
    /// More than fifteen digits, or an amount that is negative or has more than two decimals.
    #[error("not an exact number")]
    Number,
    /// A list that is empty, too long, or holds what a list may not.
    #[error("not a list of texts or flat records")]
    List,
}

impl FieldError {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Kind => "licence.field-kind",
            Self::Blank => "licence.field-blank",
            Self::TooLong => "licence.field-too-long",
            Self::Characters => "licence.field-characters",
            Self::Code(_) => "licence.field-code",
            Self::Date => "licence.field-date",
            Self::Moment => "licence.field-moment",
            Self::Digest => "licence.field-digest",
            Self::Number => "licence.field-number",
            Self::List => "licence.field-list",
        }
    }
}

impl FieldValue {
    /// Reads a value of this kind.
    ///
    /// # Errors
    /// [`FieldError`].
    pub fn parse(kind: FieldKind, value: &Value) -> Result<Self, FieldError> {
        match kind {
            FieldKind::Text => text(value, MAX_TEXT).map(Self::Text),
            FieldKind::Uscc => OrganisationCode::parse(string(value)?)
                .map(Self::Organisation)
                .map_err(FieldError::Code),
            FieldKind::CitizenId => CitizenNumber::parse(string(value)?)
                .map(Self::Citizen)
                .map_err(FieldError::Code),
            FieldKind::Money => money(value).map(Self::Number),
            FieldKind::Number => number(value).map(Self::Number),
            FieldKind::Date => parse_date(string(value)?)
                .map(Self::Date)
                .ok_or(FieldError::Date),
            FieldKind::DateTime => moment(string(value)?),
            FieldKind::Digest => digest(string(value)?).map(Self::Digest),
            FieldKind::List => list(value).map(Self::List),
            _ => Err(FieldError::Kind),
        }
    }

    /// The value as it stands in the licence's data.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) | Self::Moment(text, _) => Value::from(text.as_str()),
            Self::Organisation(code) => Value::from(code.as_str()),
            Self::Citizen(number) => Value::from(number.reveal()),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Date(day) => Value::from(date_text(*day)),
            Self::Digest(bytes) => Value::from(hex(bytes)),
            Self::List(items) => Value::Array(items.iter().map(Item::to_json).collect()),
        }
    }
}

impl Item {
    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Record(members) => {
                let mut map = Map::new();
                for (name, member) in members {
                    let value = match member {
                        Scalar::Text(text) => Value::from(text.as_str()),
                        Scalar::Number(number) => Value::Number(number.clone()),
                    };
                    map.insert(name.clone(), value);
                }
                Value::Object(map)
            }
        }
    }
}

fn string(value: &Value) -> Result<&str, FieldError> {
    value.as_str().ok_or(FieldError::Kind)
}

fn text(value: &Value, limit: usize) -> Result<String, FieldError> {
    let text = string(value)?;
    if text.is_empty() || text.trim() != text {
        return Err(FieldError::Blank);
    }
    if text.chars().count() > limit {
        return Err(FieldError::TooLong);
    }
    if text.chars().any(is_no_text) {
        return Err(FieldError::Characters);
    }
    Ok(text.to_owned())
}

fn number(value: &Value) -> Result<Number, FieldError> {
    let Value::Number(number) = value else {
        return Err(FieldError::Kind);
    };
    // `{:e}` gives the shortest digits that read back: more than fifteen are not held exactly.
    let digits = match number.as_f64() {
        Some(float) if float.is_finite() => format!("{:e}", float.abs())
            .chars()
            .take_while(|letter| *letter != 'e')
            .filter(char::is_ascii_digit)
            .count(),
        _ => return Err(FieldError::Number),
    };
    if digits > MAX_DIGITS || number.as_f64().is_some_and(|float| float.abs() >= 1e15) {
        return Err(FieldError::Number);
    }
    Ok(number.clone())
}

fn money(value: &Value) -> Result<Number, FieldError> {
    let amount = number(value)?;
    let float = amount.as_f64().ok_or(FieldError::Number)?;
    let decimals = format!("{float}")
        .split_once('.')
        .map_or(0, |(_, part)| part.len());
    if float < 0.0 || decimals > 2 {
        return Err(FieldError::Number);
    }
    Ok(amount)
}

fn moment(text: &str) -> Result<FieldValue, FieldError> {
    let form = &time::format_description::well_known::Rfc3339;
    let moment = OffsetDateTime::parse(text, form).map_err(|_| FieldError::Moment)?;
    // One way to write it: capital T, seconds without fraction, an offset in digits or Z.
    let plain = (text.len() == 20 && text.ends_with('Z')) || text.len() == 25;
    if !plain || text.as_bytes().get(10) != Some(&b'T') {
        return Err(FieldError::Moment);
    }
    Ok(FieldValue::Moment(text.to_owned(), moment))
}

fn digest(text: &str) -> Result<[u8; 32], FieldError> {
    let lawful = text.len() == 64
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !lawful {
        return Err(FieldError::Digest);
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = std::str::from_utf8(pair)
            .ok()
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .ok_or(FieldError::Digest)?;
    }
    Ok(bytes)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

fn list(value: &Value) -> Result<Vec<Item>, FieldError> {
    let Value::Array(items) = value else {
        return Err(FieldError::Kind);
    };
    if items.is_empty() || items.len() > MAX_ITEMS {
        return Err(FieldError::List);
    }
    items.iter().map(item).collect()
}

fn item(value: &Value) -> Result<Item, FieldError> {
    match value {
        Value::String(_) => text(value, MAX_ITEM_TEXT).map(Item::Text),
        Value::Object(members) if (1..=MAX_MEMBERS).contains(&members.len()) => {
            let mut record = BTreeMap::new();
            for (name, member) in members {
                if catalogue::key::FieldName::parse(name).is_err() {
                    return Err(FieldError::List);
                }
                let scalar = match member {
                    Value::String(_) => Scalar::Text(text(member, MAX_ITEM_TEXT)?),
                    Value::Number(_) => Scalar::Number(number(member)?),
                    _ => return Err(FieldError::List),
                };
                record.insert(name.clone(), scalar);
            }
            Ok(Item::Record(record))
        }
        _ => Err(FieldError::List),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(kind: FieldKind, value: &Value) -> FieldError {
        FieldValue::parse(kind, value).expect_err("refused")
    }

    #[test]
    fn good_values_come_back_as_they_were() {
        for (kind, value) in [
            (FieldKind::Text, json!("餐饮服务；食品销售")),
            (FieldKind::Uscc, json!("91990102FAKE0A0109")),
            (FieldKind::CitizenId, json!("990102199302140868")),
            (FieldKind::Money, json!(86_500_000)),
            (FieldKind::Money, json!(9_999_999_999_999.99)),
            (FieldKind::Number, json!(89.4)),
            (FieldKind::Number, json!(-0.5)),
            (FieldKind::Date, json!("2023-04-12")),
            (FieldKind::DateTime, json!("2026-05-30T04:26:00+08:00")),
            (FieldKind::DateTime, json!("2026-05-29T20:26:00Z")),
            (FieldKind::Digest, json!("0f".repeat(32))),
            (FieldKind::List, json!(["内科", "外科"])),
            (
                FieldKind::List,
                json!([{"type": "FIRE", "area_m2": 186, "valid_to": "长期"}]),
            ),
        ] {
            let read = FieldValue::parse(kind, &value).expect("good");
            assert_eq!(read.to_json(), value);
        }
    }

    #[test]
    fn each_wrong_value_has_its_own_error() {
        for (kind, value, error) in [
            (FieldKind::Text, json!(1), FieldError::Kind),
            (FieldKind::Text, json!(""), FieldError::Blank),
            (FieldKind::Text, json!("云 "), FieldError::Blank),
            (FieldKind::Text, json!("云\u{3000}"), FieldError::Blank),
            (FieldKind::Text, json!("a\u{0}b"), FieldError::Characters),
            (FieldKind::Text, json!("a\u{202e}b"), FieldError::Characters),
            (
                FieldKind::Text,
                json!("云".repeat(1001)),
                FieldError::TooLong,
            ),
            (
                FieldKind::Uscc,
                json!("91990102FAKE0A0108"),
                FieldError::Code(ReadCode::Check),
            ),
            (
                FieldKind::CitizenId,
                json!("990102198107050310"),
                FieldError::Code(ReadCode::Check),
            ),
            (FieldKind::Money, json!("5"), FieldError::Kind),
            (FieldKind::Money, json!(-1), FieldError::Number),
            (FieldKind::Money, json!(0.001), FieldError::Number),
            (FieldKind::Number, json!(1e15), FieldError::Number),
            (
                FieldKind::Number,
                json!(0.123_456_789_012_345_68),
                FieldError::Number,
            ),
            (FieldKind::Date, json!("2023-02-29"), FieldError::Date),
            (FieldKind::Date, json!("2023-2-28"), FieldError::Date),
            (FieldKind::Date, json!("２０２３-02-28"), FieldError::Date),
            (FieldKind::Date, json!("+2023-02-28"), FieldError::Date),
            (
                FieldKind::DateTime,
                json!("2026-05-30T04:26:00"),
                FieldError::Moment,
            ),
            (
                FieldKind::DateTime,
                json!("2026-05-30 04:26:00Z"),
                FieldError::Moment,
            ),
            (
                FieldKind::Digest,
                json!("0F".repeat(32)),
                FieldError::Digest,
            ),
            (
                FieldKind::Digest,
                json!("0f".repeat(31)),
                FieldError::Digest,
            ),
            (FieldKind::List, json!({}), FieldError::Kind),
            (FieldKind::List, json!([]), FieldError::List),
            (FieldKind::List, json!([[1]]), FieldError::List),
            (FieldKind::List, json!([{"A": 1}]), FieldError::List),
            (FieldKind::List, json!([{"a": null}]), FieldError::List),
            (FieldKind::List, json!(vec!["x"; 65]), FieldError::List),
        ] {
            assert_eq!(wrong(kind, &value), error, "{value}");
        }
    }

    #[test]
    fn text_at_the_limit_is_taken() {
        assert!(FieldValue::parse(FieldKind::Text, &json!("云".repeat(MAX_TEXT))).is_ok());
        assert!(FieldValue::parse(FieldKind::List, &json!(vec!["x"; 64])).is_ok());
    }
}
