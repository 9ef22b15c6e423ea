//! What both kinds of token have in common: one signature by the provider, one issuer, an audience, an end.

use credential::{CheckToken, Jws, MAX_TOKEN};
use crypto::SignatureAlgorithm;
use serde::Deserialize;
use serde_json::{Map, Value};
use time::{Duration, UtcDateTime};

use crate::fault::TokenFault;
use crate::keys::Keys;
use crate::terms::Terms;

/// How far the provider's clock may be from ours (*default*).
pub(crate) const SKEW: Duration = Duration::seconds(60);
/// Letters of a subject (OpenID Connect Core 2).
const MAX_SUBJECT: usize = 255;
/// Names in an audience.
const MAX_AUDIENCE: usize = 16;

/// Which of the two kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Access,
}

impl Kind {
    /// RFC 8725 3.11: what is of one kind is not taken for the other. An access token says what it is (RFC 9068 2.1), an ID token
    /// nothing or that it is a JWT.
    fn is(self, said: Option<&str>) -> bool {
        let said = said.map(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.strip_prefix("application/")
                .map_or(kind.clone(), str::to_owned)
        });
        match self {
            Self::Id => said.is_none_or(|kind| kind == "jwt"),
            Self::Access => said.is_some_and(|kind| kind == "at+jwt"),
        }
    }
}

/// What the provider's key signed: claims that were not compared yet.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) claims: Map<String, Value>,
    pub(crate) algorithm: SignatureAlgorithm,
}

/// What every token of the provider claims.
#[derive(Debug, Deserialize)]
struct Common {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
}

/// RFC 7519 4.1.3: one name or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What is common to both kinds, compared.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) subject: String,
    pub(crate) audience: Vec<String>,
    pub(crate) issued: UtcDateTime,
    pub(crate) expires: UtcDateTime,
}

impl Signed {
    /// The claims of a token of this kind, once its signature was found to be the provider's.
    pub(crate) fn read(
        token: &str,
        (terms, keys): (&Terms, &Keys),
        kind: Kind,
    ) -> Result<Self, TokenFault> {
        let jws = Jws::parse(token, MAX_TOKEN)?;
        if !kind.is(jws.kind()) {
            return Err(TokenFault::Kind);
        }
        let algorithm = jws.algorithm();
        let is_agreed = |algorithm: &SignatureAlgorithm| terms.algorithms.contains(algorithm);
        let algorithm = algorithm.filter(is_agreed).ok_or(TokenFault::Algorithm)?;
        let key = keys.find(jws.kid(), algorithm)?;
        jws.check(key).map_err(|error| match error {
            CheckToken::Algorithm => TokenFault::Algorithm,
            _ => TokenFault::Signature,
        })?;
        credential::inspect_json(jws.payload()).map_err(|_| TokenFault::Claim)?;
        let claims = serde_json::from_slice(jws.payload()).map_err(|_| TokenFault::Claim)?;
        Ok(Self { claims, algorithm })
    }

    /// Whose it is, from whom, for whom `ours` is one, and that it holds at this moment.
    pub(crate) fn hold(
        &self,
        terms: &Terms,
        ours: &str,
        now: UtcDateTime,
    ) -> Result<Held, TokenFault> {
        let common = Common::deserialize(&self.claims).map_err(|_| TokenFault::Claim)?;
        // OpenID Connect Core 3.1.3.7 (2), RFC 9068 4: exactly, to the letter.
        if common.iss != terms.issuer {
            return Err(TokenFault::Issuer);
        }
        let audience = match common.aud {
            Audience::One(name) => vec![name],
            Audience::Several(names) => names,
        };
        // 3.1.3.7 (3), RFC 9068 4.
        if audience.len() > MAX_AUDIENCE || !audience.iter().any(|name| name == ours) {
            return Err(TokenFault::Audience);
        }
        let is_name = |octet: u8| (0x20..0x7f).contains(&octet);
        let length = 1..=MAX_SUBJECT;
        if !length.contains(&common.sub.len()) || !common.sub.bytes().all(is_name) {
            return Err(TokenFault::Claim);
        }
        let (issued, expires) = (moment(common.iat)?, moment(common.exp)?);
        // 3.1.3.7 (9), RFC 9068 4.
        if now >= expires.saturating_add(SKEW) {
            return Err(TokenFault::Expired);
        }
        let begins = match self.number("nbf")? {
            Some(moment) => moment.max(issued),
            None => issued,
        };
        if begins > now.saturating_add(SKEW) {
            return Err(TokenFault::Early);
        }
        Ok(Held {
            subject: common.sub,
            audience,
            issued,
            expires,
        })
    }

    /// A claim that is text where it is there.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, TokenFault> {
        let claim = self.claims.get(name);
        let text = claim.map(|value| value.as_str().ok_or(TokenFault::Claim));
        text.transpose()
    }

    /// A claim that is a moment where it is there.
    pub(crate) fn number(&self, name: &str) -> Result<Option<UtcDateTime>, TokenFault> {
        let claim = self.claims.get(name);
        let seconds = claim.map(|value| value.as_i64().ok_or(TokenFault::Claim));
        seconds.transpose()?.map(moment).transpose()
    }
}

/// RFC 7519 2: whole seconds of 1970.
fn moment(seconds: i64) -> Result<UtcDateTime, TokenFault> {
    UtcDateTime::from_unix_timestamp(seconds).map_err(|_| TokenFault::Claim)
}
