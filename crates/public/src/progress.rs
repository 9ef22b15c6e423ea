//! The applicant's page of a case: without JavaScript, in two languages, nothing personal in its address (T-P6).

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use papers::progress::ProgressShown;

use crate::counter::Counter;
use crate::pages::{Frame, Link, ProblemPage, page};
use crate::text::Language;

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressPage {
    frame: Frame,
    case: String,
    matter: String,
    state: String,
    stopped: Option<String>,
    /// Word, moment, and whether it was reached.
    stages: Vec<(String, String, bool)>,
    clock: Option<String>,
    /// What, and until when.
    wanted: Vec<(String, String)>,
    /// What was decided and under which number, and the day.
    decision: Option<(String, String)>,
    /// What was had of the applicant's own data, and on which ground.
    used: Vec<(String, String)>,
    at: String,
}

/// `GET /p/{handle}`.
pub(crate) async fn show(
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(asked): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::new(&counter, &asked, &headers);
    match papers::progress::shown(&counter.office, &handle).await {
        Ok(Some(shown)) => page(StatusCode::OK, &progress_page(frame, shown)),
        Ok(None) => {
            let text = frame.say("progress-unknown");
            page(StatusCode::NOT_FOUND, &ProblemPage { frame, text })
        }
        Err(_) => {
            let text = frame.say("problem-busy");
            page(
                StatusCode::SERVICE_UNAVAILABLE,
                &ProblemPage { frame, text },
            )
        }
    }
}

fn progress_page(frame: Frame, shown: ProgressShown) -> ProgressPage {
    let (zh, en) = shown.matter;
    let stages = shown.stages.into_iter().map(|(code, reached)| {
        let word = frame.say(&format!("stage-{code}"));
        let moment = reached.map(|moment| frame.local(moment));
        (word, moment.unwrap_or_default(), reached.is_some())
    });
    let stages = stages.collect();
    let wanted = shown.wanted.into_iter().map(|(name, what, by)| {
        let until = by.map_or_else(String::new, |by| frame.say_at("progress-by", &by));
        (
            name,
            format!("{} {until}", frame.say(&format!("wanted-{what}"))),
        )
    });
    let wanted = wanted.collect();
    let used = shown.used.into_iter().map(|(name, ground)| {
        let ground = frame.say(&format!("use-{ground}"));
        (name, ground)
    });
    let used = used.collect();
    ProgressPage {
        case: shown.case,
        matter: match frame.language() {
            Language::Chinese => zh,
            Language::English => en,
        },
        state: frame.say(&format!("case-{}", shown.state)),
        stopped: shown.stopped,
        stages,
        clock: shown.clock.map(|(day, promised, due)| {
            let due = due.unwrap_or_default();
            format!(
                "{day} / {promised} · {}",
                frame.say_at("progress-due", &due)
            )
        }),
        wanted,
        decision: shown.decision.map(|(outcome, number, on)| {
            let outcome = frame.say(&format!("outcome-{outcome}"));
            (format!("{outcome} · {number}"), on.to_string())
        }),
        used,
        at: frame.now(),
        frame,
    }
}
