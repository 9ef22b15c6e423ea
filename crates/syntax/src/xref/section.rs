//! What a cross-reference section says once it is read.

use std::ops::Range;

use crate::fault::ReadPdf;
use crate::object::Dictionary;
use crate::parse::MAX_OBJECTS;

use crate::xref::entry::Entry;

/// The form of a section; an update keeps to the form of the section before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    /// A table with a trailer.
    Table,
    /// A stream that is table and trailer in one.
    Stream,
    /// A table whose trailer names a stream for objects that old readers do not see.
    Hybrid,
}

/// A section as read.
#[derive(Debug)]
pub struct Section {
    /// Offset of `xref`, or of the stream object.
    pub at: u64,
    /// Its form.
    pub kind: SectionKind,
    /// Sorted by number, each number once.
    pub entries: Vec<Entry>,
    /// Its trailer.
    pub trailer: Dictionary,
    /// What /Prev says.
    pub previous: Option<u64>,
    /// The value of the `startxref` that follows, if one does.
    pub startxref: Option<u64>,
    /// After `%%EOF`, and after the line end that follows it.
    pub mark: u64,
    /// See `mark`.
    pub end_of_line: u64,
    /// Octets that belong to the section, its trailer and what stands behind it.
    pub ranges: Vec<Range<u64>>,
    /// Object number of the streams that are part of it.
    pub streams: Vec<u32>,
}

/// /Size of a trailer.
///
/// # Errors
/// `Trailer` if it is no positive number, `Limit` above `MAX_OBJECTS`.
pub(super) fn size_of(trailer: &Dictionary, at: u64) -> Result<u32, ReadPdf> {
    let size = trailer
        .integer(b"Size")
        .filter(|size| *size > 0)
        .ok_or(ReadPdf::Trailer { at })?;
    match u32::try_from(size) {
        Ok(size) if size <= MAX_OBJECTS + 1 => Ok(size),
        _ => Err(too_many_objects()),
    }
}

pub(super) fn too_many_objects() -> ReadPdf {
    ReadPdf::Limit {
        what: "objects",
        limit: MAX_OBJECTS.into(),
    }
}

/// An offset under `key` of a trailer: direct and not negative.
pub(super) fn offset(trailer: &Dictionary, key: &[u8], at: u64) -> Result<Option<u64>, ReadPdf> {
    match trailer.value(key) {
        None => Ok(None),
        Some(value) => value
            .as_integer()
            .and_then(|value| u64::try_from(value).ok())
            .map(Some)
            .ok_or(ReadPdf::Trailer { at }),
    }
}
