//! The public page of notices and its feed: without JavaScript, in two languages, persons masked (domain.md 4.5).

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use catalogue::key::DepartmentKey;
use issuance::lives::notices::{After, NoticeShown, Shown};
use serde::Deserialize;
use wire::problem::{Code, Problem};

use crate::counter::Counter;
use crate::pages::{Frame, Link, ProblemPage, page};
use crate::text::Language;

/// The kinds by which the page can be narrowed.
const KINDS: [&str; 5] = ["loss", "ending", "commitment", "decision", "penalty_result"];

/// What a link to the page may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Narrowed {
    lang: Option<String>,
    kind: Option<String>,
    publisher: Option<String>,
    /// `YYYY-MM-DD` and the number of the last notice of the page before.
    day: Option<String>,
    after: Option<String>,
}

impl Narrowed {
    /// What is asked for; what is no kind, authority or day narrows nothing.
    fn shown(&self) -> Shown {
        let kind = self.kind.as_deref();
        let publisher = self.publisher.as_deref();
        Shown {
            publisher: publisher.and_then(|text| DepartmentKey::parse(text).ok()),
            kind: kind.filter(|kind| KINDS.contains(kind)).map(str::to_owned),
            after: self
                .day
                .clone()
                .zip(self.after.clone())
                .map(|(published, number)| After { published, number }),
        }
    }
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    frame: Frame,
    /// Whether none of the kinds was chosen.
    all: bool,
    kinds: Vec<(&'static str, String, bool)>,
    notices: Vec<Entry>,
    /// The query of the page after this one.
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    frame: Frame,
    notice: Entry,
}

#[derive(Template)]
#[template(path = "notices.xml")]
struct Feed {
    frame: Frame,
    address: String,
    updated: String,
    notices: Vec<Entry>,
}

/// A notice in the reader's language.
struct Entry {
    number: String,
    title: String,
    publisher: String,
    about: String,
    code: String,
    lines: Vec<(String, String)>,
    published: String,
    /// RFC 3339, with the authority's own offset (RFC 4287 3.3).
    moment: String,
}

impl Entry {
    fn of(frame: &Frame, notice: NoticeShown) -> Self {
        let chinese = frame.language() == Language::Chinese;
        let (zh, en) = notice.publisher;
        let lines = notice.lines.into_iter();
        Self {
            number: notice.number,
            title: frame.say(&format!("notice-{}", notice.kind)),
            publisher: if chinese { zh } else { en },
            about: notice.about.0,
            code: notice.about.1,
            lines: lines
                .map(|line| {
                    let said = if chinese { line.zh } else { line.en };
                    (frame.say(line.label), said)
                })
                .collect(),
            published: notice.published,
            moment: notice.moment,
        }
    }
}

/// `GET /notices`: what is published, the newest first.
pub(crate) async fn list(
    State(counter): State<Counter>,
    Query(narrowed): Query<Narrowed>,
    headers: HeaderMap,
) -> Response {
    let asked = Link::in_language(narrowed.lang.clone());
    let frame = Frame::new(&counter, &asked, &headers);
    let shown = narrowed.shown();
    let Ok(found) = issuance::lives::notices::page(&counter.office, &shown).await else {
        return busy(frame);
    };
    let whole = u32::try_from(found.len()) == Ok(issuance::lives::notices::PAGE);
    let next = found.last().filter(|_| whole).map(|last| {
        let kind = shown.kind.as_ref().map(|kind| format!("&kind={kind}"));
        let publisher = shown
            .publisher
            .as_ref()
            .map(|key| format!("&publisher={key}"));
        format!(
            "lang={}{}{}&day={}&after={}",
            frame.language().code(),
            kind.unwrap_or_default(),
            publisher.unwrap_or_default(),
            last.published,
            last.number
        )
    });
    let kinds = KINDS.into_iter().map(|kind| {
        let chosen = shown.kind.as_deref() == Some(kind);
        (kind, frame.say(&format!("notice-{kind}")), chosen)
    });
    let kinds = kinds.collect();
    let notices = found
        .into_iter()
        .map(|one| Entry::of(&frame, one))
        .collect();
    page(
        StatusCode::OK,
        &NoticesPage {
            frame,
            all: shown.kind.is_none(),
            kinds,
            notices,
            next,
        },
    )
}

/// `GET /notices/{number}`: a draft, and what was taken off, is not there.
pub(crate) async fn find(
    State(counter): State<Counter>,
    Path(number): Path<String>,
    Query(asked): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let found = issuance::lives::notices::find(&counter.office, &number).await;
    match found {
        Ok(Some(notice)) => {
            let frame = Frame::new(&counter, &asked, &headers);
            let notice = Entry::of(&frame, notice);
            page(StatusCode::OK, &NoticePage { frame, notice })
        }
        Ok(None) => {
            let frame = Frame::new(&counter, &asked, &headers);
            let text = frame.say("notices-unknown");
            page(StatusCode::NOT_FOUND, &ProblemPage { frame, text })
        }
        Err(_) => busy(Frame::new(&counter, &asked, &headers)),
    }
}

fn busy(frame: Frame) -> Response {
    let text = frame.say("problem-busy");
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        &ProblemPage { frame, text },
    )
}

/// `GET /notices.atom`: the newest notices as a feed (RFC 4287).
pub(crate) async fn feed(
    State(counter): State<Counter>,
    Query(narrowed): Query<Narrowed>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Link::in_language(narrowed.lang.clone());
    let frame = Frame::new(&counter, &asked, &headers);
    let found = issuance::lives::notices::feed(&counter.office, &narrowed.shown()).await;
    let found = found.map_err(|_| Problem::new(Code::StoreUnavailable))?;
    let notices: Vec<Entry> = found
        .into_iter()
        .map(|one| Entry::of(&frame, one))
        .collect();
    // RFC 4287 4.1.1: a feed has its moment, be it empty.
    let updated = notices.first().map(|notice| notice.moment.clone());
    let updated = updated.unwrap_or_else(|| issuance::lives::notices::now(&counter.office));
    let feed = Feed {
        address: counter.office.settings().address.clone(),
        updated,
        notices,
        frame,
    };
    let text = feed.render().map_err(|_| Problem::new(Code::Internal))?;
    let headers = [
        (header::CONTENT_TYPE, "application/atom+xml; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=300,public"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, text).into_response())
}
