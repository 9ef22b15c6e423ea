//! Seals: where each stands, its ledger's total, and the acts of those who hold and administer it.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::{Extension, Json};
use catalogue::key::{DepartmentKey, SealCode};
use issuance::custody::{Duty, Event, SealEventTold, SealTold, Stage};
use issuance::{Asker, Once};
use making::Narrowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Granted, Keyed};
use crate::json::{Strict, said};
use crate::problem::{Code, Problem};
use crate::state::App;
use duties::access::Scope;
use replies::seal_problems::of_custody;

/// Why something is done to a seal.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonBody {
    /// In words, or a ground by its number.
    #[serde(deserialize_with = "replies::json::reason")]
    reason: String,
}

impl ReasonBody {
    pub(crate) fn why(&self) -> &str {
        &self.reason
    }
}

/// A seal with its history.
#[derive(Debug, Serialize)]
pub(crate) struct WholeSeal {
    #[serde(flatten)]
    seal: SealTold,
    history: Vec<SealEventTold>,
}

pub(crate) fn code(text: &str) -> Result<SealCode, Problem> {
    SealCode::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// Which seals are asked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The seal of the last one of the page before.
    after: Option<String>,
    /// How many, 1 to 100; 100 where nothing is said.
    limit: Option<u32>,
    /// Of this department alone.
    department: Option<String>,
    /// `made`, `in_use`, `suspended` or another state.
    state: Option<String>,
    /// A part of the name.
    name: Option<String>,
}

/// How many a page has, where a number is asked for.
pub(crate) fn limited(limit: Option<u32>) -> Result<Option<u32>, Problem> {
    match limit {
        Some(limit) if !(1..=100).contains(&limit) => {
            Err(Problem::new(Code::RequestMalformed).saying("limit is 1 to 100"))
        }
        limit => Ok(limit),
    }
}

impl Asked {
    fn read(self) -> Result<Narrowed, Problem> {
        let malformed = |what: &str| Problem::new(Code::RequestMalformed).saying(what.to_owned());
        let after = self.after.filter(|after| !after.is_empty());
        let after = after.as_deref().map(SealCode::parse).transpose();
        let department = self.department.as_deref().map(DepartmentKey::parse);
        let state = self.state.as_deref().map(Stage::find);
        Ok(Narrowed {
            after: after.map_err(|_| malformed("after is no seal"))?,
            limit: limited(self.limit)?,
            department: department
                .transpose()
                .map_err(|_| malformed("department is none"))?,
            state: match state {
                Some(None) => return Err(malformed("state is none of a seal")),
                state => state.flatten(),
            },
            name: self.name,
        })
    }
}

/// The seals of the own department, or of the region whose seals it administers, by code.
#[utoipa::path(get, path = "/v1/seals", tag = "seals", params(Asked),
    responses((status = 200, description = "an array of at most 100 seals: state, since when, uses of the ledger")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Query(asked): Query<Asked>,
) -> Result<Json<Vec<SealTold>>, Problem> {
    let seals = making::seals(&app.office, &asker, &asked.read()?).await;
    seals.map(Json).map_err(|error| of_custody(&error))
}

/// A seal and what happened to it.
#[utoipa::path(get, path = "/v1/seals/{seal}", tag = "seals",
    responses((status = 200, description = "the seal and its history"), (status = 404, description = "none here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<WholeSeal>, Problem> {
    let found = issuance::custody::find(&app.office, &asker, &code(&text)?).await;
    let (seal, history) = found.map_err(|error| of_custody(&error))?;
    Ok(Json(WholeSeal { seal, history }))
}

/// In which duties a person acts, by what the account may do.
pub(crate) fn duties(granted: &Granted) -> Vec<Duty> {
    let of = [
        (Scope::Release, Duty::Custodian),
        (Scope::Seals, Duty::Administrator),
        (Scope::Seals, Duty::Approver),
        (Scope::Seals, Duty::Maker),
    ];
    let has = of.into_iter().filter(|(scope, _)| granted.has(*scope));
    has.map(|(_, duty)| duty).collect()
}

async fn act(
    app: &App,
    (asker, granted): (&Asker, &Granted),
    once: &Once,
    text: &str,
    (event, body): (Event, &ReasonBody),
) -> Result<Response, Problem> {
    let duties = duties(granted);
    let who = (asker, duties.as_slice());
    let why = (event, body.reason.as_str());
    let acted = issuance::custody::act(&app.office, who, once, &code(text)?, why).await;
    acted.map(said).map_err(|error| of_custody(&error))
}

/// Stops a seal at once: no use of it begins from now on, releases that wait included.
#[utoipa::path(post, path = "/v1/seals/{seal}/suspend", tag = "seals", request_body = ReasonBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "suspended"), (status = 403, description = "not this duty"),
        (status = 404, description = "none here"), (status = 409, description = "not from where it stands")))]
pub(crate) async fn suspend(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(granted): Extension<Granted>,
    Keyed(once): Keyed,
    Path(text): Path<String>,
    Strict(body): Strict<ReasonBody>,
) -> Result<Response, Problem> {
    act(
        &app,
        (&asker, &granted),
        &once,
        &text,
        (Event::Suspend, &body),
    )
    .await
}

/// Lets a stopped seal go on: an administrator and a custodian, two people, in any order within a day.
#[utoipa::path(post, path = "/v1/seals/{seal}/resume", tag = "seals", request_body = ReasonBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "in use again, or `waits` for the second person"),
        (status = 403, description = "not this duty, or one person twice"), (status = 409, description = "not from where it stands")))]
pub(crate) async fn resume(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(granted): Extension<Granted>,
    Keyed(once): Keyed,
    Path(text): Path<String>,
    Strict(body): Strict<ReasonBody>,
) -> Result<Response, Problem> {
    act(
        &app,
        (&asker, &granted),
        &once,
        &text,
        (Event::Resume, &body),
    )
    .await
}

/// Gives a seal up for good, and its certificate with it. What it sealed stays genuine.
#[utoipa::path(post, path = "/v1/seals/{seal}/cancel", tag = "seals", request_body = ReasonBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "cancelled"), (status = 403, description = "not this duty"),
        (status = 409, description = "not from where it stands")))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(granted): Extension<Granted>,
    Keyed(once): Keyed,
    Path(text): Path<String>,
    Strict(body): Strict<ReasonBody>,
) -> Result<Response, Problem> {
    act(
        &app,
        (&asker, &granted),
        &once,
        &text,
        (Event::Cancel, &body),
    )
    .await
}
