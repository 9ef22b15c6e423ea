//! Stream filters (ISO 32000-2, 7.4) as readers in a row, so that a bomb costs time up to its limit and no memory.

use std::io::{Error, ErrorKind, Read, Result};
use std::ops::Range;

use flate2::read::ZlibDecoder;

use crate::fault::ReadPdf;
use crate::lexer::{hex_digit, is_white};
use crate::object::{Dictionary, Object};
use crate::predictor::{Predictor, Shape};
use crate::source::Source;

/// T-I7: filters on one stream.
pub const MAX_FILTERS: usize = 4;
/// T-I7: octets of one stream, after each of its filters.
pub const MAX_EXPANDED: u64 = 100 * 1024 * 1024;

/// One filter with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// `FlateDecode`, with its predictor.
    Flate(Option<Shape>),
    /// `ASCIIHexDecode`.
    Hexadecimal,
    /// `ASCII85Decode`.
    Base85,
    /// `RunLengthDecode`.
    RunLength,
    /// A picture's own coding: last, and left to those who show pictures.
    Picture,
}

/// The filters that a stream's dictionary names, all values direct.
///
/// # Errors
/// `None` if one is unknown, its parameters are malformed or there are too many.
pub fn filters(dictionary: &Dictionary) -> Option<Vec<Filter>> {
    // 7.3.8.2: data in another file are never fetched.
    if dictionary.value(b"F").is_some() || dictionary.value(b"FFilter").is_some() {
        return None;
    }
    let names = listed(dictionary.value(b"Filter"));
    let parameters = listed(dictionary.value(b"DecodeParms"));
    if names.len() > MAX_FILTERS || parameters.len() > names.len() {
        return None;
    }
    let mut found = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let parameters = match parameters.get(at) {
            None | Some(Object::Null) => None,
            Some(Object::Dictionary(parameters)) => Some(parameters),
            Some(_) => return None,
        };
        let filter = match name.as_name()? {
            b"FlateDecode" => Filter::Flate(match parameters {
                None => None,
                Some(parameters) => Shape::of(parameters)?,
            }),
            b"ASCIIHexDecode" => Filter::Hexadecimal,
            b"ASCII85Decode" => Filter::Base85,
            b"RunLengthDecode" => Filter::RunLength,
            b"DCTDecode" | b"JPXDecode" | b"CCITTFaxDecode" | b"JBIG2Decode"
                if at + 1 == names.len() =>
            {
                Filter::Picture
            }
            _ => return None,
        };
        found.push(filter);
    }
    Some(found)
}

/// A single value, or the elements of an array.
fn listed(value: Option<&Object>) -> &[Object] {
    match value {
        None => &[],
        Some(Object::Array(elements)) => elements,
        Some(one) => std::slice::from_ref(one),
    }
}

/// The data of `range` behind `filters`; reading fails beyond `limit` octets after any of them.
pub fn decoder<'s>(
    source: &'s dyn Source,
    range: Range<u64>,
    filters: &[Filter],
    limit: u64,
) -> Box<dyn Read + 's> {
    let mut reader: Box<dyn Read + 's> = Box::new(Raw::new(source, range));
    for filter in filters {
        let stage: Box<dyn Read + 's> = match filter {
            Filter::Flate(None) => Box::new(ZlibDecoder::new(reader)),
            Filter::Flate(Some(shape)) => {
                let inflated = Limited::new(Box::new(ZlibDecoder::new(reader)), limit);
                Box::new(Predictor::new(inflated, *shape))
            }
            Filter::Hexadecimal => Box::new(Hexadecimal(Octets::new(reader))),
            Filter::Base85 => Box::new(Base85::new(reader)),
            Filter::RunLength => Box::new(RunLength::new(reader)),
            Filter::Picture => reader,
        };
        reader = Box::new(Limited::new(stage, limit));
    }
    reader
}

/// Reads all of `reader` into memory.
///
/// # Errors
/// `Limit`, `Data`, or what the source said.
pub fn collect(mut reader: impl Read, at: u64) -> std::result::Result<Vec<u8>, ReadPdf> {
    let mut found = Vec::new();
    match reader.read_to_end(&mut found) {
        Ok(_) => Ok(found),
        Err(error) => Err(fault(&error, at)),
    }
}

