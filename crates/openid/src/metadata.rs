//! What the provider says about itself (OpenID Connect Discovery 4.2), and what is sent to the addresses that it names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::MAX_DOCUMENT;
use crate::address::{escaped, form};
use crate::pkce::Verifier;
use crate::terms::Terms;

/// The provider's addresses, and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    authorization: String,
    token: String,
    keys: String,
    /// It names itself in what it sends back (RFC 9207 3).
    pub(crate) names_itself: bool,
    /// The client's secret stands in the header, not in the content (OpenID Connect Core 9).
    is_basic: bool,
}

/// Why the provider cannot be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadMetadata {
    /// Not the JSON of a provider's metadata, or too much of it.
    #[error("not the metadata of a provider")]
    Malformed,
    /// They are another provider's (OpenID Connect Discovery 4.3).
    #[error("the metadata of another issuer")]
    Issuer,
    /// An endpoint is not protected, or on a host that nobody agreed on.
    #[error("an endpoint on another host, or without https")]
    Host,
    /// It has no authorisation code flow, no SHA-256 in PKCE, or takes no secret.
    #[error("the provider lacks the code flow, S256 or a way to take the client's secret")]
    Unsupported,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    response_types_supported: Vec<String>,
    code_challenge_methods_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What somebody who signs in is sent to the provider with.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Comes back beside the code (RFC 6749 10.12).
    pub state: &'a str,
    /// Comes back in the ID token.
    pub nonce: &'a str,
    /// What the code will be exchanged with.
    pub verifier: &'a Verifier,
    /// Where the code is sent to.
    pub redirect: &'a str,
    /// Classes that are wished for (`acr_values`).
    pub classes: &'a [String],
}

/// A request to the token endpoint (OpenID Connect Core 3.1.3.1).
#[derive(Clone)]
pub struct Exchange {
    /// Where it goes.
    pub address: String,
    /// `Authorization`, where the secret stands there.
    pub authorization: Option<Zeroizing<String>>,
    /// The form.
    pub content: Zeroizing<String>,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Exchange");
        shown
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Metadata {
    /// Reads what was found at [`Terms::discovery`].
    ///
    /// # Errors
    /// See [`ReadMetadata`].
    pub fn read(octets: &[u8], terms: &Terms) -> Result<Self, ReadMetadata> {
        if octets.len() > MAX_DOCUMENT || credential::inspect_json(octets).is_err() {
            return Err(ReadMetadata::Malformed);
        }
        let said: Document = serde_json::from_slice(octets).map_err(|_| ReadMetadata::Malformed)?;
        if said.issuer != terms.issuer {
            return Err(ReadMetadata::Issuer);
        }
        let ends = [
            &said.authorization_endpoint,
            &said.token_endpoint,
            &said.jwks_uri,
        ];
        if !ends.into_iter().all(|address| terms.reaches(address)) {
            return Err(ReadMetadata::Host);
        }
        let has = |list: &[String], name: &str| list.iter().any(|one| one == name);
        // RFC 9700 2.1.1: who lists no methods may know S256 all the same, and the nonce binds the code as well; who lists others does not.
        let methods = said.code_challenge_methods_supported.as_deref();
        let has_proof = methods.is_none_or(|list| has(list, "S256"));
        let ways = said.token_endpoint_auth_methods_supported.as_deref();
        let is_basic = ways.is_none_or(|list| has(list, "client_secret_basic"));
        let takes = is_basic || ways.is_some_and(|list| has(list, "client_secret_post"));
        if !has(&said.response_types_supported, "code") || !has_proof || !takes {
            return Err(ReadMetadata::Unsupported);
        }
        Ok(Self {
            authorization: said.authorization_endpoint,
            token: said.token_endpoint,
            keys: said.jwks_uri,
            names_itself: said.authorization_response_iss_parameter_supported,
            is_basic,
        })
    }

    /// Where its keys are.
    #[must_use]
    pub fn keys(&self) -> &str {
        &self.keys
    }

    /// Where somebody is sent who signs in (OpenID Connect Core 3.1.2.1, RFC 7636 4.3).
    #[must_use]
    pub fn address(&self, terms: &Terms, question: &Question<'_>) -> String {
        let challenge = question.verifier.challenge();
        let classes = question.classes.join(" ");
        let mut values = vec![
            ("response_type", "code"),
            ("client_id", terms.client.as_str()),
            ("redirect_uri", question.redirect),
            ("scope", "openid"),
            ("state", question.state),
            ("nonce", question.nonce),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        if !classes.is_empty() {
            values.push(("acr_values", classes.as_str()));
        }
        let mark = if self.authorization.contains('?') {
            '&'
        } else {
            '?'
        };
        format!("{}{mark}{}", self.authorization, form(&values))
    }

    /// The request that exchanges a code.
    #[must_use]
    pub fn exchange(
        &self,
        (terms, secret): (&Terms, &str),
        (code, verifier): (&str, &Verifier),
        redirect: &str,
    ) -> Exchange {
        let mut values = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier.text()),
        ];
        // RFC 6749 2.3.1: one way, never both.
        let authorization = if self.is_basic {
            let both = format!("{}:{}", escaped(&terms.client), escaped(secret));
            let both = Zeroizing::new(both);
            Some(Zeroizing::new(format!(
                "Basic {}",
                STANDARD.encode(both.as_bytes())
            )))
        } else {
            values.push(("client_id", terms.client.as_str()));
            values.push(("client_secret", secret));
            None
        };
        Exchange {
            address: self.token.clone(),
            authorization,
            content: Zeroizing::new(form(&values)),
        }
    }
}
