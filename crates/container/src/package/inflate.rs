//! Content as it comes out of its data, counted while it comes.

use std::io::{Read, Seek, SeekFrom};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::records::STORED;
use super::{CHUNK, Entry, io};
use crate::fault::ReadPackage;
use crate::limits::{MAX_EXPANDED, MAX_RATIO};

/// What has been expanded of a package so far.
#[derive(Debug, Default)]
pub(super) struct Inflated {
    total: u64,
}

impl Inflated {
    /// As if so many octets had come out already.
    #[cfg(test)]
    pub(super) fn after(total: u64) -> Inflated {
        Inflated { total }
    }

    /// Counts so many octets as expanded.
    pub(super) fn count(&mut self, octets: u64) -> Result<(), ReadPackage> {
        self.total = self.total.saturating_add(octets);
        if self.total > MAX_EXPANDED {
            return Err(ReadPackage::Expanded);
        }
        Ok(())
    }

    /// Gives the content of an entry to `taker`, piece by piece, and checks length and checksum.
    pub(super) fn stream<R: Read + Seek>(
        &mut self,
        reader: &mut R,
        entry: &Entry,
        mut taker: impl FnMut(&[u8]),
    ) -> Result<(), ReadPackage> {
        reader.seek(SeekFrom::Start(entry.data)).map_err(io)?;
        let mut content = Content {
            entry,
            produced: 0,
            checksum: Crc::new(),
        };
        let mut packed = reader.take(entry.central().packed);
        if entry.central().method == STORED {
            let mut buffer = room(entry.size());
            loop {
                let count = packed.read(&mut buffer).map_err(io)?;
                let piece = buffer.get(..count).unwrap_or_default();
                if piece.is_empty() {
                    break;
                }
                content.take(piece, &mut self.total)?;
                taker(piece);
            }
        } else {
            self.inflate(&mut packed, &mut content, &mut taker)?;
        }
        content.finish()
    }

    fn inflate(
        &mut self,
        packed: &mut impl Read,
        content: &mut Content<'_>,
        taker: &mut impl FnMut(&[u8]),
    ) -> Result<(), ReadPackage> {
        let mut inflater = Decompress::new(false);
        let central = content.entry.central();
        let (mut input, mut output) = (room(central.packed), room(central.size));
        loop {
            let count = packed.read(&mut input).map_err(io)?;
            let mut rest = input.get(..count).unwrap_or_default();
            loop {
                let (before_in, before_out) = (inflater.total_in(), inflater.total_out());
                let status = inflater
                    .decompress(rest, &mut output, FlushDecompress::None)
                    .map_err(|_| content.broken())?;
                let taken = usize::try_from(inflater.total_in() - before_in).unwrap_or(usize::MAX);
                let given =
                    usize::try_from(inflater.total_out() - before_out).unwrap_or(usize::MAX);
                rest = rest.get(taken..).unwrap_or_default();
                let piece = output.get(..given).unwrap_or_default();
                content.take(piece, &mut self.total)?;
                taker(piece);
                if status == Status::StreamEnd {
                    // Octets behind the end of the stream are shown to nobody and signed by nobody.
                    let all = inflater.total_in() == content.entry.central().packed;
                    return all.then_some(()).ok_or_else(|| content.broken());
                }
                if taken == 0 && given == 0 {
                    break;
                }
            }
            if count == 0 {
                return Err(content.broken());
            }
        }
    }
}

/// A buffer for so many octets, or for those read at a time.
fn room(octets: u64) -> Vec<u8> {
    vec![0; usize::try_from(octets).unwrap_or(CHUNK).clamp(1, CHUNK)]
}

/// Content of one entry in the making.
struct Content<'a> {
    entry: &'a Entry,
    produced: u64,
    checksum: Crc,
}

impl Content<'_> {
    fn take(&mut self, piece: &[u8], total: &mut u64) -> Result<(), ReadPackage> {
        let length = piece.len() as u64;
        self.produced = self.produced.saturating_add(length);
        *total = total.saturating_add(length);
        let central = self.entry.central();
        // T-I4: counted while inflating, whatever the headers say.
        if self.produced > central.packed.saturating_mul(MAX_RATIO) {
            let name = self.entry.name().to_owned();
            return Err(ReadPackage::Ratio { name });
        }
        if *total > MAX_EXPANDED {
            return Err(ReadPackage::Expanded);
        }
        if self.produced > central.size {
            return Err(self.broken());
        }
        self.checksum.update(piece);
        Ok(())
    }

    fn finish(self) -> Result<(), ReadPackage> {
        if self.produced != self.entry.central().size {
            return Err(self.broken());
        }
        if self.checksum.sum() != self.entry.central().checksum {
            let name = self.entry.name().to_owned();
            return Err(ReadPackage::Checksum { name });
        }
        Ok(())
    }

    fn broken(&self) -> ReadPackage {
        ReadPackage::Data {
            name: self.entry.name().to_owned(),
        }
    }
}
