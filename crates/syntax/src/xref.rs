//! Cross-reference sections (ISO 32000-2, 7.5.4, 7.5.8): a table or a stream, its trailer and where it ends.

use crate::fault::ReadPdf;
use crate::lexer::{Lexer, Token, is_white};
use crate::source::Source;

mod entry;
mod section;
mod stream;
mod table;

use section::size_of;

pub use entry::{Entry, Place};
pub use section::Section;
pub use section::SectionKind;

/// Reads the section at `at` of a file whose octets end at `end`; `room` entries may still come.
///
/// # Errors
/// `Section`, `MalformedSection`, `DuplicateEntry`, `Trailer`, `Limit`, `Encrypted`.
pub fn section(source: &dyn Source, at: u64, end: u64, room: usize) -> Result<Section, ReadPdf> {
    let mut lexer = Lexer::new(source, at, end);
    let mut read = if lexer.take(b"xref")? {
        table::read(source, &mut lexer, at, room)?
    } else {
        stream::read(source, &mut lexer, at, room)?
    };
    if read.trailer.value(b"Encrypt").is_some() {
        return Err(ReadPdf::Encrypted);
    }
    let end_of_section = lexer.position();
    match footer(&mut lexer) {
        Ok(footer) => {
            read.startxref = Some(footer.startxref);
            read.mark = footer.end;
            read.end_of_line = footer.end_of_line;
            read.ranges.push(footer.start..footer.end);
        }
        // Annex F: the first of the two sections of a file ordered for its first page needs none.
        Err(ReadPdf::StartXref | ReadPdf::Syntax { .. }) => {
            read.mark = end_of_section;
            read.end_of_line = end_of_section;
        }
        Err(fault) => return Err(fault),
    }
    sort(&mut read.entries)?;
    let size = size_of(&read.trailer, at)?;
    if let Some(last) = read.entries.last()
        && last.number >= size
    {
        // 7.5.5: such objects are undefined; readers differ on them.
        return Err(ReadPdf::MalformedSection { at });
    }
    Ok(read)
}

/// Sorts and refuses a number that is there twice.
fn sort(entries: &mut [Entry]) -> Result<(), ReadPdf> {
    entries.sort_unstable_by_key(|entry| entry.number);
    let twice = entries.windows(2).find_map(|pair| match pair {
        [one, other] if one.number == other.number => Some(one.number),
        _ => None,
    });
    match twice {
        Some(number) => Err(ReadPdf::DuplicateEntry { number }),
        None => Ok(()),
    }
}

/// `startxref`, its number and `%%EOF`.
#[derive(Debug)]
pub struct Footer {
    /// Offset of the word.
    pub start: u64,
    /// Its number.
    pub startxref: u64,
    /// After `%%EOF`.
    pub end: u64,
    /// After the line end that follows.
    pub end_of_line: u64,
}

/// Reads the footer that comes next.
///
/// # Errors
/// `StartXref` if it is not one.
pub fn footer(lexer: &mut Lexer<'_>) -> Result<Footer, ReadPdf> {
    let (keyword, start) = lexer.token()?;
    if keyword != Token::Keyword(b"startxref") {
        return Err(ReadPdf::StartXref);
    }
    let (Token::Integer(number), _) = lexer.token()? else {
        return Err(ReadPdf::StartXref);
    };
    let startxref = u64::try_from(number).map_err(|_| ReadPdf::StartXref)?;
    while lexer.peek()?.is_some_and(is_white) {
        lexer.octet()?;
    }
    if !lexer.take(b"%%EOF")? {
        return Err(ReadPdf::StartXref);
    }
    let end = lexer.position();
    lexer.line_end()?;
    Ok(Footer {
        start,
        startxref,
        end,
        end_of_line: lexer.position(),
    })
}
