//! The chain of cross-reference sections, followed from the end of the file, and the revisions it makes
//! (ISO 32000-2, 7.5.6).

use std::collections::BTreeMap;
use std::ops::Range;

use syntax::{
    Dictionary, Entry, Footer, Lexer, Place, ReadPdf, Reference, Section, SectionKind, Source,
    footer, is_white, section,
};

/// T-I7: cross-reference sections.
pub(crate) const MAX_SECTIONS: usize = 1_000;
/// Entries in all sections together.
pub(crate) const MAX_ENTRIES: usize = 1_000_000;
/// How far from the end `startxref` is looked for.
const TAIL: u64 = 2_048;

/// A revision: what one update, or the first writing, put into the file.
#[derive(Debug)]
pub(crate) struct Revision {
    /// What `startxref` says of it.
    pub(crate) at: u64,
    pub(crate) kind: SectionKind,
    pub(crate) entries: Vec<Entry>,
    pub(crate) trailer: Dictionary,
    /// Its first octet.
    pub(crate) start: u64,
    /// After `%%EOF`, and after the line end that follows it.
    pub(crate) mark: u64,
    pub(crate) end_of_line: u64,
    /// Octets of its section, trailer and footer.
    pub(crate) ranges: Vec<Range<u64>>,
    /// Object numbers of its cross-reference streams.
    pub(crate) streams: Vec<u32>,
}

impl Revision {
    /// What this revision's own section says about an object.
    pub(crate) fn place(&self, number: u32) -> Option<Place> {
        let at = self
            .entries
            .binary_search_by_key(&number, |entry| entry.number);
        at.ok()
            .and_then(|at| self.entries.get(at))
            .map(Entry::place)
    }

    /// The catalog, as the trailer names it.
    pub(crate) fn root(&self) -> Option<Reference> {
        self.trailer.value(b"Root")?.as_reference()
    }
}

/// All revisions, oldest first, and the octets that stand behind the last.
pub(crate) struct Chain {
    pub(crate) revisions: Vec<Revision>,
    pub(crate) tail: Range<u64>,
}

/// Follows the chain.
///
/// # Errors
/// Every fault of header, footer, sections and their order.
pub(crate) fn chain(source: &dyn Source) -> Result<Chain, ReadPdf> {
    header(source)?;
    let last = last_footer(source)?;
    let mut sections: Vec<Section> = Vec::new();
    let mut next = Some(last.startxref);
    let mut room = MAX_ENTRIES;
    while let Some(at) = next {
        if sections.iter().any(|section| section.at == at) {
            return Err(ReadPdf::Chain { at });
        }
        if sections.len() == MAX_SECTIONS {
            return Err(ReadPdf::Limit {
                what: "cross-reference sections",
                limit: MAX_SECTIONS as u64,
            });
        }
        let section = section(source, at, last.end_of_line, room)?;
        room -= section.entries.len();
        next = section.previous;
        sections.push(section);
    }
    let revisions = revisions(sections)?;
    let closed = revisions
        .last()
        .is_some_and(|revision| revision.mark == last.end && revision.at == last.startxref);
    if !closed {
        return Err(ReadPdf::StartXref);
    }
    let mut tail = last.end_of_line..source.length();
    let mut lexer = Lexer::new(source, tail.start, tail.end);
    // White space behind the end is nothing; anything else is told as a change.
    while lexer.peek()?.is_some_and(is_white) {
        lexer.octet()?;
    }
    tail.start = lexer.position();
    Ok(Chain { revisions, tail })
}

/// The object streams that sections name, each with the first revision that does.
pub(crate) fn containers(revisions: &[Revision]) -> BTreeMap<u32, usize> {
    let mut found = BTreeMap::new();
    for (at, revision) in revisions.iter().enumerate() {
        for entry in &revision.entries {
            if let Place::In { container, .. } = entry.place() {
                found.entry(container).or_insert(at);
            }
        }
    }
    found
}

