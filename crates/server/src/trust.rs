//! Whom the installation trusts: other regions and anchors of its own, each decided by two people (R32, T-S4).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use issuance::Asker;
use registry::own_anchors::{AnchorRefused, AnchorTrust};
use registry::regions::{AgreedOffice, RegionRefused, Spoken};
use serde::{Deserialize, Serialize};
use sharing::anchors::{self, Anchoring, AnchoringError};
use sharing::exchange::{self, Exchange, ExchangeError};
use sharing::standing;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use crate::day::moment;
use crate::json::Strict;
use crate::problem::{Code, Problem};
use crate::problems::{internal, of_store, one};
use crate::state::App;

/// What one person says of a region.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegionBody {
    /// Its signed bundle, or its trusted list of TS 119 612, as it is.
    document: String,
    /// Who may sign its list: certificates, DER in base64. Needed for its first list, and where the list in force does not name
    /// who signed this one.
    #[serde(default)]
    signers: Vec<String>,
    /// Its lists on the way from those signers, or from the list in force, to this one, the oldest first: each names who may sign the
    /// next. Needed where the signer changed more than once.
    #[serde(default)]
    pivots: Vec<String>,
    /// The bodies that are trusted of those that it names; all of them where this is left out.
    offices: Option<Vec<OfficeBody>>,
    /// From when on, RFC 3339.
    from: Option<String>,
    /// Until before when, RFC 3339.
    until: Option<String>,
    /// By what decision.
    decision: String,
}

/// A body of another region that is trusted.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfficeBody {
    /// Unified social credit code.
    code: String,
    /// Codes of types; all that its region names for it where this is left out.
    #[serde(default)]
    types: Vec<String>,
    /// From when on, RFC 3339.
    from: Option<String>,
    /// Until before when, RFC 3339.
    until: Option<String>,
}

/// What one person says of an anchor.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnchorBody {
    /// Its certificate, DER in base64.
    certificate: String,
    /// For what it is trusted, by the words of the trust bundle. None for a root of the installation, which is dated alone.
    #[serde(default)]
    purposes: Vec<String>,
    /// From when on, RFC 3339.
    from: Option<String>,
    /// Until before when, RFC 3339.
    until: Option<String>,
    /// By what decision.
    decision: String,
}

/// The second person's word to what waits.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgreementBody {
    /// The terms that are agreed to, as the list of what waits shows them.
    terms: String,
}

/// That something is to be trusted no more.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndBody {
    /// By what decision.
    decision: String,
}

/// What became of a word.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpokenTold {
    /// Whether it was the second one.
    holds: bool,
    /// Until before when it waits for a second person, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_until: Option<String>,
}

/// The regions that are trusted, and those that wait to be.
#[utoipa::path(get, path = "/v1/trust/regions", tag = "trust",
    responses((status = 200, description = "an array: name, what is decided, what waits")))]
pub(crate) async fn regions(State(app): State<App>) -> Result<Response, Problem> {
    let told = standing::regions(&app.office).await;
    told.map(|told| Json(told).into_response())
        .map_err(|error| Problem::new(internal(&error)))
}

/// Says that a region is trusted, or from when until when: the first person waits for a second one, a day long. What was in
/// force stays so until then.
#[utoipa::path(put, path = "/v1/trust/regions/{region}", tag = "trust", request_body = RegionBody,
    responses((status = 202, description = "waits for a second person", body = SpokenTold), (status = 200, description = "in force", body = SpokenTold),
        (status = 422, description = "refused")))]
pub(crate) async fn put_region(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(region): Path<String>,
    Strict(body): Strict<RegionBody>,
) -> Result<Response, Problem> {
    let offices = body
        .offices
        .map(|all| all.into_iter().map(agreed).collect());
    let order = Exchange {
        region,
        bundle: Some(body.document),
        signers: body
            .signers
            .iter()
            .map(|text| der(text))
            .collect::<Result<_, _>>()?,
        pivots: body.pivots,
        offices: offices.transpose()?,
        from: at(body.from.as_deref())?,
        until: at(body.until.as_deref())?,
        decision: body.decision,
    };
    let spoken = exchange::exchange(&app.office, &asker, &order).await;
    said(&app, spoken.map_err(|error| of_exchange(&error))?).await
}

