//! Documents that several persons sign: `POST /v1/signings`.

use axum::body::Bytes;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use elsewhere::{PreparedBody, digest, malformed};
use issuance::Asker;
use papers::rounds::{PartOrder, RoundOrder, RoundTold, SeatOrder};
use papers::signing::SignError;
use proxies::MandatePart;
use serde::{Deserialize, Serialize};
use signing::round::Order;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use crate::caller::Keyed;
use crate::documents::order_and_file;
use crate::json::{Strict, said};
use crate::licences::attachment;
use crate::problem::{Code, Problem};
use crate::problems::of_sign;
use crate::signatures::VisiblePart;
use crate::state::App;

/// The part `order` of the form.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningPart {
    /// The case.
    #[serde(default)]
    case: String,
    /// `parallel`: all must, in any order; or `ordered`: each after the one before.
    order: String,
    /// Until when, RFC 3339; its last second included, at most 366 days away.
    deadline: String,
    /// 2 to 20 roles, each of another person.
    roles: Vec<RolePart>,
}

/// A role.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RolePart {
    /// Its name, which stands under the signature.
    role: String,
    /// The signature identity of its person.
    signer: String,
    /// What they will mean by signing; under a mandate the words that are to be shown come back with more.
    intent: String,
    /// The mandate under which they will sign for another; absent: they sign for themselves.
    #[serde(default)]
    mandate: Option<MandatePart>,
}

/// What the person of a role signs.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeatBody {
    /// The role.
    role: String,
    /// The signature identity.
    signer: String,
    /// SHA-256 of the file as it was shown to them, lower-case hexadecimal: `file_digest` of the signing.
    document: String,
    /// The words as they were shown to them.
    intent: String,
    /// Where their name seal is to be seen; absent: the signature shows nothing.
    #[serde(default)]
    visible: Option<VisiblePart>,
}

/// That the person of a role does not sign.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclineBody {
    /// The role.
    role: String,
    /// The signature identity.
    signer: String,
    /// Why.
    reason: String,
}

fn refused(error: SignError) -> Problem {
    of_sign(&error)
}

impl SigningPart {
    fn read(self) -> Result<RoundOrder, Problem> {
        let order = Order::find(&self.order).ok_or(malformed("order is parallel or ordered"))?;
        let deadline = OffsetDateTime::parse(&self.deadline, &Rfc3339);
        let deadline = deadline.map_err(|_| malformed("deadline is a moment of RFC 3339"))?;
        let seats: Result<Vec<_>, _> = self.roles.into_iter().map(RolePart::read).collect();
        Ok(RoundOrder {
            case: self.case,
            order,
            deadline: deadline.into(),
            seats: seats?,
        })
    }
}

impl RolePart {
    fn read(self) -> Result<SeatOrder, Problem> {
        Ok(SeatOrder {
            role: self.role,
            signer: self.signer,
            intent: self.intent,
            mandate: self.mandate.map(|part| part.read()).transpose()?,
        })
    }
}

impl SeatBody {
    fn read(self) -> Result<PartOrder, Problem> {
        let shown = digest(&self.document);
        Ok(PartOrder {
            role: self.role,
            signer: self.signer,
            shown: shown.ok_or(malformed("document is a SHA-256, lower-case hexadecimal"))?,
            intent: self.intent,
            visible: self.visible.map(|place| place.read()).transpose()?,
        })
    }
}

/// Takes a document in that several persons are to sign, each in a role.
#[utoipa::path(post, path = "/v1/signings", tag = "signatures",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `case`, `order`, `deadline`, `roles`) and `file` (PDF)"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "who is to sign, and the state `incomplete`"), (status = 422, description = "it cannot be planned so, or the file cannot be signed as it is")))]
pub(crate) async fn begin(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    form: Multipart,
) -> Result<Json<RoundTold>, Problem> {
    let _document = app.place(&app.documents).await?;
    let (order, file): (SigningPart, _) = order_and_file(form).await?;
    let order = order.read()?;
    let told = papers::rounds::begin(&app.office, &asker, &once, &order, file).await;
    told.map(Json).map_err(refused)
}

