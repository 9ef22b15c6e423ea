//! Codes with check digits: the organisation code and the citizen number (R11, domain.md 7).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{Date, Month};

/// A code is not written as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadCode {
    /// Another number of characters than eighteen.
    #[error("a code has eighteen characters")]
    Length,
    /// A character outside the code's alphabet, at this position counted from 1.
    #[error("character {at} is outside the alphabet")]
    Character {
        /// Position, counted from 1.
        at: usize,
    },
    /// The check digit of the eight-character body inside an organisation code is wrong.
    #[error("the body's check digit is wrong")]
    BodyCheck,
    /// The last character is not the check digit of the others.
    #[error("the check digit is wrong")]
    Check,
    /// The birth date in a citizen number is no date.
    #[error("the birth date is impossible")]
    BirthDate,
}

// GB 32100: no I, O, S, V, Z; the value of a character is its position.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
// GB 11714: weights of the eight-character body.
const BODY_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
// GB 11643: the check character by the sum modulo 11.
const CITIZEN_CHECKS: &[u8; 11] = b"10X98765432";

/// A unified social credit code (统一社会信用代码, GB 32100), both check digits right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationCode([u8; 18]);

impl OrganisationCode {
    /// Reads an organisation code.
    ///
    /// # Errors
    /// [`ReadCode`], naming what is wrong.
    pub fn parse(text: &str) -> Result<Self, ReadCode> {
        let code: [u8; 18] = text.as_bytes().try_into().map_err(|_| ReadCode::Length)?;
        let mut sum = 0;
        let mut weight = 1;
        let mut last = 0;
        for (at, letter) in code.iter().enumerate() {
            let value = position(*letter).ok_or(ReadCode::Character { at: at + 1 })?;
            if at < 17 {
                sum += value * weight;
                weight = weight * 3 % 31;
            } else {
                last = value;
            }
        }
        // GB 11714 5.2: the body's own check stands at character 17.
        let mut body = 0;
        for (letter, weight) in code.iter().skip(8).zip(BODY_WEIGHTS) {
            body += alphanumeric(*letter) * weight;
        }
        let expected = match 11 - body % 11 {
            10 => b'X',
            11 => b'0',
            digit => b'0' + u8::try_from(digit).unwrap_or_default(),
        };
        if code.get(16) != Some(&expected) {
            return Err(ReadCode::BodyCheck);
        }
        // GB 32100 4.5: (31 - sum mod 31) mod 31.
        if last == (31 - sum % 31) % 31 {
            Ok(Self(code))
        } else {
            Err(ReadCode::Check)
        }
    }

    /// The code as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn position(letter: u8) -> Option<u32> {
    ALPHABET
        .iter()
        .position(|known| *known == letter)
        .and_then(|at| u32::try_from(at).ok())
}

/// 0 to 9, then A = 10 to Z = 35; the caller has checked the alphabet.
fn alphanumeric(letter: u8) -> u32 {
    if letter.is_ascii_digit() {
        u32::from(letter - b'0')
    } else {
        u32::from(letter.saturating_sub(b'A')) + 10
    }
}

impl fmt::Debug for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for OrganisationCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for OrganisationCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A citizen's number (公民身份号码, GB 11643). Shown masked; the whole is asked for by name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CitizenNumber([u8; 18]);

