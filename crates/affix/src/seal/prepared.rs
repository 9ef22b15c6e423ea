//! An update with a hole: what is digested of it, and the message put in.

use asn1::{Reader, Tag};
use crypto::{Digest, DigestAlgorithm, Hasher};
use pdf::{ReadPdf, Source};

use crate::seal::hole::Hole;
use crate::seal::request::FinishSeal;

/// Octets read at once while digesting.
const PIECE: usize = 64 * 1024;

/// A signature that lacks its message. Used once.
#[derive(Debug)]
pub struct Prepared {
    update: Vec<u8>,
    hole: Hole,
    /// Octets of the file before the update.
    length: u64,
    range: [u64; 4],
}

impl Prepared {
    pub(crate) fn new(mut update: Vec<u8>, hole: Hole, length: u64) -> Prepared {
        let range = hole.patch(&mut update, length);
        Prepared {
            update,
            hole,
            length,
            range,
        }
    }

    /// /ByteRange: two pairs of offset and length, in octets of the finished file.
    #[must_use]
    pub fn byte_range(&self) -> [u64; 4] {
        self.range
    }

    /// The octets to append, with zeros in the hole.
    #[must_use]
    pub fn appended(&self) -> &[u8] {
        &self.update
    }

    /// Octets kept for the message.
    #[must_use]
    pub fn reserve(&self) -> usize {
        self.hole.reserve()
    }

    /// The digest of the byte range: one pass over the file it was prepared for, in pieces of 64 KiB.
    ///
    /// # Errors
    /// The file cannot be read, or is not as long as it was.
    pub fn digest(
        &self,
        source: &dyn Source,
        algorithm: DigestAlgorithm,
    ) -> Result<Digest, ReadPdf> {
        if source.length() != self.length {
            return Err(ReadPdf::Truncated {
                at: source.length(),
            });
        }
        let mut hasher = Hasher::new(algorithm);
        let mut piece = vec![0; PIECE];
        let mut at = 0;
        while at < self.length {
            let left = usize::try_from(self.length - at).unwrap_or(PIECE);
            let Some(piece) = piece.get_mut(..left.min(PIECE)) else {
                break;
            };
            source.read_at(at, piece)?;
            hasher.update(piece);
            at = at.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        }
        Ok(self.digest_after(hasher))
    }

    /// The digest of the byte range, when `before` has taken every octet of the file already: the pass in which
    /// the file was stored, or digested for its release, need not be made again.
    #[must_use]
    pub fn digest_after(&self, mut before: Hasher) -> Digest {
        let (open, close) = self.hole.contents();
        before.update(self.update.get(..open).unwrap_or_default());
        before.update(self.update.get(close..).unwrap_or_default());
        before.finish()
    }

    /// Puts the message into the hole: the octets to append to the file.
    ///
    /// # Errors
    /// `TooLarge` if the hole is too small: prepare again with what it needs, and sign again. `NotDer` if the
    /// message is not one element.
    pub fn finish(mut self, message: &[u8]) -> Result<Vec<u8>, FinishSeal> {
        let (needs, has) = (message.len(), self.hole.reserve());
        if needs > has {
            return Err(FinishSeal::TooLarge { needs, has });
        }
        // EN 319 142-1, 6.3 and ISO 32000-2, 12.8.3.4: one DER element, behind it only the padding.
        let element = Reader::single(message, Tag::SEQUENCE);
        if element.map_or(true, |element| element.is_indefinite()) {
            return Err(FinishSeal::NotDer);
        }
        self.hole.fill(&mut self.update, message);
        Ok(self.update)
    }
}

/// A file and what is to be appended to it, as one source: a second update needs no copy of the first.
#[derive(Clone, Copy)]
pub struct Joined<'a> {
    before: &'a dyn Source,
    after: &'a [u8],
}

impl<'a> Joined<'a> {
    /// `after` behind `before`.
    #[must_use]
    pub fn new(before: &'a dyn Source, after: &'a [u8]) -> Joined<'a> {
        Joined { before, after }
    }
}

impl std::fmt::Debug for Joined<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Joined")
            .field("before", &self.before.length())
            .field("after", &self.after.len())
            .finish()
    }
}

