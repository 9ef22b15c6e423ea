//! Licences used by a body under a stated purpose (R15); who used a licence, for its department and whoever watches it; the
//! links under which its holder sees that.

#![expect(
    unused_qualifications,
    reason = "the attribute of a route writes the extractor's path again"
)]

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use catalogue::key::DepartmentKey;
use issuance::Asker;
use issuance::look::LinkTold;
use registry::uses::UseError;
use serde::Deserialize;
use sharing::history::{self, LinkReach, UseTold};
use sharing::{Defect as UseDefect, FileError, FileOutcome, Outcome, UseOrder};
use utoipa::IntoParams;

use crate::caller::Keyed;
use crate::json::{Strict, said};
use crate::licences::{OfFile, attachment, identifier};
use crate::problem::{Code, Defect, Problem};
use crate::problems::{internal, of_store};
use crate::state::App;

/// Which uses are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// Of a department that the own one supervises; the own one's without it.
    department: Option<String>,
    /// The use that the page before ended with.
    after: Option<String>,
}

/// Uses a licence of the shared library, whoever issued it: what the matter's material needs is shown, and the use stands in
/// the holder's history.
#[utoipa::path(post, path = "/v1/uses", tag = "uses",
    request_body(content_type = "application/json", description = "`licence` (`identifier`; or `type` with `number`, `issuer`, `holder`), `purpose`, `matter`, `material`, `case`, `person` (of a machine's request), `ground` (`consent` or `law`), `fields`, `facts` (`valid_on`, `expires_after`, `of_age`)"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "`use`, the licence's `state` and the moment `judged`; of a valid one `fields`, which of them are `masked`, `facts`, and where its sealed `file` is had"),
        (status = 404, description = "no such licence of those whom the case names: another's, or none"),
        (status = 422, description = "something that R15 wants named is missing or not so, or more is asked for than is needed (R16)")))]
pub(crate) async fn take(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Strict(order): Strict<UseOrder>,
) -> Result<Response, Problem> {
    match sharing::take(&app.office, &asker, &once, &order).await {
        Ok(Outcome::Told(response)) => Ok(said(response)),
        Ok(Outcome::Refused(defects)) => Err(refused(defects)),
        Ok(Outcome::Hidden) => Err(Problem::new(Code::NotFound).traced()),
        Err(error) => Err(of_use(&error)),
    }
}

/// What the own department used, or one that it supervises; the latest first, without a value that was shown.
#[utoipa::path(get, path = "/v1/uses", tag = "uses", params(Listed),
    responses((status = 200, description = "an array of at most 100 uses"), (status = 404, description = "no such department or use here")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Query(listed): Query<Listed>,
) -> Result<Json<Vec<UseTold>>, Problem> {
    let department = listed.department.as_deref().map(DepartmentKey::parse);
    let department = department.transpose();
    let department = department.map_err(|_| Problem::new(Code::NotFound))?;
    let which = (department.as_ref(), listed.after.as_deref());
    let page = history::list(&app.office, &asker, which).await;
    found(page)
}

/// A use of the own department, without a value that was shown.
#[utoipa::path(get, path = "/v1/uses/{use}", tag = "uses",
    responses((status = 200, description = "what it was: when, who, what for, on which ground, which fields"), (status = 404, description = "none here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
) -> Result<Json<UseTold>, Problem> {
    found(history::find(&app.office, &asker, &id).await)
}

/// The sealed file of a use whose material is the licence itself: for a day, while ground, case and licence still hold; of
/// several that of `format`, or the first.
#[utoipa::path(get, path = "/v1/uses/{use}/file", tag = "uses", params(OfFile),
    responses((status = 200, description = "the file", content(("application/pdf"), ("application/ofd"))), (status = 404, description = "none here"),
        (status = 422, description = "it may not be taken, or not any more")))]
