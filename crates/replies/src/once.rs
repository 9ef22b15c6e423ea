//! What makes a request with an effect one request, however often it comes (T-D3).

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use issuance::Once;
use registry::asked::IdempotencyKey;

use wire::problem::{Code, Problem};

/// SHA-256 over method, path and content: what a repeated request must share with the first.
#[derive(Debug, Clone, Copy)]
pub struct Fingerprint(pub [u8; 32]);

/// The idempotency key that a route with an effect requires.
///
/// # Errors
/// It is missing, or malformed.
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

/// The idempotency key of a request, with what it covers, as a handler takes it.
#[derive(Debug)]
pub struct Keyed(pub Once);

impl<S: Sync> FromRequestParts<S> for Keyed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let fingerprint = parts.extensions.get::<Fingerprint>().copied();
        let fingerprint = fingerprint.ok_or(Problem::new(Code::NotSigned))?;
        once(&parts.headers, fingerprint).map(Keyed)
    }
}
