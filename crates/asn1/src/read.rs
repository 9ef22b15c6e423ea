//! The reader: elements in order, each with its original octets.

use std::borrow::Cow;

use time::UtcDateTime;

use crate::error::ReadAsn1;
use crate::moment;
use crate::oid::Oid;
use crate::tag::Tag;

/// T-I6: how deep elements may be nested.
pub const MAX_DEPTH: u8 = 32;
/// T-I6: how many of them may be of indefinite length.
pub const MAX_INDEFINITE: u8 = 16;
/// T-I6: octets of one INTEGER.
pub const MAX_INTEGER: usize = 16 * 1024;
const MAX_LENGTH_OCTETS: usize = 4;

/// Which encoding rules hold (X.690).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// Distinguished: one encoding for each value.
    Der,
    /// Basic, as RFC 5652 allows outside signed attributes: indefinite lengths, strings in pieces.
    Ber,
}

/// Elements of one level, in order.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
    depth: u8,
    rules: Rules,
}

/// One element: its tag, its content and its original octets.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    tag: Tag,
    content: &'a [u8],
    raw: &'a [u8],
    at: usize,
    header: usize,
    indefinite: bool,
    depth: u8,
    rules: Rules,
}

struct Header {
    tag: Tag,
    octets: usize,
    /// `None`: indefinite.
    length: Option<usize>,
}

impl<'a> Reader<'a> {
    /// A reader of DER.
    #[must_use]
    pub fn der(octets: &'a [u8]) -> Self {
        Self {
            rest: octets,
            at: 0,
            depth: 0,
            rules: Rules::Der,
        }
    }

    /// A reader of BER.
    #[must_use]
    pub fn ber(octets: &'a [u8]) -> Self {
        Self {
            rest: octets,
            at: 0,
            depth: 0,
            rules: Rules::Ber,
        }
    }

    /// The one DER element that `octets` are.
    ///
    /// # Errors
    /// Anything else than exactly one element with tag `tag`.
    pub fn single(octets: &'a [u8], tag: Tag) -> Result<Element<'a>, ReadAsn1> {
        let mut reader = Self::der(octets);
        let element = reader.expect(tag)?;
        reader.end()?;
        Ok(element)
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The tag of the next element, if there is one.
    #[must_use]
    pub fn peek(&self) -> Option<Tag> {
        self.rest.first().copied().map(Tag)
    }

    /// The next element, whatever it is.
    ///
    /// # Errors
    /// `Truncated` where nothing is left, and every fault of the encoding.
    pub fn element(&mut self) -> Result<Element<'a>, ReadAsn1> {
        let header = header(self.rest, self.at, self.rules)?;
        let (content, total, indefinite) = match header.length {
            Some(length) => (length, header.octets.saturating_add(length), false),
            None => {
                let end = end_of_contents(self.rest, header.octets, self.at)?;
                (
                    end.saturating_sub(header.octets),
                    end.saturating_add(2),
                    true,
                )
            }
        };
        let truncated = ReadAsn1::Truncated { at: self.at };
        let (raw, rest) = self.rest.split_at_checked(total).ok_or(truncated)?;
        let content = raw
            .get(header.octets..header.octets.saturating_add(content))
            .ok_or(truncated)?;
        let element = Element {
            tag: header.tag,
            content,
            raw,
            at: self.at,
            header: header.octets,
            indefinite,
            depth: self.depth,
            rules: self.rules,
        };
        self.rest = rest;
        self.at = self.at.saturating_add(total);
        Ok(element)
    }

    /// The next element, which has to have tag `tag`.
    ///
    /// # Errors
    /// `Absent`, `Unexpected`, and every fault of the encoding.
    pub fn expect(&mut self, tag: Tag) -> Result<Element<'a>, ReadAsn1> {
        match self.peek() {
            None => Err(ReadAsn1::Absent {
                at: self.at,
                expected: tag,
            }),
            Some(found) if found == tag => self.element(),
            Some(found) => Err(ReadAsn1::Unexpected {
                at: self.at,
                expected: tag,
                found,
            }),
        }
    }

