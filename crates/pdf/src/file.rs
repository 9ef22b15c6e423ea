//! A file and its objects as each revision sees them (ISO 32000-2, 7.5.6, 7.5.7).

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use syntax::{
    Dictionary, Indirect, Lexer, MAX_EXPANDED, MAX_FILTERS, MAX_PACKED, Object, Packed, Parser,
    Place, ReadPdf, Reference, SectionKind, Source, Stream, collect, decoder, fault, filters,
};

use crate::chain::{Chain, Revision, chain, containers};
use crate::kept::Kept;

/// T-I7: octets of all expanded streams together.
pub(crate) const MAX_EXPANDED_TOTAL: u64 = 500 * 1024 * 1024;
/// Objects read in the life of a [`File`]; walks count together. Of the dearest a million take four seconds (T-I3).
pub(crate) const MAX_READS: u64 = 1_000_000;
/// Octets of objects taken apart in the life of a [`File`]: an object is looked at anew for each revision that is
/// compared, so a file with few large ones would cost their product (T-I3).
pub(crate) const MAX_PARSED: u64 = 1024 * 1024 * 1024;
/// Octets of content, and of tables of characters, that are followed in the life of a [`File`]: forms paint forms, so
/// a small file could ask for any amount (T-I3).
pub(crate) const MAX_FOLLOWED: u64 = 64 * 1024 * 1024;
/// What the smallest of them counts as.
const LEAST_FOLLOWED: u64 = 1024;
/// What an object costs that was kept, as a part of its octets: it is copied or walked over, not taken apart.
const KEPT_PART: u64 = 4;
/// References that lead to references, and /Length that need other objects.
const MAX_STEPS: u8 = 8;
/// Object streams kept expanded.
const KEPT: usize = 4;

/// A file whose chain of cross-reference sections has been followed.
pub struct File<'s> {
    source: &'s dyn Source,
    revisions: Vec<Revision>,
    tail: Range<u64>,
    packed: RefCell<Vec<Rc<Packed>>>,
    kept: Kept,
    /// Object streams, each with the first revision whose section names it.
    containers: OnceCell<BTreeMap<u32, usize>>,
    expanded: Cell<u64>,
    followed: Cell<u64>,
    reads: Cell<u64>,
    parsed: Cell<u64>,
}

/// The objects as a revision sees them: its own, and those of earlier revisions that it does not replace.
#[derive(Clone, Copy)]
pub struct View<'f> {
    file: &'f File<'f>,
    revision: usize,
}

/// The cross-reference section of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionAt {
    /// Its form.
    pub kind: SectionKind,
    /// Its offset, as `startxref` says it.
    pub at: u64,
}

/// Reads the chain of cross-reference sections of a file, strictly.
///
/// # Errors
/// Every fault of header, sections, trailers and their order; nothing is repaired.
pub fn read(source: &dyn Source) -> Result<File<'_>, ReadPdf> {
    let Chain { revisions, tail } = chain(source)?;
    Ok(File {
        source,
        revisions,
        tail,
        packed: RefCell::default(),
        kept: Kept::default(),
        containers: OnceCell::new(),
        expanded: Cell::new(0),
        followed: Cell::new(0),
        reads: Cell::new(0),
        parsed: Cell::new(0),
    })
}

