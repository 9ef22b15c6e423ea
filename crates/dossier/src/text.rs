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
pub(crate) mod moment {
    use serde::{Deserialize, Deserializer, Serializer, de, ser};
    use time::format_description::well_known::Rfc3339;
    use time::{OffsetDateTime, UtcDateTime};

    pub(crate) fn serialize<S: Serializer>(
        at: &UtcDateTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = at.format(&Rfc3339).map_err(ser::Error::custom)?;
        serializer.serialize_str(&text)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<UtcDateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        OffsetDateTime::parse(&text, &Rfc3339)
            .ok()
            .and_then(OffsetDateTime::checked_to_utc)
            .ok_or_else(|| de::Error::custom("not a moment with its offset, RFC 3339"))
    }
}

/// Serde form of a civil day: `2026-06-08`.
pub(crate) mod day {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use time::Date;
    use time::macros::format_description;

    pub(crate) fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Date, D::Error> {
        read(&String::deserialize(deserializer)?)
    }

    fn read<E: de::Error>(text: &str) -> Result<Date, E> {
        Date::parse(text, format_description!("[year]-[month]-[day]"))
            .map_err(|_| E::custom("not a day as 2026-06-08"))
    }

    /// A day that may be absent.
    pub(crate) mod maybe {
        use serde::{Deserialize, Deserializer, Serializer};
        use time::Date;

        pub(crate) fn serialize<S: Serializer>(
            day: &Option<Date>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match day {
                Some(day) => serializer.collect_str(day),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Date>, D::Error> {
            let text = Option::<String>::deserialize(deserializer)?;
            text.map(|text| super::read(&text)).transpose()
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
    fn words_do_not_reach_a_log() {
        let words = Words::parse("林小满未提交").expect("text");
        assert_eq!(format!("{words:?}"), "<6 characters>");
    }
}
