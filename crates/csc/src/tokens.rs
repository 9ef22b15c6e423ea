//! The access tokens of the provider (RFC 9068), read by `openid`: signed by one of its keys, which the operator keeps in a file, and
//! for this service. A file that is replaced is taken over with the next token; one that cannot be read leaves the keys of before.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

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
        let ring = Ring::open(self.keys.clone())?;
        // As who receives tokens this service is no client; it has one name there.
        let names = (self.audience.as_str(), self.audience.as_str());
        let terms = Terms::new(&self.issuer, names, &ALGORITHMS.map(str::to_owned), &[])?;
        Ok(Arc::new(move |token: &str, now: UtcDateTime| {
            check(token, (&terms, &ring.keys()), now)
        }))
    }
}

/// The keys of the provider as its file has them.
struct Ring {
    file: PathBuf,
    kept: Mutex<Kept>,
}

struct Kept {
    stamp: Option<Stamp>,
    keys: Arc<Keys>,
}

/// When a file was written, and how long it is.
type Stamp = (SystemTime, u64);

impl Ring {
    fn open(file: PathBuf) -> Result<Ring, OpenProvider> {
        // The stamp first: a file that is replaced in between is read again.
        let stamp = stamp(&file);
        let keys = Arc::new(read(&file)?);
        let kept = Mutex::new(Kept { stamp, keys });
        Ok(Ring { file, kept })
    }

    /// The keys that lie there now, or those of before where what lies there is none.
    fn keys(&self) -> Arc<Keys> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&self.file);
        if stamp != kept.stamp {
            kept.stamp = stamp;
            match read(&self.file) {
                Ok(keys) => kept.keys = Arc::new(keys),
                Err(why) => {
                    let error: &dyn std::error::Error = &why;
                    tracing::error!(error, "the provider's keys of before stay in use");
                }
            }
        }
        Arc::clone(&kept.keys)
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let about = std::fs::metadata(file).ok()?;
    Some((about.modified().ok()?, about.len()))
}

fn read(file: &Path) -> Result<Keys, OpenProvider> {
    Ok(Keys::read(&std::fs::read(file)?)?)
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
