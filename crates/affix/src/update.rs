//! The update that is put behind a file: objects, a cross-reference section of the file's own kind, a trailer.

use std::collections::BTreeMap;
use std::io::Write;

use pdf::Reference;
use thiserror::Error;

/// Object numbers end here, in what we write as in what we read (T-I7).
const MAX_OBJECT: u32 = 1_000_000;

/// The largest offset that ten digits hold (ISO 32000-2, 7.5.4).
const MAX_TABLE_OFFSET: u64 = 9_999_999_999;

/// Why an update cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteUpdate {
    /// The file's section is a table, and an object of the update would stand where ten digits do not reach.
    #[error("offset {offset} does not fit the ten digits of a cross-reference table")]
    BeyondTable {
        /// Where the object would stand.
        offset: u64,
    },
    /// The file would have more than a million objects.
    #[error("no object number is left below {MAX_OBJECT}")]
    TooManyObjects,
    /// An object of this generation cannot be referred to.
    #[error("object {number} would be written twice in one update")]
    WrittenTwice {
        /// Its number.
        number: u32,
    },
}

/// The two forms of a cross-reference section. A hybrid file goes on as a table (ISO 32000-2, 7.5.8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Table,
    Stream,
}

/// What an update is put behind, and what its trailer repeats (ISO 32000-2, 7.5.6).
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// Octets of the file.
    pub(crate) length: u64,
    /// Whether the last of them is an end of line.
    pub(crate) closed: bool,
    pub(crate) form: Form,
    /// What the last `startxref` says.
    pub(crate) start: u64,
    /// Highest object number of the whole file, and one.
    pub(crate) size: u32,
    pub(crate) root: Reference,
    pub(crate) information: Option<Reference>,
    pub(crate) identifier: Option<Vec<u8>>,
}

/// An update being written. Everything before it stays as it is.
#[derive(Debug)]
pub(crate) struct Update {
    ground: Ground,
    bytes: Vec<u8>,
    places: BTreeMap<u32, (u16, u64)>,
    next: u32,
}

impl Update {
    /// Nothing but the line end that the file may lack.
    pub(crate) fn new(ground: Ground) -> Update {
        let bytes = if ground.closed {
            Vec::new()
        } else {
            b"\n".to_vec()
        };
        let next = ground.size.max(1);
        Update {
            ground,
            bytes,
            places: BTreeMap::new(),
            next,
        }
    }

    /// The next free number. Its object may be written later.
    pub(crate) fn number(&mut self) -> Result<u32, WriteUpdate> {
        let number = self.next;
        if number >= MAX_OBJECT {
            return Err(WriteUpdate::TooManyObjects);
        }
        self.next += 1;
        Ok(number)
    }

    /// Takes `count` numbers that follow each other and tells the first.
    pub(crate) fn numbers(&mut self, count: usize) -> Result<u32, WriteUpdate> {
        let first = self.next;
        for _ in 0..count {
            self.number()?;
        }
        Ok(first)
    }

    /// Writes an object: `body` is what stands between `obj` and `endobj`. Tells where the body begins
    /// among the octets of the update.
    pub(crate) fn put(&mut self, object: Reference, body: &[u8]) -> Result<usize, WriteUpdate> {
        let offset = self.offset()?;
        let Reference { number, generation } = object;
        if self.places.insert(number, (generation, offset)).is_some() {
            return Err(WriteUpdate::WrittenTwice { number });
        }
        // Writing to a vector cannot fail.
        let _ = writeln!(self.bytes, "{number} {generation} obj");
        let start = self.bytes.len();
        self.bytes.extend_from_slice(body);
        self.bytes.extend_from_slice(b"\nendobj\n");
        Ok(start)
    }

    /// Writes an object under a new number and tells its reference.
    pub(crate) fn add(&mut self, body: &[u8]) -> Result<Reference, WriteUpdate> {
        let reference = new(self.number()?);
        self.put(reference, body)?;
        Ok(reference)
    }

    /// Writes the section and the trailer: the octets to append.
    pub(crate) fn finish(self) -> Result<Vec<u8>, WriteUpdate> {
        let trailer = self.trailer();
        match self.ground.form {
            Form::Table => self.table(&trailer),
            Form::Stream => self.stream(&trailer),
        }
    }