impl std::fmt::Debug for File<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("File")
            .field("length", &self.source.length())
            .field("revisions", &self.revisions.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("View")
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

impl File<'_> {
    /// How many revisions there are, at least one.
    #[must_use]
    pub fn revisions(&self) -> usize {
        self.revisions.len()
    }

    /// The objects as revision `revision` sees them, from 0; beyond the last, as the last does.
    #[must_use]
    pub fn at(&self, revision: usize) -> View<'_> {
        View {
            file: self,
            revision: revision.min(self.revisions.len().saturating_sub(1)),
        }
    }

    /// The objects as the last revision sees them.
    #[must_use]
    pub fn latest(&self) -> View<'_> {
        self.at(usize::MAX)
    }

    /// The bytes.
    pub(crate) fn source(&self) -> &dyn Source {
        self.source
    }

    /// Octets behind the last revision that are not white space.
    #[must_use]
    pub fn tail(&self) -> Range<u64> {
        self.tail.clone()
    }

    fn count_read(&self) -> Result<(), ReadPdf> {
        let reads = self.reads.get() + 1;
        self.reads.set(reads);
        ReadPdf::at_most(reads, MAX_READS, "objects read")
    }

    fn count_parsed(&self, more: u64) -> Result<(), ReadPdf> {
        let parsed = self.parsed.get().saturating_add(more);
        self.parsed.set(parsed);
        ReadPdf::at_most(parsed, MAX_PARSED, "octets of all objects read")
    }

    fn count_followed(&self, more: u64) -> Result<(), ReadPdf> {
        let followed = self.followed.get().saturating_add(more.max(LEAST_FOLLOWED));
        self.followed.set(followed);
        ReadPdf::at_most(followed, MAX_FOLLOWED, "octets of content that is followed")
    }

    fn count_expanded(&self, more: u64) -> Result<(), ReadPdf> {
        let expanded = self.expanded.get().saturating_add(more);
        self.expanded.set(expanded);
        ReadPdf::at_most(
            expanded,
            MAX_EXPANDED_TOTAL,
            "octets of all expanded streams",
        )
    }
}

