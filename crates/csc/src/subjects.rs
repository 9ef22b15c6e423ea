//! `PUT /v1/signers/{signer}/subject`: by which account at the provider a person signs from afar. Who keeps the identity says so.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use issuance::Asker;
use replies::json::Strict;
use replies::problems::of_signer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::problem::{Code, Problem};

use crate::bearer::Bearer;
use crate::counter::Counter;

/// Longest subject (OpenID Connect Core 2).
const SUBJECT: usize = 255;

/// An account at the provider.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubjectBody {
    /// The subject (`sub`) that the provider's tokens have of the person: 1 to 255 ASCII characters.
    subject: String,
}

/// Binds a signature identity to the account at the provider by which its person signs; in the place of another account once a
/// second person says the same within a day.
#[utoipa::path(put, path = "/v1/signers/{signer}/subject", tag = "signatures", request_body = SubjectBody,
    responses((status = 202, description = "another account is bound: it waits for a second person's word"), (status = 204, description = "bound"), (status = 404, description = "none here, or no provider"), (status = 400, description = "no subject")))]
pub(crate) async fn bind(
    State(counter): State<Counter>,
    Extension(asker): Extension<Asker>,
    Path(signer): Path<String>,
    Strict(body): Strict<SubjectBody>,
) -> Result<StatusCode, Problem> {
    let issuer = counter.issuer().map_err(|_| Problem::new(Code::NotFound))?;
    let fits = (1..=SUBJECT).contains(&body.subject.len())
        && body.subject.bytes().all(|octet| octet.is_ascii_graphic());
    if !fits {
        let why = "subject is 1 to 255 ASCII characters";
        return Err(Problem::new(Code::RequestMalformed).saying(why));
    }
    let office = counter.office();
    let found = papers::signers::find(office, &asker, &signer).await;
    found.map_err(|error| of_signer(&error))?;
    let user = Bearer::user_of(issuer, &body.subject);
    let book = office.registry.activations();
    let by = asker.by(office.clock.now());
    let bound = book
        .bind((asker.department.clone(), signer), &user, by)
        .await;
    Ok(match bound.map_err(|refused| of_signer(&refused.into()))? {
        Some(_until) => StatusCode::ACCEPTED,
        None => StatusCode::NO_CONTENT,
    })
}
