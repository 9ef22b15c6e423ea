//! Objects from tokens (ISO 32000-2, 7.3): direct ones and the frame of indirect ones.

use std::ops::Range;
use std::rc::Rc;

use crate::fault::ReadPdf;
use crate::lexer::{Lexer, Token};
use crate::object::{Dictionary, Object, Reference, Stream};

/// Arrays and dictionaries in each other.
pub(crate) const MAX_NESTING: u8 = 64;
/// Values in one indirect object.
pub(crate) const MAX_VALUES: u32 = 262_144;
/// T-I7: object numbers.
pub const MAX_OBJECTS: u32 = 1_000_000;

/// An indirect object with its place.
#[derive(Debug)]
pub struct Indirect {
    /// Number and generation that it has.
    pub reference: Reference,
    /// What it is.
    pub object: Rc<Object>,
    /// From its number to the end of `endobj`.
    pub range: Range<u64>,
    /// If it is a dictionary, where the value of its /Contents stands.
    pub contents: Option<Range<u64>>,
}

/// Finds the length of a stream whose /Length is a reference.
pub type Length<'a> = &'a dyn Fn(Reference) -> Result<i64, ReadPdf>;

/// Reads objects from a lexer.
#[derive(Debug)]
pub struct Parser<'l, 's> {
    lexer: &'l mut Lexer<'s>,
    values: u32,
}

impl<'l, 's> Parser<'l, 's> {
    /// From where `lexer` stands.
    pub fn new(lexer: &'l mut Lexer<'s>) -> Parser<'l, 's> {
        Parser { lexer, values: 0 }
    }

    /// One direct object or reference.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn object(&mut self) -> Result<Object, ReadPdf> {
        let (token, at) = self.lexer.token()?;
        self.value(token, at, MAX_NESTING)
    }

    /// A dictionary, its `<<` still to come.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn dictionary(&mut self) -> Result<Dictionary, ReadPdf> {
        let (token, at) = self.lexer.token()?;
        if token != Token::OpenDictionary {
            return Err(ReadPdf::Syntax { at });
        }
        Ok(self.entries(MAX_NESTING)?.0)
    }

    /// `n g obj … endobj`.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn indirect(&mut self, length: Length<'_>) -> Result<Indirect, ReadPdf> {
        let (reference, start) = self.header()?;
        let (token, at) = self.lexer.token()?;
        let (object, contents) = if token == Token::OpenDictionary {
            let (dictionary, contents) = self.entries(MAX_NESTING)?;
            (Object::Dictionary(dictionary), contents)
        } else {
            (self.value(token, at, MAX_NESTING)?, None)
        };
        let (mut token, mut at) = self.lexer.token()?;
        let object = match object {
            Object::Dictionary(dictionary) if token == Token::Keyword(b"stream") => {
                let range = self.data(&dictionary, length)?;
                (token, at) = self.lexer.token()?;
                Object::Stream(Stream { dictionary, range })
            }
            other => other,
        };
        if token != Token::Keyword(b"endobj") {
            return Err(ReadPdf::Syntax { at });
        }
        Ok(Indirect {
            reference,
            object: Rc::new(object),
            range: start..self.lexer.position(),
            contents,
        })
    }

    /// `n g obj`, and where it begins.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn header(&mut self) -> Result<(Reference, u64), ReadPdf> {
        let (number, start) = self.lexer.token()?;
        let (generation, _) = self.lexer.token()?;
        let (keyword, _) = self.lexer.token()?;
        let wrong = ReadPdf::Syntax { at: start };
        match (number, generation, keyword) {
            (Token::Integer(number), Token::Integer(generation), Token::Keyword(keyword))
                if keyword == b"obj" =>
            {
                Ok((reference(number, generation).ok_or(wrong)?, start))
            }
            _ => Err(wrong),
        }
    }

    fn value(&mut self, token: Token, at: u64, depth: u8) -> Result<Object, ReadPdf> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(ReadPdf::Limit {
                what: "values in one object",
                limit: MAX_VALUES.into(),
            });
        }
        Ok(match token {
            Token::Integer(number) => self.number(number)?,
            Token::Real(number) => Object::Real(number),
            Token::String(string) => Object::String(string),
            Token::Name(name) => Object::Name(name),
            Token::OpenArray => self.array(deeper(depth)?)?,
            Token::OpenDictionary => Object::Dictionary(self.entries(deeper(depth)?)?.0),
            Token::Keyword(word) => match word {
                b"true" => Object::Boolean(true),
                b"false" => Object::Boolean(false),
                b"null" => Object::Null,
                _ => return Err(ReadPdf::Syntax { at }),
            },
            Token::CloseArray | Token::CloseDictionary | Token::End => {
                return Err(ReadPdf::Syntax { at });
            }
        })
    }

    /// A number, or the reference that begins with it.
    fn number(&mut self, number: i64) -> Result<Object, ReadPdf> {
        let after = self.lexer.position();
        if number > 0
            && let (Token::Integer(generation), at) = self.lexer.token()?
            && let (Token::Keyword(word), _) = self.lexer.token()?
            && word == b"R"
        {
            return reference(number, generation)
                .map(Object::Reference)
                .ok_or(ReadPdf::Syntax { at });
        }
        self.lexer.seek(after);
        Ok(Object::Integer(number))
    }

    fn array(&mut self, depth: u8) -> Result<Object, ReadPdf> {
        let mut elements = Vec::new();
        loop {
            match self.lexer.token()? {
                (Token::CloseArray, _) => return Ok(Object::Array(elements)),
                (token, at) => elements.push(self.value(token, at, depth)?),
            }
        }
    }

    fn entries(&mut self, depth: u8) -> Result<(Dictionary, Option<Range<u64>>), ReadPdf> {
        let mut entries = Vec::new();
        let mut contents = None;
        loop {
            let key = match self.lexer.token()? {
                (Token::CloseDictionary, at) => {
                    // 7.3.7: no two entries have the same key; readers differ on which they take.
                    return match Dictionary::new(entries) {
                        Ok(dictionary) => Ok((dictionary, contents)),
                        Err(_) => Err(ReadPdf::DuplicateKey { at }),
                    };
                }
                (Token::Name(key), _) => key,
                (_, at) => return Err(ReadPdf::Syntax { at }),
            };
            let (token, at) = self.lexer.token()?;
            let value = self.value(token, at, depth)?;
            if key == b"Contents" {
                contents = Some(at..self.lexer.position());
            }
            entries.push((key, value));
        }
    }

    /// The data after `stream` (7.3.8.1).
    fn data(&mut self, dictionary: &Dictionary, length: Length<'_>) -> Result<Range<u64>, ReadPdf> {
        // A lone carriage return is not enough: data that begin with a line feed would be ambiguous.
        if !self.lexer.take(b"\r\n")? && !self.lexer.take(b"\n")? {
            return self.lexer.fault();
        }
        let start = self.lexer.position();
        let wrong = ReadPdf::StreamLength { at: start };
        let length = match dictionary.value(b"Length") {
            Some(Object::Integer(length)) => *length,
            Some(Object::Reference(reference)) => length(*reference)?,
            _ => return Err(wrong),
        };
        let end = u64::try_from(length)
            .ok()
            .and_then(|length| start.checked_add(length))
            .filter(|end| *end <= self.lexer.end())
            .ok_or(wrong)?;
        self.lexer.seek(end);
        self.lexer.line_end()?;
        if !self.lexer.take(b"endstream")? {
            return Err(wrong);
        }
        Ok(start..end)
    }
}

