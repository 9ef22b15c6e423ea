//! One row, kept in sixteen octets, since there may be a million.

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nowhere.
    Free,
    /// Plain.
    At {
        /// Where its number begins.
        offset: u64,
        /// Its generation.
        generation: u16,
    },
    /// In an object stream; its generation is 0.
    In {
        /// Number of the object stream.
        container: u32,
        /// Its place there, from 0.
        index: u32,
    },
}

/// A row of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    value: u64,
    /// Number of the object.
    pub number: u32,
    generation: u16,
    kind: u8,
}

impl Entry {
    /// What a section says of `number`.
    #[must_use]
    pub fn new(number: u32, place: Place) -> Entry {
        let (kind, value, generation) = match place {
            Place::Free => (0, 0, 0),
            Place::At { offset, generation } => (1, offset, generation),
            Place::In { container, index } => (2, u64::from(container) << 32 | u64::from(index), 0),
        };
        Entry {
            value,
            number,
            generation,
            kind,
        }
    }

    /// Where the object is.
    #[must_use]
    pub fn place(&self) -> Place {
        let low = u32::try_from(self.value & 0xffff_ffff).unwrap_or(0);
        match self.kind {
            1 => Place::At {
                offset: self.value,
                generation: self.generation,
            },
            2 => Place::In {
                container: u32::try_from(self.value >> 32).unwrap_or(0),
                index: low,
            },
            _ => Place::Free,
        }
    }
}
