//! Who used a licence: for its department, and the link under which its holder sees it (R15).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use issuance::Asker;
use issuance::lives::uses::UseTold;
use issuance::papers::progress::LinkTold;

use crate::licences::identifier;
use crate::problem::{Code, Problem};
use crate::problems::of_store;
use crate::state::App;

/// The uses of a licence of the own department, by whatever body, the latest first.
#[utoipa::path(get, path = "/v1/licences/{identifier}/uses", tag = "licences",
    responses((status = 200, description = "an array of uses: when, by whom, for which matter, in which case, on which ground"), (status = 404, description = "none here")))]
pub(crate) async fn uses(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<Vec<UseTold>>, Problem> {
    let found = issuance::lives::uses::uses(&app.office, &asker, &identifier(&text)?).await;
    let found = found.map_err(|error| of_store(&error))?;
    found.map(Json).ok_or(Problem::new(Code::NotFound))
}

/// The holder's link to a licence of the own department; the same one each time, until it runs out or is taken back.
#[utoipa::path(post, path = "/v1/licences/{identifier}/link", tag = "licences",
    responses((status = 200, description = "`link`, for the holder alone, and when it `expires`"), (status = 404, description = "none here")))]
pub(crate) async fn link(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<LinkTold>, Problem> {
    let told = issuance::lives::uses::link(&app.office, &asker, &identifier(&text)?).await;
    let told = told.map_err(|error| of_store(&error))?;
    told.map(Json).ok_or(Problem::new(Code::NotFound))
}

/// Takes the holder's link back: from now on it leads nowhere.
#[utoipa::path(delete, path = "/v1/licences/{identifier}/link", tag = "licences",
    responses((status = 204, description = "taken back"), (status = 404, description = "no licence here, or no link")))]
pub(crate) async fn unlink(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<StatusCode, Problem> {
    let taken = issuance::lives::uses::take_back(&app.office, &asker, &identifier(&text)?).await;
    match taken.map_err(|error| of_store(&error))? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::new(Code::NotFound)),
    }
}
