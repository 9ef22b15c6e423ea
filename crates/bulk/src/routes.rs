//! The routes of lists of seals.

use std::sync::Arc;

use axum::extract::{FromRef, Path, State};
use axum::{Extension, Json};
use backoffice::custody::Event;
use backoffice::office::Office;
use issuance::Asker;
use making::MakingError;
use making::lists::{self, ListTold, Word};
use replies::json::Strict;
use replies::seal_problems::of_making;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::problem::Problem;

use crate::body::{ListBody, ListWord, LookTold, malformed};

/// Where lists are handed in.
#[derive(Debug, Clone)]
pub struct Desk(pub Arc<Office>);

/// The routes, with their descriptions.
pub fn described<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(check))
        .routes(routes!(hand_in, find))
        .routes(routes!(say))
}

/// Says line by line what would be made of a list and what is refused, and writes nothing.
#[utoipa::path(post, path = "/v1/seal-lists/{list}/check", tag = "seals", request_body = ListBody,
    responses((status = 200, description = "`digest`, `would_be_made`, `refused`, `faults` of the whole, and `lines` with the `result` and `faults` of each")))]
async fn check(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(list): Path<String>,
    Strict(body): Strict<ListBody>,
) -> Result<Json<LookTold>, Problem> {
    let looked = lists::check(&desk.0, &asker, &body.read(list)?).await;
    let look = looked.map_err(|error| of_making(&error))?;
    Ok(Json(LookTold::of(look)))
}

/// Hands a list in, whole or not at all. The same list again has no other effect; where it was broken off it is gone on with.
#[utoipa::path(put, path = "/v1/seal-lists/{list}", tag = "seals", request_body = ListBody,
    responses((status = 200, description = "the list, its digest and where each of its seals stands"),
        (status = 409, description = "another list has this identifier"), (status = 422, description = "every fault of it, each with its line")))]
async fn hand_in(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(list): Path<String>,
    Strict(body): Strict<ListBody>,
) -> Result<Json<ListTold>, Problem> {
    let taken = lists::hand_in(&desk.0, &asker, &body.read(list)?).await;
    taken.map(Json).map_err(|error| match error {
        // The list is refused as a whole, in one entry of its own.
        MakingError::Order(_) => of_making(&error).traced(),
        _ => of_making(&error),
    })
}

/// A list of the own department, whose word on it was given, and where each of its seals stands.
#[utoipa::path(get, path = "/v1/seal-lists/{list}", tag = "seals",
    responses((status = 200, description = "the list"), (status = 404, description = "none here")))]
async fn find(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(list): Path<String>,
) -> Result<Json<ListTold>, Problem> {
    let found = lists::find(&desk.0, &asker, &list).await;
    found.map(Json).map_err(|error| of_making(&error))
}

/// Examines, refuses or approves a whole list, or has its seals made. Who approves has neither handed it in nor examined it. The same word
/// again goes on where it was broken off.
#[utoipa::path(post, path = "/v1/seal-lists/{list}/acts", tag = "seals", request_body = ListWord,
    responses((status = 200, description = "the list after it"), (status = 403, description = "a machine, one person twice, or a custodian of it"),
        (status = 404, description = "none here"), (status = 409, description = "not from where it stands, or another list")))]
async fn say(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Path(list): Path<String>,
    Strict(body): Strict<ListWord>,
) -> Result<Json<ListTold>, Problem> {
    let events = [Event::Review, Event::Reject, Event::Approve, Event::Make];
    let event = Event::find(&body.act).filter(|event| events.contains(event));
    let word = Word {
        event: event.ok_or_else(|| malformed("act is review, reject, approve or make"))?,
        digest: digest(&body.digest).ok_or_else(|| malformed("digest is not SHA-256"))?,
        reason: body.reason,
    };
    let said = lists::say(&desk.0, &asker, &list, &word).await;
    said.map(Json).map_err(|error| of_making(&error))
}

/// SHA-256 in hexadecimal.
fn digest(text: &str) -> Option<[u8; 32]> {
    let octets: Option<Vec<u8>> = text.as_bytes().chunks(2).map(octet).collect();
    octets?.try_into().ok()
}

fn octet(pair: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(pair).ok()?;
    let plain = digits.bytes().all(|one| one.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| plain)
}
