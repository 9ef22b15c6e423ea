//! The vectors as files.

use std::path::PathBuf;

use serde_json::Value;

/// A file of the vectors.
pub(crate) fn file(name: &str) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/sm");
    let text = std::fs::read(folder.join(name)).expect("a file of the vectors");
    serde_json::from_slice(&text).expect("JSON")
}

/// The cases of a list.
pub(crate) fn cases<'a>(file: &'a Value, list: &str) -> &'a [Value] {
    file[list].as_array().expect("a list of cases")
}

/// The octets that a member holds in hexadecimal.
pub(crate) fn octets(case: &Value, member: &str) -> Vec<u8> {
    let text = case[member].as_str().expect(member);
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

/// The SubjectPublicKeyInfo around a point of at most 65 octets.
pub(crate) fn spki(point: &[u8]) -> Vec<u8> {
    const IDENTIFIER: [u8; 21] = [
        0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81,
        0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d,
    ];
    let length = u8::try_from(point.len()).expect("short");
    let bits = [&[0x03, length + 1, 0x00], point].concat();
    let body = [&IDENTIFIER[..], &bits].concat();
    [&[0x30, u8::try_from(body.len()).expect("short")], &body[..]].concat()
}
