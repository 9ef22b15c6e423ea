//! What an operator agreed on with the provider.

use crypto::SignatureAlgorithm as A;
use thiserror::Error;

use crate::address::authority;

/// Algorithms that tokens may be signed with, by their names in JOSE: the key fixes which one it is (T-I9).
pub const ALGORITHMS: [&str; 3] = ["ES256", "RS256", "EdDSA"];

/// What an operator agreed on with the one provider whose tokens count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub(crate) issuer: String,
    pub(crate) client: String,
    pub(crate) audience: String,
    pub(crate) algorithms: Vec<A>,
    pub(crate) hosts: Vec<String>,
}

/// Why terms cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadTerms {
    /// The issuer is no address without a query (OpenID Connect Discovery 3), or not a protected one.
    #[error("the issuer is no https address without a query")]
    Issuer,
    /// The client or the audience has no name.
    #[error("client and audience have names")]
    Empty,
    /// No algorithm, or one that is not in [`ALGORITHMS`].
    #[error("algorithms are ES256, RS256 or EdDSA, one of them at least")]
    Algorithm,
}

impl Terms {
    /// Terms with the provider `issuer`: our name there, and the name under which access tokens are meant for us. It may
    /// have endpoints on `hosts` (`host` or `host:port`) besides its own.
    ///
    /// # Errors
    /// [`ReadTerms`].
    pub fn new(
        issuer: &str,
        (client, audience): (&str, &str),
        algorithms: &[String],
        hosts: &[String],
    ) -> Result<Self, ReadTerms> {
        if authority(issuer).is_none() || issuer.contains('?') {
            return Err(ReadTerms::Issuer);
        }
        if client.is_empty() || audience.is_empty() {
            return Err(ReadTerms::Empty);
        }
        let known = |name: &String| ALGORITHMS.contains(&name.as_str());
        let algorithms = algorithms.iter().map(|name| {
            let named = Some(name).filter(|name| known(name));
            named.and_then(|name| credential::jose_algorithm(name))
        });
        let algorithms: Option<Vec<A>> = algorithms.collect();
        let algorithms = algorithms.filter(|all| !all.is_empty());
        Ok(Self {
            issuer: issuer.to_owned(),
            client: client.to_owned(),
            audience: audience.to_owned(),
            algorithms: algorithms.ok_or(ReadTerms::Algorithm)?,
            hosts: hosts.to_vec(),
        })
    }

    /// The provider's name, which is an address too.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where it says what it is (OpenID Connect Discovery 4): behind its name, whose last `/` is left out.
    #[must_use]
    pub fn discovery(&self) -> String {
        let name = self.issuer.trim_end_matches('/');
        format!("{name}/.well-known/openid-configuration")
    }

    /// Whether an address of an endpoint is on the provider's host or one that was agreed on.
    pub(crate) fn reaches(&self, address: &str) -> bool {
        let Some(found) = authority(address) else {
            return false;
        };
        let own = authority(&self.issuer).into_iter();
        let mut taken = own.chain(self.hosts.iter().map(String::as_str));
        taken.any(|host| host.eq_ignore_ascii_case(found))
    }
}
