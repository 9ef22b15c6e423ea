//! What a person does at the pages: forms, which work without a script; the script draws, and nothing else.

use std::time::Duration;

use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use entrance::is_ours;
use papers::pads::PadError;
use papers::pads::coming::{self, Hand, PageShown};
use public::{Counter, Frame, Link, ProblemPage};
use registry::signers::pads::{Shown, TurnDenied};
use serde::Deserialize;
use signing::pad::State as Standing;
use tokio::time::Instant;
use wire::carried::kept;
use wire::problem::{Code, Problem};

use crate::desk::Desk;
use crate::pages::{Board, Door, Over, page};

/// What the device shows that opened a page; the prefix has browsers keep it to this host.
const TICKET: &str = "__Host-yinxin-pad";
/// Whatever did not open is told so late, so that unknown, ended and wrong take one time (T-P6).
const ALIKE: Duration = Duration::from_millis(400);

/// The code.
#[derive(Deserialize)]
pub(crate) struct OpenForm {
    #[serde(default)]
    code: String,
}

/// What somebody signs, and how.
#[derive(Deserialize)]
pub(crate) struct SignForm {
    /// SHA-256 of the document as it was shown.
    #[serde(default)]
    document: String,
    /// That they have read it.
    #[serde(default)]
    read: String,
    /// `written` or `chosen`.
    #[serde(default)]
    how: String,
    #[serde(default)]
    strokes: String,
}

/// Why somebody does not sign.
#[derive(Deserialize)]
pub(crate) struct DeclineForm {
    #[serde(default)]
    document: String,
    #[serde(default)]
    reason: String,
}

/// Who is at which page, in which language.
pub(crate) struct Visitor {
    desk: Desk,
    frame: Frame,
    handle: String,
    ticket: String,
    is_ours: bool,
}

impl Visitor {
    fn new(
        (desk, counter): (Desk, &Counter),
        (handle, link): (String, &Link),
        headers: &HeaderMap,
    ) -> Self {
        let ticket = kept(headers, TICKET).unwrap_or_default();
        Self {
            is_ours: is_ours(&desk.office.settings().address, headers),
            frame: Frame::new(counter, link, headers),
            ticket: ticket.to_owned(),
            desk,
            handle,
        }
    }

    fn shown(&self) -> Shown<'_> {
        Shown {
            handle: &self.handle,
            ticket: &self.ticket,
        }
    }

    /// The page as it stands, with what was refused on it.
    async fn look(self, (status, note): (StatusCode, Option<&str>)) -> Response {
        let seen = match self.ticket.is_empty() {
            true => Ok(None),
            false => coming::shown(&self.desk.office, self.shown()).await,
        };
        match seen {
            Ok(Some(seen)) => self.opened(seen, (status, note)),
            Ok(None) => self.door((status, note)),
            Err(_) => busy(self.frame),
        }
    }

    fn door(self, (status, note): (StatusCode, Option<&str>)) -> Response {
        let note = note.map(|key| self.frame.say(key));
        let frame = self.frame;
        page(status, &Door { frame, note })
    }

    fn opened(self, shown: PageShown, (status, note): (StatusCode, Option<&str>)) -> Response {
        let note = note.map(|key| self.frame.say(key));
        let (frame, handle) = (self.frame, self.handle);
        if shown.state == Standing::Open {
            let board = Board {
                until: frame.local(shown.deadline),
                frame,
                shown,
                handle,
                note,
            };
            return page(status, &board);
        }
        let at = shown.ended.unwrap_or(shown.deadline);
        let over = Over {
            at: frame.local(at),
            frame,
            shown,
            handle,
        };
        page(status, &over)
    }

    /// Back to the page itself, so that nothing is sent twice by looking again.
    fn back(&self, ticket: Option<String>) -> Response {
        let place = format!("/s/{}?lang={}", self.handle, self.frame.lang);
        let mut answer = StatusCode::SEE_OTHER.into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let text = ticket.map(|ticket| {
            let age = if ticket.is_empty() { "; Max-Age=0" } else { "" };
            format!("{TICKET}={ticket}; Path=/{age}; HttpOnly; Secure; SameSite=Strict")
        });
        let values = [(header::LOCATION, Some(place)), (header::SET_COOKIE, text)];
        for (name, text) in values {
            match text.map(|text| HeaderValue::from_str(&text)) {
                Some(Ok(value)) => drop(headers.insert(name, value)),
                Some(Err(_)) => return Problem::new(Code::NotFound).into_response(),
                None => {}
            }
        }
        answer
    }
}

fn busy(frame: Frame) -> Response {
    let text = frame.say("problem-busy");
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        &ProblemPage { frame, text },
    )
}

/// `GET /s/{handle}`: the door; for the device that opened it, the page.
pub(crate) async fn show(
    State(desk): State<Desk>,
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(link): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let visitor = Visitor::new((desk, &counter), (handle, &link), &headers);
    visitor.look((StatusCode::OK, None)).await
}

/// `POST /s/{handle}`: the code opens the page for this device.
pub(crate) async fn open(
    State(desk): State<Desk>,
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(link): Query<Link>,
    headers: HeaderMap,
    Form(form): Form<OpenForm>,
) -> Response {
    let came = Instant::now();
    let visitor = Visitor::new((desk, &counter), (handle, &link), &headers);
    let opened = match visitor.is_ours {
        true => coming::open(&visitor.desk.office, &visitor.handle, &form.code).await,
        false => Ok(None),
    };
    match opened {
        Ok(Some(ticket)) => visitor.back(Some(ticket)),
        Ok(None) => {
            tokio::time::sleep_until(came + ALIKE).await;
            visitor.door((StatusCode::FORBIDDEN, Some("pad-not-opened")))
        }
        Err(_) => busy(visitor.frame),
    }
}

