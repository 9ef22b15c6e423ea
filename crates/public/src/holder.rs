//! The holder's page: what they have, and by whom it was used (R15); without JavaScript, in two languages.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use issuance::look::Shown;
use sharing::history::{HolderShown, LinkReach, UseShown, shown};

use crate::counter::Counter;
use crate::pages::{Frame, Link, ProblemPage, page};
use crate::text::Language;

/// A label and what stands behind it.
type Line = (String, String);

#[derive(Template)]
#[template(path = "holder.html")]
struct HolderPage {
    frame: Frame,
    title: String,
    /// Each licence: its name, its state, and its lines.
    licences: Vec<(String, String, Vec<Line>)>,
    uses: Vec<Vec<Line>>,
    at: String,
}

/// `GET /h/{handle}`.
pub(crate) async fn show(
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(asked): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::new(&counter, &asked, &headers);
    let (status, text) = match shown(&counter.office, &handle).await {
        Ok(Some(shown)) => return page(StatusCode::OK, &holder_page(frame, shown)),
        Ok(None) => (StatusCode::NOT_FOUND, frame.say("holder-unknown")),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, frame.say("problem-busy")),
    };
    page(status, &ProblemPage { frame, text })
}

fn holder_page(frame: Frame, shown: HolderShown) -> HolderPage {
    let title = match shown.reach {
        LinkReach::Licence => frame.say("holder-uses"),
        LinkReach::Holder => frame.say("holder-all"),
    };
    let licences = shown.licences.into_iter();
    let licences = licences.map(|one| licence(&frame, one)).collect();
    let uses = shown.uses.into_iter();
    let uses = uses.map(|one| used(&frame, (one, shown.reach))).collect();
    HolderPage {
        title,
        licences,
        uses,
        at: frame.now(),
        frame,
    }
}

fn said(frame: &Frame, (zh, en): Line) -> String {
    match frame.language() {
        Language::Chinese => zh,
        Language::English => en,
    }
}

fn licence(frame: &Frame, shown: Shown) -> (String, String, Vec<Line>) {
    let state = frame.say(&format!("state-{}", shown.state));
    let mut lines = vec![
        (frame.say("licence-holder"), shown.holder),
        (frame.say("licence-issuer"), shown.issuer),
        (frame.say("licence-valid-from"), shown.valid_from),
        (frame.say("licence-valid-to"), shown.valid_to),
    ];
    let successor = shown.successor;
    lines.extend(successor.map(|version| (frame.say("licence-successor"), version)));
    lines.extend(shown.open);
    (said(frame, shown.type_name), state, lines)
}

fn used(frame: &Frame, (one, reach): (UseShown, LinkReach)) -> Vec<Line> {
    let mut lines = vec![
        (frame.say("use-at"), frame.local(one.at)),
        (frame.say("use-body"), said(frame, one.body)),
    ];
    if reach == LinkReach::Holder {
        lines.push((frame.say("licence-type"), said(frame, one.kind)));
    }
    lines.extend(one.purpose.map(|words| (frame.say("use-purpose"), words)));
    let ground = frame.say(&format!("use-{}", one.ground));
    let ground = match one.law {
        Some(law) => format!("{ground} · {law}"),
        None => ground,
    };
    lines.extend([
        (frame.say("use-matter"), said(frame, one.matter)),
        (frame.say("progress-case"), one.case),
        (frame.say("use-ground"), ground),
    ]);
    lines.extend(one.person.map(|person| (frame.say("use-person"), person)));
    if let Some(fields) = one.fields {
        let mut what = fields.join("\u{3001}");
        if one.facts > 0 {
            what = format!(
                "{what} {}",
                frame.say_at("use-facts", &one.facts.to_string())
            );
        }
        if what.is_empty() {
            what = frame.say("use-state-alone");
        }
        lines.push((frame.say("use-fields"), what));
    }
    let taken = one.file_taken.map(|at| frame.local(at));
    lines.extend(taken.map(|at| (frame.say("use-file"), at)));
    lines
}