    /// Offset in the file of the octet that is written next.
    fn offset(&self) -> Result<u64, WriteUpdate> {
        let written = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        let offset = self.ground.length.saturating_add(written);
        // ISO 32000-2, 7.5.4: ten digits. A stream instead would be another kind than the file's.
        if self.ground.form == Form::Table && offset > MAX_TABLE_OFFSET {
            return Err(WriteUpdate::BeyondTable { offset });
        }
        Ok(offset)
    }

    /// Entries that both forms of trailer have, besides /Size.
    fn trailer(&self) -> Vec<u8> {
        let ground = &self.ground;
        let mut trailer = Vec::new();
        let Reference { number, generation } = ground.root;
        // ISO 32000-2, 7.5.5 and 7.5.6: /Root and /Info go on, /Prev is where the last section began.
        let _ = write!(
            trailer,
            "/Prev {}/Root {number} {generation} R",
            ground.start
        );
        if let Some(Reference { number, generation }) = ground.information {
            let _ = write!(trailer, "/Info {number} {generation} R");
        }
        if let Some(first) = &ground.identifier {
            // ISO 32000-2, 14.4: the first string stays, the second changes with the content.
            trailer.extend_from_slice(b"/ID[");
            hexadecimal(&mut trailer, first);
            let second = crypto::sha256(&self.bytes);
            hexadecimal(&mut trailer, second.get(..16).unwrap_or_default());
            trailer.push(b']');
        }
        trailer
    }

    fn table(mut self, trailer: &[u8]) -> Result<Vec<u8>, WriteUpdate> {
        let start = self.offset()?;
        self.bytes.extend_from_slice(b"xref\n");
        for (first, entries) in runs(&self.places) {
            let _ = writeln!(self.bytes, "{first} {}", entries.len());
            for (generation, offset) in entries {
                // ISO 32000-2, 7.5.4: exactly twenty octets.
                let _ = writeln!(self.bytes, "{offset:010} {generation:05} n ");
            }
        }
        let _ = write!(self.bytes, "trailer\n<</Size {}", self.next);
        self.bytes.extend_from_slice(trailer);
        self.bytes.extend_from_slice(b">>");
        Ok(self.close(start))
    }

    fn stream(mut self, trailer: &[u8]) -> Result<Vec<u8>, WriteUpdate> {
        let start = self.offset()?;
        let number = self.number()?;
        self.places.insert(number, (0, start));
        // ISO 32000-2, 7.5.8.2: the fields are as wide as the largest offset, which is the section's own.
        let skip = (start.leading_zeros() / 8).min(7) as usize;
        let mut index = String::new();
        let mut rows = Vec::new();
        for (first, entries) in runs(&self.places) {
            index.push_str(&format!("{first} {} ", entries.len()));
            for (generation, offset) in entries {
                rows.push(1);
                rows.extend(offset.to_be_bytes().iter().skip(skip));
                rows.extend(generation.to_be_bytes());
            }
        }
        let _ = write!(
            self.bytes,
            "{number} 0 obj\n<</Type/XRef/Size {}/W[1 {} 2]/Index[{}]/Length {}",
            self.next,
            8 - skip,
            index.trim_end(),
            rows.len()
        );
        self.bytes.extend_from_slice(trailer);
        self.bytes.extend_from_slice(b">>stream\n");
        self.bytes.extend_from_slice(&rows);
        self.bytes.extend_from_slice(b"\nendstream\nendobj");
        Ok(self.close(start))
    }

    fn close(mut self, start: u64) -> Vec<u8> {
        let _ = write!(self.bytes, "\nstartxref\n{start}\n%%EOF\n");
        self.bytes
    }
}

/// A new object's reference.
pub(crate) fn new(number: u32) -> Reference {
    Reference {
        number,
        generation: 0,
    }
}

/// A hexadecimal string.
pub(crate) fn hexadecimal(into: &mut Vec<u8>, bytes: &[u8]) {
    into.push(b'<');
    for byte in bytes {
        into.extend(digits(*byte));
    }
    into.push(b'>');
}

/// An octet as two digits.
pub(crate) fn digits(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|half| {
        if half < 10 {
            b'0' + half
        } else {
            b'A' + half - 10
        }
    })
}