fn deeper(depth: u8) -> Result<u8, ReadPdf> {
    depth.checked_sub(1).ok_or(ReadPdf::Limit {
        what: "arrays and dictionaries in each other",
        limit: MAX_NESTING.into(),
    })
}

/// 7.3.10: the number is positive, the generation not negative.
fn reference(number: i64, generation: i64) -> Option<Reference> {
    Some(Reference {
        number: u32::try_from(number).ok().filter(|number| *number > 0)?,
        generation: u16::try_from(generation).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &[u8]) -> Result<Object, ReadPdf> {
        Parser::new(&mut Lexer::new(&text, 0, u64::MAX)).object()
    }

    fn indirect(text: &[u8]) -> Result<Indirect, ReadPdf> {
        Parser::new(&mut Lexer::new(&text, 0, u64::MAX)).indirect(&|_| Ok(3))
    }

    #[test]
    fn numbers_and_references_are_told_apart() {
        let Ok(Object::Array(found)) = object(b"[1 2 3 0 R 4 R]") else {
            assert!(object(b"[1 2 3 0 R 4 R]").is_err(), "R without generation");
            let found = object(b"[1 2 3 0 R 4 5]").expect("well-formed");
            let third = found.as_array().and_then(|array| array.get(2)).cloned();
            let reference = Reference {
                number: 3,
                generation: 0,
            };
            assert_eq!(third, Some(Object::Reference(reference)));
            return;
        };
        panic!("R without a number before it: {found:?}");
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused_even_spelt_otherwise() {
        assert!(matches!(
            object(b"<</A 1/#41 2>>"),
            Err(ReadPdf::DuplicateKey { .. })
        ));
    }

    #[test]
    fn a_stream_ends_where_its_length_says() {
        let found =
            indirect(b"5 0 obj<</Length 3>>stream\nabc\nendstream endobj x").expect("well-formed");
        let stream = found.object.as_stream().expect("a stream");
        assert_eq!((stream.range.clone(), found.range), (27..30, 0..47));
        assert!(indirect(b"5 0 obj<</Length 7 0 R>>stream\r\nabcendstream\nendobj").is_ok());
        // The line end before the keyword is no data, one octet more is.
        assert!(indirect(b"5 0 obj<</Length 4>>stream\nabc\n\nendstream endobj").is_ok());
        for length in ["2", "5", "-1", "999", "9223372036854775807", "3.0"] {
            let text = format!("5 0 obj<</Length {length}>>stream\nabc\nendstream endobj");
            let refused = indirect(text.as_bytes()).map(|_| ());
            assert!(
                matches!(refused, Err(ReadPdf::StreamLength { .. })),
                "{text}"
            );
        }
        assert!(indirect(b"5 0 obj<<>>stream\nabc\nendstream endobj").is_err());
        assert!(indirect(b"5 0 obj<</Length 3>>stream\rabc\nendstream endobj").is_err());
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
        assert!(object(&nested(MAX_NESTING.into())).is_ok());
        assert!(matches!(
            object(&nested(usize::from(MAX_NESTING) + 1)),
            Err(ReadPdf::Limit { .. })
        ));
    }
}
