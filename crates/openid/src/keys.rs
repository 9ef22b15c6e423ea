//! The provider's keys: a JWK Set (RFC 7517), of which what is not for us is left out.

use asn1::{Oid, write};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{KeyAlgorithm, PublicKey, SignatureAlgorithm};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::MAX_DOCUMENT;
use crate::fault::TokenFault;

/// Keys of a set, beyond which it is not read.
const MAX_KEYS: usize = 64;

/// The keys with which the provider's tokens are checked. They come from the provider's own address and from nowhere else:
/// what a token says only picks among them (T-I9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(Vec<Key>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    kid: Option<String>,
    algorithm: SignatureAlgorithm,
    public: PublicKey,
}

/// Why octets are no set of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadKeys {
    /// Too large, or with too many keys.
    #[error("a set of keys that is too large")]
    TooLarge,
    /// Not the JSON of a JWK Set (RFC 7517 5).
    #[error("not a set of keys")]
    Malformed,
    /// It has no key that could be used.
    #[error("a set without a key to check with")]
    Empty,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    /// The private half. Whoever publishes it has no key.
    d: Option<serde::de::IgnoredAny>,
}

impl Keys {
    /// Reads a set. Keys of other kinds, for other uses, too short or malformed are left out (RFC 7517 5).
    ///
    /// # Errors
    /// See [`ReadKeys`].
    pub fn read(octets: &[u8]) -> Result<Self, ReadKeys> {
        if octets.len() > MAX_DOCUMENT {
            return Err(ReadKeys::TooLarge);
        }
        credential::inspect_json(octets).map_err(|_| ReadKeys::Malformed)?;
        let set: Set = serde_json::from_slice(octets).map_err(|_| ReadKeys::Malformed)?;
        if set.keys.len() > MAX_KEYS {
            return Err(ReadKeys::TooLarge);
        }
        let jwks = set.keys.into_iter().map(serde_json::from_value::<Jwk>);
        let keys: Vec<Key> = jwks.flatten().filter_map(key).collect();
        if keys.is_empty() {
            return Err(ReadKeys::Empty);
        }
        Ok(Self(keys))
    }

    /// The one key of this name and algorithm; without a name the only one of the algorithm (OpenID Connect Core 10.1).
    ///
    /// # Errors
    /// `Key` where there is none, or more than one.
    pub(crate) fn find(
        &self,
        kid: Option<&str>,
        algorithm: SignatureAlgorithm,
    ) -> Result<&PublicKey, TokenFault> {
        let is_meant =
            |key: &&Key| key.algorithm == algorithm && (kid.is_none() || key.kid.as_deref() == kid);
        let mut found = self.0.iter().filter(is_meant);
        match (found.next(), found.next()) {
            (Some(key), None) => Ok(&key.public),
            _ => Err(TokenFault::Key),
        }
    }
}

fn key(jwk: Jwk) -> Option<Key> {
    let signs = jwk
        .purpose
        .as_deref()
        .is_none_or(|purpose| purpose == "sig");
    let checks = |acts: &Vec<String>| acts.iter().any(|act| act == "verify");
    let is_for_checking = signs && jwk.key_ops.as_ref().is_none_or(checks) && jwk.d.is_none();
    if !is_for_checking {
        return None;
    }
    let public = PublicKey::parse(&spki(&jwk)?).ok()?;
    // T-C4: a point that is not on its curve is no key.
    public.inspect().ok()?;
    // The key fixes the algorithm; where the set names one, it can only agree (RFC 7517 4.4).
    let name = match public.algorithm() {
        KeyAlgorithm::EcP256 => "ES256",
        KeyAlgorithm::Rsa => "RS256",
        KeyAlgorithm::Ed25519 => "EdDSA",
        _ => return None,
    };
    if jwk.alg.as_deref().is_some_and(|alg| alg != name) {
        return None;
    }
    Some(Key {
        kid: jwk.kid,
        algorithm: credential::jose_algorithm(name)?,
        public,
    })
}

/// SubjectPublicKeyInfo of what RFC 7518 6.2.1, 6.3.1 and RFC 8037 2 write.
fn spki(jwk: &Jwk) -> Option<Vec<u8>> {
    let octets = |value: &Option<String>| {
        let text = value.as_ref()?;
        URL_SAFE_NO_PAD.decode(text).ok()
    };
    match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("EC", Some("P-256")) => {
            let (x, y) = (octets(&jwk.x)?, octets(&jwk.y)?);
            // RFC 7518 6.2.1.2: whole octets of the field, each coordinate.
            let point = (x.len() == 32 && y.len() == 32).then(|| [&[4][..], &x, &y].concat())?;
            let curve = [oid("1.2.840.10045.2.1")?, oid("1.2.840.10045.3.1.7")?];
            Some(info(&write::sequence(curve), &point))
        }
        ("OKP", Some("Ed25519")) => {
            let algorithm = write::sequence([oid("1.3.101.112")?]);
            Some(info(&algorithm, &octets(&jwk.x)?))
        }
        ("RSA", None) => {
            let numbers = [octets(&jwk.n)?, octets(&jwk.e)?];
            let numbers = numbers.map(|number| write::unsigned_octets(&number));
            let algorithm = [oid("1.2.840.113549.1.1.1")?, write::null()];
            Some(info(&write::sequence(algorithm), &write::sequence(numbers)))
        }
        _ => None,
    }
}

fn oid(dotted: &str) -> Option<Vec<u8>> {
    Oid::from_dotted(dotted).map(|oid| write::oid(&oid))
}

fn info(algorithm: &[u8], bits: &[u8]) -> Vec<u8> {
    write::sequence([algorithm, &write::bit_string(bits)])
}
