//! Batches: licences asked for at once, how far they are, one release over what waits of them.

#![expect(
    unused_qualifications,
    reason = "the attribute of a route writes the extractor's path again"
)]

use std::sync::Arc;

use axum::Extension;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use batch::Carrying;
use batch::apart::{Each, Entry};
use batch::door::{Asked, DoorError, Wrong};
use batch::package::NotResults;
use batch::release::ListOffer;
use batch::told::{BatchLine, BatchTold, SiblingTold};
use issuance::{Asker, IssueOrder};
use licence::IssueRequest;
use registry::batches::BatchId;
use registry::jobs::JobId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::{Fingerprint, once};
use crate::json::{Strict, said};
use crate::licences::identifier;
use crate::problem::{Code, Defect, Problem};
use crate::problems::{of_issue, of_release, of_store};
use crate::releases::{ReleaseBody, submitted};
use crate::state::App;

/// Most defects told of one batch.
const MAX_DEFECTS: usize = 1_000;

/// The content of `POST /v1/batches`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchBody {
    /// The licences: at most 300, those of entries for several values counted one by one.
    licences: Vec<EntryBody>,
    /// The package whose results they are: all that the department granted in it.
    #[serde(default)]
    package: Option<String>,
}

/// An entry of a batch: one licence, or one for each of several values.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryBody {
    /// The decided case: matter, case, decision, type, issuer, holder, fields, validity.
    #[schema(value_type = Object)]
    request: IssueRequest,
    /// The photograph, PNG or JPEG in base64, where the type has one.
    #[serde(default)]
    photo: Option<String>,
    /// The values of a field, 1 to 64, each of which gets a licence of its own: `{"field": "address", "values": […]}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    each: Option<Each>,
}

/// The content of a refusal of a batch.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRefusalBody {
    /// Why, in words.
    #[serde(deserialize_with = "replies::json::reason")]
    reason: String,
    /// The jobs that are refused; all that wait or are released, when absent.
    #[serde(default)]
    jobs: Option<Vec<String>>,
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Before {
    /// Begin before this batch.
    before: Option<String>,
}

fn id(text: &str) -> Result<BatchId, Problem> {
    BatchId::parse(text).ok_or(Problem::new(Code::NotFound))
}

/// Issues licences together: each is checked before any is taken, all of them wait for one release.
#[utoipa::path(post, path = "/v1/batches", tag = "batches", request_body = BatchBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 202, description = "the batch, with job, identifier and number of each licence"),
        (status = 422, description = "not admitted: every defect by entry and field; nothing was taken")))]
pub(crate) async fn begin(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: axum::http::HeaderMap,
    Strict(body): Strict<BatchBody>,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let once = once(&headers, fingerprint)?;
    let asked = asked(body)?;
    let begun = batch::door::begin(&app.office, &asker, &once, asked).await;
    let (response, carrying) = begun.map_err(|error| of_door(&error))?;
    if let Some(carrying) = carrying {
        carry_on(&app, carrying);
    }
    Ok(said(response))
}

/// What follows goes on when the caller has left; what is lost with the process, upkeep finds.
fn carry_on(app: &App, carrying: Carrying) {
    let office = Arc::clone(&app.office);
    tokio::spawn(async move { carrying.run(&office).await });
}

fn asked(body: BatchBody) -> Result<Asked, Problem> {
    let mut entries = Vec::with_capacity(body.licences.len());
    for (place, entry) in body.licences.into_iter().enumerate() {
        let photo = entry.photo.map(|text| STANDARD.decode(text)).transpose();
        let photo = photo.map_err(|_| {
            let text = format!("licences[{place}].photo is not base64");
            Problem::new(Code::RequestMalformed).saying(text)
        })?;
        entries.push(Entry {
            order: IssueOrder {
                request: entry.request,
                photo,
            },
            each: entry.each,
        });
    }
    Ok(Asked {
        entries,
        package: body.package.unwrap_or_default(),
    })
}

/// Why no batch is begun.
fn of_door(error: &DoorError) -> Problem {
    match error {
        DoorError::Count => Problem::new(Code::NotAdmitted).with(vec![Defect {
            at: "licences".to_owned(),
            code: "batch.count".to_owned(),
            text: error.to_string(),
            rule: None,
        }]),
        DoorError::Defective(all) => {
            let defects = all
                .iter()
                .flat_map(|one| placed(&format!("licences[{}]", one.entry), &one.wrong));
            Problem::new(Code::NotAdmitted).with(defects.take(MAX_DEFECTS).collect())
        }
        DoorError::Package(all) => {
            let defects = all.iter().map(|wrong| Defect {
                at: match wrong {
                    NotResults::OtherCase(place) => format!("licences[{place}].request.case"),
                    _ => "package".to_owned(),
                },
                code: wrong.code().to_owned(),
                text: wrong.to_string(),
                rule: None,
            });
            Problem::new(Code::NotAdmitted).with(defects.collect())
        }
        DoorError::KeyReused => Problem::new(Code::KeyReused),
        DoorError::Issue(cause) => of_issue(cause),
        _ => Problem::new(crate::problems::internal(error)),
    }
}