/// The fault that travelled in an error of the row of readers.
pub fn fault(error: &Error, at: u64) -> ReadPdf {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<ReadPdf>())
        .copied()
        .unwrap_or(ReadPdf::Data { at })
}

fn damaged() -> Error {
    Error::from(ErrorKind::InvalidData)
}

/// The encoded data as they stand in the file.
struct Raw<'s> {
    source: &'s dyn Source,
    rest: Range<u64>,
}

impl<'s> Raw<'s> {
    fn new(source: &'s dyn Source, rest: Range<u64>) -> Raw<'s> {
        Raw { source, rest }
    }
}

impl Read for Raw<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let left = usize::try_from(self.rest.end - self.rest.start).unwrap_or(usize::MAX);
        let size = left.min(into.len());
        let Some(place) = into.get_mut(..size) else {
            return Ok(0);
        };
        self.source
            .read_at(self.rest.start, place)
            .map_err(Error::other)?;
        self.rest.start += size as u64;
        Ok(size)
    }
}

/// Fails once more than `left` octets have come.
struct Limited<'s> {
    inner: Box<dyn Read + 's>,
    left: u64,
    limit: u64,
}

impl<'s> Limited<'s> {
    fn new(inner: Box<dyn Read + 's>, limit: u64) -> Limited<'s> {
        Limited {
            inner,
            left: limit,
            limit,
        }
    }
}

impl Read for Limited<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let size = self.inner.read(into)?;
        let limit = self.limit;
        self.left = self.left.checked_sub(size as u64).ok_or_else(|| {
            Error::other(ReadPdf::Limit {
                what: "octets of an expanded stream",
                limit,
            })
        })?;
        Ok(size)
    }
}

/// Octets one by one.
struct Octets<'s> {
    inner: std::io::BufReader<Box<dyn Read + 's>>,
}

impl<'s> Octets<'s> {
    fn new(inner: Box<dyn Read + 's>) -> Octets<'s> {
        Octets {
            inner: std::io::BufReader::new(inner),
        }
    }

    fn next(&mut self) -> Result<Option<u8>> {
        let mut one = [0];
        Ok((self.inner.read(&mut one)? == 1).then_some(one[0]))
    }

    /// The next octet that is not white space.
    fn dark(&mut self) -> Result<u8> {
        loop {
            match self.next()? {
                None => return Err(damaged()),
                Some(octet) if is_white(octet) => {}
                Some(octet) => return Ok(octet),
            }
        }
    }
}

/// 7.4.2.
struct Hexadecimal<'s>(Octets<'s>);

impl Read for Hexadecimal<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let Some(place) = into.first_mut() else {
            return Ok(0);
        };
        let high = self.0.dark()?;
        if high == b'>' {
            self.0 = Octets::new(Box::new(std::io::Cursor::new(b">")));
            return Ok(0);
        }
        let low = match self.0.dark()? {
            b'>' => {
                self.0 = Octets::new(Box::new(std::io::Cursor::new(b">")));
                b'0'
            }
            low => low,
        };
        match (hex_digit(high), hex_digit(low)) {
            (Some(high), Some(low)) => *place = high << 4 | low,
            _ => return Err(damaged()),
        }
        Ok(1)
    }
}

/// 7.4.3.
struct Base85<'s> {
    octets: Octets<'s>,
    ready: Vec<u8>,
    ended: bool,
}

