//! Several documents signed together: `POST /v1/signature-packages`.

use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use elsewhere::digest;
use issuance::Asker;
use papers::packages::{PackageOrder, PackageTold};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Keyed;
use crate::documents::order_and_files;
use crate::problem::{Code, Problem};
use crate::problems::of_sign;
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

/// Signs up to 64 documents for a person under one consent; each is a signed file of its own. A repeated request goes on where it was
/// broken off.
#[utoipa::path(post, path = "/v1/signature-packages", tag = "signatures",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `signer`, `intent`, `case`, `package`) and `file` (PDF), once for each document"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "each signature, in the order of the files"), (status = 409, description = "the identity does not sign"), (status = 422, description = "another list than was agreed to, or a file that cannot be signed as it is")))]
pub(crate) async fn package(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    form: Multipart,
) -> Result<(StatusCode, Json<PackageTold>), Problem> {
    let busy = |_| Problem::new(Code::Busy);
    let _place = app.jobs.try_acquire().map_err(busy)?;
    let _document = app.place(&app.documents).await?;
    let (order, files): (PackagePart, _) = order_and_files(form).await?;
    let files = files.into_iter().map(|file| file.octets).collect();
    let order = order.read()?;
    let told = papers::packages::sign_package(&app.office, &asker, &once, &order, files).await;
    let told = told.map_err(|error| of_sign(&error))?;
    Ok((StatusCode::CREATED, Json(told)))
}
