//! People come by the OpenID provider: sent there, taken back, asked for a second factor (D9, T-P1).
//!
//! Browsers come here, not callers. The cookie with which somebody is sent is sent along when the provider sends them back
//! (`SameSite=Lax`), the others stay with this service's own pages.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use courier::{Provider, ProviderError};
use crypto::mac::constant_time_eq;
use crypto::sign_in::passkey::url64;
use issuance::Office;
use issuance::accounts::AccountError;
use issuance::accounts::provided::{self, Arrived, Known};
use openid::{IdToken, Question, Returned, Verifier};
use registry::accounts::{AccountRefused, Errand};
use replies::account_problems::of_account;
use replies::problems::one;
use serde::Deserialize;
use wire::carried::kept;
use wire::problem::{Code, Problem};

use crate::peer::Peer;
use crate::places::{
    BACK, ERRAND, TICKET, cookie, desk, elsewhere, gone, language, language_of, octets,
};
use crate::session::cookie_of;

/// What the routes reach; cheap to clone.
#[derive(Debug, Clone)]
pub struct Entrance {
    pub(crate) office: Arc<Office>,
    provider: Option<Provider>,
    origin: Arc<str>,
    /// Classes and methods of the provider that count as a second factor.
    factors: Arc<[String]>,
}

impl Entrance {
    /// The entrance to an office behind this address: by the provider, where there is one, whose `factors` count as a second factor.
    #[must_use]
    pub fn new(
        office: Arc<Office>,
        address: &str,
        (provider, factors): (Option<Provider>, &[String]),
    ) -> Self {
        Self {
            office,
            provider,
            origin: address.trim_end_matches('/').into(),
            factors: factors.into(),
        }
    }

    /// Whether people can come by a provider.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.provider.is_some()
    }

    /// The name of the provider.
    ///
    /// # Errors
    /// `not-found`: there is none.
    pub fn issuer(&self) -> Result<&str, Problem> {
        Ok(self.provider()?.terms().issuer())
    }

    /// As pages of the service write it in `Origin`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn provider(&self) -> Result<&Provider, Problem> {
        self.provider.as_ref().ok_or(Problem::new(Code::NotFound))
    }

    /// Where the provider sends people back to.
    fn back(&self) -> String {
        format!("{}{BACK}", self.origin)
    }
}

/// From which page somebody goes.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Going {
    lang: Option<String>,
}

fn refused(code: &'static str, text: impl ToString) -> Problem {
    one(Code::SignInRefused, code, text.to_string())
}

/// Sends somebody to the OpenID provider.
#[utoipa::path(get, path = "/sign-in/openid", tag = "accounts",
    responses((status = 303, description = "to the provider"), (status = 404, description = "there is no provider"),
        (status = 503, description = "it is away; local accounts go on")))]
pub(crate) async fn send(
    State(entrance): State<Entrance>,
    Query(going): Query<Going>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = language(going.lang.as_deref());
    shown((&headers, language), sent(&entrance, language).await)
}

async fn sent(entrance: &Entrance, language: &str) -> Result<Response, Problem> {
    let provider = entrance.provider()?;
    let now = entrance.office.now();
    let errand = provided::sent(&entrance.office).map_err(|error| of_account(&error, now))?;
    let (state, nonce, back) = (url64(&errand.state), url64(&errand.nonce), entrance.back());
    let question = Question {
        state: &state,
        nonce: &nonce,
        verifier: &Verifier::of(&errand.verifier),
        redirect: &back,
        classes: &entrance.factors,
    };
    let address = provider.address(&question, now).await;
    let address = address.map_err(|_| Problem::new(Code::ProviderAway))?;
    let kept = format!("{}.{language}", url64(&errand.question));
    elsewhere(&address, vec![cookie(ERRAND, &kept, ("Lax", 300))?])
}

/// Takes somebody back from the OpenID provider: in, or to the page that asks for the account's second factor.
#[utoipa::path(get, path = "/sign-in/openid/back", tag = "accounts",
    responses((status = 303, description = "to the page for people"), (status = 401, description = "nobody is let in: the defect says why"),
        (status = 429, description = "too much failed here lately"), (status = 503, description = "the provider is away")))]
pub(crate) async fn arrive(
    State(entrance): State<Entrance>,
    Extension(peer): Extension<Peer>,
    returned: Result<Query<Returned>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = match returned {
        Ok(Query(returned)) => arrived(&entrance, &headers, (&returned, &peer.0)).await,
        // RFC 6749 3.1: no parameter twice.
        Err(_) if entrance.is_open() => {
            let why = ("openid.answer", "not such an answer");
            turned_away(&entrance, why, &peer.0).await
        }
        Err(_) => Err(Problem::new(Code::NotFound)),
    };
    shown((&headers, language_of(&headers)), answer)
}

