//! The licence number (证照编号) that people read.

use std::fmt;

use crate::identifier::holds_citizen_number;

/// Longest number, in characters.
pub(crate) const MAX_NUMBER: usize = 64;

/// The number of a licence, unique within type and issuer (R12). Never a citizen's number, since
/// numbers are indexed and printed (D8).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceNumber(String);

/// The text is no licence number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadNumber {
    /// Empty, longer than 64 characters, with blanks at an end or characters that are no text.
    #[error("not 1 to 64 characters without blanks at the ends")]
    Form,
    /// A citizen's number stands in it.
    #[error("a licence number holds no citizen number")]
    CitizenNumber,
}

impl LicenceNumber {
    /// Reads a number.
    ///
    /// # Errors
    /// [`ReadNumber`].
    pub fn parse(text: &str) -> Result<Self, ReadNumber> {
        let lawful = !text.is_empty()
            && text.chars().count() <= MAX_NUMBER
            && text.trim() == text
            && !text.chars().any(is_no_text);
        if !lawful {
            return Err(ReadNumber::Form);
        }
        if holds_citizen_number(text) {
            return Err(ReadNumber::CitizenNumber);
        }
        Ok(Self(text.to_owned()))
    }

    /// The house pattern where neither request nor type brings one:
    /// `FOOD-990102-2026-000001`.
    ///
    /// # Errors
    /// [`ReadNumber`], if the parts make no lawful number.
    pub fn numbered(
        licence_type: &catalogue::key::TypeKey,
        region: &catalogue::key::RegionCode,
        (year, running): (i32, u64),
    ) -> Result<Self, ReadNumber> {
        Self::parse(&format!("{licence_type}-{region}-{year}-{running:06}"))
    }

    /// The number as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Controls, and the invisible characters that make text read differently from what it is.
pub(crate) fn is_no_text(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{200B}'..='\u{200F}' // zero width, direction marks
            | '\u{2028}'..='\u{202E}' // separators, embeddings, overrides
            | '\u{2060}'..='\u{206F}' // invisible operators, isolates
            | '\u{FE00}'..='\u{FE0F}' // variation selectors
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFF}'
            | '\u{E0000}'..='\u{E0FFF}')
}

impl fmt::Debug for LicenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for LicenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_sample_are_read() {
        for text in [
            "YZCY-990102-2026-000001",
            "云交运管许可临字9900001号",
            "云洲（2021）临溪市不动产权第9900001号",
        ] {
            assert_eq!(LicenceNumber::parse(text).expect("good").as_str(), text);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", " JY1", "JY1 ", "JY\u{202E}1", "JY\n1", &"9".repeat(65)] {
            assert_eq!(LicenceNumber::parse(text), Err(ReadNumber::Form), "{text}");
        }
        assert_eq!(
            LicenceNumber::parse("证99010219810705031X号"),
            Err(ReadNumber::CitizenNumber)
        );
    }
}
