//! ID tokens: who signed in at the provider, for us, just now (OpenID Connect Core 3.1.3.7).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::Digest;
use crypto::mac::constant_time_eq;
use time::{Duration, UtcDateTime};

use crate::claims::{Kind, SKEW, Signed};
use crate::fault::TokenFault;
use crate::keys::Keys;
use crate::terms::Terms;

/// How long ago a token may have been made that somebody signs in with (*default*).
const FRESH: Duration = Duration::minutes(10);
/// Methods in `amr`.
const MAX_METHODS: usize = 16;

/// To what an ID token has to be the answer.
#[derive(Debug, Clone, Copy)]
pub struct Awaited<'a> {
    /// The nonce of the question.
    pub nonce: &'a str,
    /// The access token that came with it.
    pub access_token: Option<&'a str>,
}

/// Somebody who signed in at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdToken {
    subject: String,
    class: Option<String>,
    methods: Vec<String>,
    authenticated: Option<UtcDateTime>,
}

impl IdToken {
    /// Checks a token at this moment.
    ///
    /// # Errors
    /// See [`TokenFault`].
    pub fn check(
        token: &str,
        (terms, keys): (&Terms, &Keys),
        awaited: Awaited<'_>,
        now: UtcDateTime,
    ) -> Result<Self, TokenFault> {
        let signed = Signed::read(token, (terms, keys), Kind::Id)?;
        let held = signed.hold(terms, &terms.client, now)?;
        inspect_party(&signed, terms, held.audience.len())?;
        // 3.1.3.7 (10): how long ago it may be is ours to say.
        if now > held.issued.saturating_add(FRESH + SKEW) {
            return Err(TokenFault::Stale);
        }
        // 3.1.3.7 (11).
        let nonce = signed.text("nonce")?.unwrap_or_default();
        if !constant_time_eq(nonce.as_bytes(), awaited.nonce.as_bytes()) {
            return Err(TokenFault::Nonce);
        }
        inspect_access(&signed, awaited.access_token)?;
        Ok(Self {
            subject: held.subject,
            class: signed.text("acr")?.map(str::to_owned),
            methods: methods(&signed)?,
            authenticated: signed.number("auth_time")?,
        })
    }

    /// Who it is, by the provider's own name for them.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When they showed the provider who they are, where it says so.
    #[must_use]
    pub fn authenticated(&self) -> Option<UtcDateTime> {
        self.authenticated
    }

    /// Whether the provider says that they signed in with one of these: a class (`acr`) or a method (`amr`, RFC 8176).
    #[must_use]
    pub fn signed_in_with(&self, any: &[String]) -> bool {
        let mut said = self.class.iter().chain(&self.methods);
        said.any(|one| any.contains(one))
    }
}

/// 3.1.3.7 (4) and (5): of several audiences one is the party, and it is us; where one is named, it is us.
fn inspect_party(signed: &Signed, terms: &Terms, audiences: usize) -> Result<(), TokenFault> {
    match signed.text("azp")? {
        Some(party) if party == terms.client => Ok(()),
        None if audiences == 1 => Ok(()),
        _ => Err(TokenFault::Client),
    }
}

/// 3.1.3.8: the left half of the digest of the access token, where it is there.
fn inspect_access(signed: &Signed, access: Option<&str>) -> Result<(), TokenFault> {
    let (Some(said), Some(access)) = (signed.text("at_hash")?, access) else {
        return Ok(());
    };
    let digest = Digest::of(signed.algorithm.digest(), access.as_bytes());
    let value = digest.bytes();
    let half = value.get(..value.len() / 2).unwrap_or_default();
    let same = constant_time_eq(said.as_bytes(), URL_SAFE_NO_PAD.encode(half).as_bytes());
    same.then_some(()).ok_or(TokenFault::AccessDigest)
}

fn methods(signed: &Signed) -> Result<Vec<String>, TokenFault> {
    let Some(claim) = signed.claims.get("amr") else {
        return Ok(Vec::new());
    };
    let list = claim.as_array().filter(|list| list.len() <= MAX_METHODS);
    let list = list.ok_or(TokenFault::Claim)?.iter();
    let texts = list.map(|one| one.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or(TokenFault::Claim)
}
