//! The classic table with its trailer (ISO 32000-2, 7.5.4, 7.5.5) and the stream of a hybrid file (7.5.8.4).

use std::collections::BTreeSet;

use crate::fault::ReadPdf;
use crate::lexer::{Lexer, Token};
use crate::parse::{MAX_OBJECTS, Parser};
use crate::source::Source;

use crate::xref::entry::{Entry, Place};
use crate::xref::section::{Section, SectionKind, offset, too_many_objects};
use crate::xref::stream;

/// Octets of one entry (7.5.4).
const ENTRY: usize = 20;
/// Entries read at once.
const BATCH: u64 = 512;

/// Reads what follows `xref`.
pub(super) fn read(
    source: &dyn Source,
    lexer: &mut Lexer<'_>,
    at: u64,
    room: usize,
) -> Result<Section, ReadPdf> {
    let wrong = ReadPdf::MalformedSection { at };
    let mut entries = Vec::new();
    loop {
        match lexer.token()? {
            (Token::Keyword(word), _) if word == b"trailer" => break,
            (Token::Integer(first), _) => {
                let (Token::Integer(count), _) = lexer.token()? else {
                    return Err(wrong);
                };
                subsection(source, lexer, at, (first, count), &mut entries)?;
                if entries.len() > room {
                    return Err(too_many_objects());
                }
            }
            _ => return Err(wrong),
        }
    }
    let trailer = Parser::new(lexer).dictionary()?;
    let previous = offset(&trailer, b"Prev", at)?;
    let mut read = Section {
        at,
        kind: SectionKind::Table,
        entries,
        previous,
        startxref: None,
        mark: 0,
        end_of_line: 0,
        ranges: std::iter::once(at..lexer.position()).collect(),
        streams: Vec::new(),
        trailer,
    };
    if let Some(place) = offset(&read.trailer, b"XRefStm", at)? {
        // 7.5.8.4: the stream's entries come after the table's and before those of /Prev. It stands before the
        // table; nothing else of it (its own /Prev, its /Root) counts.
        if place >= at {
            return Err(ReadPdf::Chain { at: place });
        }
        let mut lexer = Lexer::new(source, place, at);
        let left = room.saturating_sub(read.entries.len());
        let hidden = stream::read(source, &mut lexer, place, left)?;
        read.kind = SectionKind::Hybrid;
        // 7.5.8.4: what the stream has the table lists as free, for readers that know no such streams. An object
        // that both have stays there twice and is refused.
        let numbers: BTreeSet<u32> = hidden.entries.iter().map(|entry| entry.number).collect();
        read.entries
            .retain(|entry| entry.place() != Place::Free || !numbers.contains(&entry.number));
        read.entries.extend(hidden.entries);
        read.ranges.extend(hidden.ranges);
        read.streams.extend(hidden.streams);
    }
    Ok(read)
}

fn subsection(
    source: &dyn Source,
    lexer: &mut Lexer<'_>,
    at: u64,
    (first, count): (i64, i64),
    entries: &mut Vec<Entry>,
) -> Result<(), ReadPdf> {
    let wrong = ReadPdf::MalformedSection { at };
    let first = u32::try_from(first).map_err(|_| wrong)?;
    let count = u32::try_from(count).map_err(|_| wrong)?;
    let end = first.checked_add(count).ok_or(wrong)?;
    if end > MAX_OBJECTS + 1 {
        return Err(too_many_objects());
    }
    if count == 0 {
        return Ok(());
    }
    // A blank after the count is common and harmless; then exactly one line end.
    while lexer.take(b" ")? {}
    if !lexer.line_end()? {
        return Err(wrong);
    }
    let mut place = lexer.position();
    let length = u64::from(count) * ENTRY as u64;
    if place
        .checked_add(length)
        .is_none_or(|end| end > lexer.end())
    {
        return Err(wrong);
    }
    let mut rows = vec![0; usize::try_from(length.min(BATCH * ENTRY as u64)).unwrap_or(0)];
    let mut number = first;
    while number < end {
        let left = usize::try_from(end - number).unwrap_or(usize::MAX) * ENTRY;
        rows.truncate(left);
        source.read_at(place, &mut rows)?;
        for row in rows.chunks_exact(ENTRY) {
            entries.push(Entry::new(number, entry(row, number).ok_or(wrong)?));
            number += 1;
        }
        place += rows.len() as u64;
    }
    lexer.seek(place);
    Ok(())
}

/// `nnnnnnnnnn ggggg n` and a line end of two octets.
fn entry(row: &[u8], number: u32) -> Option<Place> {
    let digits = |part: &[u8]| {
        part.iter().try_fold(0_u64, |value, digit| {
            digit
                .is_ascii_digit()
                .then(|| value * 10 + u64::from(digit - b'0'))
        })
    };
    let offset = digits(row.get(..10)?)?;
    let generation = digits(row.get(11..16)?)?;
    let blanks = [row.get(10)?, row.get(16)?];
    let ends_well = matches!(row.get(18..)?, b" \r" | b" \n" | b"\r\n");
    if blanks != [&b' ', &b' '] || !ends_well {
        return None;
    }
    match row.get(17)? {
        b'n' if number > 0 => Some(Place::At {
            offset,
            generation: u16::try_from(generation).ok()?,
        }),
        b'f' => Some(Place::Free),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_exactly_its_twenty_octets() {
        let at = Some(Place::At {
            offset: 17,
            generation: 0,
        });
        assert_eq!(entry(b"0000000017 00000 n \n", 3), at);
        assert_eq!(entry(b"0000000017 00000 n\r\n", 3), at);
        assert_eq!(entry(b"0000000000 65535 f \r", 0), Some(Place::Free));
        for wrong in [
            b"0000000017 00000 n\n0".as_slice(),
            b"       17 00000 n \n ",
            b"0000000017 00000 x \n",
            b"0000000017 99999 n \n",
            b"0000000017-00000 n \n",
        ] {
            assert_eq!(entry(wrong, 3), None, "{wrong:?}");
        }
        assert_eq!(
            entry(b"0000000017 00000 n \n", 0),
            None,
            "object 0 is never used"
        );
    }
}
