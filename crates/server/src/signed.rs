//! Several documents signed together, and one signed at a window: `POST /v1/signature-packages`, `POST /v1/pad-signatures`.

use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Json};
use issuance::Asker;
use papers::packages::{PackageOrder, PackageTold};
use papers::pads::PadOrder;
use papers::signers::level;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Fingerprint, once};
use crate::documents::{order_and_file, order_and_files};
use crate::json::said;
use crate::problem::{Code, Problem};
use crate::problems::of_sign;
use crate::signatures::VisiblePart;
use crate::signings::digest;
use crate::state::App;

/// The part `order` of a form with several files.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackagePart {
    /// The signature identity.
    signer: String,
    /// What the person means by signing each of them, as it was shown.
    intent: String,
    /// The case.
    #[serde(default)]
    case: String,
    /// The list to which the person agreed: SHA-256 over the SHA-256 of each file (32 octets each, in ascending order), lower-case
    /// hexadecimal.
    package: String,
}

/// The part `order` of a form that is signed at a window.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PadPart {
    /// The name as the person's document has it.
    name: String,
    /// The citizen's number.
    number: String,
    /// `L2` or `L3`: how sure it is who they are.
    level: String,
    /// By which means that was proven at the window.
    means: String,
    /// What the person means by signing, as it was shown.
    intent: String,
    /// The case.
    #[serde(default)]
    case: String,
    /// Where their name seal is to be seen; absent: the signature shows nothing.
    #[serde(default)]
    visible: Option<VisiblePart>,
}

fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

impl PackagePart {
    fn read(self) -> Result<PackageOrder, Problem> {
        let agreed = digest(&self.package);
        Ok(PackageOrder {
            signer: self.signer,
            intent: self.intent,
            case: self.case,
            agreed: agreed.ok_or(malformed("package is a SHA-256, lower-case hexadecimal"))?,
        })
    }
}

impl PadPart {
    fn read(self) -> Result<PadOrder, Problem> {
        Ok(PadOrder {
            level: level(&self.level).ok_or(malformed("level is L1, L2 or L3"))?,
            name: self.name,
            number: self.number,
            means: self.means,
            intent: self.intent,
            case: self.case,
            visible: self.visible.map(|place| place.read()).transpose()?,
        })
    }
}

/// Signs up to 64 documents for a person under one consent; each is a signed file of its own. A repeated request goes on where it was
/// broken off.
#[utoipa::path(post, path = "/v1/signature-packages", tag = "signatures",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `signer`, `intent`, `case`, `package`) and `file` (PDF), once for each document"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "each signature, in the order of the files"), (status = 409, description = "the identity does not sign"), (status = 422, description = "another list than was agreed to, or a file that cannot be signed as it is")))]
pub(crate) async fn package(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<(StatusCode, Json<PackageTold>), Problem> {
    let busy = |_| Problem::new(Code::Busy);
    let _place = app.jobs.try_acquire().map_err(busy)?;
    let once = once(&headers, fingerprint)?;
    let _document = app.place(&app.documents).await?;
    let (order, files): (PackagePart, _) = order_and_files(form).await?;
    let files = files.into_iter().map(|file| file.octets).collect();
    let order = order.read()?;
    let told = papers::packages::sign_package(&app.office, &asker, &once, &order, files).await;
    let told = told.map_err(|error| of_sign(&error))?;
    Ok((StatusCode::CREATED, Json(told)))
}

/// Signs one document for a person at a window, with a key that is made for it and destroyed.
#[utoipa::path(post, path = "/v1/pad-signatures", tag = "signatures",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `name`, `number`, `level`, `means`, `intent`, `case`, `visible`) and `file` (PDF)"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "signed: who, which paper, which intent, when"), (status = 409, description = "the key of this request is destroyed"), (status = 422, description = "who signs is not proven well enough, or the file cannot be signed as it is")))]
pub(crate) async fn pad(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Problem> {
    let busy = |_| Problem::new(Code::Busy);
    let _place = app.jobs.try_acquire().map_err(busy)?;
    let once = once(&headers, fingerprint)?;
    let _document = app.place(&app.documents).await?;
    let (order, file): (PadPart, _) = order_and_file(form).await?;
    let order = order.read()?;
    let signed = papers::pads::sign_once(&app.office, &asker, &once, &order, file).await;
    signed.map(said).map_err(|error| of_sign(&error))
}
