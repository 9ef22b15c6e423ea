//! A request that must have one effect: its key, and what a repeated one must share with the first.

use axum::http::HeaderMap;
use issuance::Once;
use registry::asked::IdempotencyKey;
use wire::problem::{Code, Problem};

/// SHA-256 over method, path and content: what a repeated request must share with the first.
#[derive(Debug, Clone, Copy)]
pub struct Fingerprint(pub [u8; 32]);

/// The idempotency key that a route with an effect requires.
///
/// # Errors
/// `idempotency-key.missing`, `idempotency-key.malformed`.
pub fn once(headers: &HeaderMap, fingerprint: Fingerprint) -> Result<Once, Problem> {
    let value = headers
        .get("idempotency-key")
        .ok_or(Problem::new(Code::KeyMissing))?;
    let key = value
        .to_str()
        .ok()
        .and_then(IdempotencyKey::parse)
        .ok_or(Problem::new(Code::KeyMalformed))?;
    Ok(Once {
        key,
        fingerprint: fingerprint.0,
    })
}
