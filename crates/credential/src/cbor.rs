//! CBOR (RFC 8949): a strict reader under limits, and the writer of the deterministic form.
//!
//! One reader with two manners: what we issue is deterministic (4.2.1) and read so; codes of others may
//! use indefinite lengths and any order of keys, and nothing else that is loose.

use std::collections::BTreeSet;

use thiserror::Error;

/// Nesting, the tighter of `credentials` 7 and T-I9.
pub(crate) const MAX_DEPTH: usize = 16;
/// Items of one document; a printed code has fewer than a hundred.
pub(crate) const MAX_ITEMS: usize = 16_384;

/// An item. Numbers below -2^63 are not represented and not read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Integer(i128),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Tag(u64, Box<Value>),
    Bool(bool),
    Null,
    Float(f64),
}

/// How strictly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Definite lengths, keys in order (RFC 8949 4.2.1).
    Deterministic,
    /// Indefinite lengths and any order; for codes of other schemes.
    Loose,
}

/// Why octets are not the CBOR that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadCbor {
    /// The octets end inside an item, or a length says more than there is.
    #[error("the data ends early, at octet {at}")]
    Short {
        /// Where more was expected.
        at: usize,
    },
    /// Octets follow the item.
    #[error("octets follow the item, from octet {at}")]
    Trailing {
        /// The first of them.
        at: usize,
    },
    /// Reserved additional information, a lone break, a two-octet simple value below 32 (RFC 8949 3.3).
    #[error("not well-formed at octet {at}")]
    Malformed {
        /// The head of the item.
        at: usize,
    },
    /// An argument in more octets than it needs (RFC 8949 4.2.1).
    #[error("an argument is not in its shortest form at octet {at}")]
    NotShortest {
        /// The head of the item.
        at: usize,
    },
    /// An indefinite length where definite ones are due.
    #[error("indefinite length at octet {at}")]
    Indefinite {
        /// The head of the item.
        at: usize,
    },
    /// The same key twice (RFC 8949 5.6).
    #[error("a key occurs twice, at octet {at}")]
    DuplicateKey {
        /// The second of the two.
        at: usize,
    },
    /// Keys not in the order of their encodings (RFC 8949 4.2.1).
    #[error("keys are out of order at octet {at}")]
    KeyOrder {
        /// The key that comes too late.
        at: usize,
    },
    /// Text that is not UTF-8.
    #[error("text is not utf-8 at octet {at}")]
    Text {
        /// The head of the text.
        at: usize,
    },
    /// A tag that has no meaning here, or one around the wrong kind of item.
    #[error("tag {tag} has no place at octet {at}")]
    Tag {
        /// Its number.
        tag: u64,
        /// Its head.
        at: usize,
    },
    /// A floating-point number or simple value that has no place here.
    #[error("a value that has no place here at octet {at}")]
    Simple {
        /// The head of the item.
        at: usize,
    },
    /// Nested deeper than 16.
    #[error("nested too deep at octet {at}")]
    TooDeep {
        /// The head of the item.
        at: usize,
    },
    /// More than 16,384 items.
    #[error("too many items, at octet {at}")]
    TooMany {
        /// The head of the item.
        at: usize,
    },
}

impl Value {
    pub(crate) fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    pub(crate) fn integer(number: impl Into<i128>) -> Value {
        Value::Integer(number.into())
    }

    /// The value under an integer key of a map.
    pub(crate) fn at(&self, key: i128) -> Option<&Value> {
        match self {
            Value::Map(pairs) => pairs
                .iter()
                .find(|(found, _)| *found == Value::Integer(key))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value under a text key of a map.
    pub(crate) fn named(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(pairs) => pairs
                .iter()
                .find(|(found, _)| matches!(found, Value::Text(text) if text == key))
                .map(|(_, value)| value),
            _ => None,
        }
    }
}

/// Reads one item and nothing after it.
pub(crate) fn parse(octets: &[u8], manner: Manner) -> Result<Value, ReadCbor> {
    let mut reader = Reader {
        octets,
        at: 0,
        items: 0,
        manner,
    };
    let value = reader.item(0)?;
    if reader.at < octets.len() {
        return Err(ReadCbor::Trailing { at: reader.at });
    }
    Ok(value)
}

struct Reader<'a> {
    octets: &'a [u8],
    at: usize,
    items: usize,
    manner: Manner,
}

