//! Cases: events of approval systems, what is shown of a case, the own department's list.

#![expect(
    unused_qualifications,
    reason = "the attribute of a route writes the extractor's path again"
)]

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use issuance::Asker;
use issuance::cases::{CaseTold, Event, LineTold, Number, Taken};
use registry::cases::{Colour, Listed};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::caller::{Fingerprint, once};
use crate::json::{Strict, said};
use crate::problem::{Code, Problem};
use crate::problems::{of_case, of_refused_event, of_store};
use crate::state::App;

/// An event of a case, as `docs/cases.md` describes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(crate) struct EventBody(Event);

/// A text that is no case number names no case.
fn number(text: &str) -> Result<Number, Problem> {
    Number::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// Takes an event of a case: applied whole, parked until its turn, known already, or refused with its reason.
#[utoipa::path(post, path = "/v1/cases/{case}/events", tag = "cases", request_body = EventBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "applied, or known already"), (status = 202, description = "waits for an earlier event"),
        (status = 404, description = "a case that does not concern the department"),
        (status = 422, description = "refused, with code and rule; nothing of it was applied but the cards it earned")))]
pub(crate) async fn take(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(case): Path<String>,
    Strict(body): Strict<EventBody>,
) -> Result<Response, Problem> {
    let (once, case) = (once(&headers, fingerprint)?, number(&case)?);
    let taken = issuance::cases::take(&app.office, &asker, &once, (&case, body.0)).await;
    match taken.map_err(|error| of_case(&error))? {
        Taken::Taken(response) => Ok(said(response)),
        Taken::Refused(refusal) => Err(of_refused_event(&refusal)),
        Taken::Hidden => Err(Problem::new(Code::NotFound)),
    }
}

/// One case.
#[utoipa::path(get, path = "/v1/cases/{case}", tag = "cases",
    responses((status = 200, description = "the case with its steps, clock, materials, parts and cards; persons masked"),
        (status = 404, description = "none that concerns the department")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(case): Path<String>,
) -> Result<Json<CaseTold>, Problem> {
    let told = issuance::cases::look(&app.office, &asker, &number(&case)?).await;
    let told = told.map_err(|error| of_store(&error))?;
    told.map(Json).ok_or(Problem::new(Code::NotFound))
}

/// How a list of cases is narrowed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Narrowed {
    /// Only those with a card of this colour: `yellow` or `red`.
    card: Option<String>,
    /// Begin after this case.
    after: Option<String>,
}

/// A page of the own department's cases, in the order of their numbers.
#[utoipa::path(get, path = "/v1/cases", tag = "cases", params(Narrowed),
    responses((status = 200, description = "an array of cases with their states and cards")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Query(narrowed): Query<Narrowed>,
) -> Result<Json<Vec<LineTold>>, Problem> {
    let listed = match narrowed.card.as_deref() {
        None => Listed::All,
        Some("yellow") => Listed::Carded(Colour::Yellow),
        Some("red") => Listed::Carded(Colour::Red),
        Some(_) => {
            return Err(Problem::new(Code::RequestMalformed).saying("card is yellow or red"));
        }
    };
    let after = narrowed.after.as_deref().map(number).transpose()?;
    let found = issuance::cases::list(&app.office, &asker, after.as_ref(), listed).await;
    found.map(Json).map_err(|error| of_store(&error))
}
