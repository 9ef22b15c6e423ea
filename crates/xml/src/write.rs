//! Text as it is written into a document.

/// Text for an attribute or an element, such that every reader reads it back. What no document may hold becomes U+FFFD.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML 1.0, 2.11 and 3.3.3: white space that readers would change.
            '\r' => escaped.push_str("&#13;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            letter => escaped.push(held(letter)),
        }
    }
    escaped
}

/// The character as a document holds it: U+FFFD for those that none may hold (XML 1.0, 2.2).
#[must_use]
pub fn held(letter: char) -> char {
    match letter {
        '\t' | '\n' | '\r' => letter,
        '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
        letter if letter < ' ' => '\u{FFFD}',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let text = " a\t\r\n&<>\"'\u{1}证";
        let document = format!("<a b=\"{0}\">{0}</a>", escaped(text));
        let tree = crate::parse(document.as_bytes(), &crate::read::tests::RULES).expect("XML");
        let expected = text.replace('\u{1}', "\u{FFFD}");
        assert_eq!(tree.attribute("b"), Some(expected.as_str()));
        assert_eq!(tree.text, expected);
    }
}
