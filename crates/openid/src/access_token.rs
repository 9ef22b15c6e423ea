//! Access tokens in the form of RFC 9068: what a client may do here, and for whom.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use time::UtcDateTime;

use crate::claims::{Kind, Signed};
use crate::fault::TokenFault;
use crate::keys::Keys;
use crate::terms::Terms;

/// Scopes of a token.
const MAX_SCOPES: usize = 64;

/// What a client may do here, as the provider says.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessToken {
    subject: String,
    client: String,
    scopes: Vec<String>,
    id: String,
    expires: UtcDateTime,
    claims: Map<String, Value>,
}

impl AccessToken {
    /// Checks a token at this moment, shown over a connection with a client certificate of this SHA-256, or with none.
    ///
    /// # Errors
    /// See [`TokenFault`].
    pub fn check(
        token: &str,
        (terms, keys): (&Terms, &Keys),
        certificate: Option<&[u8; 32]>,
        now: UtcDateTime,
    ) -> Result<Self, TokenFault> {
        let signed = Signed::read(token, (terms, keys), Kind::Access)?;
        let held = signed.hold(terms, &terms.audience, now)?;
        // RFC 9068 2.2: both are required.
        let claimed = |name| signed.text(name)?.ok_or(TokenFault::Claim);
        let client = claimed("client_id")?.to_owned();
        let id = claimed("jti")?.to_owned();
        inspect_confirmation(&signed, certificate)?;
        let scopes = signed.text("scope")?.unwrap_or_default();
        let scopes: Vec<String> = scopes.split(' ').map(str::to_owned).collect();
        let scopes: Vec<String> = scopes.into_iter().filter(|one| !one.is_empty()).collect();
        if client.is_empty() || id.is_empty() || scopes.len() > MAX_SCOPES {
            return Err(TokenFault::Claim);
        }
        Ok(Self {
            subject: held.subject,
            client,
            scopes,
            id,
            expires: held.expires,
            claims: signed.claims,
        })
    }

    /// For whom the client asks; the client itself where nobody stands behind it.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Which client asks.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    /// Whether it has this scope.
    #[must_use]
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|one| one == scope)
    }

    /// Its own name (`jti`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Until when it holds.
    #[must_use]
    pub fn expires(&self) -> UtcDateTime {
        self.expires
    }

    /// All that the provider signed, such as `authorization_details` (RFC 9396 9.1).
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}

/// RFC 8705 3.1: a token that is bound to a certificate is good beside that certificate alone. Bound in any other way (RFC 7800,
/// RFC 9449) it is not taken at all: nobody here could ask for the proof.
fn inspect_confirmation(signed: &Signed, certificate: Option<&[u8; 32]>) -> Result<(), TokenFault> {
    let Some(bound) = signed.claims.get("cnf") else {
        return Ok(());
    };
    let members = bound.as_object().ok_or(TokenFault::Claim)?;
    let said = members.get("x5t#S256").and_then(Value::as_str);
    let shown = certificate.map(|digest| URL_SAFE_NO_PAD.encode(digest));
    let is_shown = members.len() == 1 && said.is_some() && said == shown.as_deref();
    is_shown.then_some(()).ok_or(TokenFault::Confirmation)
}
