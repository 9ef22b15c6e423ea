//! The access tokens of the provider (RFC 9068), read by `openid`: signed by one of its keys, which the operator keeps in a file, and
//! for this service.

use std::path::PathBuf;
use std::sync::Arc;

use openid::{ALGORITHMS, AccessToken, Keys, ReadKeys, ReadTerms, Terms, TokenFault};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::UtcDateTime;

use crate::bearer::{Bearer, Unverified};
use crate::counter::Check;

/// The authorisation server whose tokens count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its name, as its tokens have it (`iss`), an address.
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
    Keys(#[from] ReadKeys),
    /// Issuer or audience say nothing.
    #[error("the provider has a name, and this service one at the provider")]
    Name(#[from] ReadTerms),
}

impl Provider {
    /// What checks its tokens.
    ///
    /// # Errors
    /// [`OpenProvider`].
    pub fn open(&self) -> Result<Arc<Check>, OpenProvider> {
        let keys = Keys::read(&std::fs::read(&self.keys)?)?;
        // As who receives tokens this service is no client; it has one name there.
        let names = (self.audience.as_str(), self.audience.as_str());
        let terms = Terms::new(&self.issuer, names, &ALGORITHMS.map(str::to_owned), &[])?;
        Ok(Arc::new(move |token: &str, now: UtcDateTime| {
            check(token, (&terms, &keys), now)
        }))
    }
}

/// RFC 9068 4. What a token authorises is over at its last moment, without leeway for anybody's clock.
fn check(
    token: &str,
    (terms, keys): (&Terms, &Keys),
    now: UtcDateTime,
) -> Result<Bearer, Unverified> {
    // No client shows a certificate here (RFC 8705 3.1).
    match AccessToken::check(token, (terms, keys), None, now) {
        Ok(token) if now < token.expires() => {
            Bearer::read(token.claims()).ok_or(Unverified::Invalid)
        }
        Ok(_) | Err(TokenFault::Expired) => Err(Unverified::Expired),
        Err(_) => Err(Unverified::Invalid),
    }
}
