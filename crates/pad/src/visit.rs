//! What a person does at the pages: forms, which work without a script; the script draws, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Form, FromRef, FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use entrance::{Peer, is_ours};
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
use crate::guesses::Guesses;
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

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    Desk: FromRef<S>,
    Counter: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let handle = Path::<String>::from_request_parts(parts, state).await;
        let Path(handle) = handle.map_err(IntoResponse::into_response)?;
        let link = Query::<Link>::from_request_parts(parts, state).await;
        let Query(link) = link.map_err(IntoResponse::into_response)?;
        let (desk, counter) = (Desk::from_ref(state), Counter::from_ref(state));
        let ticket = kept(&parts.headers, TICKET).unwrap_or_default();
        Ok(Self {
            is_ours: is_ours(&desk.office.settings().address, &parts.headers),
            frame: Frame::new(&counter, &link, &parts.headers),
            ticket: ticket.to_owned(),
            desk,
            handle,
        })
    }
}

impl Visitor {
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
pub(crate) async fn show(visitor: Visitor) -> Response {
    visitor.look((StatusCode::OK, None)).await
}

/// `POST /s/{handle}`: the code opens the page for this device.
pub(crate) async fn open(
    visitor: Visitor,
    Extension(Peer(address)): Extension<Peer>,
    Extension(guesses): Extension<Arc<Guesses>>,
    Form(form): Form<OpenForm>,
) -> Response {
    let (came, now) = (Instant::now(), visitor.desk.office.now());
    if let Some(until) = guesses.wait(&address, now) {
        return later(visitor, until - now);
    }
    let opened = match visitor.is_ours {
        true => coming::open(&visitor.desk.office, &visitor.handle, &form.code).await,
        false => Ok(None),
    };
    match opened {
        Ok(Some(ticket)) => visitor.back(Some(ticket)),
        Ok(None) => {
            if visitor.is_ours {
                guesses.wrong(&address, now);
            }
            tokio::time::sleep_until(came + ALIKE).await;
            visitor.door((StatusCode::FORBIDDEN, Some("pad-not-opened")))
        }
        Err(_) => busy(visitor.frame),
    }
}

/// So much was wrong from where this comes that nothing is looked at: of the page and of its code that says nothing.
fn later(visitor: Visitor, wait: time::Duration) -> Response {
    let seconds = wait.whole_seconds().saturating_add(1);
    let mut answer = visitor.door((StatusCode::TOO_MANY_REQUESTS, Some("pad-later")));
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// A file that the page leads to.
#[derive(Clone, Copy)]
enum Leaf {
    /// What is to be signed: the page itself shows it in a frame, and nobody else's does.
    Document,
    /// What was signed.
    Signed,
}

impl Leaf {
    fn answer(self, octets: Vec<u8>) -> Response {
        let (place, within) = match self {
            Self::Document => ("inline; filename=\"document.pdf\"", "'self'"),
            Self::Signed => ("attachment; filename=\"signed.pdf\"", "'none'"),
        };
        let policy = format!("frame-ancestors {within}; base-uri 'none'");
        let headers = [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CACHE_CONTROL, "private, no-store".to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (header::CONTENT_DISPOSITION, place.to_owned()),
            (header::CONTENT_SECURITY_POLICY, policy),
        ];
        (StatusCode::OK, headers, octets).into_response()
    }
}

async fn leaf(visitor: Visitor, which: Leaf) -> Response {
    let Ok(_place) = visitor.desk.document().await else {
        return busy(visitor.frame);
    };
    let (office, shown) = (&visitor.desk.office, visitor.shown());
    let read = match which {
        Leaf::Document => coming::document(office, shown).await,
        Leaf::Signed => coming::signed_file(office, shown).await,
    };
    match read {
        Ok(octets) => which.answer(octets),
        Err(_) => visitor.look((StatusCode::NOT_FOUND, None)).await,
    }
}

/// `GET /s/{handle}/document`: what is to be signed.
pub(crate) async fn document(visitor: Visitor) -> Response {
    leaf(visitor, Leaf::Document).await
}

/// `GET /s/{handle}/signed`: the finished document.
pub(crate) async fn signed(visitor: Visitor) -> Response {
    leaf(visitor, Leaf::Signed).await
}

/// `POST /s/{handle}/signature`.
pub(crate) async fn sign(visitor: Visitor, Form(form): Form<SignForm>) -> Response {
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
pub(crate) async fn decline(visitor: Visitor, Form(form): Form<DeclineForm>) -> Response {
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
pub(crate) async fn leave(visitor: Visitor) -> Response {
    if !visitor.is_ours {
        return visitor.door((StatusCode::FORBIDDEN, Some("pad-not-opened")));
    }
    match coming::leave(&visitor.desk.office, visitor.shown()).await {
        Ok(()) => visitor.back(Some(String::new())),
        Err(_) => busy(visitor.frame),
    }
}