/// 7.5.2: `%PDF-1.0` to `%PDF-1.7` and `%PDF-2.0`, at offset 0: every offset counts from there.
fn header(source: &dyn Source) -> Result<(), ReadPdf> {
    let mut found = [0; 9];
    source.read_at(0, &mut found).map_err(|fault| match fault {
        ReadPdf::Truncated { .. } => ReadPdf::Header,
        other => other,
    })?;
    let known = match found.strip_prefix(b"%PDF-") {
        Some([b'1', b'.', b'0'..=b'7', after] | [b'2', b'.', b'0', after]) => is_white(*after),
        _ => false,
    };
    if known { Ok(()) } else { Err(ReadPdf::Header) }
}

/// 7.5.5: the last `startxref`.
fn last_footer(source: &dyn Source) -> Result<Footer, ReadPdf> {
    const WORD: &[u8] = b"startxref";
    let length = source.length();
    let start = length.saturating_sub(TAIL);
    let mut tail = vec![0; usize::try_from(length - start).unwrap_or(0)];
    source.read_at(start, &mut tail)?;
    let at = tail
        .windows(WORD.len())
        .rposition(|window| window == WORD)
        .ok_or(ReadPdf::StartXref)?;
    let mut lexer = Lexer::new(source, start + at as u64, length);
    footer(&mut lexer)
}

/// Sections, newest first, as revisions, oldest first.
fn revisions(mut sections: Vec<Section>) -> Result<Vec<Revision>, ReadPdf> {
    let mut revisions: Vec<Revision> = Vec::new();
    let mut oldest = None;
    if let [.., first_page, rest] = sections.as_slice()
        && rest.at > first_page.at
    {
        oldest = sections.pop();
    }
    while let Some(section) = sections.pop() {
        let start = revisions.last().map_or(0, |revision| revision.mark);
        let mut revision = match oldest.take() {
            Some(rest) => linearized(section, rest)?,
            None => {
                let at = section.at;
                match section.startxref {
                    None => return Err(ReadPdf::MalformedSection { at }),
                    Some(said) if said != at => return Err(ReadPdf::Chain { at }),
                    Some(_) => {}
                }
                plain(section)
            }
        };
        // 7.5.6: an update stands behind all that was there before.
        if revision.at < start && !revisions.is_empty() {
            return Err(ReadPdf::Chain { at: revision.at });
        }
        if !revisions.is_empty() && revision.ranges.iter().any(|range| range.start < start) {
            return Err(ReadPdf::Chain { at: revision.at });
        }
        if revision.root().is_none() {
            return Err(ReadPdf::Trailer { at: revision.at });
        }
        revision.start = start;
        revisions.push(revision);
    }
    Ok(revisions)
}

fn plain(section: Section) -> Revision {
    Revision {
        at: section.at,
        kind: section.kind,
        entries: section.entries,
        trailer: section.trailer,
        start: 0,
        mark: section.mark,
        end_of_line: section.end_of_line,
        ranges: section.ranges,
        streams: section.streams,
    }
}

/// Annex F: a file ordered for the first page has its section in two parts, written at once. The first part
/// stands before the second and names it as /Prev; `startxref` at the end of the file names the first part.
fn linearized(first: Section, rest: Section) -> Result<Revision, ReadPdf> {
    let chain = ReadPdf::Chain { at: rest.at };
    if rest.startxref != Some(first.at) || first.mark > rest.at {
        return Err(chain);
    }
    let mut revision = plain(first);
    revision.entries.extend(rest.entries);
    revision.entries.sort_unstable_by_key(|entry| entry.number);
    let twice = revision.entries.windows(2).find_map(|pair| match pair {
        [one, other] if one.number == other.number => Some(one.number),
        _ => None,
    });
    if let Some(number) = twice {
        return Err(ReadPdf::DuplicateEntry { number });
    }
    revision.mark = rest.mark;
    revision.end_of_line = rest.end_of_line;
    revision.ranges.extend(rest.ranges);
    revision.streams.extend(rest.streams);
    Ok(revision)
}