    /// The next element if it has tag `tag`.
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn optional(&mut self, tag: Tag) -> Result<Option<Element<'a>>, ReadAsn1> {
        if self.peek() == Some(tag) {
            self.element().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The next element as an OCTET STRING: in BER also one in pieces, which are put together.
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn octet_string(&mut self) -> Result<Cow<'a, [u8]>, ReadAsn1> {
        if self.rules == Rules::Ber && self.peek() == Some(Tag::OCTET_STRING.constructed()) {
            return self.element()?.pieces();
        }
        Ok(Cow::Borrowed(self.expect(Tag::OCTET_STRING)?.content()))
    }

    /// The content of the next element, a SEQUENCE.
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn sequence(&mut self) -> Result<Reader<'a>, ReadAsn1> {
        self.expect(Tag::SEQUENCE)?.reader()
    }

    /// The content of the next element, a SET.
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn set(&mut self) -> Result<Reader<'a>, ReadAsn1> {
        self.expect(Tag::SET)?.reader()
    }

    /// The next element as an OBJECT IDENTIFIER.
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn oid(&mut self) -> Result<Oid, ReadAsn1> {
        self.expect(Tag::OID)?.oid()
    }

    /// Asks that nothing is left.
    ///
    /// # Errors
    /// `Trailing` otherwise.
    pub fn end(&self) -> Result<(), ReadAsn1> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(ReadAsn1::Trailing {
                at: self.at,
                octets: self.rest.len(),
            })
        }
    }
}

