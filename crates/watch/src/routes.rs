//! The routes.

use axum::extract::{FromRef, Path, Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use backoffice::said::moment;
use catalogue::key::SealCode;
use duties::Roles;
use issuance::Asker;
use registry::regions::Spoken;
use replies::json::Strict;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::problem::{Code, Problem};

use crate::alarms::{self, AlarmPage, AlarmTold, Asked};
use crate::approvers::{self, ApproversBody, ApproversTold};
use crate::desk::{Desk, Refused};
use crate::limits::{self, LimitsBody, LimitsTold};
use crate::stops::{self, NoteBody, StopTold};
use crate::unseen::{self, UnseenBody, UnseenTold};

/// The routes, with their descriptions.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(of_seal, change))
        .routes(routes!(standing))
        .routes(routes!(approvers_of, change_approvers))
        .routes(routes!(unseen_of, change_unseen))
        .routes(routes!(withdraw))
        .routes(routes!(alarms_of))
        .routes(routes!(close))
        .routes(routes!(lift))
}

/// Whether a word holds, or waits for a second person's.
#[derive(Debug, Serialize)]
struct Said {
    /// `holds` or `waits`.
    state: &'static str,
    /// Until when it waits, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl Said {
    fn of(spoken: Spoken) -> (StatusCode, Json<Said>) {
        let (status, state, until) = match spoken {
            Spoken::Holds => (StatusCode::OK, "holds", None),
            Spoken::Waits(until) => (StatusCode::ACCEPTED, "waits", Some(moment(until))),
        };
        (status, Json(Said { state, until }))
    }
}

fn code(text: &str) -> Result<SealCode, Problem> {
    SealCode::parse(text).map_err(|_| Problem::new(Code::NotFound))
}

/// How often a seal is released, at most, and what waits for a second person.
#[utoipa::path(get, path = "/v1/seals/{seal}/limits", tag = "seals",
    responses((status = 200, description = "`per_day`, `per_minute`, `listed_per_day`, and the two who gave them"), (status = 404, description = "none here")))]
async fn of_seal(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<LimitsTold>, Problem> {
    let told = limits::limits(&desk.0, &asker, &code(&text)?).await;
    told.map(Json).map_err(Refused::told)
}

/// Gives a seal other limits: one person says so, and a second one the same within a day; neither of them releases it.
#[utoipa::path(post, path = "/v1/seals/{seal}/limits", tag = "seals", request_body = LimitsBody,
    responses((status = 200, description = "they hold"), (status = 202, description = "they wait for a second person, until when"),
        (status = 403, description = "a machine, or who releases the seal"), (status = 422, description = "no limits")))]
async fn change(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<LimitsBody>,
) -> Result<(StatusCode, Json<Said>), Problem> {
    let said = limits::say(&desk.0, &asker, &code(&text)?, body).await;
    said.map(Said::of).map_err(Refused::told)
}

/// Seals and persons whose releases are stopped, as they exceeded a limit for the second time.
#[utoipa::path(get, path = "/v1/release-stops", tag = "seals",
    responses((status = 200, description = "an array of stops, each with the first word to lift it, if there is one")))]
async fn standing(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<Vec<StopTold>>, Problem> {
    let told = stops::standing(&desk.0, &asker).await;
    told.map(Json).map_err(Refused::told)
}

/// Lifts a stop: two people do, within a day and with the same note, neither of whom was stopped or releases the seal.
#[utoipa::path(post, path = "/v1/release-stops/{about}/{subject}/lift", tag = "seals", request_body = NoteBody,
    responses((status = 200, description = "lifted; counting begins anew"), (status = 202, description = "it waits for a second person, until when"),
        (status = 403, description = "a machine, who was stopped, or who releases the seal"), (status = 404, description = "nothing of that name is stopped here")))]
async fn lift(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path((about, subject)): Path<(String, String)>,
    Strict(body): Strict<NoteBody>,
) -> Result<(StatusCode, Json<Said>), Problem> {
    let said = stops::lift(&desk.0, &asker, (&about, &subject), body).await;
    said.map(Said::of).map_err(Refused::told)
}

/// How many of which people release a seal together, and what waits for a second person's word.
#[utoipa::path(get, path = "/v1/seals/{seal}/approvers", tag = "seals",
    responses((status = 200, description = "`needed` of `people`, the two who said so, and whether the key store asks the same"), (status = 404, description = "none here")))]