pub(crate) async fn file(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    Query(of): Query<OfFile>,
) -> Result<Response, Problem> {
    match sharing::file(&app.office, &asker, (&id, of.format()?)).await {
        Ok(FileOutcome::Taken(file)) => Ok(attachment(file.format.media_type(), file.bytes)),
        Ok(FileOutcome::Refused(defect)) => Err(refused(vec![defect])),
        Ok(FileOutcome::Hidden) => Err(Problem::new(Code::NotFound)),
        Err(FileError::Store(error)) => Err(of_store(&error)),
        Err(error) => Err(Problem::new(internal(&error))),
    }
}

fn found<T>(found: Result<Option<T>, registry::StoreError>) -> Result<Json<T>, Problem> {
    let found = found.map_err(|error| of_store(&error))?;
    found.map(Json).ok_or(Problem::new(Code::NotFound))
}

fn refused(defects: Vec<UseDefect>) -> Problem {
    let defects = defects.into_iter().map(|defect| Defect {
        at: defect.at.to_owned(),
        code: defect.code.to_owned(),
        text: defect.text,
        rule: Some(defect.rule),
    });
    Problem::new(Code::UseRefused).with(defects.collect())
}

fn of_use(error: &UseError) -> Problem {
    match error {
        UseError::KeyReused => Problem::new(Code::KeyReused),
        UseError::Running => Problem::new(Code::KeyRunning),
        UseError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// The uses of a licence of the own department, or of one that it supervises, by whatever body, the latest first.
#[utoipa::path(get, path = "/v1/licences/{identifier}/uses", tag = "licences",
    responses((status = 200, description = "an array of uses: when, by whom, what for, for which matter, in which case, on which ground, which fields"), (status = 404, description = "none here")))]
pub(crate) async fn uses(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<Vec<UseTold>>, Problem> {
    found(history::uses(&app.office, &asker, &identifier(&text)?).await)
}

/// The holder's link to a licence of the own department; the same one each time, until it runs out or is taken back.
#[utoipa::path(post, path = "/v1/licences/{identifier}/link", tag = "licences",
    responses((status = 200, description = "`link`, for the holder alone, and when it `expires`"), (status = 404, description = "none here")))]
pub(crate) async fn link(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<LinkTold>, Problem> {
    let to = (&identifier(&text)?, LinkReach::Licence);
    found(history::link(&app.office, &asker, to).await)
}

/// Takes the holder's link back: from now on it leads nowhere.
#[utoipa::path(delete, path = "/v1/licences/{identifier}/link", tag = "licences",
    responses((status = 204, description = "taken back"), (status = 404, description = "no licence here, or no link")))]
pub(crate) async fn unlink(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<StatusCode, Problem> {
    taken_back(&app, &asker, (&text, LinkReach::Licence)).await
}

/// The link to everything that the holder of a licence of the own department has, whoever issued it, and to its uses; for the
/// holder alone.
#[utoipa::path(post, path = "/v1/licences/{identifier}/holder-link", tag = "licences",
    responses((status = 200, description = "`link`, for the holder alone, and when it `expires`"), (status = 404, description = "none here")))]
pub(crate) async fn holder_link(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<LinkTold>, Problem> {
    let to = (&identifier(&text)?, LinkReach::Holder);
    found(history::link(&app.office, &asker, to).await)
}

/// Takes that link back.
#[utoipa::path(delete, path = "/v1/licences/{identifier}/holder-link", tag = "licences",
    responses((status = 204, description = "taken back"), (status = 404, description = "no licence here, or no link")))]
pub(crate) async fn holder_unlink(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<StatusCode, Problem> {
    taken_back(&app, &asker, (&text, LinkReach::Holder)).await
}

async fn taken_back(
    app: &App,
    asker: &Asker,
    (text, reach): (&str, LinkReach),
) -> Result<StatusCode, Problem> {
    let link = (&identifier(text)?, reach);
    match history::take_back(&app.office, asker, link).await {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err(Problem::new(Code::NotFound)),
        Err(error) => Err(of_store(&error)),
    }
}
