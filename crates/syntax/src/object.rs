//! The kinds of object (ISO 32000-2, 7.3).

use std::ops::Range;

/// A reference to an indirect object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Object number, from 1.
    pub number: u32,
    /// Generation.
    pub generation: u16,
}

/// An object as it stands in the file; references are not followed. Two are equal if they mean the same: a number is the
/// same with a point or without, and with as many digits as writers keep of it.
#[derive(Debug, Clone)]
pub enum Object {
    /// `null`, and every reference to what is not there.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Real(f64),
    /// A string, decoded from either form.
    String(Vec<u8>),
    /// A name, without its solidus, with `#` decoded.
    Name(Vec<u8>),
    /// An array.
    Array(Vec<Object>),
    /// A dictionary.
    Dictionary(Dictionary),
    /// A stream: its data stay in the file.
    Stream(Stream),
    /// A reference.
    Reference(Reference),
}

/// Entries in the order of the file, no key twice. Equal to another with the same entries in any order.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    entries: Vec<(Vec<u8>, Object)>,
}

/// What writers lose of a number that they keep in 32 bits.
const PRECISION: f64 = 1e-6;

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Null, Object::Null) => true,
            (Object::Boolean(one), Object::Boolean(other)) => one == other,
            (Object::Integer(one), Object::Integer(other)) => one == other,
            (Object::String(one), Object::String(other))
            | (Object::Name(one), Object::Name(other)) => one == other,
            (Object::Array(one), Object::Array(other)) => one == other,
            (Object::Dictionary(one), Object::Dictionary(other)) => one == other,
            (Object::Stream(one), Object::Stream(other)) => one == other,
            (Object::Reference(one), Object::Reference(other)) => one == other,
            // 7.3.3.
            (one, other) => match (one.as_number(), other.as_number()) {
                (Some(one), Some(other)) => (one - other).abs() <= PRECISION * one.abs(),
                _ => false,
            },
        }
    }
}

impl PartialEq for Dictionary {
    fn eq(&self, other: &Dictionary) -> bool {
        let sorted = |dictionary: &'_ Dictionary| -> Vec<usize> {
            let mut order: Vec<usize> = (0..dictionary.entries.len()).collect();
            order.sort_unstable_by_key(|at| dictionary.entries.get(*at).map(|(key, _)| key));
            order
        };
        let sorted = [sorted(self), sorted(other)];
        let [mine, theirs] = &sorted;
        mine.len() == theirs.len()
            && mine
                .iter()
                .zip(theirs)
                .all(|(mine, theirs)| self.entries.get(*mine) == other.entries.get(*theirs))
    }
}

/// A stream's dictionary, and where its encoded data lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The dictionary.
    pub dictionary: Dictionary,
    /// Offsets of the data in the file.
    pub range: Range<u64>,
}

impl Object {
    /// Calls `visit` with every reference in the object itself, in no order that means anything.
    pub fn references(&self, visit: &mut dyn FnMut(Reference)) {
        let mut left = vec![self];
        while let Some(object) = left.pop() {
            match object {
                Object::Reference(reference) => visit(*reference),
                Object::Array(elements) => left.extend(elements.iter().rev()),
                Object::Dictionary(dictionary) => {
                    left.extend(dictionary.entries().map(|(_, value)| value));
                }
                Object::Stream(stream) => {
                    left.extend(stream.dictionary.entries().map(|(_, value)| value));
                }
                _ => {}
            }
        }
    }

    /// The number, if it is a whole one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Object::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, whole or not.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "coordinates; whole numbers beyond 2^53 have no place there"
    )]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Object::Integer(value) => Some(*value as f64),
            Object::Real(value) => Some(*value),
            _ => None,
        }
    }

    /// The name, if it is one.
    #[must_use]
    pub fn as_name(&self) -> Option<&[u8]> {
        match self {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_string(&self) -> Option<&[u8]> {
        match self {
            Object::String(string) => Some(string),
            _ => None,
        }
    }

    /// The elements, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Object]> {
        match self {
            Object::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The dictionary, if it is one; not that of a stream.
    #[must_use]
    pub fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Object::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// The dictionary itself, if it is one; not that of a stream.
    #[must_use]
    pub fn into_dictionary(self) -> Option<Dictionary> {
        match self {
            Object::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// The stream, if it is one.
    #[must_use]
    pub fn as_stream(&self) -> Option<&Stream> {
        match self {
            Object::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    /// The reference, if it is one.
    #[must_use]
    pub fn as_reference(&self) -> Option<Reference> {
        match self {
            Object::Reference(reference) => Some(*reference),
            _ => None,
        }
    }
}

impl Dictionary {
    /// From entries of which no two have the same key.
    ///
    /// # Errors
    /// The key that is there twice (7.3.7: the value of neither is then defined).
    pub fn new(entries: Vec<(Vec<u8>, Object)>) -> Result<Dictionary, Vec<u8>> {
        let mut keys: Vec<&Vec<u8>> = entries.iter().map(|(key, _)| key).collect();
        keys.sort_unstable();
        let twice = keys.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some((*one).clone()),
            _ => None,
        });
        match twice {
            Some(key) => Err(key),
            None => Ok(Dictionary { entries }),
        }
    }

    /// The value of `key`, as it stands. An entry with the value null is as good as none (7.3.7).
    #[must_use]
    pub fn value(&self, key: &[u8]) -> Option<&Object> {
        self.entries
            .iter()
            .find(|(found, _)| found == key)
            .map(|(_, value)| value)
            .filter(|value| **value != Object::Null)
    }

    /// Sets the value of `key`, in its place or at the end.
    pub fn set(&mut self, key: &[u8], value: Object) {
        match self.entries.iter_mut().find(|(found, _)| found == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key.to_vec(), value)),
        }
    }

    /// The value of `key`, to be changed.
    #[must_use]
    pub fn value_mut(&mut self, key: &[u8]) -> Option<&mut Object> {
        self.entries
            .iter_mut()
            .find(|(found, _)| found == key)
            .map(|(_, value)| value)
    }

    /// Removes `key` and returns its value.
    pub fn remove(&mut self, key: &[u8]) -> Option<Object> {
        let at = self.entries.iter().position(|(found, _)| found == key)?;
        Some(self.entries.remove(at).1)
    }

    /// Keys and values in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8], &Object)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_slice(), value))
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The name under `key`, if it is one and direct.
    #[must_use]
    pub fn name(&self, key: &[u8]) -> Option<&[u8]> {
        self.value(key).and_then(Object::as_name)
    }

    /// The whole number under `key`, if it is one and direct.
    #[must_use]
    pub fn integer(&self, key: &[u8]) -> Option<i64> {
        self.value(key).and_then(Object::as_integer)
    }
}
