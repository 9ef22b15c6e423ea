//! Accounts of people, as the administrator of their department keeps them.

use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Json};
use catalogue::key::PersonKey;
use entrance::Entrance;
use issuance::accounts::{self, Order};
use issuance::{Asker, Once};
use registry::accounts::{Account, AccountKey, Done};
use replies::account_problems::of_account;
use replies::day::moment;
use replies::json::{Strict, said};
use replies::once::Keyed;
use replies::problems::of_store;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::problem::{Code, Problem};

use crate::desk::Desk;

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
    /// Roles that it is to have instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<NextTold>,
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

/// Roles that wait.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NextTold {
    roles: Vec<&'static str>,
    /// From when on, RFC 3339, unless a second administrator confirms them.
    from: String,
    /// Who said so.
    by: String,
}

/// What was done, and what the administrator hands to the person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoneTold {
    #[serde(flatten)]
    account: AccountTold,
    /// To be used once, with `POST /v1/accounts/{account}/activation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<String>,
    /// Until when, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_until: Option<String>,
    /// Whether the name at the provider lets nobody in until a second administrator links the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    waits: bool,
}

/// The roles that an account is to have.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RolesBody {
    /// All of them, of `docs/accounts.md`.
    roles: Vec<String>,
}

/// The provider's name for somebody.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubjectBody {
    /// `sub` in its tokens, to the letter.
    subject: String,
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndedTold {
    ended: u64,
}

fn told(account: &Account) -> AccountTold {
    AccountTold {
        account: account.id.to_string(),
        person: account.person.to_string(),
        roles: account.roles.iter().map(duties::Role::code).collect(),
        next: account.next.as_ref().map(|next| NextTold {
            roles: next.roles.iter().map(duties::Role::code).collect(),
            from: moment(next.from),
            by: next.by.clone(),
        }),
        opened: moment(account.opened),
        opened_by: account.opened_by.clone(),
        begins: moment(account.begins),
        active: account.is_active,
        ended: account.ended.map(moment),
    }
}

/// A text that is no account's name names no account.
fn key(text: &str) -> Result<AccountKey, Problem> {
    AccountKey::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// What an administrator asks for, once for each request.
async fn keep(
    desk: &Desk,
    who: (&Asker, &Once),
    (status, order): (u16, Order),
) -> Result<Response, Problem> {
    let answer = move |done: &Done, invitation: &str| {
        let told = DoneTold {
            account: told(&done.account),
            invitation: done.invited.map(|_| invitation.to_owned()),
            invited_until: done.invited.map(moment),
            waits: done.waits,
        };
        registry::asked::Response {
            status,
            // These values hold strings and booleans: they always write.
            body: serde_json::to_vec(&told).unwrap_or_default(),
        }
    };
    let kept = accounts::keep(&desk.0, who, order, answer).await;
    let kept = kept.map_err(|error| of_account(&error, desk.0.now()))?;
    Ok(said(kept))
}

/// Opens an account for a person of the own department, who chooses a password with the invitation. With a role that
/// decides, releases or administers it begins a day later, or when a second administrator confirms it.
#[utoipa::path(post, path = "/v1/accounts", tag = "accounts", request_body = AccountBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "the account and the invitation, shown to this request alone", body = DoneTold),
        (status = 409, description = "refused: the defect says why")))]
pub(crate) async fn open(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Strict(body): Strict<AccountBody>,
) -> Result<Response, Problem> {
    let malformed = |what: &str| Problem::new(Code::RequestMalformed).saying(what.to_owned());
    let id = AccountKey::parse(&body.account).map_err(|_| malformed("account is no name"))?;
    let person = PersonKey::parse(&body.person).map_err(|_| malformed("person is no key"))?;
    let order = Order::Open(id, person, body.roles);
    keep(&desk, (&asker, &once), (201, order)).await
}

/// The accounts of the own department.
#[utoipa::path(get, path = "/v1/accounts", tag = "accounts",
    responses((status = 200, description = "by name", body = Vec<AccountTold>)))]
