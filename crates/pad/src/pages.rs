//! What the pages show.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use papers::pads::coming::PageShown;
use public::{Frame, page_under};
use signing::pad::State;

/// Our own script, which asks nobody anything; the document in a frame of this page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'";

/// Where the code is asked for: the same for every link, whether it leads anywhere or not (T-P6).
#[derive(Template)]
#[template(path = "door.html")]
pub(crate) struct Door {
    pub(crate) frame: Frame,
    /// What did not open.
    pub(crate) note: Option<String>,
}

/// Where somebody reads, writes and signs.
#[derive(Template)]
#[template(path = "pad.html")]
pub(crate) struct Board {
    pub(crate) frame: Frame,
    pub(crate) shown: PageShown,
    pub(crate) handle: String,
    pub(crate) until: String,
    /// What was refused.
    pub(crate) note: Option<String>,
}

/// What came of it.
#[derive(Template)]
#[template(path = "over.html")]
pub(crate) struct Over {
    pub(crate) frame: Frame,
    pub(crate) shown: PageShown,
    pub(crate) handle: String,
    pub(crate) at: String,
}

impl Board {
    /// Who asks, in the reader's language.
    pub(crate) fn asks(&self) -> &str {
        department(&self.frame, &self.shown)
    }
}

impl Over {
    pub(crate) fn asks(&self) -> &str {
        department(&self.frame, &self.shown)
    }

    pub(crate) fn is_signed(&self) -> bool {
        self.shown.state == State::Signed
    }

    pub(crate) fn word(&self) -> String {
        self.frame.say(&format!("pad-{}", self.shown.state.code()))
    }
}

fn department<'a>(frame: &Frame, shown: &'a PageShown) -> &'a str {
    match frame.lang {
        "en" => &shown.department.1,
        _ => &shown.department.0,
    }
}

/// A page of the pad. Its own address is told to this service alone, which needs it to know its own forms.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    let mut answer = page_under(POLICY, status, template);
    let own = HeaderValue::from_static("same-origin");
    answer.headers_mut().insert(header::REFERRER_POLICY, own);
    answer
}