impl CitizenNumber {
    /// Reads a citizen's number.
    ///
    /// # Errors
    /// [`ReadCode`], naming what is wrong.
    pub fn parse(text: &str) -> Result<Self, ReadCode> {
        let number: [u8; 18] = text.as_bytes().try_into().map_err(|_| ReadCode::Length)?;
        let mut sum = 0;
        for (at, letter) in number.iter().enumerate().take(17) {
            if !letter.is_ascii_digit() {
                return Err(ReadCode::Character { at: at + 1 });
            }
            // GB 11643 6.1.2: weight 2^(17-i) mod 11.
            sum += u32::from(letter - b'0') * (1_u32 << (17 - at)) % 11;
        }
        let last = number.last().copied().unwrap_or_default();
        if !last.is_ascii_digit() && last != b'X' {
            return Err(ReadCode::Character { at: 18 });
        }
        let expected = usize::try_from(sum % 11)
            .ok()
            .and_then(|at| CITIZEN_CHECKS.get(at));
        if expected != Some(&last) {
            return Err(ReadCode::Check);
        }
        let whole = Self(number);
        if whole.birth().is_none() {
            return Err(ReadCode::BirthDate);
        }
        Ok(whole)
    }

    fn birth(&self) -> Option<Date> {
        let digits = self.reveal().get(6..14)?;
        let year = digits.get(..4)?.parse().ok()?;
        let month: u8 = digits.get(4..6)?.parse().ok()?;
        let day = digits.get(6..)?.parse().ok()?;
        Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
    }

    /// The holder's date of birth.
    #[must_use]
    pub fn born_on(&self) -> Date {
        self.birth().unwrap_or(Date::MIN)
    }

    /// The whole number. Only for the field's own encrypted place and the holder's own document
    /// (D8).
    #[must_use]
    pub fn reveal(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Region and last four characters, the birth date starred: `990102********0245`.
    #[must_use]
    pub fn masked(&self) -> String {
        let text = self.reveal();
        let head = text.get(..6).unwrap_or_default();
        let tail = text.get(14..).unwrap_or_default();
        format!("{head}********{tail}")
    }
}

// R17, T-P8: no number reaches a log by way of `{:?}`.
impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisation_codes_are_checked_by_both_digits() {
        assert!(OrganisationCode::parse("91990102FAKE0A0109").is_ok());
        assert_eq!(
            OrganisationCode::parse("91990102FAKE0A0108"),
            Err(ReadCode::Check)
        );
        assert_eq!(
            OrganisationCode::parse("91990102FAKE0A0209"),
            Err(ReadCode::BodyCheck)
        );
        assert_eq!(
            OrganisationCode::parse("91990102FAKI0A0109"),
            Err(ReadCode::Character { at: 12 })
        );
        assert_eq!(
            OrganisationCode::parse("91990102fake0a0109"),
            Err(ReadCode::Character { at: 9 })
        );
        assert_eq!(OrganisationCode::parse(""), Err(ReadCode::Length));
        // A deployed system's codes, as published in the examples of GB/T 36904.
        assert!(OrganisationCode::parse("11100000000013338W").is_ok());
        assert!(OrganisationCode::parse("11430000006122244L").is_ok());
    }

    #[test]
    fn citizen_numbers_are_checked_by_digit_and_date() {
        let number = CitizenNumber::parse("99010219810705031X").expect("good");
        assert_eq!(number.born_on(), time::macros::date!(1981 - 07 - 05));
        assert_eq!(
            CitizenNumber::parse("990102198107050310"),
            Err(ReadCode::Check)
        );
        assert_eq!(
            CitizenNumber::parse("99010219810705031x"),
            Err(ReadCode::Character { at: 18 })
        );
        assert_eq!(
            CitizenNumber::parse("9901021981070503１X"),
            Err(ReadCode::Length)
        );
    }

    #[test]
    fn an_impossible_birth_date_is_refused_though_the_digit_fits() {
        let body = "99010219810230031";
        let good: Vec<_> = "0123456789X"
            .chars()
            .map(|last| CitizenNumber::parse(&format!("{body}{last}")))
            .filter(|read| *read != Err(ReadCode::Check))
            .collect();
        assert_eq!(good, vec![Err(ReadCode::BirthDate)]);
    }

    #[test]
    fn a_citizen_number_is_masked_wherever_it_is_printed() {
        let number = CitizenNumber::parse("990102198805210245").expect("good");
        assert_eq!(format!("{number:?}"), "990102********0245");
    }
}
