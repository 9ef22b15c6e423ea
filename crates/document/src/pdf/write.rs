//! Sheets written as PDF/A-3u: what all pages of a template share is written and compressed once,
//! a page's own objects are put behind it.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

pub(crate) mod attachment;
pub(crate) mod colour;
pub(crate) mod content;
pub(crate) mod document;
pub(crate) mod metadata;
pub(crate) mod structure;
pub(crate) mod typeface;

/// Objects of a file being written: numbered from 1, each written once.
#[derive(Clone, Debug)]
pub(crate) struct Objects {
    pub(crate) bytes: Vec<u8>,
    /// Where each object begins; index 0 is object 1.
    places: Vec<usize>,
}

impl Objects {
    /// An empty file.
    pub(crate) fn new() -> Objects {
        // ISO 19005-3, 6.1.2: a comment of at least four bytes above 127 follows the header.
        Objects {
            bytes: b"%PDF-1.7\n%\xE5\x8D\xB0\xE4\xBF\xA1\n".to_vec(),
            places: Vec::new(),
        }
    }

    /// Takes the next number; the object itself may be written later.
    pub(crate) fn number(&mut self) -> u32 {
        self.places.push(0);
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// Writes the object of a number taken before.
    pub(crate) fn put(&mut self, number: u32, body: impl AsRef<[u8]>) {
        self.begin(number);
        self.bytes.extend_from_slice(body.as_ref());
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    /// Writes an object under the next number.
    pub(crate) fn add(&mut self, body: impl AsRef<[u8]>) -> u32 {
        let number = self.number();
        self.put(number, body);
        number
    }

    /// Writes a group of objects under the next numbers and tells the first.
    pub(crate) fn group(&mut self, group: &[Loose]) -> u32 {
        let numbers: Vec<u32> = group.iter().map(|_| self.number()).collect();
        let first = numbers.first().copied().unwrap_or_default();
        for (object, number) in group.iter().zip(numbers) {
            self.put(number, object.body(first));
        }
        first
    }

    /// Writes a stream: `entries` are those of its dictionary besides the length.
    pub(crate) fn stream(&mut self, number: u32, entries: &str, data: &[u8]) {
        self.begin(number);
        // Writing to a vector cannot fail.
        let _ = writeln!(self.bytes, "<</Length {}{entries}>>stream", data.len());
        self.bytes.extend_from_slice(data);
        // ISO 19005-3, 6.1.7.1: an end-of-line marker before `endstream`.
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }

    /// Writes a stream compressed.
    pub(crate) fn compressed(&mut self, number: u32, entries: &str, data: &[u8], effort: Effort) {
        let packed = deflated(data, effort);
        self.stream(number, &format!("/Filter/FlateDecode{entries}"), &packed);
    }

    /// Writes cross-reference table and trailer, which ends the file.
    pub(crate) fn finish(mut self, trailer: &str) -> Vec<u8> {
        let start = self.bytes.len();
        let mut table = String::with_capacity(self.places.len() * 20 + 64);
        table.push_str(&format!(
            "xref\n0 {}\n0000000000 65535 f \n",
            self.places.len() + 1
        ));
        for place in &self.places {
            // ISO 32000-1, 7.5.4: each entry has exactly 20 bytes.
            table.push_str(&format!("{place:010} 00000 n \n"));
        }
        table.push_str(&format!(
            "trailer\n<</Size {}{trailer}>>\nstartxref\n{start}\n%%EOF\n",
            self.places.len() + 1
        ));
        self.bytes.extend_from_slice(table.as_bytes());
        self.bytes
    }

    fn begin(&mut self, number: u32) {
        let index = usize::try_from(number)
            .unwrap_or(usize::MAX)
            .wrapping_sub(1);
        if let Some(place) = self.places.get_mut(index) {
            *place = self.bytes.len();
        }
        let _ = writeln!(self.bytes, "{number} 0 obj");
    }
}

/// An object whose references wait for numbers: bytes, and after each piece the index of the object
/// of the same group that is referred to there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loose {
    pieces: Vec<(Vec<u8>, usize)>,
    rest: Vec<u8>,
}

impl Loose {
    pub(crate) fn text(mut self, bytes: impl AsRef<[u8]>) -> Loose {
        self.rest.extend_from_slice(bytes.as_ref());
        self
    }

    /// A reference to the group's object of this index.
    pub(crate) fn refer(mut self, index: usize) -> Loose {
        self.pieces.push((std::mem::take(&mut self.rest), index));
        self
    }

    /// This, and then the other.
    pub(crate) fn joined(mut self, other: Loose) -> Loose {
        for (bytes, index) in other.pieces {
            self = self.text(bytes).refer(index);
        }
        self.text(other.rest)
    }

    /// The object as part of a larger group, in which its own group begins at `first`.
    pub(crate) fn moved(mut self, first: usize) -> Loose {
        self.pieces
            .iter_mut()
            .for_each(|(_, index)| *index += first);
        self
    }

    /// The body, when the group's first object has the number `first`.
    pub(crate) fn body(&self, first: u32) -> Vec<u8> {
        let mut body = Vec::new();
        for (bytes, index) in &self.pieces {
            body.extend_from_slice(bytes);
            let number =
                u32::try_from(*index).map_or(u32::MAX, |index| first.saturating_add(index));
            body.extend_from_slice(format!("{number} 0 R").as_bytes());
        }
        body.extend_from_slice(&self.rest);
        body
    }

    /// A compressed stream.
    pub(crate) fn compressed(entries: &str, data: &[u8], effort: Effort) -> Loose {
        let packed = deflated(data, effort);
        let head = format!(
            "<</Length {}/Filter/FlateDecode{entries}>>stream\n",
            packed.len()
        );
        Loose::default().text(head).text(packed).text("\nendstream")
    }
}

/// How hard to compress.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Effort {
    /// Once per template.
    Once,
    /// For every page.
    EachPage,
}

pub(crate) fn deflated(data: &[u8], effort: Effort) -> Vec<u8> {
    let level = match effort {
        Effort::Once => Compression::best(),
        Effort::EachPage => Compression::fast(),
    };
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(data.len() / 2), level);
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default()
}

/// A text string in UTF-16 with its mark (ISO 32000-1, 7.9.2.2), as a hexadecimal string.
pub(crate) fn text_string(text: &str) -> String {
    let mut string = String::from("<FEFF");
    for unit in text.encode_utf16() {
        string.push_str(&format!("{unit:04X}"));
    }
    string.push('>');
    string
}

/// A length in points as it is written.
pub(crate) fn decimal_text(value: f64) -> String {
    let mut text = Vec::new();
    content::decimal(&mut text, value, 2);
    String::from_utf8(text).unwrap_or_default()
}