/// A browser that shows pages is led to the page for people, which says in words what went wrong; others get the problem.
fn shown(
    (headers, language): (&HeaderMap, &str),
    answer: Result<Response, Problem>,
) -> Result<Response, Problem> {
    let accepted = headers.get(header::ACCEPT);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    match answer {
        Err(problem) if accepted.is_some_and(|kinds| kinds.contains("text/html")) => {
            let own = problem.code().text().0;
            let defect = problem.defects().first();
            let code = defect.map_or(own, |defect| defect.code.as_ref());
            elsewhere(&desk(language, &format!("#{code}")), vec![gone(ERRAND)?])
        }
        answer => answer,
    }
}

async fn arrived(
    entrance: &Entrance,
    headers: &HeaderMap,
    (returned, address): (&Returned, &str),
) -> Result<Response, Problem> {
    let provider = entrance.provider()?;
    let errand = match errand(entrance, headers, (returned, address)).await? {
        Some(errand) => errand,
        None => {
            let why = ("openid.state", "not what was asked from here");
            return turned_away(entrance, why, address).await;
        }
    };
    let who = match identified(entrance, provider, (returned, &errand)).await {
        Ok(who) => who,
        Err(ProviderError::Token(fault)) => {
            return turned_away(entrance, (fault.code(), fault), address).await;
        }
        Err(_) => return Err(Problem::new(Code::ProviderAway)),
    };
    let known = Known {
        issuer: provider.terms().issuer(),
        subject: who.subject(),
        has_factor: who.signed_in_with(&entrance.factors),
    };
    let arrived = provided::arrive(&entrance.office, known, address).await;
    let arrived = arrived.map_err(|error| of_account(&error, entrance.office.now()));
    let language = language_of(headers);
    match arrived? {
        Arrived::In(signed) => {
            let session = cookie_of(&signed.token)?;
            elsewhere(&desk(language, ""), vec![gone(ERRAND)?, session])
        }
        Arrived::Asked(account, ticket) => {
            let ticket = format!("{}.{account}", url64(&ticket));
            let ticket = cookie(TICKET, &ticket, ("Strict", 300))?;
            elsewhere(&desk(language, "#second"), vec![gone(ERRAND)?, ticket])
        }
        Arrived::Nobody(ground) => Err(barred(ground)),
    }
}

pub(crate) async fn turned_away(
    entrance: &Entrance,
    (ground, text): (&'static str, impl ToString),
    address: &str,
) -> Result<Response, Problem> {
    let recorded = provided::turned_away(&entrance.office, ground, address).await;
    recorded.map_err(|error| of_account(&error, entrance.office.now()))?;
    Err(refused(ground, text))
}

/// What somebody is told whom the provider knows.
fn barred(ground: &'static str) -> Problem {
    let text = match ground {
        "openid.unknown" => "no account has this name at the provider",
        "openid.unconfirmed" => "a second administrator has not confirmed this name",
        "openid.ended" => "the account of this name has ended",
        _ => "the account of this name has not begun",
    };
    refused(ground, text)
}

/// With what they were sent, if the browser kept it and the state is the one of it (RFC 6749 10.12).
async fn errand(
    entrance: &Entrance,
    headers: &HeaderMap,
    (returned, address): (&Returned, &str),
) -> Result<Option<Errand>, Problem> {
    let kept = kept(headers, ERRAND).and_then(|text| text.split_once('.'));
    let Some(question) = kept.and_then(|(question, _)| octets(question)) else {
        return Ok(None);
    };
    let errand = match provided::back(&entrance.office, question, address).await {
        Ok(errand) => errand,
        Err(AccountError::Refused(AccountRefused::Passkey(_))) => return Ok(None),
        Err(error) => return Err(of_account(&error, entrance.office.now())),
    };
    let same = constant_time_eq(url64(&errand.state).as_bytes(), returned.state.as_bytes());
    Ok(same.then_some(errand))
}

async fn identified(
    entrance: &Entrance,
    provider: &Provider,
    (returned, errand): (&Returned, &Errand),
) -> Result<IdToken, ProviderError> {
    let (verifier, nonce) = (Verifier::of(&errand.verifier), url64(&errand.nonce));
    let (back, now) = (entrance.back(), entrance.office.now());
    let exchange = provider.exchange(returned, (&verifier, &nonce), &back, now);
    exchange.await
}