/// Runs of numbers that follow each other, as sections and /Index list them.
fn runs(places: &BTreeMap<u32, (u16, u64)>) -> Vec<(u32, Vec<(u16, u64)>)> {
    let mut runs: Vec<(u32, Vec<(u16, u64)>)> = Vec::new();
    let mut expected = None;
    for (&number, &place) in places {
        match runs.last_mut() {
            Some((_, entries)) if expected == Some(number) => entries.push(place),
            _ => runs.push((number, vec![place])),
        }
        expected = number.checked_add(1);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground(form: Form, length: u64) -> Ground {
        Ground {
            length,
            closed: true,
            form,
            start: 9,
            size: 5,
            root: new(1),
            information: None,
            identifier: Some(b"first".to_vec()),
        }
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn a_table_lists_runs_of_numbers_with_twenty_octets_each() {
        let mut update = Update::new(ground(Form::Table, 1_000));
        for number in [1, 2, 4] {
            update.put(new(number), b"null").expect("fits");
        }
        let added = update.add(b"true").expect("fits");
        assert_eq!(added, new(5));
        let bytes = text(&update.finish().expect("fits"));
        let section = bytes.find("xref\n").expect("a section");
        assert!(
            bytes[section..].starts_with(
                "xref\n1 2\n0000001000 00000 n \n0000001020 00000 n \n4 2\n0000001040 00000 n \n0000001060 00000 n \ntrailer\n<</Size 6/Prev 9/Root 1 0 R/ID[<6669727374><"
            ),
            "{bytes}"
        );
        assert!(bytes.ends_with(&format!("startxref\n{}\n%%EOF\n", 1_000 + section)));
    }

    #[test]
    fn a_missing_line_end_is_written_first() {
        let mut ground = ground(Form::Table, 1_000);
        ground.closed = false;
        let mut update = Update::new(ground);
        update.put(new(1), b"null").expect("fits");
        let bytes = text(&update.finish().expect("fits"));
        assert!(
            bytes.starts_with("\n1 0 obj\n") && bytes.contains("0000001001 00000 n "),
            "{bytes}"
        );
    }

    #[test]
    fn offsets_keep_their_ten_digits_up_to_the_last_one_a_table_holds() {
        for length in [99_999_999, 100_000_000, 1_000_000_000, 4_294_967_296] {
            let mut update = Update::new(ground(Form::Table, length));
            update.put(new(1), b"null").expect("fits");
            let bytes = text(&update.finish().expect("fits"));
            assert!(bytes.contains(&format!("\n1 1\n{length:010} 00000 n \ntrailer")));
        }
        let mut update = Update::new(ground(Form::Table, MAX_TABLE_OFFSET));
        update.put(new(1), b"null").expect("the last offset fits");
        assert_eq!(
            update.finish(),
            Err(WriteUpdate::BeyondTable {
                offset: MAX_TABLE_OFFSET + 20
            })
        );
    }

    #[test]
    fn a_stream_is_as_wide_as_its_own_offset_and_lists_itself() {
        for (length, width) in [
            (200, 1),
            (256, 2),
            (99_999_999, 4),
            (4_294_967_296, 5),
            (10_000_000_000, 5),
            (1_u64 << 40, 6),
        ] {
            let mut update = Update::new(ground(Form::Stream, length));
            update.put(new(3), b"null").expect("fits");
            let bytes = update.finish().expect("a stream has no limit");
            let shown = text(&bytes);
            assert!(
                shown.contains(&format!("/Size 6/W[1 {width} 2]/Index[3 1 5 1]")),
                "{length}: {shown}"
            );
            let data = bytes
                .windows(7)
                .position(|window| window == b"stream\n")
                .expect("a stream");
            let place = &bytes[data + 7..data + 8 + width];
            let offset = length.to_be_bytes();
            assert_eq!(place, [&[1], &offset[8 - width..]].concat(), "{length}");
        }
    }

    #[test]
    fn an_object_is_written_once() {
        let mut update = Update::new(ground(Form::Table, 1));
        update.put(new(3), b"null").expect("fits");
        assert_eq!(
            update.put(new(3), b"true"),
            Err(WriteUpdate::WrittenTwice { number: 3 })
        );
    }

    #[test]
    fn numbers_end_with_a_million() {
        let mut ground = ground(Form::Table, 1);
        ground.size = MAX_OBJECT - 1;
        let mut update = Update::new(ground);
        assert_eq!(update.numbers(1), Ok(MAX_OBJECT - 1));
        assert_eq!(update.number(), Err(WriteUpdate::TooManyObjects));
    }
}
