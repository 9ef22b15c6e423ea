//! Persons who sign, and their signatures: `POST /v1/signers`, `POST /v1/signatures`.

use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use elsewhere::PreparedBody;
use issuance::Asker;
use papers::handwriting::SampleTold;
use papers::signers::{SignerOrder, SignerOrdered, SignerState, SignerTold, SignersAsked};
use papers::signing::{SignOrder, SignatureSeen, Visible};
use proxies::MandatePart;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Keyed;
use crate::documents::{corner, order_and_file};
use crate::json::{Strict, said};
use crate::licences::attachment;
use crate::problem::{Code, Problem};
use crate::problems::{of_sign, of_signer};
use crate::seals::limited;
use crate::state::App;

/// A person who is to sign.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignerBody {
    /// The name as the person's document has it.
    name: String,
    /// The citizen's number.
    number: String,
}

/// What is done to a signature identity.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignerActBody {
    /// `prove`, `activate`, `suspend`, `resume` or `cancel`.
    act: String,
    /// `L2` or `L3`, when the identity is proven.
    #[serde(default)]
    level: Option<String>,
    /// With `activate`, where the person holds the key and none is made here: a request for its certificate (RFC 2986) in DER, Base64,
    /// whose subject has the identity as its `serialNumber`.
    #[serde(default)]
    request: Option<String>,
    /// By which means the identity was proven, or why it is stopped or given up.
    #[serde(deserialize_with = "replies::json::reason")]
    reason: String,
}

/// The part `order` of the form.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignPart {
    /// The signature identity.
    signer: String,
    /// What the person means by signing, as it was shown to them.
    intent: String,
    /// The case.
    #[serde(default)]
    case: String,
    /// Where the signer's name seal is to be seen; absent: the signature shows nothing.
    #[serde(default)]
    visible: Option<VisiblePart>,
    /// The mandate under which they sign for another; absent: they sign for themselves.
    #[serde(default)]
    mandate: Option<MandatePart>,
}

impl SignPart {
    fn read(self) -> Result<SignOrder, Problem> {
        Ok(SignOrder {
            signer: self.signer,
            intent: self.intent,
            case: self.case,
            visible: self.visible.map(|place| place.read()).transpose()?,
            joint: None,
            agreed: None,
            remote: None,
            mandate: self.mandate.map(|part| part.read()).transpose()?,
        })
    }
}

/// The place of a name seal.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisiblePart {
    /// The page, from 1.
    page: u32,
    /// Millimetres from the left edge of the page to the seal's.
    x_mm: f64,
    /// Millimetres from the lower edge of the page to the seal's.
    y_mm: f64,
    /// Whether the person's handwriting is seen there, and not their name seal: a picture that proves nothing.
    #[serde(default)]
    handwriting: bool,
}

impl VisiblePart {
    pub(crate) fn read(&self) -> Result<Visible, Problem> {
        Ok(Visible {
            page: self.page,
            corner: corner(self.x_mm, self.y_mm)?,
            handwriting: self.handwriting,
        })
    }
}

/// Takes a person in who is to sign.
#[utoipa::path(post, path = "/v1/signers", tag = "signatures", request_body = SignerBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "the identity, masked"), (status = 422, description = "name and number are no person's")))]
pub(crate) async fn apply(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Strict(body): Strict<SignerBody>,
) -> Result<Json<SignerTold>, Problem> {
    let order = SignerOrder {
        name: body.name,
        number: body.number,
    };
    let told = papers::signers::apply(&app.office, &asker, &once, &order).await;
    told.map(Json).map_err(|error| of_signer(&error))
}

/// Which identities are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignersQuery {
    /// The identity that is the last one of the page before.
    #[serde(default)]
    after: String,
    /// How many, 1 to 100; 100 where nothing is said.
    limit: Option<u32>,
    /// `applied`, `identity_proven`, `active`, `suspended`, `cancelled`, `expired` or `spent`.
    state: Option<String>,
}

/// Whose identities are asked for.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignerSearch {
    /// The citizen's number.
    number: String,
}

/// Signature identities of the own department, by identifier.
#[utoipa::path(get, path = "/v1/signers", tag = "signatures", params(SignersQuery),
    responses((status = 200, description = "an array of at most 100 identities, masked")))]
pub(crate) async fn list_signers(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Query(query): Query<SignersQuery>,
) -> Result<Json<Vec<SignerTold>>, Problem> {
    let state = query.state.as_deref().map(SignerState::find);
    let asked = SignersAsked {
        after: query.after,
        limit: limited(query.limit)?,
        state: match state {
            Some(None) => {
                let unknown = Problem::new(Code::RequestMalformed);
                return Err(unknown.saying("state is none of a signature identity"));
            }
            state => state.flatten(),
        },
    };
    let listed = papers::signers::list(&app.office, &asker, &asked).await;
    listed.map(Json).map_err(|error| of_signer(&error))
}

/// The signature identities of a person in the own department. The number stands in no address (D8).
#[utoipa::path(post, path = "/v1/signers/search", tag = "signatures", request_body = SignerSearch,
    responses((status = 200, description = "an array of at most 100 identities, masked; empty where there is no such person here")))]
pub(crate) async fn search_signers(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<SignerSearch>,
) -> Result<Json<Vec<SignerTold>>, Problem> {
    let found = papers::signers::of_person(&app.office, &asker, &body.number).await;
    found.map(Json).map_err(|error| of_signer(&error))
}

