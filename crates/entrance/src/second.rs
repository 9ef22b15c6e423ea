//! Who comes back from the provider and shows the account's own second factor; the routes, for a service to mount.

use axum::extract::{Extension, FromRef, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use issuance::accounts::provided::{self, Returning};
use registry::accounts::AccountKey;
use replies::account_problems::of_account;
use replies::json::Strict;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::carried::kept;
use wire::problem::Problem;

use crate::arrival::{self, Entrance, turned_away};
use crate::passkey::AnswerBody;
use crate::peer::Peer;
use crate::places::{TICKET, gone, octets};
use crate::session::{Carry, SessionTold, begun, from_elsewhere, is_ours};

/// Every way in by the provider.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Entrance: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(arrival::send))
        .routes(routes!(arrival::arrive))
        .routes(routes!(complete))
}

/// A second factor.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondBody {
    /// Six digits.
    #[serde(default)]
    code: String,
    /// What a passkey answered to `GET /v1/sessions/question`, instead of a code.
    #[serde(default)]
    passkey: Option<AnswerBody>,
    /// `token`, in the answer; or `cookie`, for browsers.
    #[serde(default)]
    carry: Carry,
}

/// Begins a session of somebody whom the OpenID provider knows, with the account's second factor.
#[utoipa::path(post, path = "/v1/sessions/openid", tag = "accounts", request_body = SecondBody,
    responses((status = 201, description = "signed in", body = SessionTold), (status = 401, description = "the factor is not good, or too late"), (status = 404, description = "there is no provider"),
        (status = 429, description = "too much failed here lately")))]
pub(crate) async fn complete(
    State(entrance): State<Entrance>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Strict(body): Strict<SecondBody>,
) -> Result<Response, Problem> {
    entrance.issuer()?;
    if !is_ours(entrance.origin(), &headers) {
        return Err(from_elsewhere(&entrance.office, &peer.0).await);
    }
    let ticket = kept(&headers, TICKET).and_then(|text| text.split_once('.'));
    let ticket = ticket.and_then(|(ticket, account)| {
        let account = AccountKey::parse(account).ok()?;
        Some((octets(ticket)?, account))
    });
    let Some((ticket, account)) = ticket else {
        let why = ("openid.ticket", "nobody was sent back with this");
        return turned_away(&entrance, why, &peer.0).await;
    };
    let passkey = body.passkey.map(|answer| answer.read(entrance.origin()));
    let who = Returning {
        account,
        ticket,
        code: body.code,
        passkey: passkey.transpose()?,
        address: peer.0,
    };
    let signed = provided::complete(&entrance.office, who).await;
    let signed = signed.map_err(|error| of_account(&error, entrance.office.now()))?;
    let mut answer = begun(&signed, body.carry)?;
    answer
        .headers_mut()
        .append(header::SET_COOKIE, gone(TICKET)?);
    Ok(answer)
}
