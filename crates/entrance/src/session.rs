//! What a session is told as, and how browsers carry it (T-P2).

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use issuance::Office;
use issuance::accounts::{AccountError, SignedIn, provided};
use registry::accounts::IDLE;
use replies::account_problems::of_account;
use replies::day::moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::carried::COOKIE;
use wire::problem::{Code, Problem};

/// How a session is carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Carry {
    /// As `Authorization: Bearer`.
    #[default]
    Token,
    /// As a cookie.
    Cookie,
}

/// A session that began.
#[derive(Serialize, ToSchema)]
pub struct SessionTold {
    account: String,
    department: String,
    roles: Vec<&'static str>,
    /// When it ends at the latest, RFC 3339.
    until: String,
    /// After how many seconds of rest it ends.
    idle_seconds: i64,
    /// To be shown with each request, where it is not carried as a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl std::fmt::Debug for SessionTold {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("SessionTold");
        shown.field("account", &self.account);
        shown.finish_non_exhaustive()
    }
}

/// What is answered to who signed in.
///
/// # Errors
/// `service.internal`: a token that cannot stand in a header.
pub fn begun(signed: &SignedIn, carry: Carry) -> Result<Response, Problem> {
    let account = &signed.account;
    let told = SessionTold {
        account: account.id.to_string(),
        department: account.department.to_string(),
        roles: account.roles.iter().map(duties::Role::code).collect(),
        until: moment(signed.until),
        idle_seconds: IDLE.whole_seconds(),
        token: (carry == Carry::Token).then(|| signed.token.to_string()),
    };
    let mut answer = (StatusCode::CREATED, Json(told)).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if carry == Carry::Cookie {
        headers.insert(header::SET_COOKIE, cookie_of(&signed.token)?);
    }
    Ok(answer)
}

/// The cookie of a session (T-P2); without Max-Age it goes with the browser.
pub(crate) fn cookie_of(token: &str) -> Result<HeaderValue, Problem> {
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; Secure; SameSite=Strict");
    HeaderValue::from_str(&cookie).map_err(|_| Problem::new(Code::Internal))
}

/// Refuses a sign-in that another site's page sent. A program that takes a token names no page; who is given a cookie is a browser, and
/// browsers name theirs.
///
/// # Errors
/// `session.cross-origin`; the store.
pub async fn inspect_page(
    (office, origin): (&Office, &str),
    (headers, carry): (&HeaderMap, Carry),
    address: &str,
) -> Result<(), Problem> {
    let names_page = carry == Carry::Cookie || headers.contains_key(header::ORIGIN);
    if names_page && !is_ours(origin, headers) {
        return Err(from_elsewhere(office, address).await);
    }
    Ok(())
}

/// What is answered to a sign-in that another site's page sent, before anything of it is looked at: whoever works on in an account that
/// they did not choose gives its owner what they do (T-P2). The trace has it, as often as tries from an address cost nothing.
pub(crate) async fn from_elsewhere(office: &Office, address: &str) -> Problem {
    let noted = provided::turned_away(office, "session.cross-origin", address).await;
    match noted {
        Ok(()) | Err(AccountError::Wait { .. }) => Problem::new(Code::CrossOrigin),
        Err(error) => of_account(&error, office.now()),
    }
}

/// T-P2: the same-origin proof. Browsers write `Origin` with every request that can change something, and no page can
/// write it itself (Fetch 3.1).
#[must_use]
pub fn is_ours(origin: &str, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins
        .next()
        .is_some_and(|said| said.as_bytes() == origin.as_bytes())
        && origins.next().is_none()
}
