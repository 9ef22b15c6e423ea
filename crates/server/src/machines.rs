//! Two protocols of machines, octets in and octets out: certificate status (OCSP) and time-stamps (RFC 3161).

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use evidence::ocsp::{self, Headers};
use evidence::tsp;
use http_body_util::Full;
use hyper::body::Body;
use hyper::{Request, Response};
use issuance::answers::Answered;

use crate::arrival::content;
use crate::problem::{Code, Problem};
use crate::problems::chain;
use crate::state::App;
use duties::access::{self, Access};

const STATUS: &str = "application/ocsp-response";
const STAMP: &str = "application/timestamp-reply";
const POST_STATUS: &str = "/ocsp";
const GET_STATUS: &str = "/ocsp/{*request}";
const POST_STAMP: &str = "/tsa";
/// Before the request in the path of a GET.
const BEFORE: &str = "/ocsp/";

/// What a machine is answered.
pub(crate) type Answer = Response<Full<Bytes>>;

/// The route of a path, as the access table writes it, if it is one of these protocols'.
pub(crate) fn route(path: &str) -> Option<&'static str> {
    match path {
        POST_STATUS => Some(POST_STATUS),
        POST_STAMP => Some(POST_STAMP),
        _ => path.starts_with(BEFORE).then_some(GET_STATUS),
    }
}

/// Answers a request of one of these routes.
///
/// # Errors
/// What the access table denies, content that is too large or too slow, a service that is busy.
pub(crate) async fn answer<B>(
    app: &App,
    route: &'static str,
    request: Request<B>,
) -> Result<Answer, Problem>
where
    B: Body<Data = Bytes> + Unpin,
{
    // Deny by default here, too: without its line in the table a protocol is not spoken.
    if access::asked(request.method().as_str(), route) != Some(Access::Public) {
        return Err(Problem::new(Code::MethodUnknown));
    }
    match route {
        POST_STAMP => tsa(app, &content(request.into_body(), tsp::MAX_REQUEST).await?).await,
        POST_STATUS => {
            Ok(ocsp_post(app, &content(request.into_body(), ocsp::MAX_REQUEST).await?).await)
        }
        _ => Ok(ocsp_get(app, request.uri().path()).await),
    }
}

/// `POST /ocsp` (RFC 6960 A.1).
#[utoipa::path(post, path = "/ocsp", tag = "certificates",
    request_body(content_type = "application/ocsp-request", description = "an OCSPRequest"),
    responses((status = 200, description = "an OCSPResponse", content_type = "application/ocsp-response")))]
pub(crate) async fn ocsp_post(app: &App, content: &[u8]) -> Answer {
    status(app, content).await
}

/// `GET /ocsp/…` with the request in the path, in every encoding that clients use (T-C8). The path is taken as it came:
/// nothing before here may merge its slashes.
async fn ocsp_get(app: &App, path: &str) -> Answer {
    match ocsp::decode_path(path.strip_prefix(BEFORE).unwrap_or_default()) {
        Ok(request) => status(app, &request).await,
        Err(_) => unsigned(ocsp::Refusal::MalformedRequest),
    }
}

async fn status(app: &App, request: &[u8]) -> Answer {
    match issuance::asked::status(&app.office, request).await {
        Ok(Answered::Ahead(held)) => match held.headers.cache_control(app.office.now()) {
            Some(control) => authoritative(&held.headers, control, &held.der),
            // T-A2: never past nextUpdate.
            None => unsigned(ocsp::Refusal::TryLater),
        },
        Ok(Answered::Fresh(response)) => {
            octets(STATUS, "max-age=0,private,must-revalidate", response)
        }
        Ok(Answered::Refused(refusal)) => unsigned(refusal),
        Err(error) => {
            tracing::warn!(error = %chain(&error), "a status request was not answered");
            unsigned(ocsp::Refusal::TryLater)
        }
    }
}

fn unsigned(refusal: ocsp::Refusal) -> Answer {
    octets(STATUS, ocsp::NO_STORE, refusal.encode())
}

/// The fields of RFC 9919 6; `Date` is written by the HTTP stack.
fn authoritative(fields: &Headers, control: String, response: &[u8]) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::copy_from_slice(response)));
    let headers = answer.headers_mut();
    headers.reserve(5);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(STATUS));
    for (name, value) in [
        (header::LAST_MODIFIED, fields.last_modified.as_str()),
        (header::EXPIRES, &fields.expires),
        (header::ETAG, &fields.etag),
        (header::CACHE_CONTROL, &control),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    answer
}

/// `POST /tsa` (RFC 3161 3.4).
#[utoipa::path(post, path = "/tsa", tag = "time-stamps",
    request_body(content_type = "application/timestamp-query", description = "a TimeStampReq"),
    responses((status = 200, description = "a TimeStampResp", content_type = "application/timestamp-reply")))]
pub(crate) async fn tsa(app: &App, content: &[u8]) -> Result<Answer, Problem> {
    let answer = issuance::asked::stamp(&app.office, content).await;
    let answer = answer.map_err(|error| {
        tracing::warn!(error = %chain(&error), "a time-stamp was not made");
        Problem::new(Code::Busy)
    })?;
    Ok(octets(STAMP, "no-store", answer))
}

fn octets(kind: &'static str, control: &'static str, octets: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::new(octets.into()));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
    answer
}
