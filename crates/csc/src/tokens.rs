//! The access tokens of the provider (RFC 9068): signed by one of its keys, which the operator keeps in a file, and for this service.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::Jws;
use crypto::device::{public_of_point, public_of_rsa};
use crypto::{KeyAlgorithm, PublicKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::bearer::{Bearer, Unverified};
use crate::counter::Check;

/// Octets of a token, at most.
const MAX_TOKEN: usize = 16 << 10;
/// Octets of a set of keys, at most.
const MAX_KEYS: usize = 256 << 10;
/// How far its clock may be ahead of ours (*default*).
const SKEW: Duration = Duration::seconds(30);

/// The authorisation server whose tokens count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its name, as its tokens have it (`iss`).
    pub issuer: String,
    /// The name under which tokens are meant for this service (`aud`).
    pub audience: String,
    /// File with its keys, a JWK Set (RFC 7517 5).
    pub keys: PathBuf,
}

/// Why a provider cannot be taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenProvider {
    /// The file cannot be read.
    #[error("the keys of the provider cannot be read")]
    File(#[from] std::io::Error),
    /// It is no set of keys, or too large.
    #[error("the keys of the provider are no JWK Set with a key for ES256, RS256 or EdDSA")]
    Keys,
    /// Issuer or audience say nothing.
    #[error("the provider has a name, and this service one at the provider")]
    Name,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

struct Known {
    kid: Option<String>,
    key: PublicKey,
}

impl Provider {
    /// What checks its tokens.
    ///
    /// # Errors
    /// [`OpenProvider`].
    pub fn open(&self) -> Result<Arc<Check>, OpenProvider> {
        if self.issuer.is_empty() || self.audience.is_empty() {
            return Err(OpenProvider::Name);
        }
        let octets = std::fs::read(&self.keys)?;
        if octets.len() > MAX_KEYS || issuance::inspect_json(&octets).is_err() {
            return Err(OpenProvider::Keys);
        }
        let set: Set = serde_json::from_slice(&octets).map_err(|_| OpenProvider::Keys)?;
        let keys = set.keys.into_iter();
        let keys: Vec<Known> = keys
            .filter_map(|key| serde_json::from_value(key).ok().and_then(known))
            .collect();
        if keys.is_empty() {
            return Err(OpenProvider::Keys);
        }
        let provider = self.clone();
        Ok(Arc::new(move |token: &str, now: UtcDateTime| {
            check(token, (&provider, &keys), now)
        }))
    }
}

fn known(jwk: Jwk) -> Option<Known> {
    let octets = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let signs = jwk
        .purpose
        .as_deref()
        .is_none_or(|purpose| purpose == "sig");
    let key = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("EC", Some("P-256")) => {
            let point = [&[4][..], &octets(&jwk.x)?, &octets(&jwk.y)?].concat();
            public_of_point(KeyAlgorithm::EcP256, &point).ok()?
        }
        ("OKP", Some("Ed25519")) => {
            public_of_point(KeyAlgorithm::Ed25519, &octets(&jwk.x)?).ok()?
        }
        ("RSA", _) => public_of_rsa(&octets(&jwk.n)?, &octets(&jwk.e)?).ok()?,
        _ => return None,
    };
    // T-C4: a point that is not on its curve is no key.
    key.inspect().ok()?;
    signs.then_some(Known { kid: jwk.kid, key })
}

/// RFC 9068 4: kind, signature, issuer, audience, life. The key fixes the algorithm (RFC 8725 3.1).
fn check(
    token: &str,
    (provider, keys): (&Provider, &[Known]),
    now: UtcDateTime,
) -> Result<Bearer, Unverified> {
    let jws = Jws::parse(token, MAX_TOKEN).map_err(|_| Unverified::Invalid)?;
    let is_access = matches!(jws.kind(), Some("at+jwt" | "application/at+jwt"));
    let mut named = keys
        .iter()
        .filter(|known| jws.kid().is_none() || known.kid.as_deref() == jws.kid());
    if !is_access || !named.any(|known| jws.check(&known.key).is_ok()) {
        return Err(Unverified::Invalid);
    }
    issuance::inspect_json(jws.payload()).map_err(|_| Unverified::Invalid)?;
    let claims: Map<String, Value> =
        serde_json::from_slice(jws.payload()).map_err(|_| Unverified::Invalid)?;
    let moment = |name: &str| claims.get(name).and_then(Value::as_i64);
    let is_meant = match claims.get("aud") {
        Some(Value::String(one)) => *one == provider.audience,
        Some(Value::Array(all)) => all
            .iter()
            .any(|one| one.as_str() == Some(&provider.audience)),
        _ => false,
    };
    let ours = claims.get("iss").and_then(Value::as_str) == Some(&provider.issuer);
    let second = now.unix_timestamp();
    let ahead = second + SKEW.whole_seconds();
    let early = [moment("iat"), moment("nbf")]
        .into_iter()
        .flatten()
        .any(|from| from > ahead);
    if !is_meant || !ours || early || claims.contains_key("cnf") {
        // RFC 8705 3.1: a token that is bound to a certificate is not shown without it.
        return Err(Unverified::Invalid);
    }
    match moment("exp") {
        Some(last) if second < last => Bearer::read(&claims).ok_or(Unverified::Invalid),
        Some(_) => Err(Unverified::Expired),
        None => Err(Unverified::Invalid),
    }
}