/// The head of an item: major type and argument, `None` for an indefinite length.
struct Head {
    at: usize,
    major: u8,
    short: u8,
    argument: Option<u64>,
}

const BREAK: u8 = 0xff;

impl Reader<'_> {
    fn item(&mut self, depth: usize) -> Result<Value, ReadCbor> {
        let head = self.head()?;
        let at = head.at;
        if depth > MAX_DEPTH {
            return Err(ReadCbor::TooDeep { at });
        }
        self.items += 1;
        if self.items > MAX_ITEMS {
            return Err(ReadCbor::TooMany { at });
        }
        match (head.major, head.argument) {
            (0, Some(number)) => Ok(Value::Integer(i128::from(number))),
            (1, Some(number)) => Ok(Value::Integer(-1 - i128::from(number))),
            (2, length) => Ok(Value::Bytes(self.string(at, 2, length)?)),
            (3, length) => String::from_utf8(self.string(at, 3, length)?)
                .map(Value::Text)
                .map_err(|_| ReadCbor::Text { at }),
            (4, count) => self.array(count, depth),
            (5, count) => self.map(count, depth),
            (6, Some(tag)) => self.tag(tag, at, depth),
            (7, Some(argument)) => self.simple(head.short, argument, at),
            _ => Err(ReadCbor::Malformed { at }),
        }
    }

    fn head(&mut self) -> Result<Head, ReadCbor> {
        let at = self.at;
        let first = *self.octets.get(at).ok_or(ReadCbor::Short { at })?;
        self.at += 1;
        let (major, short) = (first >> 5, first & 31);
        let width = match short {
            0..24 => {
                return Ok(Head {
                    at,
                    major,
                    short,
                    argument: Some(u64::from(short)),
                });
            }
            24..28 => 1_usize << (short - 24),
            // RFC 8949 3.2: strings, arrays and maps alone have an indefinite length.
            31 if (2..=5).contains(&major) => {
                if self.manner == Manner::Deterministic {
                    return Err(ReadCbor::Indefinite { at });
                }
                return Ok(Head {
                    at,
                    major,
                    short,
                    argument: None,
                });
            }
            _ => return Err(ReadCbor::Malformed { at }),
        };
        let argument = self
            .take(width)?
            .iter()
            .fold(0_u64, |value, octet| value << 8 | u64::from(*octet));
        // RFC 8949 4.2.1: the shortest form; floats have a form of their own.
        let least = match short {
            24 => 24,
            25 => 1 << 8,
            26 => 1 << 16,
            _ => 1 << 32,
        };
        if major != 7 && argument < least {
            return Err(ReadCbor::NotShortest { at });
        }
        Ok(Head {
            at,
            major,
            short,
            argument: Some(argument),
        })
    }

    fn take(&mut self, length: usize) -> Result<&[u8], ReadCbor> {
        let short = ReadCbor::Short { at: self.at };
        let end = self.at.checked_add(length).ok_or(short)?;
        let octets = self.octets.get(self.at..end).ok_or(short)?;
        self.at = end;
        Ok(octets)
    }

    fn string(&mut self, at: usize, major: u8, length: Option<u64>) -> Result<Vec<u8>, ReadCbor> {
        if let Some(length) = length {
            let length = usize::try_from(length).map_err(|_| ReadCbor::Short { at })?;
            return Ok(self.take(length)?.to_vec());
        }
        let mut whole = Vec::new();
        while !self.ends() {
            let chunk = self.head()?;
            // RFC 8949 3.2.3: chunks are definite strings of the same kind.
            let (true, Some(length)) = (chunk.major == major, chunk.argument) else {
                return Err(ReadCbor::Malformed { at: chunk.at });
            };
            let length = usize::try_from(length).map_err(|_| ReadCbor::Short { at })?;
            whole.extend_from_slice(self.take(length)?);
        }
        Ok(whole)
    }

    /// Takes the break of an indefinite item, if it is next.
    fn ends(&mut self) -> bool {
        let ends = self.octets.get(self.at) == Some(&BREAK);
        if ends {
            self.at += 1;
        }
        ends
    }

    /// Whether one more element is due: counted down, or until the break.
    fn more(&mut self, left: &mut Option<u64>) -> bool {
        match left {
            None => !self.ends(),
            Some(0) => false,
            Some(count) => {
                *count -= 1;
                true
            }
        }
    }

    fn array(&mut self, mut left: Option<u64>, depth: usize) -> Result<Value, ReadCbor> {
        // Nothing is reserved from a count that the input merely claims.
        let mut elements = Vec::new();
        while self.more(&mut left) {
            elements.push(self.item(depth + 1)?);
        }
        Ok(Value::Array(elements))
    }

    fn map(&mut self, mut left: Option<u64>, depth: usize) -> Result<Value, ReadCbor> {
        let mut pairs = Vec::new();
        let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
        let mut last: &[u8] = &[];
        let octets = self.octets;
        while self.more(&mut left) {
            let at = self.at;
            let key = self.item(depth + 1)?;
            let raw = octets.get(at..self.at).unwrap_or_default();
            // RFC 8949 5.6: keys are distinct. Arguments are shortest, so equal keys are equal octets.
            if !seen.insert(raw) {
                return Err(ReadCbor::DuplicateKey { at });
            }
            if self.manner == Manner::Deterministic && raw < last {
                return Err(ReadCbor::KeyOrder { at });
            }
            last = raw;
            pairs.push((key, self.item(depth + 1)?));
        }
        Ok(Value::Map(pairs))
    }

    fn tag(&mut self, tag: u64, at: usize, depth: usize) -> Result<Value, ReadCbor> {
        let inside = self.item(depth + 1)?;
        // RFC 8949 3.4 and RFC 9052 2: times, COSE_Sign1, CWT. A tag that nobody here reads is refused.
        let fits = match (tag, &inside) {
            (0, Value::Text(_)) | (1, Value::Integer(_)) | (18, Value::Array(_)) => true,
            (1, Value::Float(_)) | (61, Value::Tag(18, _)) => self.manner == Manner::Loose,
            _ => false,
        };
        if fits {
            Ok(Value::Tag(tag, Box::new(inside)))
        } else {
            Err(ReadCbor::Tag { tag, at })
        }
    }

    fn simple(&self, short: u8, argument: u64, at: usize) -> Result<Value, ReadCbor> {
        match (short, argument) {
            (20, _) => Ok(Value::Bool(false)),
            (21, _) => Ok(Value::Bool(true)),
            (22, _) => Ok(Value::Null),
            // RFC 8949 3.3: a simple value below 32 has one octet.
            (24, 0..32) => Err(ReadCbor::Malformed { at }),
            (27, bits) if self.manner == Manner::Loose && !f64::from_bits(bits).is_nan() => {
                Ok(Value::Float(f64::from_bits(bits)))
            }
            // No number of ours is a float, and NaN with a payload is none at all.
            _ => Err(ReadCbor::Simple { at }),
        }
    }
}

