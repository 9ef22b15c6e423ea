//! Moments and octets as they are written.

use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

/// The moment without the part of a second: the register and certificates have none.
pub(crate) fn whole(at: UtcDateTime) -> UtcDateTime {
    at.replace_nanosecond(0).unwrap_or(at)
}

pub(crate) fn moment(at: UtcDateTime) -> String {
    let whole = whole(at);
    whole.format(&Rfc3339).unwrap_or_default()
}

pub(crate) fn hex(octets: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let digits = |octet: &u8| [digit(octet >> 4), digit(octet & 15)];
    octets.iter().flat_map(digits).collect()
}
