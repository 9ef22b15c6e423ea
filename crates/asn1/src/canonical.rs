//! Whether octets are DER all the way down.

use crate::error::ReadAsn1;
use crate::read::{Fraction, Reader};
use crate::tag::Tag;

/// Looks through every element of `octets` for what DER forbids (X.690 10 and 11): lengths that are
/// indefinite or not minimal, strings in pieces, padded integers, odd booleans, unsorted sets, times not
/// in UTC. Types behind context tags are unknown and looked at no further than their form.
///
/// # Errors
/// The first fault found.
pub fn inspect_der(octets: &[u8]) -> Result<(), ReadAsn1> {
    let mut open = vec![Level {
        reader: Reader::der(octets),
        sorted: None,
    }];
    while let Some(level) = open.last_mut() {
        if level.reader.is_empty() {
            open.pop();
            continue;
        }
        let element = level.reader.element()?;
        if let Some(previous) = &mut level.sorted {
            // X.690 11.6: ascending encodings; equal ones stand side by side.
            if *previous > element.raw() {
                return Err(ReadAsn1::SetOrder { at: element.at() });
            }
            *previous = element.raw();
        }
        let tag = element.tag();
        if tag.is_constructed() {
            if tag.0 & 0xc0 == 0 && tag != Tag::SEQUENCE && tag != Tag::SET {
                return Err(ReadAsn1::ConstructedString { at: element.at() });
            }
            open.push(Level {
                reader: element.reader()?,
                sorted: (tag == Tag::SET).then_some(&[]),
            });
            continue;
        }
        match tag {
            Tag::BOOLEAN => element.boolean().map(drop)?,
            Tag::INTEGER | Tag::ENUMERATED => element.integer().map(drop)?,
            Tag::BIT_STRING => element.bit_string().map(drop)?,
            Tag::NULL => element.null()?,
            Tag::OID => element.oid().map(drop)?,
            Tag::UTF8_STRING => element.text().map(drop)?,
            Tag::UTC_TIME => element.time().map(drop)?,
            Tag::GENERALIZED_TIME => element.generalized_time(Fraction::Allowed).map(drop)?,
            Tag::SEQUENCE_PRIMITIVE | Tag::SET_PRIMITIVE => {
                return Err(ReadAsn1::Unexpected {
                    at: element.at(),
                    expected: tag.constructed(),
                    found: tag,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

struct Level<'a> {
    reader: Reader<'a>,
    /// In a SET, the element before.
    sorted: Option<&'a [u8]>,
}