/// The deterministic encoding (RFC 8949 4.2.1).
pub(crate) fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Integer(number) => {
            let (major, argument) = if *number < 0 {
                (1, -1 - *number)
            } else {
                (0, *number)
            };
            // Numbers come from i64 and u64.
            head(major, u64::try_from(argument).unwrap_or(u64::MAX), out);
        }
        Value::Bytes(octets) => string(2, octets, out),
        Value::Text(text) => string(3, text.as_bytes(), out),
        Value::Array(elements) => {
            head(4, elements.len() as u64, out);
            elements.iter().for_each(|element| write(element, out));
        }
        Value::Map(pairs) => {
            head(5, pairs.len() as u64, out);
            let mut sorted: Vec<_> = pairs
                .iter()
                .map(|(key, value)| (encode(key), value))
                .collect();
            sorted.sort_by(|(left, _), (right, _)| left.cmp(right));
            for (key, value) in sorted {
                out.extend(key);
                write(value, out);
            }
        }
        Value::Tag(tag, inside) => {
            head(6, *tag, out);
            write(inside, out);
        }
        Value::Bool(false) => out.push(0xf4),
        Value::Bool(true) => out.push(0xf5),
        Value::Null => out.push(0xf6),
        Value::Float(number) => {
            out.push(0xfb);
            out.extend(number.to_bits().to_be_bytes());
        }
    }
}

fn string(major: u8, octets: &[u8], out: &mut Vec<u8>) {
    head(major, octets.len() as u64, out);
    out.extend_from_slice(octets);
}

fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let octets = argument.to_be_bytes();
    let (short, width) = match argument {
        0..24 => {
            out.push(major << 5 | octets.last().copied().unwrap_or_default());
            return;
        }
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    out.push(major << 5 | short);
    out.extend(octets.iter().skip(8 - width));
}

#[cfg(test)]
mod tests;