impl<'s> Base85<'s> {
    fn new(inner: Box<dyn Read + 's>) -> Base85<'s> {
        Base85 {
            octets: Octets::new(inner),
            ready: Vec::new(),
            ended: false,
        }
    }

    /// Decodes one group of up to five characters into `ready`, last octet first.
    fn group(&mut self) -> Result<()> {
        let mut digits = Vec::with_capacity(5);
        while digits.len() < 5 {
            match self.octets.dark()? {
                b'z' if digits.is_empty() => {
                    self.ready = vec![0; 4];
                    return Ok(());
                }
                digit @ b'!'..=b'u' => digits.push(u64::from(digit - b'!')),
                b'~' if self.octets.dark()? == b'>' => {
                    self.ended = true;
                    break;
                }
                _ => return Err(damaged()),
            }
        }
        let kept = match digits.len() {
            0 => return Ok(()),
            1 => return Err(damaged()),
            length => length - 1,
        };
        digits.resize(5, 84);
        let value = digits.iter().fold(0, |value, digit| value * 85 + digit);
        let value = u32::try_from(value).map_err(|_| damaged())?;
        self.ready = value.to_be_bytes().into_iter().take(kept).rev().collect();
        Ok(())
    }
}

impl Read for Base85<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if self.ready.is_empty() && !self.ended {
            self.group()?;
        }
        let mut size = 0;
        for place in into {
            let Some(octet) = self.ready.pop() else { break };
            *place = octet;
            size += 1;
        }
        Ok(size)
    }
}

/// 7.4.5.
struct RunLength<'s> {
    octets: Octets<'s>,
    /// How many octets are still to come of the run, and the octet if they are copies.
    left: usize,
    copied: Option<u8>,
    ended: bool,
}

impl<'s> RunLength<'s> {
    fn new(inner: Box<dyn Read + 's>) -> RunLength<'s> {
        RunLength {
            octets: Octets::new(inner),
            left: 0,
            copied: None,
            ended: false,
        }
    }
}

impl Read for RunLength<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let mut size = 0;
        for place in into {
            if self.left == 0 && !self.ended {
                match self.octets.next()?.ok_or_else(damaged)? {
                    128 => self.ended = true,
                    length @ 0..=127 => {
                        self.left = usize::from(length) + 1;
                        self.copied = None;
                    }
                    length => {
                        self.left = 257 - usize::from(length);
                        self.copied = Some(self.octets.next()?.ok_or_else(damaged)?);
                    }
                }
            }
            if self.left == 0 {
                break;
            }
            *place = match self.copied {
                Some(octet) => octet,
                None => self.octets.next()?.ok_or_else(damaged)?,
            };
            self.left -= 1;
            size += 1;
        }
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(data: &[u8], filters: &[Filter]) -> std::result::Result<Vec<u8>, ReadPdf> {
        collect(
            decoder(&data, 0..data.len() as u64, filters, MAX_EXPANDED),
            0,
        )
    }

    #[test]
    fn text_filters_decode_their_examples() {
        assert_eq!(
            decode(b"41 4 2 5>", &[Filter::Hexadecimal]),
            Ok(b"ABP".to_vec())
        );
        assert_eq!(
            decode(b"87cURD]i,\"Ebo80~>", &[Filter::Base85]),
            Ok(b"Hello World!".to_vec())
        );
        assert_eq!(decode(b"z!!~>", &[Filter::Base85]), Ok(vec![0, 0, 0, 0, 0]));
        assert_eq!(
            decode(b"\x02abc\xfed\x80", &[Filter::RunLength]),
            Ok(b"abcddd".to_vec())
        );
    }

    #[test]
    fn damaged_data_are_refused() {
        for (data, filter) in [
            (b"41".as_slice(), Filter::Hexadecimal),
            (b"4G>", Filter::Hexadecimal),
            (b"87cUR", Filter::Base85),
            (b"uuuuu~>", Filter::Base85),
            (b"!~>", Filter::Base85),
            (b"\x02ab", Filter::RunLength),
            (b"not zlib", Filter::Flate(None)),
        ] {
            assert_eq!(
                decode(data, &[filter]),
                Err(ReadPdf::Data { at: 0 }),
                "{filter:?}"
            );
        }
    }

    #[test]
    fn a_limit_holds_for_each_filter_of_a_row() {
        let data = b"\x81a".repeat(10);
        let data = [data, vec![128]].concat();
        let run = |limit| {
            collect(
                decoder(&data, 0..data.len() as u64, &[Filter::RunLength], limit),
                0,
            )
        };
        assert_eq!(run(1280).map(|found| found.len()), Ok(1280));
        assert!(matches!(run(1279), Err(ReadPdf::Limit { .. })));
    }
}
