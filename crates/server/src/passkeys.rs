//! Passkeys of people: what they are asked, and what their account has (Web Authentication).

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use crypto::sign_in::passkey::{CHALLENGE, url64};
use issuance::accounts::passkeys::{self, Making};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::account_problems::of_account;
use crate::day::moment;
use crate::json::Strict;
use crate::problem::Problem;
use crate::sessions::Signed;
use crate::state::App;
use entrance::{octets, party, question};

/// What an authenticator made.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakingBody {
    /// The account's password.
    password: String,
    /// Six digits of its second factor.
    code: String,
    /// The question, as it was asked.
    question: String,
    /// `clientDataJSON`.
    client: String,
    /// `attestationObject`.
    attestation: String,
}

/// What is asked of whoever wants to sign in with a passkey.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuestionTold {
    /// `challenge`: good for five minutes, once.
    question: String,
    /// `rpId`.
    relying_party: String,
    /// Whether people can sign in at an OpenID provider: `GET /sign-in/openid`.
    openid: bool,
}

/// What is asked of who enrols a passkey, and what they have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferTold {
    #[serde(flatten)]
    question: QuestionTold,
    /// `user.id`.
    user: String,
    /// `user.name`.
    account: String,
    /// To be excluded from being made again.
    passkeys: Vec<PasskeyTold>,
}

/// A passkey of the own account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PasskeyTold {
    /// `id`.
    credential: String,
    /// Its key: SubjectPublicKeyInfo.
    public_key: String,
    /// Since when, RFC 3339.
    enrolled: String,
    /// When it was used last.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<String>,
}

fn asked(app: &App, question: [u8; CHALLENGE]) -> Result<QuestionTold, Problem> {
    Ok(QuestionTold {
        question: url64(&question),
        relying_party: party(app.origin())?.id().to_owned(),
        openid: app.entrance.is_open(),
    })
}

/// What a passkey is to answer for who signs in: whoever asks learns nothing of any account, and nothing is kept.
#[utoipa::path(get, path = "/v1/sessions/question", tag = "accounts",
    responses((status = 200, description = "the question", body = QuestionTold)))]
pub(crate) async fn ask(State(app): State<App>) -> Result<Response, Problem> {
    let question = passkeys::question(&app.office);
    let question = question.map_err(|error| of_account(&error, app.office.now()))?;
    let told = asked(&app, question)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

/// The passkeys of the own account, and what an authenticator is asked to make another one.
#[utoipa::path(get, path = "/v1/sessions/current/passkeys", tag = "accounts",
    responses((status = 200, description = "the question and what there is", body = OfferTold)))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Problem> {
    let offered = passkeys::offered(&app.office, &signed.standing).await;
    let offered = offered.map_err(|error| of_account(&error, app.office.now()))?;
    let told = OfferTold {
        question: asked(&app, offered.question)?,
        user: url64(&offered.user),
        account: signed.standing.account.to_string(),
        passkeys: offered
            .passkeys
            .iter()
            .map(|one| PasskeyTold {
                credential: url64(&one.credential),
                public_key: url64(one.public.spki()),
                enrolled: moment(one.enrolled),
                used: one.used.map(moment),
            })
            .collect(),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

/// Enrols a passkey beside what the account has, for who brings password and second factor again.
#[utoipa::path(post, path = "/v1/sessions/current/passkeys", tag = "accounts", request_body = MakingBody,
    responses((status = 204, description = "it opens the account"), (status = 401, description = "password or code is not good"),
        (status = 409, description = "not such a passkey: the defect says why")))]
pub(crate) async fn enrol(
    State(app): State<App>,
    Extension(signed): Extension<Signed>,
    Strict(body): Strict<MakingBody>,
) -> Result<StatusCode, Problem> {
    let _place = app.place(&app.doors).await?;
    let making = Making {
        party: party(app.origin())?,
        question: question(&body.question)?,
        client: octets("client", &body.client)?,
        object: octets("attestation", &body.attestation)?,
        password: Zeroizing::new(body.password),
        code: body.code,
    };
    let enrolled = passkeys::enrol(&app.office, &signed.standing, making).await;
    enrolled.map_err(|error| of_account(&error, app.office.now()))?;
    Ok(StatusCode::NO_CONTENT)
}
