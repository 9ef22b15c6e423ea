//! Days and moments as the API writes them: `YYYY-MM-DD` and nothing else, RFC 3339.

use serde::{Deserialize, Deserializer, Serializer, de};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, UtcDateTime};

/// A moment of an answer.
pub fn moment(at: UtcDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn read(text: &str) -> Option<Date> {
    let form = format_description!("[year]-[month]-[day]");
    // Ten characters: no sign, no fifth figure of a year.
    Date::parse(text, form)
        .ok()
        .filter(|_| text.len() == 10 && text.is_ascii())
}

fn written(day: Date) -> String {
    let form = format_description!("[year]-[month]-[day]");
    day.format(form).unwrap_or_default()
}

/// A day of a content.
///
/// # Errors
/// What is no day.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let text = String::deserialize(from)?;
    read(&text).ok_or_else(|| de::Error::custom("not a day YYYY-MM-DD"))
}

/// As it is read.
///
/// # Errors
/// As the writer has it.
pub fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&written(*day))
}

/// A day that may be absent.
pub mod maybe {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
    use time::Date;

    /// A day of a content, or none.
    ///
    /// # Errors
    /// What is no day.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| super::read(&text).ok_or_else(|| de::Error::custom("not a day YYYY-MM-DD")))
            .transpose()
    }

    /// As it is read.
    ///
    /// # Errors
    /// As the writer has it.
    pub fn serialize<S: Serializer>(day: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        day.map(super::written).serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_ten_characters_and_is_in_the_calendar() {
        assert!(read("2026-06-15").is_some());
        for wrong in [
            "2026-6-15",
            "2026-02-30",
            "+2026-06-15",
            "2026-06-15T00:00",
            "２０２６-06-15",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
