//! Words that people wrote, bounded; and moments as they travel.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest words, in characters.
pub(crate) const MAX_WORDS: usize = 1_000;

/// Words of a person: a reason, a name, a duty. Not empty, no blanks at the ends, at most 1,000
/// characters, no characters that are no text.
///
/// They may speak of a person, so `{:?}` shows their length alone (T-P8).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Words(String);

/// The text is no words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("empty, too long, blank at an end, or with characters that are no text")]
pub struct ReadWords;

impl Words {
    /// Reads words.
    ///
    /// # Errors
    /// [`ReadWords`].
    pub fn parse(text: &str) -> Result<Self, ReadWords> {
        let lawful = !text.is_empty()
            && text.trim() == text
            && text.chars().count() <= MAX_WORDS
            && !text.chars().any(is_no_text);
        lawful.then(|| Self(text.to_owned())).ok_or(ReadWords)
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Controls, and the marks that make text read otherwise than it is stored.
fn is_no_text(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}'
        )
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} characters>", self.0.chars().count())
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.0
    }
}

impl TryFrom<String> for Words {
    type Error = ReadWords;

    fn try_from(text: String) -> Result<Self, ReadWords> {
        Self::parse(&text)
    }
}

/// Serde form of a moment: RFC 3339 with any offset, read into UTC.
pub mod moment {
    use serde::{Deserialize, Deserializer, Serializer, de, ser};
    use time::format_description::well_known::Rfc3339;
    use time::{OffsetDateTime, UtcDateTime};

    /// Writes it in UTC.
    ///
    /// # Errors
    /// A year beyond four digits; the serialiser's own.
    pub fn serialize<S: Serializer>(at: &UtcDateTime, serializer: S) -> Result<S::Ok, S::Error> {
        let text = at.format(&Rfc3339).map_err(ser::Error::custom)?;
        serializer.serialize_str(&text)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Any other text; the deserialiser's own.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<UtcDateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        OffsetDateTime::parse(&text, &Rfc3339)
            .ok()
            .and_then(OffsetDateTime::checked_to_utc)
            .ok_or_else(|| de::Error::custom("not a moment with its offset, RFC 3339"))
    }
}

/// Serde form of a civil day: `YYYY-MM-DD`, nothing else.
pub mod day {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use time::Date;
    use time::macros::format_description;

    fn read(text: &str) -> Option<Date> {
        let form = format_description!("[year]-[month]-[day]");
        let lawful = text.len() == 10 && text.starts_with(|first: char| first.is_ascii_digit());
        lawful.then(|| Date::parse(text, form).ok()).flatten()
    }

    /// Writes a day.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    /// Reads a day.
    ///
    /// # Errors
    /// Another form, or a day that no calendar has.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).ok_or_else(|| de::Error::custom("not a day, YYYY-MM-DD"))
    }

    /// The same of a day that may be absent.
    pub mod maybe {
        use serde::{Deserialize, Deserializer, Serializer, de};
        use time::Date;

        /// Writes a day, or null.
        ///
        /// # Errors
        /// The serializer's.
        pub fn serialize<S: Serializer>(
            day: &Option<Date>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match day {
                Some(day) => super::serialize(day, serializer),
                None => serializer.serialize_none(),
            }
        }

        /// Reads a day, or null.
        ///
        /// # Errors
        /// Another form, or a day that no calendar has.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Date>, D::Error> {
            let Some(text) = Option::<String>::deserialize(deserializer)? else {
                return Ok(None);
            };
            let day = super::read(&text);
            day.map(Some)
                .ok_or_else(|| de::Error::custom("not a day, YYYY-MM-DD"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_bounded_text() {
        assert!(Words::parse("材料齐全").is_ok());
        for wrong in [
            "",
            " 材料",
            "材料\n",
            "材\u{202e}料",
            "材\u{0}料",
            &"长".repeat(MAX_WORDS + 1),
        ] {
            assert_eq!(Words::parse(wrong), Err(ReadWords));
        }
    }

    #[test]
    fn a_day_has_one_form_and_is_in_the_calendar() {
        let read = |text: &str| {
            let json = serde_json::Value::String(text.to_owned());
            day::deserialize(json).ok().map(|day| day.to_string())
        };
        assert_eq!(read("2026-06-23").as_deref(), Some("2026-06-23"));
        for wrong in [
            "2026-06-31",
            "2025-02-29",
            "2026-6-3",
            "２０２６-06-23",
            "2026-06-23T00:00:00Z",
            "+02026-06-2",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(day::maybe::deserialize(serde_json::Value::Null).is_ok_and(|day| day.is_none()));
    }

    #[test]
    fn words_do_not_reach_a_log() {
        let words = Words::parse("林小满未提交").expect("text");
        assert_eq!(format!("{words:?}"), "<6 characters>");
    }
}
