//! Accounts of people, as the administrator of their department keeps them.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use catalogue::key::PersonKey;
use duties::Roles;
use issuance::Asker;
use issuance::accounts::{self, AccountError, Invited};
use registry::accounts::{Account, AccountKey, AccountRefused};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use crate::json::Strict;
use crate::problem::{Code, Problem};
use crate::problems::{internal, of_store, one};
use crate::state::App;

/// An account to be opened.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountBody {
    /// Its name, for signing in; never given again.
    account: String,
    /// The person's key; over all accounts the same person has the same (R3).
    person: String,
    /// Roles of `docs/accounts.md`.
    roles: Vec<String>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountTold {
    account: String,
    person: String,
    roles: Vec<&'static str>,
    /// When it was opened, or the person last invited, RFC 3339.
    opened: String,
    /// By whom.
    opened_by: String,
    /// From when on it lets in.
    begins: String,
    /// Whether the person has chosen a password.
    active: bool,
    /// Since when it lets nobody in.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

/// What the administrator hands to the person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationTold {
    #[serde(flatten)]
    account: AccountTold,
    /// To be used once, with `POST /v1/accounts/{account}/activation`; it is shown this once.
    invitation: String,
    /// Until when, RFC 3339.
    invited_until: String,
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndedTold {
    ended: u64,
}

pub(crate) fn moment(at: UtcDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn told(account: &Account) -> AccountTold {
    AccountTold {
        account: account.id.to_string(),
        person: account.person.to_string(),
        roles: account.roles.iter().map(duties::Role::code).collect(),
        opened: moment(account.opened),
        opened_by: account.opened_by.clone(),
        begins: moment(account.begins),
        active: account.is_active,
        ended: account.ended.map(moment),
    }
}

fn invited(invited: &Invited) -> InvitationTold {
    InvitationTold {
        account: told(&invited.account),
        invitation: invited.invitation.to_string(),
        invited_until: moment(invited.until),
    }
}

/// A text that is no account's name names no account.
fn key(text: &str) -> Result<AccountKey, Problem> {
    AccountKey::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// Opens an account for a person of the own department, who chooses a password with the invitation. With a role that
/// decides, releases or administers it begins a day later, or when a second administrator confirms it.
#[utoipa::path(post, path = "/v1/accounts", tag = "accounts", request_body = AccountBody,
    responses((status = 201, description = "the account and the invitation, shown this once", body = InvitationTold),
        (status = 409, description = "refused: the defect says why")))]
pub(crate) async fn open(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<AccountBody>,
) -> Result<(StatusCode, Json<InvitationTold>), Problem> {
    let malformed = |what: &str| Problem::new(Code::RequestMalformed).saying(what.to_owned());
    let id = AccountKey::parse(&body.account).map_err(|_| malformed("account is no name"))?;
    let person = PersonKey::parse(&body.person).map_err(|_| malformed("person is no key"))?;
    let roles = Roles::read(&body.roles.join(" ")).map_err(|refused| {
        let refused = AccountRefused::from(refused);
        one(Code::AccountRefused, refused.code(), refused.to_string())
    })?;
    let opened = accounts::open(&app.office, &asker, (id, person, roles)).await;
    let opened = opened.map_err(|error| of_account(&error, app.office.now()))?;
    Ok((StatusCode::CREATED, Json(invited(&opened))))
}

/// The accounts of the own department.
#[utoipa::path(get, path = "/v1/accounts", tag = "accounts",
    responses((status = 200, description = "by name", body = Vec<AccountTold>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<Vec<AccountTold>>, Problem> {
    let found = accounts::list(&app.office, &asker).await;
    let found = found.map_err(|error| of_store(&error))?;
    Ok(Json(found.iter().map(told).collect()))
}

/// Lets an account begin that another administrator opened: not who opened it, nor whose it is.
#[utoipa::path(post, path = "/v1/accounts/{account}/confirmation", tag = "accounts",
    responses((status = 200, description = "it lets in now", body = AccountTold), (status = 404, description = "none here"),
        (status = 409, description = "another person has to, or there is nothing to confirm")))]
pub(crate) async fn confirm(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(account): Path<String>,
) -> Result<Json<AccountTold>, Problem> {
    let confirmed = accounts::confirm(&app.office, &asker, &key(&account)?).await;
    let confirmed = confirmed.map_err(|error| of_account(&error, app.office.now()))?;
    Ok(Json(told(&confirmed)))
}

/// Invites the person of an account anew: password, second factor and sessions are gone.
#[utoipa::path(post, path = "/v1/accounts/{account}/invitation", tag = "accounts",
    responses((status = 200, description = "the account and the invitation, shown this once", body = InvitationTold),
        (status = 404, description = "none here"), (status = 409, description = "nobody does so for themselves")))]
pub(crate) async fn invite(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(account): Path<String>,
) -> Result<Json<InvitationTold>, Problem> {
    let again = accounts::invite(&app.office, &asker, &key(&account)?).await;
    let again = again.map_err(|error| of_account(&error, app.office.now()))?;
    Ok(Json(invited(&again)))
}

/// Ends an account and its sessions at once, for good.
#[utoipa::path(post, path = "/v1/accounts/{account}/end", tag = "accounts",
    responses((status = 200, description = "it lets nobody in", body = AccountTold), (status = 404, description = "none here")))]
pub(crate) async fn end(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(account): Path<String>,
) -> Result<Json<AccountTold>, Problem> {
    let ended = accounts::end(&app.office, &asker, &key(&account)?).await;
    let ended = ended.map_err(|error| of_account(&error, app.office.now()))?;
    Ok(Json(told(&ended)))
}

/// Ends every session that the person of an account has in the own department, on every device.
#[utoipa::path(delete, path = "/v1/accounts/{account}/sessions", tag = "accounts",
    responses((status = 200, description = "how many ended", body = EndedTold), (status = 404, description = "none here")))]
pub(crate) async fn end_sessions(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(account): Path<String>,
) -> Result<Json<EndedTold>, Problem> {
    let ended = accounts::end_sessions(&app.office, &asker, &key(&account)?).await;
    let ended = ended.map_err(|error| of_account(&error, app.office.now()))?;
    Ok(Json(EndedTold { ended }))
}

/// Why nobody was let in, or nothing was done to an account.
pub(crate) fn of_account(error: &AccountError, now: UtcDateTime) -> Problem {
    match error {
        AccountError::Wrong => Problem::new(Code::SignInRefused),
        AccountError::Wait { until } => {
            Problem::new(Code::SignInDelayed).again_after((*until - now).whole_seconds())
        }
        AccountError::NotBegun { .. } => {
            one(Code::AccountRefused, "account.not-begun", error.to_string())
        }
        AccountError::Password => one(Code::AccountRefused, "account.password", error.to_string()),
        AccountError::Refused(AccountRefused::Unknown) => Problem::new(Code::NotFound),
        AccountError::Refused(AccountRefused::Store(error)) | AccountError::Store(error) => {
            of_store(error)
        }
        AccountError::Refused(refused) => {
            one(Code::AccountRefused, refused.code(), refused.to_string())
        }
        AccountError::Random(error) => Problem::new(internal(error)),
        _ => Problem::new(internal(error)),
    }
}
