//! Further versions of a licence: asked for, listed, and made where a part of a composite one ends.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalogue::Ending;
use catalogue::key::{PersonKey, TypeKey};
use issuance::lives::following::{PartEnded, PartEnding, VersionOrder};
use issuance::look::LicenceTold;
use issuance::{Asker, IssueOrder};
use licence::versions::following::Following;
use licence::{IssueRequest, LicenceNumber};
use serde::{Deserialize, Serialize};
use time::Date;
use utoipa::ToSchema;

use crate::caller::{Fingerprint, once};
use crate::json::{Strict, said};
use crate::licences::{begun_answer, identifier};
use crate::problem::{Code, Problem};
use crate::problems::{of_issue, of_store};
use crate::state::App;

/// The content of `POST /v1/licences/{identifier}/versions`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionBody {
    /// `change`, `correction`, `renewal`, or `restoration` of what is void or was ended by a decision that is annulled.
    ground: String,
    /// The day on which a renewal was applied for, `YYYY-MM-DD`.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>)]
    asked_on: Option<Date>,
    /// The decided case, for the whole licence as it is to be. Number and serial stay as they are.
    #[schema(value_type = Object)]
    request: IssueRequest,
    /// The photograph, PNG or JPEG in base64, where the type has one and it is another than before.
    #[serde(default)]
    photo: Option<String>,
}

fn following(ground: &str, asked_on: Option<Date>) -> Result<Following, Problem> {
    match (ground, asked_on) {
        ("change", None) => Ok(Following::Change),
        ("correction", None) => Ok(Following::Correction),
        ("restoration", None) => Ok(Following::Restoration),
        ("renewal", Some(asked)) => Ok(Following::Renewal { asked }),
        ("renewal", None) => {
            Err(Problem::new(Code::RequestMalformed).saying("a renewal names asked_on"))
        }
        ("change" | "correction" | "restoration", Some(_)) => {
            Err(Problem::new(Code::RequestMalformed).saying("asked_on belongs to a renewal"))
        }
        _ => Err(Problem::new(Code::RequestMalformed).saying("ground is none of the four")),
    }
}

/// Begins a further version of a licence: the job waits for its release. When it is recorded, the version before is
/// superseded, from the day on which the new one holds.
#[utoipa::path(post, path = "/v1/licences/{identifier}/versions", tag = "licences", request_body = VersionBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 202, description = "waits for the release of its seal"),
        (status = 201, description = "the answer of the same request, once released"),
        (status = 404, description = "none here, or no power over it"),
        (status = 409, description = "not from its state, or another version is being made"),
        (status = 422, description = "not admitted: every defect with its place")))]
pub(crate) async fn follow(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path(text): Path<String>,
    Strict(body): Strict<VersionBody>,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let once = once(&headers, fingerprint)?;
    let photo = body.photo.map(|text| STANDARD.decode(text)).transpose();
    let photo =
        photo.map_err(|_| Problem::new(Code::RequestMalformed).saying("photo is not base64"))?;
    let ordered = VersionOrder {
        order: IssueOrder {
            request: body.request,
            photo,
        },
        following: following(&body.ground, body.asked_on)?,
    };
    let identifier = identifier(&text)?;
    let office = &app.office;
    let begun =
        issuance::lives::following::follow(office, &asker, &once, &identifier, &ordered).await;
    begun_answer(begun.map_err(|error| of_issue(&error))?)
}

/// Every version of a licence, first to last.
#[utoipa::path(get, path = "/v1/licences/{identifier}/versions", tag = "licences",
    responses((status = 200, description = "an array of licences, one for each version"), (status = 404, description = "none here")))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(text): Path<String>,
) -> Result<axum::Json<Vec<LicenceTold>>, Problem> {
    let told = issuance::look::versions(&app.office, &asker, &identifier(&text)?).await;
    let told = told.map_err(|error| of_store(&error))?;
    told.map(axum::Json).ok_or(Problem::new(Code::NotFound))
}

/// The content of the ending of a part.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartBody {
    /// `deregistered`, `annulled`, `withdrawn` or `revoked`.
    ending: String,
    /// The number of the decision.
    decision: String,
    /// The provision on which it rests.
    legal_basis: String,
    /// The account of the person who decided.
    decided_by: String,
    /// The day of the decision, `YYYY-MM-DD`.
    #[serde(with = "crate::day")]
    #[schema(value_type = String)]
    decided_on: Date,
    /// `YYYY-MM-DD`: from the beginning of this day; absent: from the day of the decision.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>)]
    effective: Option<Date>,
    /// The key of the part's type, where two parts have one number.
    #[serde(default)]
    r#type: Option<String>,
}

impl PartBody {
    fn read(self, part: &str) -> Result<PartEnding, Problem> {
        let malformed = |what: &'static str| Problem::new(Code::RequestMalformed).saying(what);
        let ending = Ending::ALL
            .into_iter()
            .find(|ending| ending.code() == self.ending)
            .ok_or_else(|| malformed("ending is none of the four"))?;
        let kind = self.r#type.as_deref().map(TypeKey::parse).transpose();
        Ok(PartEnding {
            number: LicenceNumber::parse(part).map_err(|_| Problem::new(Code::NotFound))?,
            licence_type: kind.map_err(|_| malformed("type is no key of a type"))?,
            ending,
            decision: self.decision,
            legal_basis: self.legal_basis,
            decided_by: PersonKey::parse(&self.decided_by)
                .map_err(|_| malformed("decided_by is no account"))?,
            decided_on: self.decided_on,
            effective: self.effective,
        })
    }
}

/// Ends one part of a composite licence, by the body that holds the power over it: the whole goes on in a further
/// version without it, which waits for the issuer's release; with the last part the whole ends.
#[utoipa::path(post, path = "/v1/licences/{identifier}/parts/{part}/end", tag = "licences", request_body = PartBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 202, description = "the version without it waits for the release of its seal"),
        (status = 200, description = "it was the last part: the whole has ended"),
        (status = 201, description = "the answer of the same request, once released"),
        (status = 404, description = "no such part here, or no power over it"),
        (status = 409, description = "not from its state, or another version is being made")))]
pub(crate) async fn end_part(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    Path((text, part)): Path<(String, String)>,
    Strict(body): Strict<PartBody>,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let once = once(&headers, fingerprint)?;
    let ending = body.read(&part)?;
    let identifier = identifier(&text)?;
    let office = &app.office;
    let ended =
        issuance::lives::following::end_part(office, &asker, &once, &identifier, &ending).await;
    match ended.map_err(|error| of_issue(&error))? {
        PartEnded::Version(begun) => begun_answer(begun),
        PartEnded::Whole(response) => Ok(said(response)),
    }
}
