//! The form by which names are compared: RFC 5280 7.1 over the string preparation of RFC 4518.

use stringprep::tables;
use unicode_normalization::UnicodeNormalization;

use super::{Attribute, NUMERIC_STRING};
use asn1::Tag;

/// Appends the comparison form of one relative name: its length, then its attributes in an order
/// that does not depend on how they stood.
pub(super) fn append(attributes: &[Attribute<'_>], out: &mut Vec<u8>) {
    // RFC 5280 7.1: the attributes of a relative name match in any order.
    let mut forms: Vec<Vec<u8>> = attributes.iter().map(form).collect();
    forms.sort();
    let length: usize = forms.iter().map(|form| form.len().saturating_add(8)).sum();
    out.extend_from_slice(&length.to_be_bytes());
    for form in forms {
        out.extend_from_slice(&form.len().to_be_bytes());
        out.extend_from_slice(&form);
    }
}

/// Type, then either `T` and the prepared text or `=` and the value's octets.
fn form(attribute: &Attribute<'_>) -> Vec<u8> {
    let kind = attribute.kind;
    let mut out = kind.octets().to_vec();
    out.push(0xff);
    // RFC 5280 7.1: PrintableString and UTF8String compare as text; 7.3: domainComponent (IA5String) too.
    let is_text = matches!(
        attribute.tag,
        Tag::PRINTABLE_STRING | Tag::UTF8_STRING | Tag::IA5_STRING | NUMERIC_STRING
    );
    let prepared = std::str::from_utf8(attribute.value)
        .ok()
        .filter(|_| is_text)
        .and_then(prepare);
    match prepared {
        Some(text) => {
            out.push(b'T');
            out.extend_from_slice(text.as_bytes());
        }
        None => {
            out.push(b'=');
            out.extend_from_slice(attribute.raw);
        }
    }
    out
}

/// RFC 4518 2: map, normalise, prohibit, fold white space. `None` where a character is prohibited:
/// such values match octet for octet only.
fn prepare(text: &str) -> Option<String> {
    if text
        .bytes()
        .all(|octet| octet.is_ascii_graphic() || octet == b' ')
    {
        return Some(fold_spaces(text.chars().map(|c| c.to_ascii_lowercase())));
    }
    // RFC 4518 2.2: mapping, case folded because directory strings match without case.
    let mapped = text
        .chars()
        .filter(|c| !tables::x520_mapped_to_nothing(*c))
        .map(|c| {
            if tables::x520_mapped_to_space(c) {
                ' '
            } else {
                c
            }
        })
        .flat_map(tables::case_fold_for_nfkc);
    // RFC 4518 2.3.
    let normalised: String = mapped.nfkc().collect();
    // RFC 4518 2.4.
    let prohibited = |c: char| {
        tables::unassigned_code_point(c)
            || tables::change_display_properties_or_deprecated(c)
            || tables::private_use(c)
            || tables::non_character_code_point(c)
            || c == '\u{fffd}'
    };
    if normalised.chars().any(prohibited) {
        return None;
    }
    Some(fold_spaces(normalised.chars()))
}

/// RFC 4518 2.6.1: no space at the ends counts, and several count as one.
fn fold_spaces(text: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut space = false;
    for letter in text {
        if letter == ' ' {
            space = !out.is_empty();
            continue;
        }
        if space {
            out.push(' ');
        }
        space = false;
        out.push(letter);
    }
    out
}
