//! What happens to a licence beside its versions: voided by two people, its paper copies, the numbers of merged papers.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use issuance::Asker;
use issuance::lives::copies::{AliasTold, CopyFound, PaperOrdered, PaperTold};
use issuance::lives::voiding::VoidOrder;
use licence::life::Exposure;
use licence::paper::PaperEvent;
use serde::{Deserialize, Serialize};
use time::Date;
use utoipa::ToSchema;

use crate::caller::{Fingerprint, once};
use crate::json::{Strict, said};
use crate::licences::identifier;
use crate::lives_problems::of_copy;
use crate::problem::{Code, Problem};
use crate::problems::{of_change, of_store};
use crate::state::App;

/// The content of one person's word that a licence is void.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VoidBody {
    /// The number of the record on which it rests.
    decision: String,
    /// What was wrong.
    #[serde(deserialize_with = "replies::json::reason")]
    reason: String,
    /// `unpresented`: nobody has used it; `replaced`: a replacement is issued with the voiding; `presented`: neither.
    exposure: String,
}

/// Says that a licence of the own department is void: the first person waits for a second one, a day long.
#[utoipa::path(post, path = "/v1/licences/{identifier}/void", tag = "licences", request_body = VoidBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 202, description = "waits for a second person"), (status = 200, description = "void"),
        (status = 403, description = "a machine has no word of its own"), (status = 404, description = "none here"),
        (status = 409, description = "not from its state, or one person twice")))]
pub(crate) async fn void(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(text): Path<String>,
    Strict(body): Strict<VoidBody>,
) -> Result<Response, Problem> {
    let once = once(&headers, fingerprint)?;
    let exposure = match body.exposure.as_str() {
        "unpresented" => Exposure::Unpresented,
        "replaced" => Exposure::Replaced,
        "presented" => Exposure::Presented,
        _ => {
            return Err(
                Problem::new(Code::RequestMalformed).saying("exposure is none of the three")
            );
        }
    };
    let order = VoidOrder {
        decision: body.decision,
        reason: body.reason,
        exposure,
    };
    let identifier = identifier(&text)?;
    let office = &app.office;
    let voided = issuance::lives::voiding::void(office, &asker, &once, &identifier, &order).await;
    voided.map(said).map_err(|error| of_change(&error))
}

/// The content of something done with a paper copy.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperBody {
    /// `issue`, `declare-lost`, `surrender` or `destroy`.
    event: String,
    /// The number of the new copy, of the notice of its loss, or of the record.
    reference: String,
    /// `YYYY-MM-DD`: from the beginning of this day; absent: from now on.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>)]
    effective: Option<Date>,
}

/// Does something with the paper copy of a licence of the own department. The licence itself does not change.
#[utoipa::path(post, path = "/v1/licences/{identifier}/paper", tag = "licences", request_body = PaperBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "done"), (status = 404, description = "none here"),
        (status = 409, description = "not from its state, or against the type (R9)")))]
pub(crate) async fn paper(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(text): Path<String>,
    Strict(body): Strict<PaperBody>,
) -> Result<Response, Problem> {
    let once = once(&headers, fingerprint)?;
    let event = PaperEvent::find(&body.event)
        .ok_or(Problem::new(Code::RequestMalformed).saying("event is none of the four"))?;
    let ordered = PaperOrdered {
        event,
        reference: body.reference,
        effective: body.effective,
    };
    let identifier = identifier(&text)?;
    let office = &app.office;
    let done = issuance::lives::copies::act(office, &asker, &once, &identifier, &ordered).await;
    done.map(said).map_err(|error| of_copy(&error))
}

/// The paper copies of a licence, first to last.
#[utoipa::path(get, path = "/v1/licences/{identifier}/paper", tag = "licences",
    responses((status = 200, description = "an array of copies: number, state, since when"), (status = 404, description = "none here")))]
pub(crate) async fn copies(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<Vec<PaperTold>>, Problem> {
    let copies = issuance::lives::copies::copies(&app.office, &asker, &identifier(&text)?).await;
    copies.map(Json).map_err(|error| of_copy(&error))
}

/// What a paper copy of this number is, and what its licence is; a lost one answers so for ever.
#[utoipa::path(get, path = "/v1/paper-copies/{number}", tag = "licences",
    responses((status = 200, description = "an array, empty where no copy has the number")))]
pub(crate) async fn copy(
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Json<Vec<CopyFound>>, Problem> {
    let found = issuance::lives::copies::copy(&app.office, &number).await;
    found.map(Json).map_err(|error| of_store(&error))
}

/// The content of an old number.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AliasBody {
    /// What the old paper was called, such as 税务登记证.
    paper: String,
    /// Its number.
    number: String,
}

/// Lets the number of an old paper lead to a licence whose type it was merged into (三证合一).
#[utoipa::path(post, path = "/v1/licences/{identifier}/aliases", tag = "licences", request_body = AliasBody,
    responses((status = 200, description = "it leads there; saying it again changes nothing"), (status = 404, description = "none here"),
        (status = 422, description = "the types were not merged (R11), or the number leads elsewhere (R12)")))]
pub(crate) async fn lead(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<AliasBody>,
) -> Result<Json<AliasTold>, Problem> {
    let identifier = identifier(&text)?;
    let old = (body.paper.as_str(), body.number.as_str());
    let led = issuance::lives::copies::lead(&app.office, &asker, &identifier, old).await;
    led.map(Json).map_err(|error| of_copy(&error))
}

/// Where an old number leads.
#[utoipa::path(get, path = "/v1/aliases/{number}", tag = "licences",
    responses((status = 200, description = "an array, empty where the number leads nowhere")))]
pub(crate) async fn aliases(
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Json<Vec<AliasTold>>, Problem> {
    let found = issuance::lives::copies::aliases(&app.office, &number).await;
    found.map(Json).map_err(|error| of_store(&error))
}
