//! A source as a stream with a place, for readers that want one.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use pdf::Source;

/// A place in a source.
pub(super) struct Stream<'a> {
    source: &'a dyn Source,
    at: u64,
}

impl<'a> Stream<'a> {
    pub(super) fn new(source: &'a dyn Source) -> Stream<'a> {
        Stream { source, at: 0 }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let left = self.source.length().saturating_sub(self.at);
        let count = usize::try_from(left).map_or(into.len(), |left| left.min(into.len()));
        let room = into.get_mut(..count).unwrap_or_default();
        self.source
            .read_at(self.at, room)
            .map_err(|_| Error::from(ErrorKind::UnexpectedEof))?;
        self.at = self
            .at
            .saturating_add(u64::try_from(count).unwrap_or_default());
        Ok(count)
    }
}

impl Seek for Stream<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.source.length().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