/// Agrees to what waits about a region: the second person's word.
#[utoipa::path(post, path = "/v1/trust/regions/{region}/agreement", tag = "trust", request_body = AgreementBody,
    responses((status = 200, description = "in force", body = SpokenTold), (status = 404, description = "nothing of these terms waits"),
        (status = 422, description = "refused")))]
pub(crate) async fn agree_region(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(region): Path<String>,
    Strict(body): Strict<AgreementBody>,
) -> Result<Response, Problem> {
    let terms = terms(&body.terms)?;
    let spoken = exchange::agree(&app.office, &asker, &region, &terms).await;
    said(&app, spoken.map_err(|error| of_exchange(&error))?).await
}

/// Says that a region is trusted no more: two people do.
#[utoipa::path(post, path = "/v1/trust/regions/{region}/end", tag = "trust", request_body = EndBody,
    responses((status = 202, description = "waits for a second person", body = SpokenTold), (status = 200, description = "trusted no more", body = SpokenTold),
        (status = 404, description = "no such region is trusted")))]
pub(crate) async fn end_region(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(region): Path<String>,
    Strict(body): Strict<EndBody>,
) -> Result<Response, Problem> {
    let order = Exchange {
        region,
        bundle: None,
        signers: Vec::new(),
        pivots: Vec::new(),
        offices: None,
        from: None,
        until: None,
        decision: body.decision,
    };
    let spoken = exchange::exchange(&app.office, &asker, &order).await;
    said(&app, spoken.map_err(|error| of_exchange(&error))?).await
}

/// The anchors of our own that were added or dated, and what waits.
#[utoipa::path(get, path = "/v1/trust/anchors", tag = "trust",
    responses((status = 200, description = "an array: SHA-256 of the certificate, what is decided, what waits")))]
pub(crate) async fn anchors(State(app): State<App>) -> Result<Response, Problem> {
    let told = standing::anchors(&app.office).await;
    told.map(|told| Json(told).into_response())
        .map_err(|error| Problem::new(internal(&error)))
}

/// Adds an anchor, or dates one: the first person waits for a second one, a day long.
#[utoipa::path(put, path = "/v1/trust/anchors/{anchor}", tag = "trust", request_body = AnchorBody,
    responses((status = 202, description = "waits for a second person", body = SpokenTold), (status = 200, description = "in force", body = SpokenTold),
        (status = 422, description = "refused")))]
pub(crate) async fn put_anchor(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(anchor): Path<String>,
    Strict(body): Strict<AnchorBody>,
) -> Result<Response, Problem> {
    let trust = AnchorTrust {
        certificate: der(&body.certificate)?,
        purposes: body.purposes,
        from: at(body.from.as_deref())?,
        until: at(body.until.as_deref())?,
    };
    let order = Anchoring {
        anchor,
        trust: Some(trust),
        decision: body.decision,
    };
    let spoken = anchors::anchor(&app.office, &asker, &order).await;
    said(&app, spoken.map_err(|error| of_anchoring(&error))?).await
}

/// Agrees to what waits about an anchor: the second person's word.
#[utoipa::path(post, path = "/v1/trust/anchors/{anchor}/agreement", tag = "trust", request_body = AgreementBody,
    responses((status = 200, description = "in force", body = SpokenTold), (status = 404, description = "nothing of these terms waits"),
        (status = 422, description = "refused")))]
pub(crate) async fn agree_anchor(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(anchor): Path<String>,
    Strict(body): Strict<AgreementBody>,
) -> Result<Response, Problem> {
    let terms = terms(&body.terms)?;
    let spoken = anchors::agree(&app.office, &asker, &anchor, &terms).await;
    said(&app, spoken.map_err(|error| of_anchoring(&error))?).await
}

/// Takes back what two people said of an anchor: an added one goes, a root of the installation is undated again.
#[utoipa::path(post, path = "/v1/trust/anchors/{anchor}/end", tag = "trust", request_body = EndBody,
    responses((status = 202, description = "waits for a second person", body = SpokenTold), (status = 200, description = "taken back", body = SpokenTold),
        (status = 404, description = "nothing was said of it")))]
