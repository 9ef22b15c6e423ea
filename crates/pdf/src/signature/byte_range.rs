//! The rules of /ByteRange and /Contents (ISO 32000-2, 12.8.1, table 255; EN 319 142-1, 6.3; T-V2).

use asn1::{Reader, Tag};

use syntax::{Dictionary, Indirect, Object};

use crate::file::View;
use crate::signature::Coverage;
use crate::signature::fault::SignatureFault as Fault;

/// The four numbers, in order and without overlap.
pub(super) fn numbers(dictionary: &Dictionary) -> Result<[u64; 4], Fault> {
    let array = match dictionary.value(b"ByteRange") {
        None => return Err(Fault::ByteRangeMissing),
        // Indirect numbers could be looked up in another revision than the signed one.
        Some(Object::Reference(_)) => return Err(Fault::ByteRangeIndirect),
        Some(Object::Array(array)) => array,
        Some(_) => return Err(Fault::ByteRangeType),
    };
    let [start, a, b, c] = array.as_slice() else {
        return Err(Fault::ByteRangeCount { found: array.len() });
    };
    let mut range = [0; 4];
    for (number, value) in range.iter_mut().zip([start, a, b, c]) {
        *number = match value {
            Object::Integer(value) => {
                u64::try_from(*value).map_err(|_| Fault::ByteRangeNegative)?
            }
            Object::Reference(_) => return Err(Fault::ByteRangeIndirect),
            _ => return Err(Fault::ByteRangeType),
        };
    }
    let [start, a, b, c] = range;
    if start != 0 {
        return Err(Fault::ByteRangeStart);
    }
    if a == 0 || c == 0 || a >= b {
        return Err(Fault::ByteRangeOverlap);
    }
    Ok(range)
}

/// The message in the gap, which is exactly the value of this dictionary's /Contents as this revision's own
/// section finds it.
pub(super) fn contents(
    view: &View<'_>,
    found: &Indirect,
    [_, a, b, _]: [u64; 4],
) -> Result<Vec<u8>, Fault> {
    let Object::Dictionary(dictionary) = &*found.object else {
        return Err(Fault::NoDictionary);
    };
    match dictionary.value(b"Contents") {
        None => return Err(Fault::ContentsMissing),
        Some(Object::String(_)) => {}
        Some(_) => return Err(Fault::ContentsForm),
    }
    let span = found.contents.clone().ok_or(Fault::ContentsMissing)?;
    let mut first = [0];
    view.file().source().read_at(span.start, &mut first)?;
    if first != *b"<" {
        return Err(Fault::ContentsForm);
    }
    if span != (a..b) {
        return Err(Fault::ContentsGap);
    }
    let length = usize::try_from(b - a).map_err(|_| Fault::ContentsGap)?;
    let mut written = vec![0; length];
    view.file().source().read_at(a, &mut written)?;
    let digits = written
        .strip_prefix(b"<")
        .and_then(|rest| rest.strip_suffix(b">"))
        .ok_or(Fault::ContentsForm)?;
    // The gap is the one place that nobody signed: digits in pairs, no white space, nothing to hide in.
    if digits.len() % 2 != 0 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(Fault::ContentsDigits);
    }
    let Some(Object::String(octets)) = dictionary.value(b"Contents") else {
        return Err(Fault::ContentsForm);
    };
    message(octets)
}

/// One encoded element and zeros behind it.
fn message(octets: &[u8]) -> Result<Vec<u8>, Fault> {
    if octets.iter().all(|octet| *octet == 0) {
        return Err(Fault::ContentsEmpty);
    }
    // Whether it is DER as EN 319 142-1 6.3 asks is judged with the message; older files have BER.
    let mut reader = Reader::ber(octets);
    let element = reader
        .expect(Tag::SEQUENCE)
        .map_err(|_| Fault::ContentsEncoding)?;
    if reader.rest().iter().any(|octet| *octet != 0) {
        return Err(Fault::ContentsTrailing);
    }
    Ok(element.raw().to_vec())
}

/// Whether the second range ends where the revision does: after `%%EOF`, with or without its line end.
pub(super) fn coverage(view: &View<'_>, [_, _, b, c]: [u64; 4]) -> Result<Coverage, Fault> {
    let own = view.own();
    let end = b.checked_add(c).ok_or(Fault::ByteRangeBeyond)?;
    if end > own.end_of_line {
        return Err(Fault::ByteRangeBeyond);
    }
    if end < own.mark {
        return Err(Fault::ByteRangeEnd);
    }
    // Between the two ends lies a line end of two octets; half of it is neither.
    if end != own.mark && end != own.end_of_line {
        return Err(Fault::ByteRangeEnd);
    }
    if end == view.file().source().length() {
        Ok(Coverage::WholeFile)
    } else {
        Ok(Coverage::Revision)
    }
}
