//! Names of objects: random, so that they say nothing and never meet.

use std::fmt;

use crypto::{Random, RandomUnavailable};
use thiserror::Error;

/// Name of an object: 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId([u8; 16]);

/// The text is no object's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the name of an object: 32 lower-case hexadecimal digits")]
pub struct ReadObjectId;

impl ObjectId {
    /// A fresh name.
    ///
    /// # Errors
    /// There is no randomness.
    pub(crate) fn fresh(random: &dyn Random) -> Result<ObjectId, RandomUnavailable> {
        let mut octets = [0; 16];
        random.fill(&mut octets)?;
        Ok(ObjectId(octets))
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`ReadObjectId`] for any other form, upper case included: one object, one name.
    pub fn parse(text: &str) -> Result<ObjectId, ReadObjectId> {
        let digits = text.as_bytes();
        if digits.len() != 32 {
            return Err(ReadObjectId);
        }
        let mut octets = [0; 16];
        for (octet, pair) in octets.iter_mut().zip(digits.chunks(2)) {
            for digit in pair {
                *octet = *octet << 4 | nibble(*digit).ok_or(ReadObjectId)?;
            }
        }
        Ok(ObjectId(octets))
    }

    /// The name's octets.
    #[must_use]
    pub fn octets(&self) -> &[u8; 16] {
        &self.0
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|octet| write!(formatter, "{octet:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ObjectId({self})")
    }
}

impl std::str::FromStr for ObjectId {
    type Err = ReadObjectId;

    fn from_str(text: &str) -> Result<ObjectId, ReadObjectId> {
        ObjectId::parse(text)
    }
}
