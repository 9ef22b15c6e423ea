//! What a flattened file has otherwise than the given one, before it is written: objects by the numbers of the given
//! file, new ones behind them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf::{Dictionary, Object, ReadPdf, Reference, View};

use crate::flatten::report::{Done, FlattenPdf, Line, MAX_LINES};
use crate::update;

/// An object as it will be.
#[derive(Debug)]
pub(super) enum New {
    /// Of the given file, or without data of its own.
    Object(Object),
    /// A stream with data that the given file has not.
    Stream(Dictionary, Vec<u8>),
}

/// Changes so far.
pub(super) struct Made<'f> {
    pub(super) view: View<'f>,
    /// What is told.
    pub(super) lines: Vec<Line>,
    changed: BTreeMap<u32, New>,
    gone: BTreeSet<u32>,
    next: u32,
}

impl<'f> Made<'f> {
    /// Nothing changed.
    pub(super) fn new(view: View<'f>) -> Made<'f> {
        Made {
            view,
            lines: Vec::new(),
            changed: BTreeMap::new(),
            gone: BTreeSet::new(),
            next: view.size().max(1),
        }
    }

    /// The catalog.
    pub(super) fn root(&self) -> Result<Reference, ReadPdf> {
        let root = self.view.trailer().value(b"Root");
        root.and_then(Object::as_reference)
            .ok_or(ReadPdf::Missing { what: "/Root" })
    }

    /// Tells a thing, once.
    pub(super) fn note(
        &mut self,
        done: Done,
        page: Option<u32>,
        object: Option<u32>,
    ) -> Result<(), FlattenPdf> {
        let line = Line { done, page, object };
        if self.lines.last() != Some(&line) {
            self.lines.push(line);
        }
        let (lines, limit) = (self.lines.len() as u64, MAX_LINES as u64);
        Ok(ReadPdf::at_most(lines, limit, "things to flatten")?)
    }

    /// An object as it is so far; streams with new data are not asked for.
    pub(super) fn object(&self, reference: Reference) -> Result<Object, ReadPdf> {
        match self.changed.get(&reference.number) {
            Some(New::Object(object)) => Ok(object.clone()),
            Some(New::Stream(dictionary, _)) => Ok(Object::Dictionary(dictionary.clone())),
            None => self.view.object(reference),
        }
    }

    /// What was made of an object, if anything.
    pub(super) fn take(&mut self, reference: Reference) -> Option<New> {
        self.changed.remove(&reference.number)
    }

    /// Whether something was made of an object.
    pub(super) fn has(&self, reference: Reference) -> bool {
        self.changed.contains_key(&reference.number)
    }

    /// Sets an object.
    pub(super) fn set(&mut self, reference: Reference, object: Object) {
        self.changed.insert(reference.number, New::Object(object));
    }

    /// Gives a stream other data.
    pub(super) fn set_stream(&mut self, at: Reference, mut dictionary: Dictionary, data: &[u8]) {
        for key in [b"DecodeParms".as_slice(), b"DP", b"DL"] {
            dictionary.remove(key);
        }
        dictionary.set(b"Filter", Object::Name(b"FlateDecode".to_vec()));
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        // Writing to a vector cannot fail.
        let _ = encoder.write_all(data);
        let encoded = encoder.finish().unwrap_or_default();
        let stream = New::Stream(dictionary, encoded);
        self.changed.insert(at.number, stream);
    }

    /// Adds a stream.
    pub(super) fn add_stream(&mut self, data: &[u8]) -> Result<Reference, ReadPdf> {
        let reference = update::new(self.next);
        self.next = self.next.checked_add(1).ok_or(ReadPdf::Limit {
            what: "objects",
            limit: u32::MAX.into(),
        })?;
        self.set_stream(reference, Dictionary::default(), data);
        Ok(reference)
    }

    /// Leaves an object out: references to it are to nothing.
    pub(super) fn leave_out(&mut self, reference: Reference) {
        self.gone.insert(reference.number);
    }

    /// How many are.
    pub(super) fn left_out(&self) -> usize {
        self.gone.len()
    }

    /// Whether an object is left out.
    pub(super) fn is_left_out(&self, reference: Reference) -> bool {
        self.gone.contains(&reference.number)
    }
}