pub(crate) async fn list(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<Vec<AccountTold>>, Problem> {
    let found = accounts::list(&desk.0, &asker).await;
    let found = found.map_err(|error| of_store(&error))?;
    Ok(Json(found.iter().map(told).collect()))
}

/// Lets an account begin, or have its other roles, now: not who said so first, nor whose it is.
#[utoipa::path(post, path = "/v1/accounts/{account}/confirmation", tag = "accounts",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "it holds now", body = DoneTold), (status = 404, description = "none here"),
        (status = 409, description = "another person has to, or there is nothing to confirm")))]
pub(crate) async fn confirm(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    let order = Order::Confirm(key(&account)?);
    keep(&desk, (&asker, &once), (200, order)).await
}

/// Invites the person of an account anew: password, second factor and sessions are gone.
#[utoipa::path(post, path = "/v1/accounts/{account}/invitation", tag = "accounts",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "the account and the invitation, shown to this request alone", body = DoneTold),
        (status = 404, description = "none here"), (status = 409, description = "nobody does so for themselves")))]
pub(crate) async fn invite(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    let order = Order::Invite(key(&account)?);
    keep(&desk, (&asker, &once), (200, order)).await
}

/// Gives an account other roles. One that decides, releases or administers is given and taken a day later, or when a
/// second administrator confirms it; sessions end with the roles under which they began. An account without a second
/// factor whose roles are to ask for one comes with an invitation.
#[utoipa::path(put, path = "/v1/accounts/{account}/roles", tag = "accounts", request_body = RolesBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "the account, with `next` where it waits", body = DoneTold),
        (status = 404, description = "none here"), (status = 409, description = "refused: the defect says why")))]
pub(crate) async fn change_roles(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(account): Path<String>,
    Strict(body): Strict<RolesBody>,
) -> Result<Response, Problem> {
    let order = Order::Change(key(&account)?, body.roles);
    keep(&desk, (&asker, &once), (200, order)).await
}

/// Links an account to the OpenID provider's name for its person. It lets in when a second administrator links the same.
#[utoipa::path(put, path = "/v1/accounts/{account}/openid", tag = "accounts", request_body = SubjectBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "linked, or confirmed", body = DoneTold), (status = 404, description = "none here, or no provider"),
        (status = 409, description = "refused: the defect says why")))]
pub(crate) async fn link(
    State(desk): State<Desk>,
    State(entrance): State<Entrance>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(account): Path<String>,
    Strict(body): Strict<SubjectBody>,
) -> Result<Response, Problem> {
    let issuer = entrance.issuer()?.to_owned();
    let is_name = body
        .subject
        .bytes()
        .all(|octet| (0x20..0x7f).contains(&octet));
    if !(1..=255).contains(&body.subject.len()) || !is_name {
        let text = "subject is no name of a provider";
        return Err(Problem::new(Code::RequestMalformed).saying(text.to_owned()));
    }
    let order = Order::Link(key(&account)?, issuer, body.subject);
    keep(&desk, (&asker, &once), (200, order)).await
}

/// Takes the provider's name of an account away; its sessions end.
#[utoipa::path(delete, path = "/v1/accounts/{account}/openid", tag = "accounts",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "it has none any more", body = DoneTold), (status = 404, description = "none here"),
        (status = 409, description = "it has none")))]
pub(crate) async fn unlink(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    let order = Order::Unlink(key(&account)?);
    keep(&desk, (&asker, &once), (200, order)).await
}

/// Ends an account and its sessions at once, for good.
#[utoipa::path(post, path = "/v1/accounts/{account}/end", tag = "accounts",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "it lets nobody in", body = DoneTold), (status = 404, description = "none here")))]
pub(crate) async fn end(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    let order = Order::End(key(&account)?);
    keep(&desk, (&asker, &once), (200, order)).await
}

/// Ends every session that the person of an account has in the own department, on every device.
#[utoipa::path(delete, path = "/v1/accounts/{account}/sessions", tag = "accounts",
    responses((status = 200, description = "how many ended", body = EndedTold), (status = 404, description = "none here")))]
pub(crate) async fn end_sessions(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(account): Path<String>,
) -> Result<Json<EndedTold>, Problem> {
    let ended = accounts::end_sessions(&desk.0, &asker, &key(&account)?).await;
    let ended = ended.map_err(|error| of_account(&error, desk.0.now()))?;
    Ok(Json(EndedTold { ended }))
}