/// A signature identity of the own department.
#[utoipa::path(get, path = "/v1/signers/{signer}", tag = "signatures",
    responses((status = 200, description = "the identity, masked"), (status = 404, description = "none here")))]
pub(crate) async fn find_signer(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(signer): Path<String>,
) -> Result<Json<SignerTold>, Problem> {
    let told = papers::signers::find(&app.office, &asker, &signer).await;
    told.map(Json).map_err(|error| of_signer(&error))
}

/// Takes a step of a signature identity's life. A repeated step is refused by the table.
#[utoipa::path(post, path = "/v1/signers/{signer}/acts", tag = "signatures", request_body = SignerActBody,
    responses((status = 200, description = "the identity after it"), (status = 404, description = "none here"), (status = 409, description = "not from where it stands")))]
pub(crate) async fn act(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(signer): Path<String>,
    Strict(body): Strict<SignerActBody>,
) -> Result<Json<SignerTold>, Problem> {
    let malformed = |what: &str| Problem::new(Code::RequestMalformed).saying(what.to_owned());
    let ordered = SignerOrdered::read(&body.act, body.level.as_deref(), body.reason);
    let mut ordered = ordered.ok_or(malformed("act or level is unknown"))?;
    let request = body.request.map(|text| STANDARD.decode(text)).transpose();
    ordered.request = request.map_err(|_| malformed("request is Base64"))?;
    let told = papers::signers::act(&app.office, &asker, &signer, &ordered).await;
    told.map(Json).map_err(|error| of_signer(&error))
}

/// Signs a document for a person whose identity is active: PAdES with a time-stamp, the intent under the signature.
#[utoipa::path(post, path = "/v1/signatures", tag = "signatures",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `signer`, `intent`, `case`, `visible`, `mandate`) and `file` (PDF)"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "signed: who, which paper, which intent, when"), (status = 409, description = "the identity does not sign, or not under this mandate"), (status = 422, description = "the file cannot be signed as it is")))]
pub(crate) async fn sign(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    form: Multipart,
) -> Result<Response, Problem> {
    let _place = app
        .jobs
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy))?;
    let _document = app.place(&app.documents).await?;
    let (order, file): (SignPart, _) = order_and_file(form).await?;
    let order = order.read()?;
    let signed = papers::signing::sign(&app.office, &asker, &once, &order, file).await;
    signed.map(said).map_err(|error| of_sign(&error))
}

/// Lays a signature out in a document for a person who holds their key: what comes back are the octets to be signed, for 15 minutes.
#[utoipa::path(post, path = "/v1/signatures/prepared", tag = "signatures",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `signer`, `intent`, `case`, `visible`, `mandate`) and `file` (PDF)"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "the handle, the octets to be signed, until when", body = PreparedBody), (status = 409, description = "the identity does not sign, or its key is held here"), (status = 422, description = "the file cannot be signed as it is")))]
pub(crate) async fn prepare(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    form: Multipart,
) -> Result<(StatusCode, Json<PreparedBody>), Problem> {
    let busy = |_| Problem::new(Code::Busy);
    let _place = app.jobs.try_acquire().map_err(busy)?;
    let _document = app.place(&app.documents).await?;
    let (order, file): (SignPart, _) = order_and_file(form).await?;
    let order = order.read()?;
    let told = papers::elsewhere::prepare(&app.office, &asker, &once, &order, file).await;
    let told = told.map_err(|error| of_sign(&error))?;
    Ok((StatusCode::CREATED, Json(told.into())))
}

/// A signature of the own department.
#[utoipa::path(get, path = "/v1/signatures/{signature}", tag = "signatures",
    responses((status = 200, description = "which identity, document, intent, when"), (status = 404, description = "none here")))]
pub(crate) async fn find(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
) -> Result<Json<SignatureSeen>, Problem> {
    let found = papers::signing::find(&app.office, &asker, &id).await;
    let (seen, _) = found.map_err(|error| of_sign(&error))?;
    Ok(Json(seen))
}

/// The signed file.
#[utoipa::path(get, path = "/v1/signatures/{signature}/file", tag = "signatures",
    responses((status = 200, description = "the file", content_type = "application/pdf"), (status = 404, description = "none here")))]
pub(crate) async fn file(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = papers::signing::find(&app.office, &asker, &id).await;
    let (_, bytes) = found.map_err(|error| of_sign(&error))?;
    Ok(attachment("application/pdf", bytes))
}

/// How a person writes.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleBody {
    /// A line `yinxin strokes 1 WIDTH HEIGHT`, then a line for each stroke: points `x,y,milliseconds,pressure` with a blank between them.
    /// Every line ends with a line feed.
    strokes: String,
}

/// Takes a handwriting sample of an identity in, which its key signs; it is shown where the person signs, and proves nothing.
#[utoipa::path(put, path = "/v1/signers/{signer}/handwriting", tag = "signatures", request_body = SampleBody,
    responses((status = 200, description = "what was signed, and how many strokes it has"), (status = 404, description = "none here"), (status = 409, description = "the identity does not sign"), (status = 422, description = "no sample")))]
pub(crate) async fn give(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(signer): Path<String>,
    Strict(body): Strict<SampleBody>,
) -> Result<Json<SampleTold>, Problem> {
    let given = papers::handwriting::give(&app.office, &asker, (&signer, &body.strokes)).await;
    given.map(Json).map_err(|error| of_sign(&error))
}
