//! Moments in seals and signatures: dates of a seal, and when something was sealed.

use asn1::{Fraction, ReadAsn1, Reader, Tag, write};
use time::{Date, Duration, Month, Time, UtcDateTime};

use crate::ses::edition::Edition;
use crate::ses::fault::ReadSeal;
use crate::ses::form::bits;

/// When something was sealed, by its signer's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningTime {
    /// A moment.
    Exact(UtcDateTime),
    /// Text without a zone (V1): some moment between its reading in UTC+8 and its reading in UTC.
    Zoneless {
        /// Read in UTC+8.
        earliest: UtcDateTime,
        /// Read in UTC.
        latest: UtcDateTime,
    },
    /// A time-stamp token in its place (V1), DER: whoever can read it has to say.
    Token(Vec<u8>),
    /// Something else (V1).
    Unreadable,
}

/// China's zone, in which text without one is read.
const ZONE: Duration = Duration::hours(8);

impl SigningTime {
    /// The earliest moment that it can mean; nothing for a token and what cannot be read.
    #[must_use]
    pub fn earliest(&self) -> Option<UtcDateTime> {
        match self {
            Self::Exact(moment) => Some(*moment),
            Self::Zoneless { earliest, .. } => Some(*earliest),
            Self::Token(_) | Self::Unreadable => None,
        }
    }

    /// The latest moment that it can mean.
    #[must_use]
    pub fn latest(&self) -> Option<UtcDateTime> {
        match self {
            Self::Exact(moment) => Some(*moment),
            Self::Zoneless { latest, .. } => Some(*latest),
            Self::Token(_) | Self::Unreadable => None,
        }
    }

    /// Reads `timeInfo`.
    pub(super) fn read(inside: &mut Reader<'_>, edition: Edition) -> Result<Self, ReadSeal> {
        if edition != Edition::V1 {
            return Ok(Self::Exact(generalized(inside)?));
        }
        // GM/T 0031-2014: a token or a UTC time, the form of neither said.
        let octets = bits(inside, edition)?;
        let mut reader = Reader::der(octets);
        Ok(match reader.peek() {
            // The digit 0 has the octet of this tag.
            Some(Tag::SEQUENCE) if Reader::single(octets, Tag::SEQUENCE).is_ok() => {
                Self::Token(octets.to_vec())
            }
            Some(Tag::UTC_TIME | Tag::GENERALIZED_TIME) => date(&mut reader, edition)
                .ok()
                .filter(|_| reader.is_empty())
                .map_or(Self::Unreadable, Self::Exact),
            _ => zoneless(octets).unwrap_or(Self::Unreadable),
        })
    }
}

/// A date of a seal: GeneralizedTime (GB/T 38540), UTCTime (GM/T 0031-2014), whose writers put GeneralizedTime in its
/// place.
pub(super) fn date(reader: &mut Reader<'_>, edition: Edition) -> Result<UtcDateTime, ReadSeal> {
    if edition == Edition::V1 && reader.peek() == Some(Tag::UTC_TIME) {
        return Ok(reader.element()?.time()?);
    }
    Ok(generalized(reader)?)
}

/// GB/T 38540: in UTC with Z, whole seconds.
fn generalized(reader: &mut Reader<'_>) -> Result<UtcDateTime, ReadAsn1> {
    reader
        .expect(Tag::GENERALIZED_TIME)?
        .generalized_time(Fraction::Refused)
}

/// A moment as a seal of this edition has it, whole seconds.
pub(super) fn written(moment: UtcDateTime, edition: Edition) -> Vec<u8> {
    let whole = moment.replace_nanosecond(0).unwrap_or(moment);
    if edition == Edition::V1 {
        // From 2050 on there is no UTCTime.
        write::time(whole)
    } else {
        write::generalized_time(whole)
    }
}

/// `yyyy-MM-dd HH:mm:ss`.
fn zoneless(octets: &[u8]) -> Option<SigningTime> {
    let text = std::str::from_utf8(octets).ok()?;
    let shape = text.len() == 19
        && text
            .bytes()
            .zip(*b"dddd-dd-dd dd:dd:dd")
            .all(|(found, form)| {
                if form == b'd' {
                    found.is_ascii_digit()
                } else {
                    found == form
                }
            });
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
    let small = |from: usize| u8::try_from(part(from, from + 2)?).ok();
    if !shape {
        return None;
    }
    let month = Month::try_from(small(5)?).ok()?;
    let date = Date::from_calendar_date(i32::from(part(0, 4)?), month, small(8)?).ok()?;
    let time = Time::from_hms(small(11)?, small(14)?, small(17)?).ok()?;
    let latest = UtcDateTime::new(date, time);
    Some(SigningTime::Zoneless {
        earliest: latest.checked_sub(ZONE)?,
        latest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8]) -> SigningTime {
        let element = write::bit_string(octets);
        SigningTime::read(&mut Reader::der(&element), Edition::V1).expect("a BIT STRING")
    }

    #[test]
    fn text_without_a_zone_is_a_span_of_eight_hours() {
        let SigningTime::Zoneless { earliest, latest } = read(b"2026-11-22 04:47:29") else {
            panic!("text of the form");
        };
        assert_eq!(latest - earliest, Duration::hours(8));
        assert_eq!(latest.hour(), 4);
    }

    #[test]
    fn what_is_no_time_is_told_as_that() {
        for octets in [
            &b"2026-11-22T04:47:29"[..],
            b"2026-13-22 04:47:29",
            b"2026-11-22 24:47:29",
            b"2026-11-22 04:47:2x",
            b"0000-00-00 00:00:00",
            b"",
            b"\x17\x0d261322040000Z",
            b"\x17\x0d261122040000Zx",
            b"\xff",
        ] {
            assert_eq!(read(octets), SigningTime::Unreadable, "{octets:02x?}");
        }
    }

    #[test]
    fn both_forms_of_a_moment_and_a_token_are_told_apart() {
        let exact = read(b"\x17\x0d261122040000Z");
        assert_eq!(exact, read(b"\x18\x0f20261122040000Z"));
        assert!(exact.earliest().is_some() && exact.earliest() == exact.latest());
        assert_eq!(read(b"\x30\x00"), SigningTime::Token(vec![0x30, 0]));
    }
}