async fn approvers_of(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<ApproversTold>, Problem> {
    let told = approvers::approvers(&desk.0, &asker, &code(&text)?).await;
    told.map(Json).map_err(Refused::told)
}

/// Has a seal be released by several people together, or by one again: one person says so, and a second one the same within a day; neither
/// of them releases it.
#[utoipa::path(post, path = "/v1/seals/{seal}/approvers", tag = "seals", request_body = ApproversBody,
    responses((status = 200, description = "it holds"), (status = 202, description = "it waits for a second person, until when"),
        (status = 403, description = "a machine, or who releases the seal"), (status = 422, description = "no approvers"),
        (status = 503, description = "it holds, and the key store is locked: say the same again")))]
async fn change_approvers(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<ApproversBody>,
) -> Result<(StatusCode, Json<Said>), Problem> {
    let said = approvers::say(&desk.0, &asker, &code(&text)?, body).await;
    said.map(Said::of).map_err(Refused::told)
}

/// Whether a seal may be used on content that nobody here has seen, by its digest, and what waits for a second person.
#[utoipa::path(get, path = "/v1/seals/{seal}/unseen", tag = "seals",
    responses((status = 200, description = "`allowed`, the two who said so, and what waits"), (status = 404, description = "none here")))]
async fn unseen_of(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<Json<UnseenTold>, Problem> {
    let told = unseen::unseen(&desk.0, &asker, &code(&text)?).await;
    told.map(Json).map_err(Refused::told)
}

/// Has a seal be used on content that was not sent, or no more: that it may holds once a second person says the same within a day, that it
/// may not holds at once; nobody who releases the seal says either.
#[utoipa::path(post, path = "/v1/seals/{seal}/unseen", tag = "seals", request_body = UnseenBody,
    responses((status = 200, description = "it holds"), (status = 202, description = "it waits for a second person, until when"),
        (status = 403, description = "a machine, or who releases the seal")))]
async fn change_unseen(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
    Strict(body): Strict<UnseenBody>,
) -> Result<(StatusCode, Json<Said>), Problem> {
    let said = unseen::say(&desk.0, &asker, &code(&text)?, body).await;
    said.map(Said::of).map_err(Refused::told)
}

/// Takes back what one released of a job that waits for the other people of its seal.
#[utoipa::path(post, path = "/v1/releases/{job}/withdrawal", tag = "releases",
    responses((status = 204, description = "taken back"), (status = 404, description = "nothing of one's own waits there")))]
async fn withdraw(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<StatusCode, Problem> {
    let done = approvers::withdraw(&desk.0, &asker, &text).await;
    done.map(|()| StatusCode::NO_CONTENT).map_err(Refused::told)
}

/// Alarms about releases, the latest first: the own department's, those of the region whose seals it administers, and those of bodies that
/// it supervises. An auditor sees acts, and nobody's.
#[utoipa::path(get, path = "/v1/alarms", tag = "seals", params(Asked),
    responses((status = 200, description = "`alarms`, at most 100, and `after` where there are more"), (status = 404, description = "no such department here")))]
async fn alarms_of(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    roles: Option<Extension<Roles>>,
    Query(asked): Query<Asked>,
) -> Result<Json<AlarmPage>, Problem> {
    let page = alarms::page(&desk.0, (&asker, roles.as_deref()), asked).await;
    page.map(Json).map_err(Refused::told)
}

/// Closes an alarm with a note: a supervisor or an auditor does, and not whose release gave rise to it. A stop goes on until it is lifted.
#[utoipa::path(post, path = "/v1/alarms/{alarm}/closing", tag = "seals", request_body = NoteBody,
    responses((status = 200, description = "the alarm, closed"), (status = 403, description = "whose release gave rise to it"),
        (status = 404, description = "none here"), (status = 409, description = "closed already")))]
async fn close(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    roles: Option<Extension<Roles>>,
    Path(alarm): Path<String>,
    Strict(body): Strict<NoteBody>,
) -> Result<Json<AlarmTold>, Problem> {
    let closed = alarms::close(&desk.0, (&asker, roles.as_deref()), (&alarm, body)).await;
    closed.map(Json).map_err(Refused::told)
}