impl Source for Joined<'_> {
    fn length(&self) -> u64 {
        let after = u64::try_from(self.after.len()).unwrap_or(u64::MAX);
        self.before.length().saturating_add(after)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadPdf> {
        let border = self.before.length();
        let first = usize::try_from(border.saturating_sub(offset)).unwrap_or(usize::MAX);
        let (before, after) = into.split_at_mut(first.min(into.len()));
        if !before.is_empty() {
            self.before.read_at(offset, before)?;
        }
        if !after.is_empty() {
            self.after.read_at(offset.saturating_sub(border), after)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::hole::time_stamp;

    /// `length` octets `A` that are nowhere.
    struct Sparse {
        length: u64,
    }

    impl Source for Sparse {
        fn length(&self) -> u64 {
            self.length
        }

        fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadPdf> {
            if offset + into.len() as u64 > self.length {
                return Err(ReadPdf::Truncated { at: self.length });
            }
            into.fill(b'A');
            Ok(())
        }
    }

    fn prepared(length: u64, reserve: usize) -> Prepared {
        let (update, hole) = time_stamp(reserve);
        Prepared::new(update, hole, length)
    }

    #[test]
    fn the_digest_is_of_the_file_and_the_update_without_the_string() {
        let length = 3 * PIECE as u64 + 17;
        let source = Sparse { length };
        let prepared = prepared(length, 5);
        let [_, open, close, rest] = prepared.byte_range();
        let mut whole = vec![b'A'; usize::try_from(length).expect("small")];
        whole.extend_from_slice(prepared.appended());
        let at = |offset: u64| usize::try_from(offset).expect("small");
        let part = |from: u64, to: u64| &whole[at(from)..at(to)];
        let expected = [part(0, open), part(close, close + rest)].concat();
        let expected = Digest::of(DigestAlgorithm::Sha256, &expected);
        let found = prepared.digest(&source, DigestAlgorithm::Sha256);
        assert_eq!(found, Ok(expected.clone()));
        let mut before = Hasher::new(DigestAlgorithm::Sha256);
        before.update(part(0, length));
        assert_eq!(prepared.digest_after(before), expected);
    }

    #[test]
    fn another_file_than_the_one_prepared_for_is_not_digested() {
        let refused = prepared(10, 5).digest(&Sparse { length: 11 }, DigestAlgorithm::Sha256);
        assert_eq!(refused, Err(ReadPdf::Truncated { at: 11 }));
    }

    #[test]
    fn a_message_that_does_not_fit_says_what_it_needs() {
        let message = [0x30, 0x04, 1, 2, 3, 4];
        let refused = prepared(10, 5).finish(&message);
        assert_eq!(refused, Err(FinishSeal::TooLarge { needs: 6, has: 5 }));
        assert!(prepared(10, 6).finish(&message).is_ok());
        let filled = prepared(10, 7).finish(&message).expect("fits");
        assert!(String::from_utf8_lossy(&filled).contains("<30040102030400>"));
    }

    #[test]
    fn only_one_der_element_is_a_message() {
        for message in [
            [0x30, 0x02, 1, 2, 0].as_slice(),
            &[0x30, 0x80, 0, 0],
            &[0x31, 0x00],
            &[0x30, 0x05, 1],
            &[],
        ] {
            let refused = prepared(10, 9).finish(message);
            assert_eq!(refused, Err(FinishSeal::NotDer), "{message:?}");
        }
    }

    #[test]
    fn a_joined_source_reads_across_its_border() {
        let before = b"01234".as_slice();
        let joined = Joined::new(&before, b"56789");
        assert_eq!(joined.length(), 10);
        for (offset, expected) in [(0, "012"), (3, "345"), (4, "456"), (5, "567"), (7, "789")] {
            let mut three = [0; 3];
            joined.read_at(offset, &mut three).expect("inside");
            assert_eq!(three, expected.as_bytes());
        }
        assert!(joined.read_at(8, &mut [0; 3]).is_err());
        assert!(joined.read_at(u64::MAX, &mut [0; 3]).is_err());
    }
}
