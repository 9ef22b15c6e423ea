//! Judging what anyone brings: never an error, whatever the octets are (T-V1).

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use verify::{Material, Policy, Report};

use crate::problem::{Code, Problem};
use crate::state::App;

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
pub(crate) async fn judge(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    let brought = if is_form {
        let form = Multipart::from_request(request, &app).await;
        let form = form.map_err(|_| Problem::new(Code::RequestMalformed))?;
        brought(form).await?
    } else {
        let octets = Bytes::from_request(request, &app).await;
        let octets = octets.map_err(|_| Problem::new(Code::RequestMalformed))?;
        Brought {
            name: "upload".to_owned(),
            octets: octets.to_vec(),
        }
    };
    let report = report(&app, brought).await?;
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
        let octets = field.bytes().await.map_err(malformed)?.to_vec();
        if found.is_none() && !octets.is_empty() {
            found = Some(Brought { name, octets });
        }
    }
    found.ok_or(Problem::new(Code::RequestMalformed).saying("there is neither a file nor a code"))
}

/// The report, with what the register itself says of the licence.
pub(crate) async fn report(app: &App, brought: Brought) -> Result<Report, Problem> {
    // T-A4, T-A5: a place or a busy answer, never a queue without bound.
    let place = tokio::time::timeout(app.config.arrival.0, app.judged.clone().acquire_owned());
    let place = place.await.map_err(|_| Problem::new(Code::Busy))?;
    let place = place.map_err(|_| Problem::new(Code::Busy))?;
    let office = app.office.clone();
    let (brought, first) = tokio::task::spawn_blocking(move || {
        let report = examine(&office, &brought, &Material::empty());
        (brought, report)
    })
    .await
    .map_err(|_| Problem::new(Code::Internal))?;
    let Some(licence) = &first.licence else {
        return Ok(first);
    };
    // The register's own word makes the answer live; without it the first report stands.
    let said = issuance::look::live(&app.office, &licence.identifier).await;
    let Ok(Some((answer, since))) = said else {
        return Ok(first);
    };
    let mut material = Material::empty();
    material.say_live(&licence.identifier, answer, since);
    let office = app.office.clone();
    let report = tokio::task::spawn_blocking(move || {
        let _place = place;
        examine(&office, &brought, &material)
    });
    report.await.map_err(|_| Problem::new(Code::Internal))
}

fn examine(office: &issuance::Office, brought: &Brought, material: &Material) -> Report {
    let trust = office.trust();
    let policy = Policy::default();
    verify::examine(
        &brought.name,
        &brought.octets,
        &trust,
        material,
        &policy,
        office.now(),
    )
}
