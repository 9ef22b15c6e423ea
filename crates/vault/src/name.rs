//! Names of objects and packs: random, so that they say nothing and never meet.

use std::fmt;

use crypto::{Random, RandomUnavailable};
use thiserror::Error;

/// Name of an object: 128 bits, written as 32 hexadecimal digits; all of them random for an object in a file of its own.
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

    /// The name of an object in a pack: the pack's, where it begins, and 32 random bits. It says nothing but which
    /// objects were written one after the other.
    pub(crate) fn packed(
        pack: &PackName,
        start: u32,
        random: &dyn Random,
    ) -> Result<ObjectId, RandomUnavailable> {
        let mut own = [0; 4];
        random.fill(&mut own)?;
        let mut octets = [0; 16];
        let parts = pack.0.into_iter().chain(start.to_be_bytes()).chain(own);
        for (to, from) in octets.iter_mut().zip(parts) {
            *to = from;
        }
        Ok(ObjectId(octets))
    }

    pub(crate) fn from_octets(octets: [u8; 16]) -> ObjectId {
        ObjectId(octets)
    }

    /// In which pack it would be, and where.
    pub(crate) fn place(&self) -> (PackName, u32) {
        let [pack @ .., a, b, c, d, _, _, _, _] = self.0;
        (PackName(pack), u32::from_be_bytes([a, b, c, d]))
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

/// Name of a pack: 64 random bits, written as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackName([u8; 8]);

impl PackName {
    pub(crate) fn fresh(random: &dyn Random) -> Result<PackName, RandomUnavailable> {
        let mut octets = [0; 8];
        random.fill(&mut octets)?;
        Ok(PackName(octets))
    }

    pub(crate) fn parse(text: &str) -> Option<PackName> {
        let whole = (text.len() == 16).then(|| format!("{text}{text}"))?;
        let (name, _) = ObjectId::parse(&whole).ok()?.place();
        Some(name)
    }
}

impl fmt::Display for PackName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|octet| write!(formatter, "{octet:02x}"))
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
