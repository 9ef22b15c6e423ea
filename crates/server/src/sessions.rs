//! Sessions of people: they begin with a password and a second factor, and are carried by a bearer token or a cookie (T-P2).

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use entrance::{AnswerBody, Carry, Peer, SessionTold, begun, inspect_page, is_ours};
use issuance::accounts::{self, SignIn};
use registry::accounts::Standing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::account_problems::of_account;
use crate::carried::{COOKIE, bearer, cookie};
use crate::json::Strict;
use crate::problem::{Code, Problem};
use crate::problems::of_store;
use crate::state::App;
use replies::denied::record_denial;

/// Who signs in.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    account: String,
    password: String,
    /// Six digits of the second factor, where the account has one.
    #[serde(default)]
    code: String,
    /// What a passkey answered to `GET /v1/sessions/question`, instead of a code.
    #[serde(default)]
    passkey: Option<AnswerBody>,
    /// `token`, in the answer; or `cookie`, for browsers.
    #[serde(default)]
    carry: Carry,
}

/// Who has an invitation.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivationBody {
    invitation: String,
    /// 12 to 128 characters, without the account's name.
    password: String,
}

/// What an authenticator takes.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActivationTold {
    /// An `otpauth://` address, where the roles ask for a second factor; it is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<String>,
}

/// Another password.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    old: String,
    new: String,
}

/// The session of a request: its token and who it is of.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    token: Zeroizing<String>,
    pub(crate) standing: Standing,
}

/// Begins a session. An account that is not there answers like a wrong password; failures are counted and delayed.
#[utoipa::path(post, path = "/v1/sessions", tag = "accounts", request_body = SignInBody,
    responses((status = 201, description = "signed in", body = SessionTold), (status = 401, description = "name, password or code is not good"), (status = 403, description = "a page of another site sent it"),
        (status = 429, description = "too much failed here lately")))]
pub(crate) async fn begin(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Strict(body): Strict<SignInBody>,
) -> Result<Response, Problem> {
    let page = (&headers, body.carry);
    inspect_page((&app.office, app.origin()), page, &peer.0).await?;
    let _place = app.place(&app.doors).await?;
    let passkey = body.passkey.map(|answer| answer.read(app.origin()));
    let who = SignIn {
        account: body.account,
        password: Zeroizing::new(body.password),
        code: body.code,
        passkey: passkey.transpose()?,
        address: peer.0,
    };
    let signed = accounts::sign_in(&app.office, who).await;
    let signed = signed.map_err(|error| of_account(&error, app.office.now()))?;
    begun(&signed, body.carry)
}

/// Ends the session of this request.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "accounts",
    responses((status = 204, description = "it is over")))]
pub(crate) async fn end(
    State(app): State<App>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Problem> {
    let ended = accounts::sign_out(&app.office, &signed.standing, &signed.token).await;
    ended.map_err(|error| of_store(&error))?;
    let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

/// Chooses another password; the account's other sessions end.
#[utoipa::path(put, path = "/v1/sessions/current/password", tag = "accounts", request_body = PasswordBody,
    responses((status = 204, description = "it is the password now"), (status = 401, description = "the old one is not good"),
        (status = 409, description = "too short, too long, or with the account's name in it")))]
pub(crate) async fn change_password(
    State(app): State<App>,
    Extension(signed): Extension<Signed>,
    Strict(body): Strict<PasswordBody>,
) -> Result<StatusCode, Problem> {
    let _place = app.place(&app.doors).await?;
    let both = (Zeroizing::new(body.old), Zeroizing::new(body.new));
    let who = (&signed.standing, signed.token.as_str());
    let changed = accounts::change_password(&app.office, who, both).await;
    changed.map_err(|error| of_account(&error, app.office.now()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Chooses the first password, with the invitation of the administrator; once.
#[utoipa::path(post, path = "/v1/accounts/{account}/activation", tag = "accounts", request_body = ActivationBody,
    responses((status = 200, description = "the second factor, where there is one", body = ActivationTold),
        (status = 401, description = "no such invitation"), (status = 409, description = "not such a password")))]
pub(crate) async fn activate(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    Path(account): Path<String>,
    Strict(body): Strict<ActivationBody>,
) -> Result<Response, Problem> {
    let _place = app.place(&app.doors).await?;
    let who = SignIn {
        account,
        password: Zeroizing::new(body.password),
        code: String::new(),
        passkey: None,
        address: peer.0,
    };
    let activated = accounts::activate(&app.office, who, &body.invitation).await;
    let factor = activated.map_err(|error| of_account(&error, app.office.now()))?;
    let second_factor = factor.map(|factor| factor.to_string());
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((headers, Json(ActivationTold { second_factor })).into_response())
}

/// The session that a request shows, if it shows one: of a bearer token, or of the cookie.
///
/// # Errors
/// `session.over` for a token that is no session's, and where a signature stands beside it; `session.cross-origin` for
/// a change by cookie without the proof that a page of this service sent it, which stands in the trace.
pub(crate) async fn shown(
    app: &App,
    parts: &Parts,
    route: &str,
) -> Result<Option<Signed>, Problem> {
    let over = || Problem::new(Code::SessionOver);
    let is_signed = parts.headers.contains_key("signature-input");
    let (token, by_cookie) = match (bearer(&parts.headers), cookie(&parts.headers)) {
        (Some(token), _) => (token, false),
        // A machine's signature is what it is, whatever cookies lie beside it.
        (None, Some(_)) if is_signed => return Ok(None),
        (None, Some(token)) => (token, true),
        (None, None) => return Ok(None),
    };
    if is_signed {
        return Err(over().saying("a request is signed or shows a session, not both"));
    }
    let standing = accounts::standing(&app.office, token).await;
    let standing = standing
        .map_err(|error| of_store(&error))?
        .ok_or_else(over)?;
    if by_cookie && !is_safe(&parts.method) && !is_ours(app.origin(), &parts.headers) {
        let (department, account) = (&standing.department, standing.account.as_str());
        let ground = "session.cross-origin";
        record_denial(&app.office, department, account, route, ground).await?;
        return Err(Problem::new(Code::CrossOrigin));
    }
    Ok(Some(Signed {
        token: Zeroizing::new(token.to_owned()),
        standing,
    }))
}

/// RFC 9110 9.2.1.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}
