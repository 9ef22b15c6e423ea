//! The writer: DER, put together from the inside out.
//!
//! Every function returns one whole element, so that structures read as they are written in ASN.1.
//! An absent optional part is an empty `Vec`.

use time::UtcDateTime;

use crate::moment;
use crate::oid::Oid;
use crate::tag::Tag;

/// An element with this tag and content.
#[must_use]
pub fn element(tag: Tag, content: &[u8]) -> Vec<u8> {
    let mut out = header(tag, content.len());
    out.reserve_exact(content.len());
    out.extend_from_slice(content);
    out
}

fn header(tag: Tag, length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(6);
    out.push(tag.0);
    let octets = length.to_be_bytes();
    let digits: Vec<u8> = octets
        .iter()
        .copied()
        .skip_while(|octet| *octet == 0)
        .collect();
    match digits.as_slice() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            // A length has eight octets at most.
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend_from_slice(long);
        }
    }
    out
}

fn joined<P: AsRef<[u8]>>(tag: Tag, parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    let mut content = Vec::new();
    for part in parts {
        content.extend_from_slice(part.as_ref());
    }
    element(tag, &content)
}

/// SEQUENCE or SEQUENCE OF, parts in this order.
#[must_use]
pub fn sequence<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    joined(Tag::SEQUENCE, parts)
}

/// SET OF, sorted (X.690 11.6).
#[must_use]
pub fn set_of<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    element(Tag::SET, &sorted(parts))
}

/// The content of a SET OF: its elements in ascending order of their encodings (X.690 11.6).
#[must_use]
pub fn sorted<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    // No encoding is the beginning of another, so that the padding with zeros of 11.6 never decides.
    let mut parts: Vec<P> = parts.into_iter().collect();
    parts.sort_by(|a, b| a.as_ref().cmp(b.as_ref()));
    parts
        .iter()
        .flat_map(|part| part.as_ref())
        .copied()
        .collect()
}

/// `[number]` around whole elements.
#[must_use]
pub fn context<P: AsRef<[u8]>>(number: u8, parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    joined(Tag::context(number), parts)
}

/// `[number]` implicit on a primitive type.
#[must_use]
pub fn context_primitive(number: u8, content: &[u8]) -> Vec<u8> {
    element(Tag::context_primitive(number), content)
}

/// INTEGER from 0 on.
#[must_use]
pub fn unsigned(value: u64) -> Vec<u8> {
    unsigned_octets(&value.to_be_bytes())
}

/// INTEGER from 0 on, given big-endian with or without leading zeros.
#[must_use]
pub fn unsigned_octets(octets: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = octets
        .iter()
        .copied()
        .skip_while(|octet| *octet == 0)
        .collect();
    if content.first().is_none_or(|first| first & 0x80 != 0) {
        content.insert(0, 0);
    }
    element(Tag::INTEGER, &content)
}

/// INTEGER with these content octets, as a reader gave them.
#[must_use]
pub fn integer(content: &[u8]) -> Vec<u8> {
    element(Tag::INTEGER, content)
}

/// ENUMERATED from 0 to 127.
#[must_use]
pub fn enumerated(value: u8) -> Vec<u8> {
    element(Tag::ENUMERATED, &[value & 0x7f])
}

/// BOOLEAN.
#[must_use]
pub fn boolean(value: bool) -> Vec<u8> {
    element(Tag::BOOLEAN, &[if value { 0xff } else { 0 }])
}

/// NULL.
#[must_use]
pub fn null() -> Vec<u8> {
    element(Tag::NULL, &[])
}

/// OBJECT IDENTIFIER.
#[must_use]
pub fn oid(oid: &Oid) -> Vec<u8> {
    element(Tag::OID, oid.octets())
}

/// OCTET STRING.
#[must_use]
pub fn octet_string(octets: &[u8]) -> Vec<u8> {
    element(Tag::OCTET_STRING, octets)
}

/// BIT STRING of whole octets.
#[must_use]
pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    joined(Tag::BIT_STRING, [&[0][..], octets])
}

/// BIT STRING of named bits, given as a number whose bit *n* is named bit *n*; no trailing zero bits
/// (X.690 11.2.2).
#[must_use]
pub fn named_bits(bits: u16) -> Vec<u8> {
    let turned = bits.reverse_bits();
    let octets = turned.to_be_bytes();
    let used = 16 - turned.trailing_zeros().min(16);
    let length = used.div_ceil(8) as usize;
    let unused = u8::try_from(length * 8 - used as usize).unwrap_or(0);
    joined(
        Tag::BIT_STRING,
        [&[unused][..], octets.get(..length).unwrap_or_default()],
    )
}

/// UTF8String.
#[must_use]
pub fn utf8_string(text: &str) -> Vec<u8> {
    element(Tag::UTF8_STRING, text.as_bytes())
}

/// GeneralizedTime; a fraction only where the moment has one, without trailing zeros.
#[must_use]
pub fn generalized_time(moment: UtcDateTime) -> Vec<u8> {
    element(
        Tag::GENERALIZED_TIME,
        moment::write_generalized(moment).as_bytes(),
    )
}

/// Time as RFC 5280 4.1.2.5 has it: UTCTime until 2049, GeneralizedTime after; fractions are dropped.
#[must_use]
pub fn time(moment: UtcDateTime) -> Vec<u8> {
    if moment::fits_utc_time(moment) {
        return element(Tag::UTC_TIME, moment::write_utc(moment).as_bytes());
    }
    generalized_time(moment.replace_nanosecond(0).unwrap_or(moment))
}

/// Octets of the header of an element with this many content octets.
#[must_use]
pub fn header_length(content: usize) -> usize {
    header(Tag::SEQUENCE, content).len()
}