pub(crate) async fn end_anchor(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(anchor): Path<String>,
    Strict(body): Strict<EndBody>,
) -> Result<Response, Problem> {
    let order = Anchoring {
        anchor,
        trust: None,
        decision: body.decision,
    };
    let spoken = anchors::anchor(&app.office, &asker, &order).await;
    said(&app, spoken.map_err(|error| of_anchoring(&error))?).await
}

/// What became of a word. What holds is published at once; where that fails, upkeep does it.
async fn said(app: &App, spoken: Spoken) -> Result<Response, Problem> {
    let (status, waits_until) = match spoken {
        Spoken::Waits(until) => (StatusCode::ACCEPTED, Some(moment(until))),
        Spoken::Holds => {
            if let Err(error) = app.office.publish().await {
                tracing::warn!(error = %error, "the trusted list is published in another round");
            }
            (StatusCode::OK, None)
        }
    };
    let told = SpokenTold {
        holds: waits_until.is_none(),
        waits_until,
    };
    Ok((status, Json(told)).into_response())
}

fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

fn der(text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|_| malformed("not base64"))
}

fn at(text: Option<&str>) -> Result<Option<UtcDateTime>, Problem> {
    let read = text.map(|text| UtcDateTime::parse(text, &Rfc3339));
    read.transpose().map_err(|_| malformed("not a moment"))
}

fn agreed(body: OfficeBody) -> Result<AgreedOffice, Problem> {
    let seconds = |text: Option<String>| {
        let moment = at(text.as_deref())?;
        Ok(moment.map(UtcDateTime::unix_timestamp))
    };
    Ok(AgreedOffice {
        code: body.code,
        types: body.types,
        from: seconds(body.from)?,
        until: seconds(body.until)?,
    })
}

fn terms(text: &str) -> Result<[u8; 32], Problem> {
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let octets: Option<Vec<u8>> = text.as_bytes().chunks(2).map(octet).collect();
    let octets = octets.and_then(|octets| octets.try_into().ok());
    octets.ok_or(malformed("terms are 64 hexadecimal figures"))
}

fn refused(defect: &'static str, error: &dyn std::error::Error) -> Problem {
    one(Code::TrustRefused, defect, crate::problems::chain(error))
}

/// Why a region is not trusted so.
fn of_exchange(error: &ExchangeError) -> Problem {
    match error {
        ExchangeError::Machine => Problem::new(Code::NotAllowed),
        ExchangeError::NothingWaits => Problem::new(Code::NotFound),
        ExchangeError::SamePerson => refused("trust.same-person", error),
        ExchangeError::Region(cause) if cause.is_of_signer() => refused("trust.signature", error),
        ExchangeError::Region(cause) if cause.is_older() => refused("trust.older", error),
        ExchangeError::Region(_) => refused("trust.malformed", error),
        ExchangeError::Stale => refused("trust.stale", error),
        ExchangeError::Early => refused("trust.early", error),
        ExchangeError::NotNamed(_) => refused("trust.not-named", error),
        ExchangeError::Refused(cause) => match cause {
            RegionRefused::Unknown => Problem::new(Code::NotFound),
            RegionRefused::Name => refused("trust.name", error),
            RegionRefused::Older => refused("trust.older", error),
            RegionRefused::Term => refused("trust.term", error),
            RegionRefused::Store(error) => of_store(error),
            _ => Problem::new(internal(error)),
        },
        _ => Problem::new(internal(error)),
    }
}

/// Why an anchor is not trusted so.
fn of_anchoring(error: &AnchoringError) -> Problem {
    match error {
        AnchoringError::Machine => Problem::new(Code::NotAllowed),
        AnchoringError::NothingWaits => Problem::new(Code::NotFound),
        AnchoringError::SamePerson => refused("trust.same-person", error),
        AnchoringError::Fault(_) => refused("trust.anchor", error),
        AnchoringError::Refused(cause) => match cause {
            AnchorRefused::Unknown => Problem::new(Code::NotFound),
            AnchorRefused::Term => refused("trust.term", error),
            AnchorRefused::Store(error) => of_store(error),
            _ => Problem::new(internal(error)),
        },
        _ => Problem::new(internal(error)),
    }
}
