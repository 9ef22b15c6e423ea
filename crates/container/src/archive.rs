//! A ZIP file being written, of the one shape that [`crate::package`] reads.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use crate::limits::MAX_RATIO;
use crate::package::records::{
    CENTRAL_SIGNATURE, Central, DEFLATED, END_SIGNATURE, LOCAL_SIGNATURE, STORED, UTF8, VERSION,
};

/// The first day of DOS, so that the same content gives the same octets: moments belong into the document.
const MOMENT: u32 = 0x0021_0000;

/// The content of an entry as it lies in a package: made once, put into as many as one likes.
#[derive(Debug, Clone)]
pub struct Packed {
    method: u16,
    checksum: u32,
    /// Octets of the content.
    size: usize,
    data: Vec<u8>,
}

impl Packed {
    /// As it is: for what is compressed already.
    #[must_use]
    pub fn stored(content: Vec<u8>) -> Packed {
        let mut checksum = Crc::new();
        checksum.update(&content);
        Packed {
            method: STORED,
            checksum: checksum.sum(),
            size: content.len(),
            data: content,
        }
    }

    /// Compressed where that makes it smaller, and not beyond what is read.
    #[must_use]
    pub fn of(content: Vec<u8>) -> Packed {
        let data = deflated(&content);
        let ratio = (data.len() as u64).saturating_mul(MAX_RATIO);
        let packed = Packed::stored(content);
        if data.len() < packed.size && packed.size as u64 <= ratio {
            return Packed {
                method: DEFLATED,
                data,
                ..packed
            };
        }
        packed
    }
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let room = Vec::with_capacity(content.len() / 2);
    let mut encoder = DeflateEncoder::new(room, Compression::fast());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}

/// Local headers and data so far, and the directory that will follow them.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    octets: Vec<u8>,
    directory: Vec<u8>,
    count: usize,
}

/// Where a number is too great for its field; nothing within the limits comes near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl Archive {
    /// An archive with room for so many octets of entries, so that a large one is not held twice while it grows.
    pub(crate) fn of(octets: usize) -> Archive {
        Archive {
            octets: Vec::with_capacity(octets),
            ..Archive::default()
        }
    }

    /// Puts an entry behind the others.
    pub(crate) fn put(&mut self, name: &str, packed: &Packed) -> Result<(), TooLarge> {
        let flags = if name.is_ascii() { 0 } else { UTF8 };
        let offset = long(self.octets.len())?;
        let mut shared = Vec::with_capacity(26);
        for value in [VERSION, flags, packed.method] {
            shared.extend_from_slice(&value.to_le_bytes());
        }
        for value in [
            MOMENT,
            packed.checksum,
            long(packed.data.len())?,
            long(packed.size)?,
        ] {
            shared.extend_from_slice(&value.to_le_bytes());
        }
        shared.extend_from_slice(&short(name.len())?.to_le_bytes());
        shared.extend_from_slice(&[0; 2]);
        self.octets
            .extend_from_slice(&LOCAL_SIGNATURE.to_le_bytes());
        self.octets.extend_from_slice(&shared);
        self.octets.extend_from_slice(name.as_bytes());
        self.octets.extend_from_slice(&packed.data);
        self.directory
            .extend_from_slice(&CENTRAL_SIGNATURE.to_le_bytes());
        self.directory.extend_from_slice(&VERSION.to_le_bytes());
        self.directory.extend_from_slice(&shared);
        // No comment, first disk, no attributes.
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.count += 1;
        Ok(())
    }

    /// Puts an entry of another package behind the others as it is: `raw` is its local header, data and descriptor.
    pub(crate) fn copy(&mut self, central: &Central, raw: &[u8]) -> Result<(), TooLarge> {
        let offset = long(self.octets.len())?;
        self.octets.extend_from_slice(raw);
        let begin = self.directory.len();
        self.directory.extend_from_slice(&central.octets);
        // APPNOTE 4.3.12: the offset of the local header is the last field before the name.
        let place = self.directory.get_mut(begin + 42..begin + 46);
        place
            .ok_or(TooLarge)?
            .copy_from_slice(&offset.to_le_bytes());
        self.count += 1;
        Ok(())
    }

    /// The file: directory and end record behind the entries.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, TooLarge> {
        let (offset, length) = (long(self.octets.len())?, long(self.directory.len())?);
        let count = short(self.count)?;
        self.octets.append(&mut self.directory);
        self.octets.extend_from_slice(&END_SIGNATURE.to_le_bytes());
        self.octets.extend_from_slice(&[0; 4]);
        for value in [count, count] {
            self.octets.extend_from_slice(&value.to_le_bytes());
        }
        for value in [length, offset] {
            self.octets.extend_from_slice(&value.to_le_bytes());
        }
        self.octets.extend_from_slice(&[0; 2]);
        Ok(self.octets)
    }
}

fn short(value: usize) -> Result<u16, TooLarge> {
    u16::try_from(value).map_err(|_| TooLarge)
}

fn long(value: usize) -> Result<u32, TooLarge> {
    u32::try_from(value).map_err(|_| TooLarge)
}