/// A document that several persons sign: its state, the roles that are missing, what each has done.
#[utoipa::path(get, path = "/v1/signings/{signing}", tag = "signatures",
    responses((status = 200, description = "the state: `incomplete`, `complete`, `declined` or `lapsed`"), (status = 404, description = "none here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
) -> Result<Json<RoundTold>, Problem> {
    let told = papers::rounds::find(&app.office, &asker, &id).await;
    told.map(Json).map_err(refused)
}

/// The file as it stands, with the signatures that were made: what the next person is shown.
#[utoipa::path(get, path = "/v1/signings/{signing}/file", tag = "signatures",
    responses((status = 200, description = "the file", content_type = "application/pdf"), (status = 404, description = "none here")))]
pub(crate) async fn file(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let bytes = papers::rounds::file(&app.office, &asker, &id).await;
    Ok(attachment("application/pdf", bytes.map_err(refused)?))
}

/// Signs for the person of a role: exactly the file and the words that they were shown.
#[utoipa::path(post, path = "/v1/signings/{signing}/signatures", tag = "signatures", request_body = SeatBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "signed: who, which paper, which intent, when"), (status = 404, description = "none here"), (status = 409, description = "not this person, not now, or another file or other words were shown")))]
pub(crate) async fn sign(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(id): Path<String>,
    Strict(body): Strict<SeatBody>,
) -> Result<Response, Problem> {
    let busy = |_| Problem::new(Code::Busy);
    let _place = app.jobs.try_acquire().map_err(busy)?;
    let order = body.read()?;
    let signed = papers::rounds::sign_part(&app.office, &asker, &once, (&id, &order)).await;
    signed.map(said).map_err(refused)
}

/// Lays the signature of a role out for a person who holds their key, over the file as it stands; whoever signs before they do moves it.
#[utoipa::path(post, path = "/v1/signings/{signing}/prepared", tag = "signatures", request_body = SeatBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "the handle, the octets to be signed, until when", body = PreparedBody), (status = 404, description = "none here"), (status = 409, description = "not this person, not now, or another file or other words were shown")))]
pub(crate) async fn prepare(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    Keyed(once): Keyed,
    Strict(body): Strict<SeatBody>,
) -> Result<(StatusCode, Json<PreparedBody>), Problem> {
    let busy = |_| Problem::new(Code::Busy);
    let _place = app.jobs.try_acquire().map_err(busy)?;
    let order = body.read()?;
    let told = papers::elsewhere::prepare_part(&app.office, &asker, &once, (&id, &order)).await;
    Ok((StatusCode::CREATED, Json(told.map_err(refused)?.into())))
}

/// The person of a role declines to sign, which ends it. A repeated word is refused.
#[utoipa::path(post, path = "/v1/signings/{signing}/refusals", tag = "signatures", request_body = DeclineBody,
    responses((status = 200, description = "the state `declined`"), (status = 404, description = "none here"), (status = 409, description = "not this person, or not now")))]
pub(crate) async fn decline(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    Strict(body): Strict<DeclineBody>,
) -> Result<Json<RoundTold>, Problem> {
    let part = (body.role, body.signer, body.reason.as_str());
    let told = papers::rounds::decline(&app.office, &asker, &id, part).await;
    told.map(Json).map_err(refused)
}

/// What a file says of a signing, whoever has it: which roles signed in it, and whether it was changed since.
#[utoipa::path(post, path = "/v1/signings/{signing}/checks", tag = "signatures",
    request_body(content_type = "application/pdf", description = "the file"),
    responses((status = 200, description = "the state of this file: `incomplete`, `complete`, `broken`, `declined` or `lapsed`"), (status = 404, description = "none here")))]
pub(crate) async fn check(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    file: Bytes,
) -> Result<Json<RoundTold>, Problem> {
    let _document = app.place(&app.documents).await?;
    let told = papers::rounds::check(&app.office, &asker, &id, &file).await;
    told.map(Json).map_err(refused)
}
