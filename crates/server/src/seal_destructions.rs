//! The end of a seal's key: ordered by two administrators for a day, called off until then, seen by two witnesses, told in a record.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use issuance::Asker;
use making::DestructionTold;
use registry::regions::Spoken;
use replies::seal_problems::of_making;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::Date;
use utoipa::ToSchema;

use crate::day::moment;
use crate::json::Strict;
use crate::licences::attachment;
use crate::problem::Problem;
use crate::seals::{ReasonBody, code};
use crate::state::App;

/// An order to destroy a seal's key.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DestructionBody {
    /// The day from which on it may be erased, `YYYY-MM-DD`: 7 to 366 days from today; 30 without it.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>, format = Date)]
    on: Option<Date>,
    /// Why.
    reason: String,
}

/// What is ordered, under way or done of a seal's key.
#[utoipa::path(get, path = "/v1/seals/{seal}/destruction", tag = "seals",
    responses((status = 200, description = "state, day, people, reason, witnesses, and SHA-256 of the record"), (status = 404, description = "nothing here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<DestructionTold>, Problem> {
    let found = making::destruction(&app.office, &asker, &code(&text)?).await;
    found.map(Json).map_err(|error| of_making(&error))
}

/// Orders that the key of a seal that was given up be destroyed on a day: one administrator says so, and a second one, to the letter,
/// within a day.
#[utoipa::path(post, path = "/v1/seals/{seal}/destruction", tag = "seals", request_body = DestructionBody,
    responses((status = 200, description = "it is ordered, for this day"), (status = 202, description = "it waits for a second person, until when"),
        (status = 403, description = "a machine, or who releases the seal"), (status = 409, description = "not from where it stands, or ordered otherwise"),
        (status = 422, description = "not such a day")))]
pub(crate) async fn order(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<DestructionBody>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let order = (body.on, body.reason.as_str());
    let said = making::order_destruction(&app.office, &asker, &code(&text)?, order).await;
    Ok(match said.map_err(|error| of_making(&error))? {
        (Spoken::Holds, on) => {
            let told = json!({"state": "scheduled", "on": on.to_string()});
            (StatusCode::OK, Json(told))
        }
        (Spoken::Waits(until), on) => {
            let told = json!({"state": "waits", "on": on.to_string(), "until": moment(until)});
            (StatusCode::ACCEPTED, Json(told))
        }
    })
}

/// Calls the destruction off, until its day.
#[utoipa::path(post, path = "/v1/seals/{seal}/destruction/call-off", tag = "seals", request_body = ReasonBody,
    responses((status = 200, description = "the key stays"), (status = 404, description = "none here"),
        (status = 409, description = "nothing is ordered, or its day has come")))]
pub(crate) async fn call_off(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<ReasonBody>,
) -> Result<Json<Value>, Problem> {
    let seal = code(&text)?;
    let called = making::call_off_destruction(&app.office, &asker, &seal, body.why()).await;
    called.map_err(|error| of_making(&error))?;
    Ok(Json(json!({"state": "called-off"})))
}

/// Witnesses the destruction, on its day or after it: two people do, within a day, and neither of those who ordered it. With the
/// second one's word the private keys are erased and the record is signed; the same call goes on where that was broken off.
#[utoipa::path(post, path = "/v1/seals/{seal}/destruction/witness", tag = "seals",
    responses((status = 200, description = "destroyed: who saw it, and SHA-256 of the record"), (status = 202, description = "it waits for a second witness, until when"),
        (status = 403, description = "a machine, or who ordered it"), (status = 409, description = "nothing is ordered, or its day has not come")))]
pub(crate) async fn witness(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let seen = making::witness_destruction(&app.office, &asker, &code(&text)?).await;
    Ok(match seen.map_err(|error| of_making(&error))? {
        Ok(done) => (StatusCode::OK, Json(json!(done))),
        Err(until) => {
            let told = json!({"state": "waits", "until": until});
            (StatusCode::ACCEPTED, Json(told))
        }
    })
}

/// The record of a destruction: a signed message (CAdES) with what it says inside.
#[utoipa::path(get, path = "/v1/seals/{seal}/destruction/record", tag = "seals",
    responses((status = 200, description = "the record, application/pkcs7-mime"), (status = 404, description = "none here")))]
pub(crate) async fn record(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Response, Problem> {
    let found = making::destruction_record(&app.office, &asker, &code(&text)?).await;
    let octets = found.map_err(|error| of_making(&error))?;
    Ok(attachment("application/pkcs7-mime", octets))
}
