//! What the routes reach.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use issuance::Office;
use time::UtcDateTime;

use crate::bearer::{Bearer, Unverified};
use crate::fault::Fault;

/// Reads an access token of the provider: its signature, issuer, audience and life are checked.
pub type Check = dyn Fn(&str, UtcDateTime) -> Result<Bearer, Unverified> + Send + Sync;

/// Where who signs from afar is served.
#[derive(Clone)]
pub struct Counter {
    office: Arc<Office>,
    provider: Option<Provider>,
}

#[derive(Clone)]
struct Provider {
    issuer: Arc<str>,
    check: Arc<Check>,
}

impl std::fmt::Debug for Counter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Counter").finish_non_exhaustive()
    }
}

impl Counter {
    /// A counter of an office; without a provider nobody is served at it.
    #[must_use]
    pub fn new(office: Arc<Office>, provider: Option<(String, Arc<Check>)>) -> Self {
        let provider = provider.map(|(issuer, check)| Provider {
            issuer: issuer.into(),
            check,
        });
        Self { office, provider }
    }

    pub(crate) fn office(&self) -> &Office {
        &self.office
    }

    /// The provider's name.
    ///
    /// # Errors
    /// Where the operator named none: there is no such service here.
    pub(crate) fn issuer(&self) -> Result<&str, Fault> {
        let provider = self.provider.as_ref().ok_or_else(absent)?;
        Ok(&provider.issuer)
    }

    /// What a token says.
    pub(crate) fn read(&self, token: &str) -> Result<Bearer, Fault> {
        let provider = self.provider.as_ref().ok_or_else(absent)?;
        (provider.check)(token, self.office.clock.now()).map_err(|why| match why {
            Unverified::Expired => Fault::token("expired_token", "The access token is expired"),
            Unverified::Unavailable => Fault::busy(),
            Unverified::Invalid => Fault::token("invalid_token", "The access token is not valid"),
        })
    }
}

fn absent() -> Fault {
    let status = axum::http::StatusCode::NOT_IMPLEMENTED;
    Fault::of(status, "invalid_request", "Remote signing is not offered")
}

/// A request with the provider's token, of whatever scope.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) counter: Counter,
    pub(crate) bearer: Bearer,
    /// The token itself: where it authorises a credential it is activation data.
    pub(crate) token: String,
}

impl<S> FromRequestParts<S> for Shown
where
    S: Send + Sync,
    Counter: FromRef<S>,
{
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let counter = Counter::from_ref(state);
        counter.issuer()?;
        if !parts.headers.contains_key("authorization") {
            return Err(Fault::unshown());
        }
        let token = wire::carried::bearer(&parts.headers);
        let token = token.ok_or_else(|| Fault::request("Malformed authorization header"))?;
        let bearer = counter.read(token)?;
        Ok(Self {
            token: token.to_owned(),
            counter,
            bearer,
        })
    }
}
