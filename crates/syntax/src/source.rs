//! Bytes that can be read at any place, so that no file need be in memory.

use std::io::{Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use crate::fault::ReadPdf;

/// A file's bytes, wherever they are. They do not change while they are read.
pub trait Source: Send + Sync {
    /// How many there are.
    fn length(&self) -> u64;

    /// Fills `into` with the bytes from `offset` on.
    ///
    /// # Errors
    /// `Truncated` if there are fewer, `Io` if they cannot be had.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadPdf>;

    /// The bytes themselves, where they are in memory; else they are copied by [`Source::read_at`].
    fn in_memory(&self, _offset: u64, _length: usize) -> Option<&[u8]> {
        None
    }
}

impl Source for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadPdf> {
        let Some(found) = self.in_memory(offset, into.len()) else {
            return Err(ReadPdf::Truncated { at: self.length() });
        };
        into.copy_from_slice(found);
        Ok(())
    }

    fn in_memory(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let start = usize::try_from(offset).ok()?;
        self.get(start..start.checked_add(length)?)
    }
}

impl Source for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadPdf> {
        self.as_slice().read_at(offset, into)
    }

    fn in_memory(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let start = usize::try_from(offset).ok()?;
        self.get(start..start.checked_add(length)?)
    }
}

/// A source over anything that reads and seeks, such as a file that the caller opened.
#[derive(Debug)]
pub struct Seekable<R> {
    inner: Mutex<R>,
    length: u64,
}

impl<R: Read + Seek + Send> Seekable<R> {
    /// A source over `inner`, as long as it is now.
    ///
    /// # Errors
    /// `Io` if it cannot be sought.
    pub fn new(mut inner: R) -> Result<Seekable<R>, ReadPdf> {
        let length = inner.seek(SeekFrom::End(0)).map_err(io)?;
        Ok(Seekable {
            inner: Mutex::new(inner),
            length,
        })
    }
}

impl<R: Read + Seek + Send> Source for Seekable<R> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadPdf> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.seek(SeekFrom::Start(offset)).map_err(io)?;
        inner.read_exact(into).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => ReadPdf::Truncated { at: self.length },
            kind => ReadPdf::Io { kind },
        })
    }
}

fn io(error: std::io::Error) -> ReadPdf {
    ReadPdf::Io { kind: error.kind() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_and_files_say_the_same() {
        let bytes = b"0123456789".as_slice();
        let file = Seekable::new(std::io::Cursor::new(bytes.to_vec())).expect("seeks");
        for source in [&bytes as &dyn Source, &file] {
            let mut four = [0; 4];
            source.read_at(3, &mut four).expect("inside");
            assert_eq!((&four, source.length()), (b"3456", 10));
            let beyond = source.read_at(8, &mut four);
            assert_eq!(beyond, Err(ReadPdf::Truncated { at: 10 }));
            assert!(source.read_at(u64::MAX, &mut four).is_err());
        }
    }
}
