//! Certificates as text (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
/// `der` as PEM under `label`: lines of 64 characters (RFC 7468 2, 3).
#[must_use]
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}
