//! Printed codes, status lists, compact tokens, JSON, handles; whole, and from the inside.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::{
    Handle, Inflate, Jws, LC1_PREFIX, Lc1, MAX_TOKEN, ReadLc1, StatusToken, inspect_json,
};
use crypto::PublicKey;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::proof::{AT, example};

fn key() -> Option<PublicKey> {
    example("leaf.der")?.public_key().ok()
}

/// A printed code as text.
pub fn lc1(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else {
        return false;
    };
    let Ok(code) = Lc1::parse(text) else {
        return false;
    };
    let _ = (code.kid(), format!("{:?}", code.claims()));
    if let Some(key) = key() {
        let _ = code.check(&key);
    }
    true
}

/// What a printed code holds: octets compressed and written as one, so that changes reach the inside.
pub fn lc1_inside(octets: &[u8]) -> bool {
    let text = format!("{LC1_PREFIX}{}", base45(&compressed(octets)));
    let own = [
        ReadLc1::Prefix,
        ReadLc1::Base45,
        ReadLc1::Inflate(Inflate::Malformed),
    ];
    if let Err(fault) = Lc1::parse(&text) {
        assert!(!own.contains(&fault), "well wrapped: {fault}");
    }
    lc1(text.as_bytes())
}

/// A status list token, JWT or CWT.
pub fn status(octets: &[u8]) -> bool {
    let Ok(token) = StatusToken::parse(octets) else {
        return false;
    };
    for index in [
        0,
        1,
        token.list().slots().saturating_sub(1),
        token.list().slots(),
        u64::MAX,
    ] {
        let inside = index < token.list().slots();
        assert_eq!(
            token.list().value(index).is_some(),
            inside,
            "no slot beyond the end"
        );
    }
    let _ = (token.age(AT), token.claims().uri.len());
    if let Some(key) = key() {
        let _ = token.check(&key);
    }
    true
}

/// The payload of a status list token; a text at `status_list.raw` is compressed to be its list.
pub fn status_inside(octets: &[u8]) -> bool {
    let Ok(mut payload) = serde_json::from_slice::<serde_json::Value>(octets) else {
        return false;
    };
    if let Some(list) = payload
        .get_mut("status_list")
        .and_then(|list| list.as_object_mut())
        && let Some(raw) = list.remove("raw")
    {
        let raw = raw.as_str().unwrap_or_default().as_bytes().to_vec();
        list.insert(
            "lst".to_owned(),
            URL_SAFE_NO_PAD.encode(compressed(&raw)).into(),
        );
    }
    let header = br#"{"alg":"ES256","typ":"statuslist+jwt","kid":"12"}"#;
    status(compact(header, payload.to_string().as_bytes()).as_bytes())
}

/// A compact token.
pub fn jws(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else {
        return false;
    };
    let Ok(token) = Jws::parse(text, MAX_TOKEN) else {
        return false;
    };
    let _ = (
        token.kind(),
        token.kid(),
        token.payload(),
        token.certificates(),
    );
    if let Some(key) = key() {
        let _ = token.check(&key);
    }
    true
}

/// Header and payload of a compact token, with a line end between.
pub fn jws_inside(octets: &[u8]) -> bool {
    let mut parts = octets.splitn(2, |octet| *octet == b'\n');
    let (header, payload) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    jws(compact(header, payload).as_bytes())
}

/// JSON as it is let in: depth and names, then what the parser behind it makes of it.
pub fn json(octets: &[u8]) -> bool {
    let accepted = inspect_json(octets).is_ok();
    if accepted {
        let read = serde_json::from_slice::<serde_json::Value>(octets);
        assert!(read.is_ok(), "what is let in can be read: {read:?}");
    }
    accepted
}

/// The handle in a link.
pub fn handle(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else {
        return false;
    };
    let Ok(handle) = Handle::parse(text) else {
        return false;
    };
    assert_eq!(handle.to_string(), text, "one form");
    true
}

/// A compact token of these parts with a signature that is 64 octets of nothing.
pub(crate) fn compact(header: &[u8], payload: &[u8]) -> String {
    let parts = [header, payload, &[7; 64]];
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

fn compressed(octets: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(octets);
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}

/// RFC 9285.
fn base45(octets: &[u8]) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut text = String::new();
    for pair in octets.chunks(2) {
        let mut value = pair
            .iter()
            .fold(0_usize, |sum, octet| (sum << 8) | usize::from(*octet));
        for _ in 0..=pair.len() {
            let digit = DIGITS.get(value % 45).copied().unwrap_or(b'0');
            text.push(char::from(digit));
            value /= 45;
        }
    }
    text
}
