//! Object streams (ISO 32000-2, 7.5.7), expanded.

use std::collections::BTreeSet;

use crate::fault::ReadPdf;
use crate::lexer::{Lexer, Token};
use crate::object::{Dictionary, Object};
use crate::parse::{MAX_OBJECTS, Parser};

/// Octets of one object stream, expanded.
pub const MAX_PACKED: u64 = 16 * 1024 * 1024;

/// The objects of one object stream.
#[derive(Debug)]
pub struct Packed {
    number: u32,
    /// Where the stream object is: what it is known by.
    pub offset: u64,
    data: Vec<u8>,
    /// Object numbers and where they begin, in order.
    index: Vec<(u32, u64)>,
}

impl Packed {
    /// Reads the numbers and offsets at the beginning of `data`.
    ///
    /// # Errors
    /// `ObjectStream`, and what is no syntax.
    pub fn new(
        number: u32,
        offset: u64,
        dictionary: &Dictionary,
        data: Vec<u8>,
    ) -> Result<Packed, ReadPdf> {
        let wrong = ReadPdf::ObjectStream { number };
        let positive = |key: &[u8]| {
            dictionary
                .integer(key)
                .and_then(|value| u32::try_from(value).ok())
                .ok_or(wrong)
        };
        if dictionary.name(b"Type") != Some(b"ObjStm") {
            return Err(wrong);
        }
        let count = positive(b"N")?;
        let first = u64::from(positive(b"First")?);
        // Each pair takes four octets at least.
        if u64::from(count) * 4 > data.len() as u64 + 1 || first > data.len() as u64 {
            return Err(wrong);
        }
        let mut index = Vec::with_capacity(usize::try_from(count).map_err(|_| wrong)?);
        let mut numbers = BTreeSet::new();
        let mut lexer = Lexer::new(&data, 0, first);
        for _ in 0..count {
            let (Token::Integer(object), _) = lexer.token()? else {
                return Err(wrong);
            };
            let (Token::Integer(at), _) = lexer.token()? else {
                return Err(wrong);
            };
            let object = u32::try_from(object).map_err(|_| wrong)?;
            let at = u64::try_from(at).map_err(|_| wrong)?;
            let at = first.checked_add(at).ok_or(wrong)?;
            // Readers differ on which of two they take.
            if object == 0 || object > MAX_OBJECTS || !numbers.insert(object) {
                return Err(wrong);
            }
            index.push((object, at));
        }
        Ok(Packed {
            number,
            offset,
            data,
            index,
        })
    }

    /// The object at `index`, which must be `number`, and how many octets were read for it.
    ///
    /// # Errors
    /// `ObjectStream`, `Limit`.
    pub fn object(&self, index: u32, number: u32) -> Result<(Object, u64), ReadPdf> {
        let wrong = ReadPdf::ObjectStream {
            number: self.number,
        };
        let at = usize::try_from(index).map_err(|_| wrong)?;
        let Some((_, start)) = self.index.get(at).filter(|(found, _)| *found == number) else {
            return Err(wrong);
        };
        let mut lexer = Lexer::new(&self.data, *start, u64::MAX);
        let found = Parser::new(&mut lexer).object();
        let octets = lexer.position().saturating_sub(*start);
        match found {
            Ok(object) => Ok((object, octets)),
            Err(limit @ ReadPdf::Limit { .. }) => Err(limit),
            Err(_) => Err(wrong),
        }
    }

    /// The numbers of its objects, in order.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.index.iter().map(|(number, _)| *number)
    }
}
