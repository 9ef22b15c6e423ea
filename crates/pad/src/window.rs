//! One document signed at a window, on a department's own pad: `POST /v1/pad-signatures`.

use axum::Extension;
use axum::extract::{Multipart, State};
use axum::http::HeaderMap;
use axum::response::Response;
use issuance::Asker;
use papers::pads::{PadOrder, sign_once};
use papers::signers::level;
use proxies::MandatePart;
use replies::json::said;
use replies::once::{Fingerprint, once};
use replies::problems::of_sign;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::problem::Problem;

use crate::body::{PadPlace, malformed};
use crate::desk::{Desk, order_and_file};

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
    visible: Option<PadPlace>,
    /// How they wrote on the pad, in the form of a handwriting sample: drawn there in place of their name seal, and kept nowhere.
    #[serde(default)]
    strokes: Option<String>,
    /// The mandate under which they sign for another; absent: they sign for themselves.
    #[serde(default)]
    mandate: Option<MandatePart>,
}

impl PadPart {
    fn read(self) -> Result<PadOrder, Problem> {
        let level = level(&self.level).ok_or_else(|| malformed("level is L1, L2 or L3"))?;
        let wrote = self.strokes.is_some();
        if wrote && self.visible.is_none() {
            return Err(malformed("strokes are drawn where visible says"));
        }
        let visible = self.visible.as_ref().map(|place| place.read(wrote));
        Ok(PadOrder {
            level,
            name: self.name,
            number: self.number,
            means: self.means,
            intent: self.intent,
            case: self.case,
            visible: visible.transpose()?,
            strokes: self.strokes,
            mandate: self.mandate.map(|part| part.read()).transpose()?,
        })
    }
}

/// Signs one document for a person at a window, with a key that is made for it and destroyed.
#[utoipa::path(post, path = "/v1/pad-signatures", tag = "signatures",
    request_body(content_type = "multipart/form-data", description = "parts `order` (JSON: `name`, `number`, `level`, `means`, `intent`, `case`, `visible`, `strokes`, `mandate`) and `file` (PDF)"),
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "signed: who, which paper, which intent, when"), (status = 409, description = "the key of this request is destroyed"), (status = 422, description = "who signs is not proven well enough, or the file cannot be signed as it is")))]
pub(crate) async fn pad(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Extension(fingerprint): Extension<Fingerprint>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Problem> {
    let _place = desk.job()?;
    let once = once(&headers, fingerprint)?;
    let _document = desk.document().await?;
    let (order, file): (PadPart, _) = order_and_file(form).await?;
    let order = order.read()?;
    let signed = sign_once(&desk.office, &asker, &once, &order, file).await;
    signed.map(said).map_err(|error| of_sign(&error))
}