impl<'a> Element<'a> {
    /// Its tag.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// Its content octets, without end-of-contents octets.
    #[must_use]
    pub fn content(&self) -> &'a [u8] {
        self.content
    }

    /// All its octets as they were received.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Where it begins in the input.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether its length was indefinite.
    #[must_use]
    pub fn is_indefinite(&self) -> bool {
        self.indefinite
    }

    /// The elements inside.
    ///
    /// # Errors
    /// `TooDeep` beyond [`MAX_DEPTH`].
    pub fn reader(&self) -> Result<Reader<'a>, ReadAsn1> {
        let depth = self.depth.saturating_add(1);
        if depth > MAX_DEPTH {
            return Err(ReadAsn1::TooDeep { at: self.at });
        }
        Ok(Reader {
            rest: self.content,
            at: self.at.saturating_add(self.header),
            depth,
            rules: self.rules,
        })
    }

    /// The one element inside, which has to have tag `tag`: what an explicit tag holds.
    ///
    /// # Errors
    /// None, another, or more than one.
    pub fn only(&self, tag: Tag) -> Result<Element<'a>, ReadAsn1> {
        let mut inside = self.reader()?;
        let element = inside.expect(tag)?;
        inside.end()?;
        Ok(element)
    }

    /// Its content as an INTEGER: two's complement, big-endian, minimal.
    ///
    /// # Errors
    /// `Integer` where it is empty or padded, `IntegerRange` beyond [`MAX_INTEGER`] octets.
    pub fn integer(&self) -> Result<&'a [u8], ReadAsn1> {
        let minimal = match self.content {
            [] => false,
            [0x00, next, ..] => next & 0x80 != 0,
            [0xff, next, ..] => next & 0x80 == 0,
            _ => true,
        };
        if !minimal {
            return Err(ReadAsn1::Integer { at: self.at });
        }
        if self.content.len() > MAX_INTEGER {
            return Err(ReadAsn1::IntegerRange { at: self.at });
        }
        Ok(self.content)
    }

    /// Its content as an INTEGER from 0 to 2^64 − 1.
    ///
    /// # Errors
    /// As [`Element::integer`], and `IntegerRange` outside.
    pub fn unsigned(&self) -> Result<u64, ReadAsn1> {
        let range = ReadAsn1::IntegerRange { at: self.at };
        let octets = self.integer()?;
        if octets.first().is_some_and(|first| first & 0x80 != 0) {
            return Err(range);
        }
        octets.iter().try_fold(0_u64, |value, octet| {
            value
                .checked_mul(256)
                .map(|value| value | u64::from(*octet))
                .ok_or(range)
        })
    }

    /// Its content as a BOOLEAN.
    ///
    /// # Errors
    /// `Boolean` unless it is one octet, in DER 00 or FF.
    pub fn boolean(&self) -> Result<bool, ReadAsn1> {
        match (self.content, self.rules) {
            ([0x00], _) => Ok(false),
            ([0xff], _) | ([_], Rules::Ber) => Ok(true),
            _ => Err(ReadAsn1::Boolean { at: self.at }),
        }
    }

    /// Its content as an OBJECT IDENTIFIER.
    ///
    /// # Errors
    /// `Oid` where it is malformed or too long.
    pub fn oid(&self) -> Result<Oid, ReadAsn1> {
        Oid::from_octets(self.content).ok_or(ReadAsn1::Oid { at: self.at })
    }

    /// Its content as a NULL.
    ///
    /// # Errors
    /// `Null` where there is content.
    pub fn null(&self) -> Result<(), ReadAsn1> {
        if self.content.is_empty() {
            Ok(())
        } else {
            Err(ReadAsn1::Null { at: self.at })
        }
    }

    /// Its content as a BIT STRING: the number of unused bits and the octets.
    ///
    /// # Errors
    /// `BitString` for more than seven unused bits, unused bits without octets, or unused bits set.
    pub fn bit_string(&self) -> Result<(u8, &'a [u8]), ReadAsn1> {
        let malformed = ReadAsn1::BitString { at: self.at };
        let (unused, octets) = self.content.split_first().ok_or(malformed)?;
        let last = octets.last().copied();
        // X.690 11.2.1: unused bits are zero.
        let clear = last.map_or(*unused == 0, |last| {
            last & !(0xff_u8.checked_shl(u32::from(*unused)).unwrap_or(0)) == 0
        });
        if *unused > 7 || !clear {
            return Err(malformed);
        }
        Ok((*unused, octets))
    }

    /// Its content as a BIT STRING that is whole octets: keys and signatures.
    ///
    /// # Errors
    /// `BitString` otherwise.
    pub fn bits(&self) -> Result<&'a [u8], ReadAsn1> {
        match self.bit_string()? {
            (0, octets) => Ok(octets),
            _ => Err(ReadAsn1::BitString { at: self.at }),
        }
    }

    /// Its content as text, whatever string type; the caller has looked at the tag.
    ///
    /// # Errors
    /// `Text` where it is not UTF-8.
    pub fn text(&self) -> Result<&'a str, ReadAsn1> {
        std::str::from_utf8(self.content).map_err(|_| ReadAsn1::Text { at: self.at })
    }

    /// Its content as a GeneralizedTime in UTC, a fraction allowed if `fraction` says so.
    ///
    /// # Errors
    /// `Time` for another zone, no seconds, trailing zeros or a moment that does not exist.
    pub fn generalized_time(&self, fraction: Fraction) -> Result<UtcDateTime, ReadAsn1> {
        let time = std::str::from_utf8(self.content)
            .ok()
            .and_then(moment::parse_generalized);
        match time {
            Some((time, false)) => Ok(time),
            Some((time, true)) if fraction == Fraction::Allowed => Ok(time),
            _ => Err(ReadAsn1::Time { at: self.at }),
        }
    }

    /// Its content as a Time of RFC 5280 4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050 on.
    ///
    /// # Errors
    /// `Time` for the wrong form of the two too, `Unexpected` for another type.
    pub fn time(&self) -> Result<UtcDateTime, ReadAsn1> {
        let malformed = ReadAsn1::Time { at: self.at };
        if self.tag == Tag::UTC_TIME {
            return std::str::from_utf8(self.content)
                .ok()
                .and_then(moment::parse_utc)
                .ok_or(malformed);
        }
        if self.tag != Tag::GENERALIZED_TIME {
            return Err(ReadAsn1::Unexpected {
                at: self.at,
                expected: Tag::UTC_TIME,
                found: self.tag,
            });
        }
        let time = self.generalized_time(Fraction::Refused)?;
        // RFC 5280 4.1.2.5: until 2049 UTCTime alone, so that earlier than 1950 cannot be said at all.
        if time.year() < 2050 {
            Err(malformed)
        } else {
            Ok(time)
        }
    }

    /// A string in pieces, put together. Pieces in pieces count towards [`MAX_DEPTH`].
    fn pieces(&self) -> Result<Cow<'a, [u8]>, ReadAsn1> {
        let mut whole = Vec::new();
        let mut open = vec![self.reader()?];
        while let Some(level) = open.last_mut() {
            if level.is_empty() {
                open.pop();
                continue;
            }
            let piece = level.element()?;
            if piece.tag == Tag::OCTET_STRING {
                whole.extend_from_slice(piece.content);
            } else if piece.tag == Tag::OCTET_STRING.constructed() {
                open.push(piece.reader()?);
            } else {
                return Err(ReadAsn1::Unexpected {
                    at: piece.at,
                    expected: Tag::OCTET_STRING,
                    found: piece.tag,
                });
            }
        }
        Ok(Cow::Owned(whole))
    }
}

