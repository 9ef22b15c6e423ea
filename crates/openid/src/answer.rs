//! What comes back: by the browser of who signs in, and from the token endpoint.

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::MAX_DOCUMENT;
use crate::fault::TokenFault;
use crate::metadata::Metadata;
use crate::terms::Terms;

/// Letters of a code that is taken.
const MAX_CODE: usize = 2_048;

/// The query with which somebody comes back (OpenID Connect Core 3.1.2.5, 3.1.2.6).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Returned {
    /// The state of the question.
    #[serde(default)]
    pub state: String,
    /// A code, where the provider let them in.
    pub code: Option<String>,
    /// Who answers (RFC 9207 2).
    pub iss: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

impl Returned {
    /// The code, if it is this provider's.
    ///
    /// # Errors
    /// `Issuer` where another provider answers, or this one does not say that it is (RFC 9207 2.4); `Denied`, `Answer`.
    pub fn code(&self, terms: &Terms, metadata: &Metadata) -> Result<&str, TokenFault> {
        let is_ours = match &self.iss {
            Some(issuer) => *issuer == terms.issuer,
            None => !metadata.names_itself,
        };
        if !is_ours {
            return Err(TokenFault::Issuer);
        }
        if self.error.is_some() {
            return Err(TokenFault::Denied);
        }
        let code = self.code.as_deref().filter(|code| !code.is_empty());
        let code = code.filter(|code| code.len() <= MAX_CODE);
        code.ok_or(TokenFault::Answer)
    }
}

/// What the token endpoint answers (OpenID Connect Core 3.1.3.3).
pub struct TokenAnswer {
    /// The ID token, which was not checked.
    pub id_token: Zeroizing<String>,
    /// The access token beside it.
    pub access_token: Zeroizing<String>,
}

impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TokenAnswer")
    }
}

#[derive(Deserialize)]
struct Document {
    access_token: String,
    token_type: String,
    id_token: String,
}

impl TokenAnswer {
    /// Reads an answer of status 200.
    ///
    /// # Errors
    /// `Answer`.
    pub fn read(octets: &[u8]) -> Result<Self, TokenFault> {
        if octets.len() > MAX_DOCUMENT || credential::inspect_json(octets).is_err() {
            return Err(TokenFault::Answer);
        }
        let said: Document = serde_json::from_slice(octets).map_err(|_| TokenFault::Answer)?;
        // RFC 6749 7.1: nothing is done with a type that is not understood.
        if !said.token_type.eq_ignore_ascii_case("bearer") {
            return Err(TokenFault::Answer);
        }
        Ok(Self {
            id_token: Zeroizing::new(said.id_token),
            access_token: Zeroizing::new(said.access_token),
        })
    }
}