/// What is wrong with a licence, each defect below the place of its entry.
fn placed(entry: &str, wrong: &Wrong) -> Vec<Defect> {
    let one = |at: String, code: &str, text: String| {
        vec![Defect {
            at,
            code: code.to_owned(),
            text,
            rule: None,
        }]
    };
    match wrong {
        Wrong::Apart(refused) => {
            let at = format!("{entry}.{}", refused.place());
            one(at, refused.code(), refused.to_string())
        }
        Wrong::OtherSeal => one(entry.to_owned(), "batch.other-seal", wrong.to_string()),
        Wrong::Issue(cause) => {
            let problem = of_issue(cause);
            let mut defects = problem.defects().to_vec();
            if defects.is_empty() {
                let (code, ..) = problem.code().text();
                return one(entry.to_owned(), code, cause.to_string());
            }
            for defect in &mut defects {
                defect.at = match defect.at.as_str() {
                    "" => entry.to_owned(),
                    at => format!("{entry}.request.{at}"),
                };
            }
            defects
        }
        _ => one(entry.to_owned(), "internal", wrong.to_string()),
    }
}

/// Batches of the own department, the latest first.
#[utoipa::path(get, path = "/v1/batches", tag = "batches", params(Before),
    responses((status = 200, description = "an array of batches with their counts by state")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Query(before): Query<Before>,
) -> Result<Json<Vec<BatchLine>>, Problem> {
    let before = before.before.as_deref().map(id).transpose()?;
    let page = batch::told::list(&app.office, &asker, before.as_ref()).await;
    page.map(Json).map_err(|error| of_store(&error))
}

/// How far a batch is, licence by licence, with the reasons of those that do not go on.
#[utoipa::path(get, path = "/v1/batches/{batch}", tag = "batches",
    responses((status = 200, description = "counts by state, and each licence with its state"), (status = 404, description = "none here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<BatchTold>, Problem> {
    let found = batch::told::find(&app.office, &asker, &id(&text)?).await;
    let found = found.map_err(|error| of_store(&error))?;
    found.map(Json).ok_or(Problem::new(Code::NotFound))
}

/// What of a batch waits for its release: the list, and the statement over it.
#[utoipa::path(get, path = "/v1/batches/{batch}/release", tag = "batches",
    responses((status = 200, description = "the list, where each page is looked at, and the statement to sign"), (status = 404, description = "none here"),
        (status = 422, description = "pages are being made, or nothing waits")))]
pub(crate) async fn offer(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<ListOffer>, Problem> {
    let offer = batch::release::offer(&app.office, &asker, &id(&text)?).await;
    offer.map(Json).map_err(|error| of_release(&error))
}

/// Releases the seal for exactly this list.
#[utoipa::path(post, path = "/v1/batches/{batch}/release", tag = "batches", request_body = ReleaseBody,
    responses((status = 202, description = "released; how far the batch is, and what a rule holds back"),
        (status = 403, description = "not enrolled"), (status = 422, description = "not this list")))]
pub(crate) async fn release(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<ReleaseBody>,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let submitted = submitted(&body)?;
    let released = batch::release::release(&app.office, &asker, &id(&text)?, &submitted).await;
    let (told, carrying) = released.map_err(|error| of_release(&error))?;
    carry_on(&app, carrying);
    Ok((axum::http::StatusCode::ACCEPTED, Json(told)).into_response())
}

/// Refuses a batch, whole or in part: the jobs end without a seal.
#[utoipa::path(post, path = "/v1/batches/{batch}/refusal", tag = "batches", request_body = BatchRefusalBody,
    responses((status = 200, description = "refused; how far the batch is"), (status = 404, description = "none here"),
        (status = 422, description = "one of those named has gone on")))]
pub(crate) async fn refuse(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<BatchRefusalBody>,
) -> Result<Json<BatchTold>, Problem> {
    let job = |text: &String| JobId::parse(text).ok_or(Problem::new(Code::NotFound));
    let jobs = body
        .jobs
        .map(|jobs| jobs.iter().map(job).collect::<Result<Vec<_>, _>>());
    let asked = (jobs.transpose()?, body.reason.as_str());
    let refused = batch::release::refuse(&app.office, &asker, &id(&text)?, asked).await;
    refused.map(Json).map_err(|error| of_release(&error))
}

/// The licences that were asked for in one entry with this one, one for each address.
#[utoipa::path(get, path = "/v1/licences/{identifier}/beside", tag = "batches",
    responses((status = 200, description = "an array of licences; empty for one alone"), (status = 404, description = "none here")))]
pub(crate) async fn beside(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<Vec<SiblingTold>>, Problem> {
    let beside = batch::told::beside(&app.office, &asker, &identifier(&text)?).await;
    let beside = beside.map_err(|error| of_store(&error))?;
    beside.map(Json).ok_or(Problem::new(Code::NotFound))
}