/// Whether a GeneralizedTime may have a fraction of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fraction {
    /// RFC 3161 2.4.2.
    Allowed,
    /// RFC 5280 4.1.2.5.2, RFC 9919.
    Refused,
}

fn header(octets: &[u8], at: usize, rules: Rules) -> Result<Header, ReadAsn1> {
    let truncated = ReadAsn1::Truncated { at };
    let (tag, rest) = octets.split_first().ok_or(truncated)?;
    if tag & 0x1f == 0x1f {
        return Err(ReadAsn1::HighTagNumber { at });
    }
    let tag = Tag(*tag);
    let (first, rest) = rest.split_first().ok_or(truncated)?;
    match *first {
        0x80 if rules == Rules::Ber && tag.is_constructed() => Ok(Header {
            tag,
            octets: 2,
            length: None,
        }),
        0x80 => Err(ReadAsn1::IndefiniteLength { at }),
        short if short < 0x80 => Ok(Header {
            tag,
            octets: 2,
            length: Some(usize::from(short)),
        }),
        long => {
            let count = usize::from(long & 0x7f);
            if count > MAX_LENGTH_OCTETS {
                return Err(ReadAsn1::LengthTooLong { at });
            }
            let digits = rest.get(..count).ok_or(truncated)?;
            let length = digits
                .iter()
                .fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
            // X.690 10.1: DER uses the shortest form.
            let minimal = length >= 0x80 && digits.first() != Some(&0);
            if rules == Rules::Der && !minimal {
                return Err(ReadAsn1::LengthNotMinimal { at });
            }
            Ok(Header {
                tag,
                octets: count.saturating_add(2),
                length: Some(length),
            })
        }
    }
}

/// Where the end-of-contents octets of an element of indefinite length begin, counted from the
/// element's own start. Reads each octet once and keeps a counter, not a stack.
fn end_of_contents(octets: &[u8], start: usize, at: usize) -> Result<usize, ReadAsn1> {
    let mut open = 1_u8;
    let mut here = start;
    loop {
        let position = at.saturating_add(here);
        let rest = octets.get(here..).unwrap_or_default();
        if let [0, 0, ..] = rest {
            open -= 1;
            if open == 0 {
                return Ok(here);
            }
            here = here.saturating_add(2);
            continue;
        }
        let next = header(rest, position, Rules::Ber)?;
        match next.length {
            Some(length) => here = here.saturating_add(next.octets).saturating_add(length),
            None => {
                open += 1;
                if open > MAX_INDEFINITE {
                    return Err(ReadAsn1::TooDeep { at: position });
                }
                here = here.saturating_add(next.octets);
            }
        }
    }
}
