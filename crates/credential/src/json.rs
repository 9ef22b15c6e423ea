//! What a JSON text of a signed token may look like: bounded depth, each name once (T-I9, RFC 8259 4).

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use thiserror::Error;

/// Nesting of a JSON text (T-I1).
pub const MAX_DEPTH: usize = 32;

/// Values of a JSON text, names included: read into memory they take up to some twenty times their octets (T-I3).
pub(crate) const MAX_VALUES: usize = 250_000;

/// Why a text is not the JSON that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadJson {
    /// Not one JSON value and nothing after it.
    #[error("not a json text")]
    Malformed,
    /// The same name twice in an object: readers differ in which one they take.
    #[error("a name occurs twice in an object")]
    DuplicateName,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// More values than are read.
    #[error("more values than are read")]
    TooMany,
}

/// Inspects a text before anything is read from it.
///
/// # Errors
/// `Malformed`, `DuplicateName`, `TooDeep`, `TooMany`.
pub fn inspect(text: &[u8]) -> Result<(), ReadJson> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let room = Cell::new(MAX_VALUES);
    let room = &room;
    Inspect { depth: 0, room }
        .deserialize(&mut reader)
        .map_err(|error| {
            let told = error.to_string();
            if told.starts_with(DUPLICATE) {
                ReadJson::DuplicateName
            } else if told.starts_with(DEEP) {
                ReadJson::TooDeep
            } else if told.starts_with(MANY) {
                ReadJson::TooMany
            } else {
                ReadJson::Malformed
            }
        })?;
    reader.end().map_err(|_| ReadJson::Malformed)
}

const DUPLICATE: &str = "duplicate name";
const DEEP: &str = "nested too deep";
const MANY: &str = "too many values";

#[derive(Clone, Copy)]
struct Inspect<'r> {
    depth: usize,
    /// Values that may still come.
    room: &'r Cell<usize>,
}

impl Inspect<'_> {
    fn count<E: de::Error>(self) -> Result<(), E> {
        let left = self.room.get().checked_sub(1);
        self.room.set(left.ok_or_else(|| E::custom(MANY))?);
        Ok(())
    }

    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(DEEP));
        }
        Ok(Inspect {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Inspect<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        self.count()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inspect<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a json value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let inside = self.deeper()?;
        while list.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let inside = self.deeper()?;
        let mut names = BTreeSet::new();
        while let Some(name) = object.next_key::<String>()? {
            self.count()?;
            if !names.insert(name) {
                return Err(de::Error::custom(DUPLICATE));
            }
            object.next_value_seed(inside)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_name() {
        assert_eq!(inspect(br#"{"a":[1,-2,3.5,"x",null,true],"b":{}}"#), Ok(()));
        for text in [&br#"{"a":1,"a":1}"#[..], br#"[{"b":{"a":1,"\u0061":2}}]"#] {
            assert_eq!(inspect(text), Err(ReadJson::DuplicateName));
        }
        for text in [
            &b""[..],
            b"{",
            b"1 2",
            b"{\"a\"}",
            b"\xff",
            b"\"\xff\"",
            b"nul",
        ] {
            assert_eq!(inspect(text), Err(ReadJson::Malformed));
        }
    }

    #[test]
    fn values_stop_one_beyond_the_limit() {
        let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert_eq!(inspect(list(MAX_VALUES - 1).as_bytes()), Ok(()));
        assert_eq!(inspect(list(MAX_VALUES).as_bytes()), Err(ReadJson::TooMany));
        let names = |count: usize| {
            let each: Vec<String> = (0..count).map(|name| format!("\"{name}\":0")).collect();
            format!("{{{}}}", each.join(","))
        };
        assert_eq!(inspect(names(MAX_VALUES / 2 - 1).as_bytes()), Ok(()));
        assert_eq!(
            inspect(names(MAX_VALUES / 2).as_bytes()),
            Err(ReadJson::TooMany)
        );
    }

    #[test]
    fn depth_stops_one_beyond_the_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(inspect(nested(MAX_DEPTH).as_bytes()), Ok(()));
        for depth in [MAX_DEPTH + 1, 100_000] {
            assert_eq!(inspect(nested(depth).as_bytes()), Err(ReadJson::TooDeep));
        }
    }
}
