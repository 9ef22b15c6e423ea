//! Values of XML Schema that lists have.

use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

/// Text in several languages: the tag of each (RFC 5646), and the text (TS 119 612 5.1.4).
pub type Texts = Vec<(String, String)>;

/// A moment (TS 119 612 5.1.5: Zulu; another offset is understood, none is not).
pub(crate) fn moment(text: &str) -> Option<UtcDateTime> {
    UtcDateTime::parse(text, &Rfc3339).ok()
}

/// TS 119 612 5.1.5: without fractions of a second, in Zulu.
pub(crate) fn told(at: UtcDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// A number (XML Schema 2, 3.3.20): digits alone.
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// A truth value (XML Schema 2, 3.2.2).
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.trim_ascii() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::utc_datetime;

    #[test]
    fn a_moment_says_where_it_is() {
        let noon = utc_datetime!(2026-06-10 12:00);
        assert_eq!(moment("2026-06-10T12:00:00Z"), Some(noon));
        assert_eq!(moment("2026-06-10T20:00:00+08:00"), Some(noon));
        assert_eq!(moment("2026-06-10T12:00:00"), None);
        assert_eq!(moment("2026-06-10"), None);
        assert_eq!(told(noon), "2026-06-10T12:00:00Z");
    }

    #[test]
    fn numbers_and_truths_have_few_forms() {
        assert_eq!(number("017"), Some(17));
        assert_eq!(number("+1"), None);
        assert_eq!(number("-1"), None);
        assert_eq!(number(""), None);
        assert_eq!(number("99999999999999999999"), None);
        assert_eq!((truth(" 1 "), truth("true")), (Some(true), Some(true)));
        assert_eq!((truth("0"), truth("false")), (Some(false), Some(false)));
        assert_eq!(truth("TRUE"), None);
    }
}
