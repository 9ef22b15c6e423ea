//! Packages: one application for several matters, whose events are taken in every case or in none.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use batch::package::{Event, Number, Outcome, PackageTold, RefusedIn};
use issuance::Asker;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::caller::{Fingerprint, once};
use crate::json::{Strict, said};
use crate::problem::{Code, Defect, Problem};
use crate::problems::{of_case, of_refused_event, of_store};
use crate::state::App;

/// An event of a package, as `docs/cases.md` describes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(crate) struct PackageEventBody(Event);

/// A text that is no package number names no package.
fn number(text: &str) -> Result<Number, Problem> {
    Number::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// Takes an event of a package: in every case that it touches, under the next number of each, or in none.
#[utoipa::path(post, path = "/v1/packages/{package}/events", tag = "cases", request_body = PackageEventBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "taken, with what each case answers"),
        (status = 404, description = "no such package, or a case that does not concern the department"),
        (status = 422, description = "refused, by case with code and rule; nothing of it was applied but the cards it earned")))]
pub(crate) async fn take(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(package): Path<String>,
    Strict(body): Strict<PackageEventBody>,
) -> Result<Response, Problem> {
    let (once, package) = (once(&headers, fingerprint)?, number(&package)?);
    if body.0.package != package {
        return Err(Problem::new(Code::RequestMalformed).saying("package is another one"));
    }
    let taken = batch::package::take(&app.office, &asker, &once, body.0).await;
    match taken.map_err(|error| of_case(&error))? {
        Outcome::Taken(response) => Ok(said(response)),
        Outcome::Refused(all) => Err(refused(&all)),
        Outcome::Hidden => Err(Problem::new(Code::NotFound)),
    }
}

/// Each refusal at its case, with the cards that it earned.
fn refused(all: &[RefusedIn]) -> Problem {
    let mut defects = Vec::new();
    for one in all {
        let at = one.case.as_ref().map(ToString::to_string);
        let told = of_refused_event(&one.refusal);
        defects.extend(told.defects().iter().map(|defect| Defect {
            at: at.clone().unwrap_or_else(|| "package".to_owned()),
            ..defect.clone()
        }));
    }
    Problem::new(Code::EventRefused).with(defects)
}

/// One package: its cases, and what is needed for them, each thing once.
#[utoipa::path(get, path = "/v1/packages/{package}", tag = "cases",
    responses((status = 200, description = "the package with its cases, needs and figures"),
        (status = 404, description = "none that concerns the department")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(package): Path<String>,
) -> Result<Json<PackageTold>, Problem> {
    let told = batch::package::find(&app.office, &asker, &number(&package)?).await;
    let told = told.map_err(|error| of_store(&error))?;
    told.map(Json).ok_or(Problem::new(Code::NotFound))
}
