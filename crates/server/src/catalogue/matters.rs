//! Versions of matters: written by the bodies that decide them, put in force by the catalogue's administration.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use catalogue::key::MatterCode;
use catalogue::life::MatterEvent;
use duties::Operation;
use issuance::Asker;
use issuance::import::matters::{MatterOrder, VersionTold};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::caller::permit;
use crate::json::Strict;
use crate::problem::{Code, Problem};
use crate::problems::of_matter;
use crate::sessions::Signed;
use crate::state::App;

/// A step of a version's life.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActBody {
    /// `submit`, `publish`, `suspend`, `resume`, `abolish`.
    event: String,
    /// The civil day from which it holds, `YYYY-MM-DD`; today when absent.
    #[serde(default)]
    on: Option<String>,
    /// What it rests on; needed to suspend, resume and abolish.
    #[serde(default)]
    legal_basis: String,
}

/// Characters of a legal basis.
const MAX_BASIS: usize = 200;

fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

impl ActBody {
    fn order(&self) -> Result<MatterOrder, Problem> {
        let event = MatterEvent::ALL
            .into_iter()
            .find(|event| event.code() == self.event)
            .ok_or_else(|| malformed("event is none of a matter's life"))?;
        let on = self.on.as_deref().map(super::civil_day).transpose()?;
        if self.legal_basis.chars().count() > MAX_BASIS
            || self.legal_basis.chars().any(char::is_control)
        {
            return Err(malformed(
                "legal_basis is no text of at most 200 characters",
            ));
        }
        Ok(MatterOrder {
            event,
            on,
            legal_basis: self.legal_basis.clone(),
        })
    }
}

fn code(text: &str) -> Result<MatterCode, Problem> {
    MatterCode::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// Writes a draft of a version, or writes the own draft anew: one entry of `matters-catalogue.json`, whose status,
/// first day and day of status are not looked at.
#[utoipa::path(post, path = "/v1/catalogue/matters", tag = "catalogue", request_body = Object,
    responses((status = 201, description = "the draft and its history"),
        (status = 409, description = "no draft of the own body, or the catalogue moved on meanwhile"),
        (status = 422, description = "refused, with every defect by member")))]
pub(crate) async fn draft(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Strict(entry): Strict<Box<RawValue>>,
) -> Result<(StatusCode, Json<VersionTold>), Problem> {
    let entry = entry.get().as_bytes();
    let drafted = issuance::import::matters::draft(&app.office, &asker, entry).await;
    let told = drafted.map_err(|error| of_matter(&error))?;
    Ok((StatusCode::CREATED, Json(told)))
}

/// A version and what was done to it.
#[utoipa::path(get, path = "/v1/catalogue/matters/{code}/versions/{version}", tag = "catalogue",
    responses((status = 200, description = "status and history"), (status = 404, description = "none")))]
pub(crate) async fn version(
    State(app): State<App>,
    Path((matter, version)): Path<(String, u32)>,
) -> Result<Json<VersionTold>, Problem> {
    let found = issuance::import::matters::find(&app.office, &code(&matter)?, version).await;
    found.map(Json).map_err(|error| of_matter(&error))
}

/// Takes a version one step on. Its own body submits it; the administration of the catalogue publishes, suspends,
/// resumes and abolishes it, and is another body and another person than wrote it.
#[utoipa::path(post, path = "/v1/catalogue/matters/{code}/versions/{version}/acts", tag = "catalogue", request_body = ActBody,
    responses((status = 200, description = "status and history"), (status = 404, description = "none"),
        (status = 403, description = "not by this body or person"), (status = 409, description = "not from where it stands"),
        (status = 422, description = "something is lacking")))]
pub(crate) async fn act(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    signed: Option<Extension<Signed>>,
    Path((matter, version)): Path<(String, u32)>,
    Strict(body): Strict<ActBody>,
) -> Result<Json<VersionTold>, Problem> {
    let matter = code(&matter)?;
    let order = body.order()?;
    // domain.md 3: of people, the administration of the catalogue alone puts a matter in force or takes it out.
    if let Some(Extension(signed)) = signed
        && order.event != MatterEvent::Submit
    {
        permit(&app, &signed, Operation::PublishMatter).await?;
    }
    let at = (&matter, version);
    let acted = issuance::import::matters::act(&app.office, &asker, at, &order).await;
    acted.map(Json).map_err(|error| of_matter(&error))
}
