//! Stage documents of a case: acceptance notice, supplement request, decision, delivery receipt.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use catalogue::DocumentPurpose;
use issuance::Asker;
use issuance::cases::Number;
use issuance::look::LinkTold;
use papers::stage::CaseDocument;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Fingerprint, once};
use crate::json::Strict;
use crate::licences::{attachment, begun_answer};
use crate::problem::{Code, Problem};
use crate::problems::{of_document, of_evidence};
use crate::state::App;

/// Which stage document is asked for.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperBody {
    /// `acceptance-notice`, `supplement-request`, `decision` or `delivery-receipt`.
    kind: String,
}

fn number(text: &str) -> Result<Number, Problem> {
    Number::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// Writes a stage document from what the case is now; its seal waits for the release of a second person.
#[utoipa::path(post, path = "/v1/cases/{case}/documents", tag = "cases", request_body = PaperBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 202, description = "waits for the release of its seal"), (status = 404, description = "no case that concerns the department"),
        (status = 422, description = "the case has nothing that such a document would say, or no seal may stand on it")))]
pub(crate) async fn ask(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(case): Path<String>,
    Strict(body): Strict<PaperBody>,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let (once, case) = (once(&headers, fingerprint)?, number(&case)?);
    let purpose = DocumentPurpose::find(&body.kind);
    let purpose = purpose.ok_or(Problem::new(Code::RequestMalformed).saying("kind is unknown"))?;
    let begun = papers::stage::ask(&app.office, &asker, &once, (&case, purpose)).await;
    begun_answer(begun.map_err(|error| of_document(&error))?)
}

/// The documents of a case that the own department asked for: stage documents and licences, with their receipts.
#[utoipa::path(get, path = "/v1/cases/{case}/documents", tag = "cases",
    responses((status = 200, description = "an array of documents"), (status = 404, description = "no case that concerns the department")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(case): Path<String>,
) -> Result<Json<Vec<CaseDocument>>, Problem> {
    let found = papers::stage::of_case(&app.office, &asker, &number(&case)?).await;
    found.map(Json).map_err(|error| of_document(&error))
}

/// The applicant's link to a case; the same one each time, until it runs out or is taken back.
#[utoipa::path(post, path = "/v1/cases/{case}/link", tag = "cases",
    responses((status = 200, description = "`link`, for the applicant alone, and when it `expires`"), (status = 404, description = "no case that concerns the department")))]
pub(crate) async fn link(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(case): Path<String>,
) -> Result<Json<LinkTold>, Problem> {
    let case = number(&case)?;
    let told = papers::progress::link(&app.office, &asker, &case).await;
    told.map(Json).map_err(|error| of_document(&error))
}

/// Takes the applicant's link back: from now on it leads nowhere.
#[utoipa::path(delete, path = "/v1/cases/{case}/link", tag = "cases",
    responses((status = 204, description = "taken back"), (status = 404, description = "no case that concerns the department, or no link")))]
pub(crate) async fn unlink(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(case): Path<String>,
) -> Result<StatusCode, Problem> {
    let taken = papers::progress::take_back(&app.office, &asker, &number(&case)?).await;
    taken.map_err(|error| of_document(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The evidence of a case in one file: documents, signatures, entries of the trace with their proofs; `yinxin-verify` judges it.
#[utoipa::path(get, path = "/v1/cases/{case}/evidence", tag = "cases",
    responses((status = 200, description = "the bundle", content_type = "application/x-tar"), (status = 404, description = "no case that concerns the department")))]
pub(crate) async fn evidence(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let _place = app.place(&app.documents).await?;
    let bundle = papers::evidence::bundle(&app.office, &asker, &number(&case)?).await;
    let bundle = bundle.map_err(|error| of_evidence(&error))?;
    Ok(attachment("application/x-tar", bundle))
}
