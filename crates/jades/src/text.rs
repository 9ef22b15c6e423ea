//! The texts that a signature is made of: base64 in its only form, JSON inspected before anything is read from it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use credential::inspect_json;
use crypto::DigestAlgorithm;
use serde_json::{Map, Value};

use crate::fault::ReadJades;

/// RFC 7515 2: no padding, no white space, and unused bits are zero, or two texts would be one signature.
pub(crate) fn decode(text: &str, place: &'static str) -> Result<Vec<u8>, ReadJades> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| ReadJades::Base64(place))
}

/// Octets in base64url.
pub(crate) fn encode(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// Octets in the padded base64 of certificates and tokens (RFC 7515 4.1.6, TS 119 182-1 5.4.2).
pub(crate) fn padded(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// Octets from padded base64.
pub(crate) fn unpadded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The value of a text: each member once, bounded depth, nothing behind it.
pub(crate) fn value(octets: &[u8], place: &'static str) -> Result<Value, ReadJades> {
    inspect_json(octets).map_err(|fault| ReadJades::Json { place, fault })?;
    serde_json::from_slice(octets).map_err(|_| ReadJades::Json {
        place,
        fault: credential::ReadJson::Malformed,
    })
}

/// The same, where it has to be an object.
pub(crate) fn object(octets: &[u8], place: &'static str) -> Result<Map<String, Value>, ReadJades> {
    match value(octets, place)? {
        Value::Object(members) => Ok(members),
        _ => Err(ReadJades::Json {
            place,
            fault: credential::ReadJson::Malformed,
        }),
    }
}

/// The digest of a name in `digAlg` and `hashM`. SM3 has no registered name there yet; ours is private (D23).
pub(crate) fn digest_named(name: &str) -> Option<DigestAlgorithm> {
    DIGESTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, algorithm)| *algorithm)
}

/// The name of a digest; `None` for one that nothing new is made with.
pub(crate) fn digest_name(algorithm: DigestAlgorithm) -> Option<&'static str> {
    DIGESTS
        .iter()
        .find(|(_, known)| *known == algorithm)
        .map(|(name, _)| *name)
}

/// TS 119 182-1 5.2.2.2: names of digests.
const DIGESTS: [(&str, DigestAlgorithm); 4] = [
    ("S256", DigestAlgorithm::Sha256),
    ("S384", DigestAlgorithm::Sha384),
    ("S512", DigestAlgorithm::Sha512),
    ("SM3-yinxin", DigestAlgorithm::Sm3),
];
