//! What names a case, or the ground of an act, in a request.

use crate::identifier::holds_citizen_number;
use crate::number::is_no_text;

/// Characters of a reference, at most.
pub(crate) const MAX_REFERENCE: usize = 64;

/// Whether a text may stand where a case or the ground of an act is named: short, as it reads, and no citizen's number (D8, T-L6).
#[must_use]
pub fn is_reference(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= MAX_REFERENCE
        && !text.chars().any(is_no_text)
        && !holds_citizen_number(text)
}

/// Whether a text is a case's number (domain.md 3: `BJ-{region}-{date}-{number}`) written otherwise than it is: in small or wide
/// letters, with other dashes or none, with blanks. A case that is found by its number would not be found by it (R1, R6).
#[must_use]
pub fn is_misspelt_case(text: &str) -> bool {
    let letters: String = text.chars().filter_map(plain_letter).collect();
    let Some((region, day, number)) = parts(&letters) else {
        return false;
    };
    format!("BJ-{region}-{day}-{number}") != text
}

fn parts(letters: &str) -> Option<(&str, &str, &str)> {
    let digits = letters.strip_prefix("BJ")?;
    let (region, rest) = digits.split_at_checked(6)?;
    let (day, number) = rest.split_at_checked(8)?;
    let is_number = digits.bytes().all(|octet| octet.is_ascii_digit());
    (is_number && (4..=12).contains(&number.len())).then_some((region, day, number))
}

/// A letter or a digit as a number has it; wide ones (U+FF01 to U+FF5E) and mathematical ones (U+1D400 to U+1D7FF) as they look.
fn plain_letter(letter: char) -> Option<char> {
    let code = u32::from(letter);
    let plain = match code {
        0xFF01..=0xFF5E => code - 0xFEE0,
        0x1D7CE..=0x1D7FF => (code - 0x1D7CE) % 10 + u32::from('0'),
        0x1D400..=0x1D6A3 => match (code - 0x1D400) % 52 {
            place @ 0..26 => place + u32::from('A'),
            place => place - 26 + u32::from('a'),
        },
        _ => code,
    };
    let plain = char::from_u32(plain)?.to_ascii_uppercase();
    plain.is_ascii_alphanumeric().then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_a_case_is_written_one_way() {
        for text in [
            "bj-990102-20260608-00017",
            "BJ-990102-20260608-00017 ",
            "ＢＪ－990102－20260608－00017",
            "BJ-990102-20260608-0001７",
            "BJ990102-20260608-00017",
            "BJ-9901022-0260608-00017",
            "BJ\u{2013}990102\u{2013}20260608\u{2013}00017",
            "BJ-990102-20260608-000\u{200b}17",
            "\u{1d401}\u{1d409}-990102-20260608-0001\u{1d7d5}",
        ] {
            assert!(is_misspelt_case(text), "{text:?}");
        }
        for text in [
            "BJ-990102-20260608-00017",
            "",
            "临审〔2026〕22号",
            "XK-990102-20260608-00017",
            "BJ-990102-20260608-017",
        ] {
            assert!(!is_misspelt_case(text), "{text:?}");
        }
    }

    #[test]
    fn a_reference_is_short_reads_as_it_is_and_names_no_person() {
        assert!(is_reference("临审〔2026〕22号"));
        let long = "号".repeat(MAX_REFERENCE + 1);
        for text in ["", " 1", "a\u{0}b", "a\nb", "990102198805210245", &long] {
            assert!(!is_reference(text), "{text:?}");
        }
    }
}
