//! `signatures/signPolling` (CSC 2.1 11.12): whether a seal was released, and what came of it.

use axum::Json;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalogue::kind::FileFormat;
use issuance::IssueError;
use registry::jobs::JobId;

use crate::counter::Shown;
use crate::credentials::serve;
use crate::documents::Made;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::whose::{deny, machine};

/// What became of a seal that was asked for with `signatures/signDoc`.
#[utoipa::path(post, path = "/csc/v2/signatures/signPolling", tag = "csc",
    request_body(content_type = "application/json", description = "CSC 2.1 11.12: `responseID` (or `requestID`)"),
    responses((status = 200, description = "`DocumentWithSignature` or `SignatureObject`"), (status = 202, description = "`accepted_request`: it waits for its release"), (status = 400, description = "`invalid_request`: none of who calls"), (status = 403, description = "`access_denied`: its release was refused")))]
pub(crate) async fn polling(shown: Shown, fields: Fields) -> Result<Json<Made>, Fault> {
    let office = shown.counter.office();
    serve(&shown).await?;
    if fields.find("userID").is_some() {
        return Err(Fault::request("userID parameter SHALL be null"));
    }
    // 2.0 has it as `requestID`, 2.1 as `responseID`.
    let member = match fields.find("responseID") {
        Some(_) => "responseID",
        None => "requestID",
    };
    let id = fields.needed(member)?;
    let asker = machine(office, &shown.bearer).await?;
    let (Some(asker), Some(job)) = (asker, JobId::parse(id)) else {
        return Err(Fault::invalid(member));
    };
    let jobs = office.registry.jobs();
    let found = jobs.find(&job, Some(&asker.department)).await;
    let found = found.map_err(|error| Fault::server(&error))?;
    // T-P3: what another account asked for is another's.
    let own = found.filter(|found| found.caller == asker.account);
    let Some(standing) = own else {
        deny(office, &asker, ("response", "response.unknown")).await?;
        return Err(Fault::invalid(member));
    };
    let file = issuance::look::document_file(office, &asker, (&job, None)).await;
    match file {
        Ok(file) => Ok(Json(made(file.format, &file.bytes))),
        Err(IssueError::Unknown) => Err(unfinished(standing.state.code())),
        Err(error) => Err(Fault::server(&error)),
    }
}

fn made(format: FileFormat, bytes: &[u8]) -> Made {
    let one = Some(vec![STANDARD.encode(bytes)]);
    match format {
        FileFormat::Envelope(_) => Made {
            signatures: one,
            ..Made::default()
        },
        _ => Made {
            documents: one,
            ..Made::default()
        },
    }
}

/// It waits, or nothing comes of it any more.
fn unfinished(state: &str) -> Fault {
    match state {
        "refused" | "failed" => Fault::denied("The release of the seal was refused"),
        _ => {
            let words = "The previous async request has been accepted but not yet completed";
            Fault::of(StatusCode::ACCEPTED, "accepted_request", words)
        }
    }
}
