//! One licence for each address: an entry of a batch that names several values of one field becomes as many licences,
//! each with its own number and identifier, related by their entry.

use std::collections::BTreeSet;

use catalogue::key::FieldName;
use issuance::IssueOrder;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::together::Wanted;

/// Most licences of one entry: as many as a field that repeats may have items.
pub const MAX_APART: usize = 64;

/// The values of a field, each of which gets a licence of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// The field, such as `address`.
    pub field: String,
    /// Its values, in the order of the licences.
    pub values: Vec<String>,
}

/// An entry of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The licence, or what all licences of the entry have in common.
    pub order: IssueOrder,
    /// The values by which they differ.
    pub each: Option<Each>,
}

/// Why an entry gives no licences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotApart {
    /// No value, or more than [`MAX_APART`].
    #[error("an entry is for 1 to {MAX_APART} values")]
    Count,
    /// One value is there twice.
    #[error("the value at place {0} is there twice")]
    Twice(usize),
    /// The field has no name of a field.
    #[error("there is no such field")]
    Field,
    /// The field has a value in the request, too.
    #[error("the field has a value in the request, too")]
    GivenTwice,
    /// Several licences cannot have one number or serial.
    #[error("several licences cannot have one number")]
    OneNumber,
}

impl NotApart {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Count => "batch.values-count",
            Self::Twice(_) => "batch.value-twice",
            Self::Field => "batch.values-field",
            Self::GivenTwice => "batch.value-given-twice",
            Self::OneNumber => "batch.one-number",
        }
    }

    /// Where in the entry.
    #[must_use]
    pub fn place(self) -> String {
        match self {
            Self::Count => "each.values".to_owned(),
            Self::Twice(place) => format!("each.values[{place}]"),
            Self::Field | Self::GivenTwice => "each.field".to_owned(),
            Self::OneNumber => "request.number".to_owned(),
        }
    }
}

impl Entry {
    /// The licences that the entry asks for: one, or one for each value.
    pub(crate) fn licences(self, entry: u32) -> Result<Vec<Wanted>, NotApart> {
        let Self { order, each } = self;
        let Some(each) = each else {
            return Ok(vec![Wanted { entry, order }]);
        };
        if !(1..=MAX_APART).contains(&each.values.len()) {
            return Err(NotApart::Count);
        }
        if FieldName::parse(&each.field).is_err() {
            return Err(NotApart::Field);
        }
        let request = &order.request;
        if request.fields.contains_key(&each.field) {
            return Err(NotApart::GivenTwice);
        }
        // R12: a number is one licence's.
        if each.values.len() > 1 && (request.number.is_some() || request.serial.is_some()) {
            return Err(NotApart::OneNumber);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = each.values.iter().position(|value| !seen.insert(value)) {
            return Err(NotApart::Twice(twice));
        }
        let one = |value: &String| {
            let mut order = order.clone();
            let value = Value::from(value.as_str());
            order.request.fields.insert(each.field.clone(), value);
            Wanted { entry, order }
        };
        Ok(each.values.iter().map(one).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(each: Option<Each>) -> Entry {
        let request = json!({
            "matter": "990102-XK-0001", "case": "BJ-990102-20260608-00017", "type": "FOOD", "issuer": "Q-APR",
            "decision": {"number": "1", "decided_on": "2026-06-10", "decided_by": "P-A"},
            "holder": {"kind": "org", "name": "甲", "code": "91990102FAKE0A0109"},
            "fields": {"items": "热食类食品制售"}, "valid_from": "2026-06-10"
        });
        let request = serde_json::from_value(request).expect("a request");
        let order = IssueOrder {
            request,
            photo: None,
        };
        Entry { order, each }
    }

    fn values(count: usize) -> Option<Each> {
        let values = (1..=count).map(|number| format!("柳桥路{number}号"));
        Some(Each {
            field: "address".to_owned(),
            values: values.collect(),
        })
    }

    fn each(entry: &mut Entry) -> &mut Each {
        entry.each.as_mut().expect("several")
    }

    #[test]
    fn each_address_has_a_licence_of_its_own_and_all_else_in_common() {
        let licences = entry(values(3)).licences(7).expect("three");
        let addresses: Vec<_> = licences
            .iter()
            .map(|wanted| wanted.order.request.fields["address"].clone())
            .collect();
        assert_eq!(addresses, ["柳桥路1号", "柳桥路2号", "柳桥路3号"]);
        for wanted in &licences {
            assert_eq!(wanted.entry, 7);
            assert_eq!(wanted.order.request.fields["items"], "热食类食品制售");
        }
        assert_eq!(entry(None).licences(0).map(|all| all.len()), Ok(1));
    }

    #[test]
    fn an_entry_is_for_one_to_sixty_four_addresses() {
        for (count, lawful) in [
            (0, false),
            (1, true),
            (MAX_APART, true),
            (MAX_APART + 1, false),
        ] {
            let found = entry(values(count)).licences(0);
            match lawful {
                true => assert_eq!(found.map(|all| all.len()), Ok(count)),
                false => assert_eq!(found, Err(NotApart::Count), "{count}"),
            }
        }
    }

    #[test]
    fn what_does_not_make_several_licences_is_refused_by_its_place() {
        type Bend = fn(&mut Entry);
        let bends: [(Bend, NotApart, &str); 5] = [
            (
                |entry| each(entry).values.push("柳桥路1号".to_owned()),
                NotApart::Twice(2),
                "each.values[2]",
            ),
            (
                |entry| each(entry).field = "no field".to_owned(),
                NotApart::Field,
                "each.field",
            ),
            (
                |entry| each(entry).field = "items".to_owned(),
                NotApart::GivenTwice,
                "each.field",
            ),
            (
                |entry| entry.order.request.number = Some("JY1".to_owned()),
                NotApart::OneNumber,
                "request.number",
            ),
            (
                |entry| entry.order.request.serial = Some("2026000001".to_owned()),
                NotApart::OneNumber,
                "request.number",
            ),
        ];
        for (bend, refused, place) in bends {
            let mut bent = entry(values(2));
            bend(&mut bent);
            assert_eq!(bent.licences(0), Err(refused));
            assert_eq!(refused.place(), place);
            assert!(refused.code().starts_with("batch."));
        }
    }
}
