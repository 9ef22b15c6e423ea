//! Objects as they are written (ISO 32000-2, 7.3), so that reading them again gives the same objects.

use std::io::Write;

use pdf::{Dictionary, Object, Reference};

use crate::update::{digits, hexadecimal};

/// Writes a direct object or a reference. A stream is written as its dictionary: its data lie in the file, and
/// no update of ours writes a stream again.
pub(crate) fn object(into: &mut Vec<u8>, value: &Object) {
    // Writing to a vector cannot fail.
    match value {
        Object::Null => into.extend_from_slice(b"null"),
        Object::Boolean(true) => into.extend_from_slice(b"true"),
        Object::Boolean(false) => into.extend_from_slice(b"false"),
        Object::Integer(value) => {
            let _ = write!(into, "{value}");
        }
        Object::Real(value) => real(into, *value),
        Object::String(bytes) => string(into, bytes),
        Object::Name(bytes) => name(into, bytes),
        Object::Array(elements) => {
            into.push(b'[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 && !opens(element) {
                    into.push(b' ');
                }
                object(into, element);
            }
            into.push(b']');
        }
        Object::Dictionary(entries) => dictionary(into, entries),
        Object::Stream(stream) => dictionary(into, &stream.dictionary),
        Object::Reference(Reference { number, generation }) => {
            let _ = write!(into, "{number} {generation} R");
        }
    }
}

/// The octets of an object.
pub(crate) fn body(value: &Object) -> Vec<u8> {
    let mut into = Vec::new();
    object(&mut into, value);
    into
}

fn dictionary(into: &mut Vec<u8>, entries: &Dictionary) {
    into.extend_from_slice(b"<<");
    for (key, value) in entries.entries() {
        name(into, key);
        if !opens(value) {
            into.push(b' ');
        }
        object(into, value);
    }
    into.extend_from_slice(b">>");
}

/// Whether an object begins with a delimiter, so that nothing need stand before it.
fn opens(value: &Object) -> bool {
    matches!(
        value,
        Object::String(_)
            | Object::Name(_)
            | Object::Array(_)
            | Object::Dictionary(_)
            | Object::Stream(_)
    )
}

/// A number with a point, which stays one when read again; never with an exponent (7.3.3).
fn real(into: &mut Vec<u8>, value: f64) {
    let text = if value.is_finite() {
        value.to_string()
    } else {
        "0".to_owned()
    };
    into.extend_from_slice(text.as_bytes());
    if !text.contains('.') {
        into.extend_from_slice(b".0");
    }
}

/// A name (7.3.5): what is not a regular printable character is written with `#`.
pub(crate) fn name(into: &mut Vec<u8>, bytes: &[u8]) {
    into.push(b'/');
    for &byte in bytes {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(&byte) {
            into.push(byte);
        } else {
            into.push(b'#');
            into.extend(digits(byte));
        }
    }
}

/// A string: literal where all of it is printable, hexadecimal otherwise (7.3.4).
pub(crate) fn string(into: &mut Vec<u8>, bytes: &[u8]) {
    if !bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return hexadecimal(into, bytes);
    }
    into.push(b'(');
    for &byte in bytes {
        if matches!(byte, b'(' | b')' | b'\\') {
            into.push(b'\\');
        }
        into.push(byte);
    }
    into.push(b')');
}

/// The octets of a text string (7.9.2.2): ASCII as it is, all else UTF-16 behind its mark.
pub(crate) fn text(text: &str) -> Vec<u8> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.as_bytes().to_vec();
    }
    [0xFE, 0xFF]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
        .collect()
}

/// Writes a text string.
pub(crate) fn text_string(into: &mut Vec<u8>, words: &str) {
    string(into, &text(words));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads an object back as one of a file.
    fn read(body: &[u8]) -> Object {
        let mut file = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n".to_vec();
        let place = file.len();
        file.extend_from_slice(b"2 0 obj\n");
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
        let start = file.len();
        let table = format!(
            "xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n{place:010} 00000 n \n\
             trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
        );
        file.extend_from_slice(table.as_bytes());
        let reference = Reference {
            number: 2,
            generation: 0,
        };
        let file = pdf::read(&file).expect("a file of two objects");
        let found = file.latest().object(reference);
        found.expect("what is written can be read")
    }

    fn objects() -> impl Strategy<Value = Object> {
        let octets = || prop::collection::vec(any::<u8>(), 0..12);
        // A name holds no octet zero (7.3.5).
        let names = || prop::collection::vec(1_u8..=255, 0..8);
        let leaf = prop_oneof![
            Just(Object::Null),
            any::<bool>().prop_map(Object::Boolean),
            any::<i64>().prop_map(Object::Integer),
            (-1.0e9..1.0e9).prop_map(Object::Real),
            (-1000_i32..1000).prop_map(|whole| Object::Real(f64::from(whole))),
            octets().prop_map(Object::String),
            names().prop_map(Object::Name),
            (1_u32..1000, 0_u16..3).prop_map(|(number, generation)| Object::Reference(Reference {
                number,
                generation
            })),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Object::Array),
                prop::collection::btree_map(names(), inner, 0..6).prop_map(|entries| {
                    let entries = entries.into_iter().collect();
                    Object::Dictionary(Dictionary::new(entries).expect("keys of a map differ"))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same_object(value in objects()) {
            prop_assert_eq!(read(&body(&value)), value);
        }

        #[test]
        fn words_survive(given in "\\PC{0,20}") {
            prop_assert_eq!(pdf::text(&text(&given)), given);
        }
    }

    #[test]
    fn names_and_strings_are_escaped_where_they_must_be() {
        let mut into = Vec::new();
        name(&mut into, b"A b#/");
        string(&mut into, b"(a\\)");
        string(&mut into, b"\r");
        assert_eq!(into, b"/A#20b#23#2F(\\(a\\\\\\))<0D>");
    }

    #[test]
    fn whole_reals_stay_reals() {
        assert_eq!(body(&Object::Real(6.0)), b"6.0");
        assert_eq!(body(&Object::Real(-0.000_000_001)), b"-0.000000001");
    }
}