fn inline(octets: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"document.pdf\"",
        ),
        // The page itself shows it in a frame, and nobody else's does.
        (
            header::CONTENT_SECURITY_POLICY,
            "frame-ancestors 'self'; base-uri 'none'",
        ),
    ];
    (StatusCode::OK, headers, octets).into_response()
}

fn attached(octets: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"signed.pdf\"",
        ),
    ];
    (StatusCode::OK, headers, octets).into_response()
}

/// `GET /s/{handle}/document`: what is to be signed.
pub(crate) async fn document(
    State(desk): State<Desk>,
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(link): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let visitor = Visitor::new((desk, &counter), (handle, &link), &headers);
    let Ok(_place) = visitor.desk.document().await else {
        return busy(visitor.frame);
    };
    let read = coming::document(&visitor.desk.office, visitor.shown()).await;
    match read {
        Ok(octets) => inline(octets),
        Err(_) => visitor.look((StatusCode::NOT_FOUND, None)).await,
    }
}

/// `GET /s/{handle}/signed`: the finished document.
pub(crate) async fn signed(
    State(desk): State<Desk>,
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(link): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let visitor = Visitor::new((desk, &counter), (handle, &link), &headers);
    let Ok(_place) = visitor.desk.document().await else {
        return busy(visitor.frame);
    };
    let read = coming::signed_file(&visitor.desk.office, visitor.shown()).await;
    match read {
        Ok(octets) => attached(octets),
        Err(_) => visitor.look((StatusCode::NOT_FOUND, None)).await,
    }
}

/// `POST /s/{handle}/signature`.
pub(crate) async fn sign(
    State(desk): State<Desk>,
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(link): Query<Link>,
    headers: HeaderMap,
    Form(form): Form<SignForm>,
) -> Response {
    let visitor = Visitor::new((desk, &counter), (handle, &link), &headers);
    if !visitor.is_ours {
        return visitor.door((StatusCode::FORBIDDEN, Some("pad-not-opened")));
    }
    if form.read != "yes" {
        return refused(visitor, "pad-not-read").await;
    }
    let (Ok(_job), Ok(_place)) = (visitor.desk.job(), visitor.desk.document().await) else {
        return busy(visitor.frame);
    };
    let (office, threads) = (visitor.desk.office.clone(), visitor.desk.threads.clone());
    let (handle, ticket) = (visitor.handle.clone(), visitor.ticket.clone());
    // It is ended even where the device does not wait for the answer.
    let signing = async move {
        let shown = Shown {
            handle: &handle,
            ticket: &ticket,
        };
        coming::sign(&office, shown, form.read()).await
    };
    let signed = threads.spawn(Box::pin(signing)).await;
    match signed {
        Ok(Ok(())) => visitor.back(None),
        Ok(Err(error)) => refused(visitor, note_of(&error)).await,
        Err(_) => busy(visitor.frame),
    }
}

impl SignForm {
    fn read(self) -> ([u8; 32], Option<Hand>) {
        let hand = match self.how.as_str() {
            "chosen" => Some(Hand::Chose),
            // What a form sends ends its lines as mail does.
            "written" if !self.strokes.is_empty() => {
                Some(Hand::Wrote(self.strokes.replace("\r\n", "\n")))
            }
            _ => None,
        };
        (digest(&self.document), hand)
    }
}

/// A SHA-256 in hexadecimal; a text that is none is no document's.
fn digest(text: &str) -> [u8; 32] {
    let octet = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    let octets: Option<Vec<u8>> = text.as_bytes().chunks(2).map(octet).collect();
    let octets = octets.and_then(|octets| octets.try_into().ok());
    octets.unwrap_or_default()
}

/// What was refused, in the words of the page.
fn note_of(error: &PadError) -> &'static str {
    match error {
        PadError::NotWritten => "pad-not-written",
        PadError::Reason => "pad-no-reason",
        PadError::Turn(TurnDenied::Running) => "pad-running",
        PadError::Turn(TurnDenied::OtherDocument) => "pad-other-document",
        PadError::Turn(_) | PadError::Unknown => "pad-not-opened",
        PadError::Sign(papers::signing::SignError::Strokes(_)) => "pad-strokes",
        _ => "pad-failed",
    }
}

async fn refused(visitor: Visitor, note: &'static str) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    visitor.look((status, Some(note))).await
}

/// `POST /s/{handle}/refusal`.
pub(crate) async fn decline(
    State(desk): State<Desk>,
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(link): Query<Link>,
    headers: HeaderMap,
    Form(form): Form<DeclineForm>,
) -> Response {
    let visitor = Visitor::new((desk, &counter), (handle, &link), &headers);
    if !visitor.is_ours {
        return visitor.door((StatusCode::FORBIDDEN, Some("pad-not-opened")));
    }
    let what = (digest(&form.document), form.reason.as_str());
    let declined = coming::decline(&visitor.desk.office, visitor.shown(), what).await;
    match declined {
        Ok(()) => visitor.back(None),
        Err(error) => refused(visitor, note_of(&error)).await,
    }
}

/// `POST /s/{handle}/leave`: the device forgets the page.
pub(crate) async fn leave(
    State(desk): State<Desk>,
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(link): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let visitor = Visitor::new((desk, &counter), (handle, &link), &headers);
    if !visitor.is_ours {
        return visitor.door((StatusCode::FORBIDDEN, Some("pad-not-opened")));
    }
    match coming::leave(&visitor.desk.office, visitor.shown()).await {
        Ok(()) => visitor.back(Some(String::new())),
        Err(_) => busy(visitor.frame),
    }
}
