//! `signatures/timestamp` (CSC 2.1 11.13): a token of the office's own unit (RFC 3161), journalled before it leaves.

use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Digest, DigestAlgorithm};
use evidence::tsp::{Request, Response};
use serde::Serialize;

use crate::counter::Shown;
use crate::credentials::serve;
use crate::fault::Fault;
use crate::fields::Fields;

/// Hashes that are stamped (RFC 5754 2).
const ALGORITHMS: [(&str, DigestAlgorithm); 3] = [
    (crate::credential::SHA256, DigestAlgorithm::Sha256),
    ("2.16.840.1.101.3.4.2.2", DigestAlgorithm::Sha384),
    ("2.16.840.1.101.3.4.2.3", DigestAlgorithm::Sha512),
];

/// A token.
#[derive(Serialize)]
pub(crate) struct Stamped {
    timestamp: String,
}

/// A time-stamp over a hash.
#[utoipa::path(post, path = "/csc/v2/signatures/timestamp", tag = "csc",
    request_body(content_type = "application/json", description = "CSC 2.1 11.13: `hash`, `hashAlgo`, `nonce` (hexadecimal)"),
    responses((status = 200, description = "`timestamp`: a token of RFC 3161"), (status = 400, description = "`invalid_request`, with what is wrong"), (status = 401, description = "no access token of the provider")))]
pub(crate) async fn timestamp(shown: Shown, fields: Fields) -> Result<Json<Stamped>, Fault> {
    serve(&shown).await?;
    let request = read(&fields)?;
    let answer = backoffice::asked::stamp(shown.counter.office(), &request.encode()).await;
    let answer = answer.map_err(|error| Fault::server(&error))?;
    let answer = Response::parse(&answer).map_err(|error| Fault::server(&error))?;
    // A clock that is not believed stamps nothing; the client comes back.
    let token = answer.token().ok_or_else(Fault::busy)?;
    Ok(Json(Stamped {
        timestamp: STANDARD.encode(token.der()),
    }))
}

pub(crate) fn read(fields: &Fields) -> Result<Request, Fault> {
    let text = fields.text("hash")?;
    let text = text.ok_or_else(|| Fault::missing("string", "hash"))?;
    if text.is_empty() {
        return Err(Fault::request("Empty hash parameter"));
    }
    let wanted = fields.needed("hashAlgo")?;
    let algorithm = ALGORITHMS.iter().find(|(oid, _)| *oid == wanted);
    let (_, algorithm) = algorithm.ok_or_else(|| Fault::invalid("hashAlgo"))?;
    let octets = STANDARD.decode(text);
    let octets = octets.map_err(|_| Fault::request("Invalid Base64 hash string parameter"))?;
    let digest = Digest::from_bytes(*algorithm, &octets);
    let digest = digest.map_err(|_| Fault::request("Invalid digest value length"))?;
    let request = Request::new(&digest);
    match fields.text("nonce")? {
        None => Ok(request),
        Some(text) => {
            let octets = nonce(text);
            let request = octets.and_then(|octets| request.with_number(&octets));
            request.ok_or_else(|| Fault::invalid("nonce"))
        }
    }
}

/// A number in hexadecimal.
fn nonce(text: &str) -> Option<Vec<u8>> {
    if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let even = if text.len() % 2 == 1 {
        format!("0{text}")
    } else {
        text.to_owned()
    };
    even.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
