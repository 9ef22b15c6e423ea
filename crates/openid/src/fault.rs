//! Why a token of the provider does not count.

use credential::ReadJws;
use thiserror::Error;

/// Why a token does not count, or an answer of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenFault {
    /// Not a signed token in its compact form, or too large.
    #[error("not a signed token")]
    Form,
    /// `none`, a MAC, or an algorithm that was not agreed on or does not go with the key.
    #[error("its algorithm was not agreed on, or does not go with the key")]
    Algorithm,
    /// It brings its own key or points to one.
    #[error("it brings its own key")]
    KeySource,
    /// A token of another kind: an access token for an ID token, or the other way round.
    #[error("a token of another kind")]
    Kind,
    /// The provider has no such key.
    #[error("the provider has no such key")]
    Key,
    /// The provider's key did not make this signature.
    #[error("the signature is not the provider's")]
    Signature,
    /// A claim is missing, or of the wrong form.
    #[error("a claim is missing or malformed")]
    Claim,
    /// Another issuer's.
    #[error("another issuer's")]
    Issuer,
    /// Not meant for us.
    #[error("not meant for this service")]
    Audience,
    /// Given to another client.
    #[error("given to another client")]
    Client,
    /// Over.
    #[error("over")]
    Expired,
    /// From the future.
    #[error("from the future")]
    Early,
    /// Made too long ago for somebody who signs in now.
    #[error("made too long ago")]
    Stale,
    /// Not the answer to what was asked.
    #[error("not the answer to this question")]
    Nonce,
    /// Not given together with the access token beside it.
    #[error("the access token beside it is another one")]
    AccessDigest,
    /// Bound to a key that was not shown.
    #[error("bound to a key that was not shown")]
    Confirmation,
    /// The provider says no.
    #[error("the provider refuses")]
    Denied,
    /// Not the answer that the provider's metadata promise: no code, no ID token, another kind of token.
    #[error("not such an answer")]
    Answer,
}

impl TokenFault {
    /// Its name, in problem documents and in the trace.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Form => "openid.form",
            Self::Algorithm => "openid.algorithm",
            Self::KeySource => "openid.key-source",
            Self::Kind => "openid.kind",
            Self::Key => "openid.key",
            Self::Signature => "openid.signature",
            Self::Claim => "openid.claim",
            Self::Issuer => "openid.issuer",
            Self::Audience => "openid.audience",
            Self::Client => "openid.client",
            Self::Expired => "openid.expired",
            Self::Early => "openid.early",
            Self::Stale => "openid.stale",
            Self::Nonce => "openid.nonce",
            Self::AccessDigest => "openid.access-digest",
            Self::Confirmation => "openid.confirmation",
            Self::Denied => "openid.denied",
            Self::Answer => "openid.answer",
        }
    }
}

impl From<ReadJws> for TokenFault {
    fn from(error: ReadJws) -> Self {
        match error {
            ReadJws::Algorithm => Self::Algorithm,
            ReadJws::KeySource => Self::KeySource,
            _ => Self::Form,
        }
    }
}
