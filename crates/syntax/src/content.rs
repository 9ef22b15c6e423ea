//! Content streams, operator by operator (ISO 32000-2, 7.8.2), as far as it must be known what they paint.

use crate::fault::ReadPdf;
use crate::lexer::{Lexer, is_delimiter, is_white};
use crate::object::Object;
use crate::parse::Parser;

/// Operators of one stream.
const MAX_OPERATORS: usize = 1_000_000;
/// Operands of one operator; a table of characters has a few hundred.
const MAX_OPERANDS: usize = 4_096;
/// Octets of an operator.
const MAX_WORD: usize = 32;

/// What is told an operator and its operands.
pub type Visit<'v> = &'v mut dyn FnMut(&[u8], &[Object]) -> Result<(), ReadPdf>;

/// Calls `visit` with each operator and its operands. A picture that stands in the content itself is told as `EI`.
///
/// # Errors
/// `Syntax` for what is no content, `Limit`, and what `visit` says.
pub fn operators(bytes: &[u8], visit: Visit<'_>) -> Result<(), ReadPdf> {
    operations(bytes, &mut |step| visit(step.operator, step.operands))
}

/// An operator, its operands, and which octets of the content they are.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'o> {
    /// The operator; a picture in the content is a `BI` without operands and an `EI` with all the rest.
    pub operator: &'o [u8],
    /// Its operands. What describes a picture is none.
    pub operands: &'o [Object],
    /// From the first operand, or the operator itself, to the end of the operator.
    pub octets: &'o [u8],
}

/// What is told an operation.
pub type Each<'v> = &'v mut dyn FnMut(Operation<'_>) -> Result<(), ReadPdf>;

/// As [`operators`], with the octets of each, so that content can be written again without some of it. Operands that
/// no operator follows are told to nobody.
///
/// # Errors
/// `Syntax` for what is no content, `Limit`, and what `visit` says.
pub fn operations(bytes: &[u8], visit: Each<'_>) -> Result<(), ReadPdf> {
    let mut lexer = Lexer::new(&bytes, 0, u64::MAX);
    let mut operands = Vec::new();
    let mut begun: Option<u64> = None;
    let mut count = 0_usize;
    loop {
        lexer.skip_white()?;
        let at = *begun.get_or_insert(lexer.position());
        match lexer.peek()? {
            None => return Ok(()),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'\'' | b'"') => {
                let word = word(&mut lexer)?;
                let operator: &[u8] = match word.as_slice() {
                    b"true" => {
                        operands.push(Object::Boolean(true));
                        b""
                    }
                    b"false" => {
                        operands.push(Object::Boolean(false));
                        b""
                    }
                    b"null" => {
                        operands.push(Object::Null);
                        b""
                    }
                    b"ID" => {
                        picture(&mut lexer)?;
                        operands.clear();
                        b"EI"
                    }
                    // What stands between BI and ID describes the picture, and belongs to it.
                    word => word,
                };
                if !operator.is_empty() {
                    visit(Operation {
                        operator,
                        operands: &operands,
                        octets: part(bytes, at, lexer.position()),
                    })?;
                    operands.clear();
                    begun = None;
                }
                count += 1;
            }
            Some(_) => operands.push(Parser::new(&mut lexer).object()?),
        }
        if count > MAX_OPERATORS || operands.len() > MAX_OPERANDS {
            return Err(ReadPdf::Limit {
                what: "operators of a content stream",
                limit: MAX_OPERATORS as u64,
            });
        }
    }
}

/// The octets between two places.
fn part(bytes: &[u8], from: u64, to: u64) -> &[u8] {
    let place = |at| usize::try_from(at).unwrap_or(usize::MAX);
    bytes.get(place(from)..place(to)).unwrap_or_default()
}

fn word(lexer: &mut Lexer<'_>) -> Result<Vec<u8>, ReadPdf> {
    let mut word = Vec::new();
    while let Some(octet) = lexer.peek()? {
        if is_white(octet) || is_delimiter(octet) {
            break;
        }
        if word.len() == MAX_WORD {
            return lexer.fault();
        }
        word.push(octet);
        lexer.octet()?;
    }
    Ok(word)
}

/// Passes the data of a picture: to the first `EI` between white space, where every reader stops (8.9.7).
fn picture(lexer: &mut Lexer<'_>) -> Result<(), ReadPdf> {
    let mut last = [b' '; 3];
    while let Some(octet) = lexer.octet()? {
        let ends = lexer.peek()?.is_none_or(is_white);
        if is_white(last[1]) && last[2] == b'E' && octet == b'I' && ends {
            return Ok(());
        }
        last = [last[1], last[2], octet];
    }
    lexer.fault()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &[u8]) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        let read = operators(text, &mut |word, operands| {
            found.push((String::from_utf8_lossy(word).into_owned(), operands.len()));
            Ok(())
        });
        assert_eq!(read, Ok(()));
        found
    }

    #[test]
    fn operators_come_with_their_operands() {
        let found = told(b"q 1 0 0 1 5 6 cm BT /F 9 Tf (a) Tj [(b)-3] TJ (c) ' ET % Q\nQ");
        let words: Vec<(&str, usize)> = found.iter().map(|(w, n)| (w.as_str(), *n)).collect();
        let wanted = [
            ("q", 0),
            ("cm", 6),
            ("BT", 0),
            ("Tf", 2),
            ("Tj", 1),
            ("TJ", 1),
            ("'", 1),
            ("ET", 0),
            ("Q", 0),
        ];
        assert_eq!(words, wanted);
    }

    #[test]
    fn octets_are_told_without_what_stands_between() {
        let mut found = Vec::new();
        operations(
            b" q%x\n1 0 m% y\n(a)Tj BI/W 1 ID \x00 EI Q 7",
            &mut |step| {
                found.push((step.octets.to_vec(), step.operands.len()));
                Ok(())
            },
        )
        .expect("content");
        let wanted: [(&[u8], usize); 6] = [
            (b"q", 0),
            (b"1 0 m", 2),
            (b"(a)Tj", 1),
            (b"BI", 0),
            (b"/W 1 ID \x00 EI", 0),
            (b"Q", 0),
        ];
        assert_eq!(
            found,
            wanted.map(|(octets, count)| (octets.to_vec(), count))
        );
    }

    #[test]
    fn a_picture_in_the_content_is_passed() {
        let found = told(b"BI /W 1 /H 1 ID \x00(EI)< EI f");
        let words: Vec<&str> = found.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, ["BI", "EI", "f"]);
        assert!(operators(b"BI ID EIx", &mut |_, _| Ok(())).is_err());
        assert!(operators(b"}", &mut |_, _| Ok(())).is_err());
    }
}
