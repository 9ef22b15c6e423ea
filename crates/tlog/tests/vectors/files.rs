//! The vector files, and octets out of their texts.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tlog::{Hash, TreeHead, leaf_hash};

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tlog")
}

pub(crate) fn json(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(name)).expect("the vectors are committed");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().expect("an array of this name")
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("a text of this name")
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

/// A hash, or `None` where the text is not one of 32 octets.
pub(crate) fn hash(octets: Vec<u8>) -> Option<Hash> {
    octets.try_into().ok().map(Hash::new)
}

pub(crate) fn hash_of_base64(text: &str) -> Option<Hash> {
    hash(STANDARD.decode(text).ok()?)
}

/// A number, or `None` where it is negative.
pub(crate) fn number(value: &Value, name: &str) -> Option<u64> {
    assert!(value[name].is_number(), "a number of this name");
    value[name].as_u64()
}

pub(crate) fn head(size: Option<u64>, root: Option<Hash>) -> Option<TreeHead> {
    Some(TreeHead {
        size: size?,
        root: root?,
    })
}

/// The leaves of the vectors' long tree: leaf i is i in eight octets.
pub(crate) fn sequence(size: u64) -> Vec<Hash> {
    (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}
