//! Octets in JSON: base64 in its one spelling (RFC 4648 4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(crate) fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