impl<'f> View<'f> {
    /// The file's own record of this revision.
    pub(crate) fn own(&self) -> &'f Revision {
        self.file.revisions.get(self.revision).expect(
            "`File::at` keeps the number below the count, and a chain has a section at least",
        )
    }

    /// The file.
    pub(crate) fn file(&self) -> &'f File<'f> {
        self.file
    }

    /// Its number, from 0.
    #[must_use]
    pub fn revision(&self) -> usize {
        self.revision
    }

    /// The trailer.
    #[must_use]
    pub fn trailer(&self) -> &'f Dictionary {
        &self.own().trailer
    }

    /// Highest object number and one, over the whole file up to this revision: the largest /Size, which no entry
    /// reaches (7.5.5).
    #[must_use]
    pub fn size(&self) -> u32 {
        let upto = self.file.revisions.iter().take(self.revision + 1);
        let sizes = upto.filter_map(|revision| revision.trailer.integer(b"Size"));
        let largest = sizes.max().unwrap_or(0);
        u32::try_from(largest).unwrap_or(0)
    }

    /// References to all objects in use, in the order of their numbers.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let upto = self.file.revisions.iter().take(self.revision + 1);
        let numbers: BTreeSet<u32> = upto
            .flat_map(|revision| revision.entries.iter().map(|entry| entry.number))
            .collect();
        let in_use = numbers.into_iter();
        in_use.filter_map(|number| self.reference(number)).collect()
    }

    /// The revision's cross-reference section.
    #[must_use]
    pub fn section(&self) -> SectionAt {
        let own = self.own();
        SectionAt {
            kind: own.kind,
            at: own.at,
        }
    }

    /// Offset after the revision's `%%EOF` and its line end.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.own().end_of_line
    }

    /// The catalog.
    ///
    /// # Errors
    /// `Missing` if it is no dictionary, and what reading it meets.
    pub fn catalog(&self) -> Result<Dictionary, ReadPdf> {
        let missing = ReadPdf::Missing {
            what: "the catalog",
        };
        let root = self.own().root().ok_or(missing)?;
        match self.object(root)? {
            Object::Dictionary(catalog) => Ok(catalog),
            _ => Err(missing),
        }
    }

    /// Where an object is: the newest entry up to this revision, and the revision of that entry.
    pub(crate) fn place(&self, number: u32) -> Option<(Place, &'f Revision)> {
        let upto = self.file.revisions.get(..=self.revision)?;
        upto.iter()
            .rev()
            .find_map(|revision| Some((revision.place(number)?, revision)))
    }

    /// Whether an object stands in an object stream.
    #[must_use]
    pub fn is_compressed(&self, number: u32) -> bool {
        matches!(self.place(number), Some((Place::In { .. }, _)))
    }

    /// Whether an object is an object stream that has objects of this revision or of one before it.
    pub(crate) fn holds(&self, number: u32) -> bool {
        let read = || containers(&self.file.revisions);
        let containers = self.file.containers.get_or_init(read);
        containers
            .get(&number)
            .is_some_and(|first| *first <= self.revision)
    }

    /// Whether an object is a cross-reference stream of this revision or of one before it.
    pub(crate) fn was_section(&self, number: u32) -> bool {
        let mut upto = self.file.revisions.iter().take(self.revision + 1);
        upto.any(|revision| revision.streams.contains(&number))
    }

    /// An object under its number and its present generation; `None` if it is not in use.
    pub(crate) fn reference(&self, number: u32) -> Option<Reference> {
        let generation = match self.place(number)?.0 {
            Place::At { generation, .. } => generation,
            Place::In { .. } => 0,
            Place::Free => return None,
        };
        Some(Reference { number, generation })
    }

    /// Whether a reference leads to nothing since the object has another generation (7.3.10).
    pub(crate) fn is_of_other_generation(&self, reference: Reference) -> bool {
        let present = self.reference(reference.number);
        present.is_some_and(|present| present != reference)
    }

    /// An indirect object; null if it is free, absent or of another generation (7.3.10).
    ///
    /// # Errors
    /// What is wrong where its entry points.
    pub fn object(&self, reference: Reference) -> Result<Object, ReadPdf> {
        self.load(reference, MAX_STEPS).map(Rc::unwrap_or_clone)
    }

    /// As [`View::object`], not copied where it was kept.
    pub(crate) fn shared(&self, reference: Reference) -> Result<Rc<Object>, ReadPdf> {
        self.load(reference, MAX_STEPS)
    }

    /// What `object` is, after following references.
    ///
    /// # Errors
    /// `Circle` if references lead to references too often, and what [`View::object`] says.
    pub fn resolve(&self, object: &Object) -> Result<Object, ReadPdf> {
        let mut found = object.clone();
        for _ in 0..=MAX_STEPS {
            let Object::Reference(reference) = found else {
                return Ok(found);
            };
            found = self.object(reference)?;
        }
        Err(ReadPdf::Circle {
            number: object.as_reference().map_or(0, |first| first.number),
        })
    }

    /// The dictionary under `key`, after following references; none if something else or nothing stands there.
    pub(crate) fn dictionary(
        &self,
        from: &Dictionary,
        key: &[u8],
    ) -> Result<Option<Dictionary>, ReadPdf> {
        Ok(self.value(from, key)?.into_dictionary())
    }

    /// The dictionary that is an object; none if it is something else.
    pub(crate) fn dictionary_at(
        &self,
        reference: Reference,
    ) -> Result<Option<Dictionary>, ReadPdf> {
        Ok(self.object(reference)?.into_dictionary())
    }

    /// What stands under `key`, after following references; null if nothing does.
    ///
    /// # Errors
    /// As [`View::resolve`].
    pub fn value(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Object, ReadPdf> {
        match dictionary.value(key) {
            Some(value) => self.resolve(value),
            None => Ok(Object::Null),
        }
    }

    /// A plain object with its place in the file; `None` if it is free, absent or in an object stream.
    ///
    /// # Errors
    /// What is wrong where its entry points.
    pub(crate) fn indirect(&self, reference: Reference) -> Result<Option<Rc<Indirect>>, ReadPdf> {
        match self.place(reference.number) {
            Some((Place::At { offset, generation }, revision))
                if generation == reference.generation =>
            {
                self.plain(reference, offset, revision, MAX_STEPS).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn load(&self, reference: Reference, steps: u8) -> Result<Rc<Object>, ReadPdf> {
        match self.place(reference.number) {
            Some((Place::At { offset, generation }, revision))
                if generation == reference.generation =>
            {
                let found = self.plain(reference, offset, revision, steps)?;
                Ok(Rc::clone(&found.object))
            }
            Some((Place::In { container, index }, _)) if reference.generation == 0 => {
                self.file.count_read()?;
                self.file.count_parsed(0)?;
                let packed = self.packed(container, steps)?;
                let (object, octets) = packed.object(index, reference.number)?;
                self.file.count_parsed(octets)?;
                Ok(Rc::new(object))
            }
            _ => Ok(Rc::new(Object::Null)),
        }
    }

    fn plain(
        &self,
        reference: Reference,
        offset: u64,
        revision: &Revision,
        steps: u8,
    ) -> Result<Rc<Indirect>, ReadPdf> {
        let number = reference.number;
        self.file.count_read()?;
        self.file.count_parsed(0)?;
        if offset >= revision.mark {
            return Err(ReadPdf::OutsideRevision { number, at: offset });
        }
        let wrong = ReadPdf::WrongObject { number, at: offset };
        let place = (offset, revision.mark);
        if let Some((found, octets)) = self.file.kept.find(place) {
            self.file.count_parsed(octets / KEPT_PART + 1)?;
            return if found.reference == reference {
                Ok(found)
            } else {
                Err(wrong)
            };
        }
        let mut lexer = Lexer::new(self.file.source, offset, revision.mark);
        // What another object says of its length may be otherwise in another revision: not kept.
        let elsewhere = Cell::new(false);
        let length = |length: Reference| {
            elsewhere.set(true);
            let steps = steps.checked_sub(1).ok_or(ReadPdf::Circle { number })?;
            match *self.load(length, steps)? {
                Object::Integer(length) => Ok(length),
                _ => Err(ReadPdf::Type { what: "/Length" }),
            }
        };
        let found = Parser::new(&mut lexer).indirect(&length);
        // The data of a stream are stepped over.
        let data = found
            .as_ref()
            .ok()
            .and_then(|found| found.object.as_stream())
            .map_or(0, |stream| {
                stream.range.end.saturating_sub(stream.range.start)
            });
        let octets = lexer.position().saturating_sub(offset).saturating_sub(data);
        self.file.count_parsed(octets)?;
        let found = found.map_err(|fault| match fault {
            ReadPdf::Syntax { at } if at == offset => wrong,
            other => other,
        })?;
        // 7.5.4: the entry says where the number of this object begins.
        if found.reference != reference || found.range.start != offset {
            return Err(wrong);
        }
        let found = Rc::new(found);
        if !elsewhere.get() {
            self.file.kept.keep(place, &found, octets);
        }
        Ok(found)
    }

    /// An object stream, expanded (7.5.7).
    pub(crate) fn packed(&self, container: u32, steps: u8) -> Result<Rc<Packed>, ReadPdf> {
        let wrong = ReadPdf::ObjectStream { number: container };
        let steps = steps.checked_sub(1).ok_or(wrong)?;
        // 7.5.7: an object stream stands in no other.
        let Some((Place::At { offset, generation }, revision)) = self.place(container) else {
            return Err(wrong);
        };
        let mut kept = self
            .file
            .packed
            .try_borrow_mut()
            .map_err(|_| ReadPdf::Circle { number: container })?;
        if let Some(at) = kept.iter().position(|packed| packed.offset == offset) {
            let packed = kept.remove(at);
            kept.push(Rc::clone(&packed));
            return Ok(packed);
        }
        drop(kept);
        let reference = Reference {
            number: container,
            generation,
        };
        let found = self.plain(reference, offset, revision, steps)?;
        let Object::Stream(stream) = &*found.object else {
            return Err(wrong);
        };
        let data = self.expand(stream, MAX_PACKED)?;
        let packed = Rc::new(Packed::new(container, offset, &stream.dictionary, data)?);
        let mut kept = self.file.packed.borrow_mut();
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(Rc::clone(&packed));
        Ok(packed)
    }

    /// A stream's data, decoded.
    ///
    /// # Errors
    /// `Filter` for a filter that is unknown or a picture's, `Data`, `Limit`.
    pub fn decoded(&self, stream: &Stream) -> Result<Vec<u8>, ReadPdf> {
        self.expand(stream, MAX_EXPANDED)
    }

    /// The data of a stream that is to be followed, operator by operator.
    pub(crate) fn content(&self, stream: &Stream) -> Result<Vec<u8>, ReadPdf> {
        let content = self.decoded(stream)?;
        self.file.count_followed(content.len() as u64)?;
        Ok(content)
    }

    /// Octets that a table of characters counts as, beside its own.
    pub(crate) fn count_table(&self, octets: u64) -> Result<(), ReadPdf> {
        self.file.count_followed(octets)
    }

    fn expand(&self, stream: &Stream, limit: u64) -> Result<Vec<u8>, ReadPdf> {
        let data = collect(self.reader(stream, limit)?, stream.range.start)?;
        self.file.count_expanded(data.len() as u64)?;
        Ok(data)
    }

    /// Decodes a stream's data to see that they can be, without keeping them. Pictures are not decoded.
    ///
    /// # Errors
    /// As [`View::decoded`], except that a picture's filter is no fault.
    pub(crate) fn decodes(&self, stream: &Stream) -> Result<(), ReadPdf> {
        let at = stream.range.start;
        let mut reader = self.reader(stream, MAX_EXPANDED)?;
        let length =
            std::io::copy(&mut reader, &mut std::io::sink()).map_err(|error| fault(&error, at))?;
        self.file.count_expanded(length)
    }

    fn reader(&self, stream: &Stream, limit: u64) -> Result<Box<dyn std::io::Read + 'f>, ReadPdf> {
        let at = stream.range.start;
        let mut direct = Dictionary::default();
        for key in [b"F".as_slice(), b"FFilter", b"Filter", b"DecodeParms"] {
            let value = match self.value(&stream.dictionary, key)? {
                Object::Array(elements) => Object::Array(
                    elements
                        .iter()
                        .take(MAX_FILTERS + 1)
                        .map(|element| self.resolve(element))
                        .collect::<Result<_, _>>()?,
                ),
                value => value,
            };
            direct.set(key, value);
        }
        let filters = filters(&direct).ok_or(ReadPdf::Filter { at })?;
        Ok(decoder(
            self.file.source,
            stream.range.clone(),
            &filters,
            limit,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"%PDF-1.7\n1 0 obj<</Type/Catalog/A 2 0 R>>endobj\n2 0 obj null endobj\nxref\n0 3\n\
        0000000000 65535 f \n0000000009 00000 n \n0000000048 00000 n \ntrailer<</Size 3/Root 1 0 R>>\n\
        startxref\n68\n%%EOF\n";

    #[test]
    fn objects_are_taken_apart_to_the_limit_and_no_further() {
        let file = read(&FILE).expect("a sound file");
        let before = file.parsed.get();
        file.latest().catalog().expect("a catalog");
        let taken_apart = file.parsed.get() - before;
        assert!(taken_apart > 0, "what is read is counted");
        file.latest().catalog().expect("a catalog");
        let copied = file.parsed.get() - before - taken_apart;
        assert_eq!(
            copied,
            taken_apart / KEPT_PART + 1,
            "what was kept counts less"
        );
        let room = MAX_PARSED - file.parsed.get();
        assert_eq!(file.count_parsed(room), Ok(()));
        assert!(matches!(
            file.latest().catalog(),
            Err(ReadPdf::Limit {
                limit: MAX_PARSED,
                ..
            })
        ));
        assert!(file.count_parsed(0).is_err(), "and it stays so");
    }

    #[test]
    fn streams_expand_and_objects_are_read_to_the_limit_and_no_further() {
        let file = read(&FILE).expect("a sound file");
        assert_eq!(file.count_expanded(MAX_EXPANDED_TOTAL), Ok(()));
        assert!(matches!(
            file.count_expanded(1),
            Err(ReadPdf::Limit {
                limit: MAX_EXPANDED_TOTAL,
                ..
            })
        ));
        file.reads.set(MAX_READS - 1);
        file.latest().catalog().expect("the last that is read");
        assert!(matches!(
            file.latest().catalog(),
            Err(ReadPdf::Limit {
                limit: MAX_READS,
                ..
            })
        ));
    }
}
