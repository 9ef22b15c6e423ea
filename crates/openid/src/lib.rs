//! OpenID Connect and OAuth 2.0 as bytes and plain values: what a provider says is read strictly, what is sent to it is written.
//!
//! [`Terms`] are what an operator agreed on with the one provider that is trusted. [`Metadata`] and [`Keys`] are read under them,
//! [`IdToken`] (OpenID Connect Core 3.1.3.7) and [`AccessToken`] (RFC 9068) checked under both. Nothing here has a socket, a clock or
//! randomness: `courier` asks the provider, and gives what it answers to this crate. The one reader of signed tokens is `credential::Jws`.

mod access_token;
mod address;
mod answer;
mod claims;
mod fault;
mod id_token;
mod keys;
mod metadata;
mod pkce;
mod terms;

pub use access_token::AccessToken;
pub use answer::{Returned, TokenAnswer};
pub use fault::TokenFault;
pub use id_token::{Awaited, IdToken};
pub use keys::{Keys, ReadKeys};
pub use metadata::{Exchange, Metadata, Question, ReadMetadata};
pub use pkce::Verifier;
pub use terms::{ALGORITHMS, ReadTerms, Terms};

/// Octets of a document or an answer of the provider, beyond which it is not read (T-I1).
pub const MAX_DOCUMENT: usize = 256 * 1024;

#[cfg(test)]
mod tests;
