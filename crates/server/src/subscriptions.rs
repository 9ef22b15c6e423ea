//! Who wants to be told of events, what waits for a person, and what is told again.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use issuance::Asker;
use issuance::push::{self, is_kind};
use registry::asked::By;
use registry::outbox::{Decision, Delivery, Subscription};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::json::Strict;
use crate::problem::{Code, Problem};
use crate::problems::of_store;
use crate::state::App;

/// Parked deliveries of one answer.
const PAGE: u32 = 200;

/// Where a department wants to be told.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscriptionBody {
    /// An `https` address of its own, not in a private network.
    address: String,
    /// Which events, such as `licence.issued`; all, when empty.
    #[serde(default)]
    kinds: Vec<String>,
    /// Under which deliveries are signed: 32 to 128 printable ASCII characters.
    secret: String,
}

/// A subscription, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscriptionTold {
    /// Where.
    address: String,
    /// Which events; all, when empty.
    kinds: Vec<String>,
}

impl From<Subscription> for SubscriptionTold {
    fn from(found: Subscription) -> Self {
        Self {
            address: found.address,
            kinds: found.kinds,
        }
    }
}

fn by(app: &App, asker: &Asker) -> By {
    By::new(asker.person.clone(), app.office.now())
}

fn refused(why: impl Into<String>) -> Problem {
    Problem::new(Code::SubscriptionRefused).saying(why)
}

/// Begins or changes the own department's subscription. What happened before and was not told is told now.
#[utoipa::path(put, path = "/v1/subscription", tag = "events", request_body = SubscriptionBody,
    responses((status = 200, description = "the subscription, without its secret", body = SubscriptionTold),
        (status = 422, description = "an address that is not called, an event that is not known")))]
pub(crate) async fn put(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<SubscriptionBody>,
) -> Result<Json<SubscriptionTold>, Problem> {
    app.webhooks
        .inspect(&body.address)
        .map_err(|why| refused(why.to_string()))?;
    if let Some(unknown) = body.kinds.iter().find(|kind| !is_kind(kind)) {
        let shown: String = unknown.chars().take(40).collect();
        return Err(refused(format!("there are no events of the kind {shown}")));
    }
    let fits = (32..=128).contains(&body.secret.len())
        && body.secret.bytes().all(|octet| octet.is_ascii_graphic());
    if !fits {
        return Err(refused("the secret has 32 to 128 printable characters"));
    }
    let subscription = Subscription {
        department: asker.department.clone(),
        address: body.address,
        kinds: body.kinds,
        secret: Zeroizing::new(body.secret.into_bytes()),
    };
    let told = SubscriptionTold::from(subscription.clone());
    let outbox = app.office.registry().outbox();
    let kept = outbox.subscribe(subscription, by(&app, &asker)).await;
    kept.map_err(|error| of_store(&error))?;
    push::wake(&app.office);
    Ok(Json(told))
}

/// The own department's subscription.
#[utoipa::path(get, path = "/v1/subscription", tag = "events",
    responses((status = 200, description = "the subscription, without its secret", body = SubscriptionTold),
        (status = 404, description = "there is none")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<SubscriptionTold>, Problem> {
    let outbox = app.office.registry().outbox();
    let found = outbox.subscription(&asker.department).await;
    let found = found.map_err(|error| of_store(&error))?;
    found
        .map(|found| Json(found.into()))
        .ok_or(Problem::new(Code::NotFound))
}

/// Ends the own department's subscription. What happens from now on waits for another one.
#[utoipa::path(delete, path = "/v1/subscription", tag = "events",
    responses((status = 204, description = "ended"), (status = 404, description = "there is none")))]
pub(crate) async fn end(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
) -> Result<StatusCode, Problem> {
    let outbox = app.office.registry().outbox();
    let ended = outbox
        .unsubscribe(&asker.department, by(&app, &asker))
        .await;
    if ended.map_err(|error| of_store(&error))? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(Code::NotFound))
    }
}

/// A delivery that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParkedTold {
    /// The event.
    event: String,
    /// What happened.
    kind: String,
    /// The department it comes from.
    department: String,
    /// The licence or job it is about: later events of the same wait behind it.
    subject: String,
    /// Its number in the subject's order.
    sequence: u64,
    /// When it happened, RFC 3339.
    recorded: String,
    /// How often it was tried.
    tries: u64,
    /// Why it was not taken the last time.
    reason: String,
}

impl From<Delivery> for ParkedTold {
    fn from(parked: Delivery) -> Self {
        Self {
            event: parked.event,
            kind: parked.kind,
            department: parked.department,
            subject: parked.stream,
            sequence: parked.number,
            recorded: parked.recorded.format(&Rfc3339).unwrap_or_default(),
            tries: parked.tries,
            reason: parked.reason.unwrap_or_default(),
        }
    }
}

/// What the own department did not take and a person has to look at, oldest first.
#[utoipa::path(get, path = "/v1/subscription/parked", tag = "events",
    responses((status = 200, description = "at most 200 deliveries", body = Vec<ParkedTold>)))]
pub(crate) async fn parked(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<Vec<ParkedTold>>, Problem> {
    let outbox = app.office.registry().outbox();
    let parked = outbox.parked(&asker.department, PAGE).await;
    let parked = parked.map_err(|error| of_store(&error))?;
    Ok(Json(parked.into_iter().map(ParkedTold::from).collect()))
}

/// What a person decided of a parked delivery.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParkedBody {
    /// `retry`, or `give_up`: what waits behind it goes on.
    decision: String,
}

/// Has a parked delivery tried again, or given up.
#[utoipa::path(post, path = "/v1/subscription/parked/{event}", tag = "events", request_body = ParkedBody,
    responses((status = 204, description = "decided"), (status = 404, description = "none here")))]
pub(crate) async fn decide(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(event): Path<String>,
    Strict(body): Strict<ParkedBody>,
) -> Result<StatusCode, Problem> {
    let decision = match body.decision.as_str() {
        "retry" => Decision::Retry,
        "give_up" => Decision::GiveUp,
        _ => return Err(Problem::new(Code::RequestMalformed).saying("decision is unknown")),
    };
    let outbox = app.office.registry().outbox();
    let decided = outbox
        .decide(&asker.department, &event, decision, by(&app, &asker))
        .await;
    if !decided.map_err(|error| of_store(&error))? {
        return Err(Problem::new(Code::NotFound));
    }
    push::wake(&app.office);
    Ok(StatusCode::NO_CONTENT)
}

/// From when on events are told again.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayBody {
    /// RFC 3339.
    since: String,
}

/// What will be told again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayTold {
    /// How many deliveries.
    deliveries: u64,
}

/// Tells the own department again what happened from a point on, in order, under the same event identifiers.
#[utoipa::path(post, path = "/v1/subscription/replay", tag = "events", request_body = ReplayBody,
    responses((status = 200, description = "how many deliveries", body = ReplayTold)))]
pub(crate) async fn replay(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<ReplayBody>,
) -> Result<Json<ReplayTold>, Problem> {
    let since = UtcDateTime::parse(&body.since, &Rfc3339)
        .map_err(|_| Problem::new(Code::RequestMalformed).saying("since is not RFC 3339 in UTC"))?;
    let outbox = app.office.registry().outbox();
    let told = outbox
        .replay(&asker.department, since, by(&app, &asker))
        .await;
    let deliveries = told.map_err(|error| of_store(&error))?;
    push::wake(&app.office);
    Ok(Json(ReplayTold { deliveries }))
}
