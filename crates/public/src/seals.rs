//! The open data of a seal: a page for people, JSON for programs. Looked up by its code, which stands in the seal's own picture.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use catalogue::key::SealCode;
use making::{OpenCertificate, OpenSeal};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use wire::problem::{Code, Problem};

use crate::counter::Counter;
use crate::pages::{Frame, Link, ProblemPage, page};
use crate::published::{hex, is_known};
use crate::text::Language;

#[derive(Template)]
#[template(path = "seal.html")]
struct SealPage {
    frame: Frame,
    tone: &'static str,
    sign: &'static str,
    state: String,
    sentence: String,
    /// The picture, as an address.
    picture: Option<String>,
    name: String,
    rows: Vec<(String, String)>,
    certificates: Vec<Vec<(String, String)>>,
    at: String,
}

async fn looked_up(counter: &Counter, text: &str) -> Result<Option<OpenSeal>, Problem> {
    let Ok(code) = SealCode::parse(text) else {
        return Ok(None);
    };
    let found = making::open_seal(&counter.office, &code).await;
    found.map_err(|_| Problem::new(Code::StoreUnavailable))
}

/// What anyone may know of a seal: what it is, whose, for what, where it stands and since when, its certificates.
#[utoipa::path(get, path = "/v1/public/seals/{seal}", tag = "seals",
    params(("If-None-Match" = Option<String>, Header, description = "the tag of what is at hand")),
    responses((status = 200, description = "the seal's open data and state"), (status = 304, description = "what is at hand is as it stands"),
        (status = 404, description = "no seal that was ever in use")))]
pub(crate) async fn find(
    State(counter): State<Counter>,
    Path(text): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let seal = looked_up(&counter, &text).await?;
    let seal = seal.ok_or(Problem::new(Code::NotFound))?;
    let octets = serde_json::to_vec(&seal).map_err(|_| Problem::new(Code::Internal))?;
    let tag = format!("\"{}\"", hex(&crypto::sha256(&octets)));
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        // T-S6: a seal that is stopped is told to be stopped at once.
        (header::CACHE_CONTROL, "no-cache,public".to_owned()),
        (header::ETAG, tag.clone()),
    ];
    if is_known(&asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, octets).into_response())
}

/// `GET /seals/{code}`.
pub(crate) async fn show(
    State(counter): State<Counter>,
    Path(text): Path<String>,
    Query(asked): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::new(&counter, &asked, &headers);
    match looked_up(&counter, &text).await {
        Ok(Some(seal)) => page(StatusCode::OK, &seal_page(frame, seal)),
        Ok(None) => {
            let text = frame.say("seal-unknown");
            page(StatusCode::NOT_FOUND, &ProblemPage { frame, text })
        }
        Err(_) => {
            let text = frame.say("problem-busy");
            let busy = StatusCode::SERVICE_UNAVAILABLE;
            page(busy, &ProblemPage { frame, text })
        }
    }
}

/// A moment of what is told, in the office's zone.
fn local(frame: &Frame, text: &str) -> String {
    let moment = UtcDateTime::parse(text, &Rfc3339);
    moment.map_or_else(|_| text.to_owned(), |moment| frame.local(moment))
}

fn seal_page(frame: Frame, seal: OpenSeal) -> SealPage {
    let (tone, sign) = match seal.state {
        "in_use" => ("good", "✓"),
        "suspended" => ("unsure", "‖"),
        _ => ("bad", "✗"),
    };
    let since = local(&frame, &seal.since);
    let certificates = seal.certificates.iter();
    let certificates = certificates.map(|one| certificate(&frame, one)).collect();
    let picture = seal.picture.as_ref();
    SealPage {
        tone,
        sign,
        state: frame.say(&format!("seal-state-{}", seal.state.replace('_', "-"))),
        sentence: frame.say_at(
            &format!("seal-says-{}", seal.state.replace('_', "-")),
            &since,
        ),
        picture: picture.map(|octets| render::data_address("image/png", octets)),
        rows: rows(&frame, &seal),
        name: seal.name,
        certificates,
        at: frame.now(),
        frame,
    }
}

fn rows(frame: &Frame, seal: &OpenSeal) -> Vec<(String, String)> {
    let holder = match frame.language() {
        Language::Chinese => seal.holder.clone(),
        Language::English => format!("{} {}", seal.holder_en, seal.holder),
    };
    let purposes = seal.purposes.iter();
    let purposes = purposes.map(|code| frame.say(&format!("seal-purpose-{code}")));
    let purposes: Vec<String> = purposes.collect();
    let between = match frame.language() {
        Language::Chinese => "、",
        Language::English => ", ",
    };
    let matters = match &seal.matters {
        None => frame.say("seal-every-matter"),
        Some(listed) => listed.join(between),
    };
    let last = seal.valid_to.clone();
    let last = last.unwrap_or_else(|| frame.say("licence-long-term"));
    [
        ("seal-code", seal.seal.clone()),
        ("seal-holder", holder),
        ("seal-holder-code", seal.holder_code.clone()),
        ("seal-kind", seal.kind.to_owned()),
        ("seal-purposes", purposes.join(between)),
        ("seal-matters", matters),
        ("licence-valid-from", seal.valid_from.clone()),
        ("licence-valid-to", last),
    ]
    .map(|(key, value)| (frame.say(key), value))
    .to_vec()
}

fn certificate(frame: &Frame, one: &OpenCertificate) -> Vec<(String, String)> {
    let stands = match one.stands {
        true => "seal-certificate-stands",
        false => "seal-certificate-ended",
    };
    [
        (
            "seal-suite",
            frame.say(&format!("seal-suite-{}", one.suite)),
        ),
        ("seal-certificate-state", frame.say(stands)),
        ("seal-serial", one.serial.clone()),
        ("licence-valid-from", local(frame, &one.from)),
        ("licence-valid-to", local(frame, &one.until)),
        ("seal-sha256", one.sha256.clone()),
    ]
    .map(|(key, value)| (frame.say(key), value))
    .to_vec()
}
