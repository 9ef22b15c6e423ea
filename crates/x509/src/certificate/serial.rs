//! Serial numbers of certificates.

use std::fmt;

use thiserror::Error;

const MAX_OCTETS: usize = 20;

/// A serial number: at most 20 octets, not negative (RFC 5280 4.1.2.2). Zero occurs on old roots only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber {
    length: u8,
    octets: [u8; MAX_OCTETS],
}

/// Why a number is no serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadSerial {
    /// Below zero, or zero where that is not tolerated.
    #[error("serial number is not positive")]
    NotPositive,
    /// More than 20 octets.
    #[error("serial number of more than {MAX_OCTETS} octets")]
    TooLong,
    /// Not the shortest form, or not hexadecimal.
    #[error("serial number is malformed")]
    Malformed,
}

impl SerialNumber {
    pub(super) const ONE: Self = {
        let mut octets = [0; MAX_OCTETS];
        if let Some(first) = octets.first_mut() {
            *first = 1;
        }
        Self { length: 1, octets }
    };

    /// The number that these 16 random octets make (T-C1): a leading 01 makes it positive and keeps
    /// all 128 bits.
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        let mut octets = [0; MAX_OCTETS];
        let numbers = std::iter::once(1).chain(random);
        for (place, octet) in octets.iter_mut().zip(numbers) {
            *place = octet;
        }
        Self { length: 17, octets }
    }

    /// Reads the content octets of an INTEGER.
    ///
    /// # Errors
    /// What RFC 5280 4.1.2.2 forbids.
    pub fn from_octets(content: &[u8]) -> Result<Self, ReadSerial> {
        match content {
            [] => return Err(ReadSerial::Malformed),
            [first, ..] if first & 0x80 != 0 => return Err(ReadSerial::NotPositive),
            [0, second, ..] if second & 0x80 == 0 => return Err(ReadSerial::Malformed),
            _ => {}
        }
        let mut octets = [0; MAX_OCTETS];
        octets
            .get_mut(..content.len())
            .ok_or(ReadSerial::TooLong)?
            .copy_from_slice(content);
        let length = u8::try_from(content.len()).map_err(|_| ReadSerial::TooLong)?;
        Ok(Self { length, octets })
    }

    /// Reads hexadecimal digits as [`SerialNumber`] shows them.
    ///
    /// # Errors
    /// As [`SerialNumber::from_octets`].
    pub fn from_hex(text: &str) -> Result<Self, ReadSerial> {
        let digit = |octet: u8| {
            char::from(octet)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        let pairs = text.as_bytes().chunks_exact(2);
        if !pairs.remainder().is_empty() {
            return Err(ReadSerial::Malformed);
        }
        let content: Option<Vec<u8>> = pairs
            .map(|pair| match *pair {
                [high, low] => Some(digit(high)? << 4 | digit(low)?),
                _ => None,
            })
            .collect();
        Self::from_octets(&content.ok_or(ReadSerial::Malformed)?)
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.octets() == [0]
    }

    /// The content octets of the INTEGER.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.octets()
            .iter()
            .try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}
