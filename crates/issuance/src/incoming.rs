//! JSON that comes in, before anything of it is believed (T-I1).

use credential::ReadJson;
use thiserror::Error;

/// Why content is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadContent {
    /// It is no JSON, or one that two readers read in two ways.
    #[error(transparent)]
    Json(#[from] ReadJson),
    /// A text with a control character other than tabulator and line ends: no page shows it, and no store has to keep it.
    #[error("a text has a control character")]
    Control,
}

/// Whether content is JSON that everybody reads alike, and its texts are texts.
///
/// # Errors
/// `Json`, `Control`; each says in words why it is not read.
pub fn inspect_json(content: &[u8]) -> Result<(), ReadContent> {
    credential::inspect_json(content)?;
    match has_control(content) {
        true => Err(ReadContent::Control),
        false => Ok(()),
    }
}

/// In JSON a control character below U+0020 stands only in an escape (RFC 8259 7); the others stand as they are, too.
fn has_control(content: &[u8]) -> bool {
    let mut octets = content.iter();
    while let Some(octet) = octets.next() {
        let found = match octet {
            b'\\' => match octets.next() {
                Some(b'b' | b'f') => true,
                Some(b'u') => is_control(code(octets.by_ref().take(4))),
                _ => false,
            },
            // UTF-8 of U+0080 to U+009F; as the second octet of another character 0xC2 does not occur.
            0xc2 => matches!(octets.clone().next(), Some(0x80..=0x9f)),
            0x7f => true,
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

fn code<'a>(digits: impl Iterator<Item = &'a u8>) -> Option<char> {
    let digit = |octet: &u8| char::from(*octet).to_digit(16);
    let code = digits
        .map(digit)
        .try_fold(0, |code, digit| Some(code * 16 + digit?));
    code.and_then(char::from_u32)
}

/// Half of a pair is no character, and no control.
fn is_control(letter: Option<char>) -> bool {
    letter.is_some_and(|letter| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_a_control_character_is_not_read_however_it_is_written() {
        for text in [
            r#"{"a":"\u0000"}"#,
            r#"{"a":["b","\u0007"]}"#,
            r#"{"\u001F":1}"#,
            r#"{"a":"\b"}"#,
            r#"{"a":"\f"}"#,
            r#"{"a":"\\\u007f"}"#,
            "{\"a\":\"\u{7f}\"}",
            "{\"a\":\"\u{85}\"}",
        ] {
            let read = inspect_json(text.as_bytes());
            assert_eq!(read, Err(ReadContent::Control), "{text}");
        }
    }

    #[test]
    fn lines_and_what_only_looks_like_a_control_character_are_read() {
        for text in [
            r#"{"a":"\n\r\t"}"#,
            r#"{"a":"\u000a\u0020"}"#,
            r#"{"a":"\\u0000"}"#,
            r#"{"a":"\\b \" \/ \ud83d\ude00"}"#,
            "{\"a\":\"\u{a0}§é印\u{20000}\"}",
        ] {
            assert_eq!(inspect_json(text.as_bytes()), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_said_as_such() {
        assert!(matches!(inspect_json(b"{"), Err(ReadContent::Json(_))));
    }
}
