//! Judging what anyone brings: never an error, whatever the octets are (T-V1).

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;
use verify::{Case, Kind, Material, Policy, Report};
use wire::arrival::part;
use wire::problem::{Code, Problem};

use crate::counter::Counter;

/// What was brought.
pub(crate) struct Brought {
    /// Its name, as far as the sender gave one.
    pub(crate) name: String,
    /// Its octets.
    pub(crate) octets: Vec<u8>,
}

/// Judges a file, a message or the text of a code.
#[utoipa::path(post, path = "/v1/verifications", tag = "verification",
    request_body(content_type = "application/octet-stream", description = "the file itself, or a form with a part `file`"),
    responses((status = 200, description = "the report, in the form of yinxin-verify"), (status = 413, description = "larger than is judged here")))]
pub(crate) async fn judge(
    State(counter): State<Counter>,
    request: Request,
) -> Result<Response, Problem> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    // A place first: what waits for one waits in the spool, not in memory.
    let place = counter.place().await?;
    let brought = if is_form {
        let form = Multipart::from_request(request, &counter).await;
        let form = form.map_err(|_| Problem::new(Code::RequestMalformed))?;
        brought(form).await?
    } else {
        Brought {
            name: "upload".to_owned(),
            octets: whole(request.into_body()).await?,
        }
    };
    let Brought { name, octets } = brought;
    let case = here(move || verify::open(&octets))?;
    let report = report(&counter, name, &case).await?;
    drop(place);
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, report.to_json()).into_response())
}

/// The parts `file` and `code` of a form; the first that holds something.
pub(crate) async fn brought(mut form: Multipart) -> Result<Brought, Problem> {
    let malformed = |_| Problem::new(Code::RequestMalformed);
    let mut found = None;
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        let name = match field.name() {
            Some("file") => field.file_name().unwrap_or("upload").to_owned(),
            Some("code") => "code.txt".to_owned(),
            _ => continue,
        };
        let octets = part(field).await?;
        if found.is_none() && !octets.is_empty() {
            found = Some(Brought { name, octets });
        }
    }
    found.ok_or(Problem::new(Code::RequestMalformed).saying("there is neither a file nor a code"))
}

/// The octets of a content that was spooled, held once.
async fn whole(mut content: Body) -> Result<Vec<u8>, Problem> {
    let room = content.size_hint().exact().unwrap_or_default();
    let mut octets = Vec::with_capacity(usize::try_from(room).unwrap_or_default());
    while let Some(frame) = content.frame().await {
        let frame = frame.map_err(|_| Problem::new(Code::StoreUnavailable))?;
        if let Ok(piece) = frame.into_data() {
            octets.extend_from_slice(&piece);
        }
    }
    Ok(octets)
}

/// The report on what was brought under this name, with what the register itself says of the licence.
pub(crate) async fn report(
    counter: &Counter,
    name: String,
    case: &Case,
) -> Result<Report, Problem> {
    let mut material = Material::empty();
    // GB/T 38540 and GB/T 35275 have no place for the status of certificates: our own lists speak of ours.
    if matches!(case.kind(), Kind::Ofd | Kind::Esl | Kind::Cms) {
        for (name, list) in counter.office.lists().held_revocations() {
            material.add(&name, &list.bytes);
        }
    }
    // The register's own word makes the answer live; while it cannot be asked, the lists that it signed speak.
    if let Some(identifier) = verify::licence_said(case) {
        match issuance::look::live(&counter.office, &identifier).await {
            Ok(Some(said)) => {
                material.say_live(&identifier, said.answer, said.since);
                if let Some(successor) = said.successor {
                    material.say_successor(successor);
                }
            }
            Ok(None) => {}
            Err(_) => {
                for (name, list) in counter.office.lists().held() {
                    material.add(&name, &list.bytes);
                }
            }
        }
    }
    let office = &counter.office;
    let mut report = here(|| {
        let (trust, policy) = (office.trust(), Policy::default());
        verify::judge(case, &trust, &material, &policy, office.now())
    })?;
    report.file = name;
    Ok(report)
}

/// Works on this very thread while the other tasks of its worker go on elsewhere: to wake another one is to wait for a
/// processor once more, which is what a verdict takes longest for during a flood (T-A4).
pub(crate) fn here<T>(work: impl FnOnce() -> T) -> Result<T, Problem> {
    // What panics leaves nothing behind that anyone would see.
    let work = || catch_unwind(AssertUnwindSafe(work)).map_err(|_| Problem::new(Code::Internal));
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => block_in_place(work),
        _ => work(),
    }
}
