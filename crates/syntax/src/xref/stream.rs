//! The cross-reference stream (ISO 32000-2, 7.5.8): rows of binary fields, its dictionary is the trailer.

use std::rc::Rc;

use crate::fault::ReadPdf;
use crate::filter::{collect, decoder, filters};
use crate::lexer::Lexer;
use crate::object::{Dictionary, Object};
use crate::parse::{MAX_OBJECTS, Parser};
use crate::source::Source;

use crate::xref::entry::{Entry, Place};
use crate::xref::section::{Section, SectionKind, offset, size_of, too_many_objects};

/// Octets of one field.
const MAX_WIDTH: u64 = 8;

/// Reads the stream object at `at`.
pub(super) fn read(
    source: &dyn Source,
    lexer: &mut Lexer<'_>,
    at: u64,
    room: usize,
) -> Result<Section, ReadPdf> {
    let missing = ReadPdf::Section { at };
    let wrong = ReadPdf::MalformedSection { at };
    // 7.5.8.2: nothing of it can be looked up before it is read, so /Length is direct.
    let indirect = Parser::new(lexer)
        .indirect(&|_| Err(wrong))
        .map_err(|fault| match fault {
            ReadPdf::Syntax { .. } => missing,
            other => other,
        })?;
    let Object::Stream(stream) = Rc::unwrap_or_clone(indirect.object) else {
        return Err(missing);
    };
    // `at` is where the number begins, not white space before it.
    if indirect.range.start != at || stream.dictionary.name(b"Type") != Some(b"XRef") {
        return Err(missing);
    }
    let trailer = stream.dictionary;
    let widths = widths(&trailer).ok_or(wrong)?;
    let size = size_of(&trailer, at)?;
    let parts = parts(&trailer, size).ok_or(wrong)?;
    let rows: u64 = parts.iter().map(|(_, count)| u64::from(*count)).sum();
    if rows > room as u64 {
        return Err(too_many_objects());
    }
    let row: u64 = widths.iter().map(|width| *width as u64).sum();
    let filters = filters(&trailer).ok_or(ReadPdf::Filter {
        at: stream.range.start,
    })?;
    let data = collect(
        // Before a predictor is undone each row has one octet more.
        decoder(source, stream.range.clone(), &filters, rows * (row + 1)),
        stream.range.start,
    )?;
    if data.len() as u64 != rows * row {
        return Err(wrong);
    }
    let numbers = parts
        .iter()
        .flat_map(|(first, count)| *first..*first + *count);
    let row = usize::try_from(row).map_err(|_| wrong)?;
    let mut entries = Vec::with_capacity(data.len() / row);
    for (number, row) in numbers.zip(data.chunks_exact(row)) {
        entries.push(Entry::new(number, place(row, widths, number).ok_or(wrong)?));
    }
    Ok(Section {
        at,
        kind: SectionKind::Stream,
        entries,
        previous: offset(&trailer, b"Prev", at)?,
        startxref: None,
        mark: 0,
        end_of_line: 0,
        ranges: std::iter::once(indirect.range).collect(),
        streams: vec![indirect.reference.number],
        trailer,
    })
}

/// /W: three widths, none above eight, not all nothing.
fn widths(trailer: &Dictionary) -> Option<[usize; 3]> {
    let [one, two, three] = trailer.value(b"W")?.as_array()? else {
        return None;
    };
    let width = |value: &Object| {
        value
            .as_integer()
            .and_then(|width| u64::try_from(width).ok())
            .filter(|width| *width <= MAX_WIDTH)
            .and_then(|width| usize::try_from(width).ok())
    };
    let widths = [width(one)?, width(two)?, width(three)?];
    (widths[1] > 0).then_some(widths)
}

/// /Index: pairs of first number and count, ascending, not into each other; without it all of /Size.
fn parts(trailer: &Dictionary, size: u32) -> Option<Vec<(u32, u32)>> {
    let Some(index) = trailer.value(b"Index") else {
        return Some(vec![(0, size)]);
    };
    let index = index.as_array()?;
    let mut parts = Vec::new();
    let mut free_from = 0;
    for pair in index.chunks(2) {
        let [first, count] = pair else { return None };
        let first = u32::try_from(first.as_integer()?).ok()?;
        let count = u32::try_from(count.as_integer()?).ok()?;
        let end = first.checked_add(count)?;
        if first < free_from || end > MAX_OBJECTS + 1 {
            return None;
        }
        free_from = end;
        parts.push((first, count));
    }
    Some(parts)
}

fn place(row: &[u8], widths: [usize; 3], number: u32) -> Option<Place> {
    let (first, rest) = row.split_at_checked(widths[0])?;
    let (second, third) = rest.split_at_checked(widths[1])?;
    let value = |field: &[u8]| {
        field
            .iter()
            .fold(0_u64, |value, octet| value << 8 | u64::from(*octet))
    };
    // 7.5.8.3: a kind of no width is 1.
    let kind = if first.is_empty() { 1 } else { value(first) };
    match kind {
        0 => Some(Place::Free),
        1 if number > 0 => Some(Place::At {
            offset: value(second),
            generation: u16::try_from(value(third)).ok()?,
        }),
        2 if number > 0 => Some(Place::In {
            container: u32::try_from(value(second)).ok().filter(|container| {
                // 7.5.7: an object stream holds no object stream, itself least of all.
                *container > 0 && *container <= MAX_OBJECTS && *container != number
            })?,
            index: u32::try_from(value(third)).ok()?,
        }),
        // 7.5.8.3 lets readers take other kinds as null; what they mean is not known, so nothing is said.
        _ => None,
    }
}
