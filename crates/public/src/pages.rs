//! The public pages: a file or a code is judged, a link is looked up; without JavaScript, in two languages.

use askama::Template;
use axum::extract::FromRequest;
use axum::extract::{Multipart, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use verify::{Policy, Verdict};
use wire::problem::{Code, Problem};

use crate::asked::{Looked, Wanted};
use crate::brought::{Brought, brought};
use crate::counter::Counter;
use crate::pictures::Pictures;
use crate::shown::Shown;
use crate::text::Language;
use crate::verifications::judged;

/// What a link may say: the language of its reader.
#[derive(Debug, Default, Deserialize)]
pub struct Link {
    lang: Option<String>,
}

impl Link {
    /// A link that says its language alone.
    pub(crate) fn in_language(lang: Option<String>) -> Self {
        Self { lang }
    }
}

/// The part that all pages share.
#[derive(Debug)]
pub struct Frame {
    counter: Counter,
    language: Language,
    /// The reader's language, as HTML names it.
    pub lang: &'static str,
    /// Whether every page says that nothing here is real.
    pub sample: bool,
}

impl Frame {
    /// The frame in the language of the link, or of the browser.
    #[must_use]
    pub fn new(counter: &Counter, asked: &Link, headers: &HeaderMap) -> Self {
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let language = Language::chosen(asked.lang.as_deref(), accepted);
        Self {
            counter: counter.clone(),
            language,
            lang: language.code(),
            sample: counter.shown.is_sample,
        }
    }

    /// The language of the reader.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A text of the reader's language.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.counter.texts.say(self.language, key, None)
    }

    fn say_limit(&self, key: &str, limit: &str) -> String {
        self.counter
            .texts
            .say(self.language, key, Some(("limit", limit)))
    }

    /// The same with a value in it.
    #[must_use]
    pub fn say_at(&self, key: &str, at: &str) -> String {
        self.counter.texts.say(self.language, key, Some(("at", at)))
    }

    /// What a finding says, in the reader's language; what it is about stands behind it, where that can be read.
    fn finding(&self, code: &str, text: &str) -> String {
        let row = verify::TABLE.iter().find(|row| row.code == code);
        let Some(row) = row else {
            return text.to_owned();
        };
        let said = self.say(&format!("finding-{}", code.replace('.', "-")));
        let about = text
            .strip_prefix(row.text)
            .and_then(|rest| rest.strip_prefix(": "))
            .filter(|about| is_read(self.language, about))
            .map(|about| each_word(about, &|word| self.moment(word)));
        match (about, self.language) {
            (None, _) => said,
            (Some(about), Language::Chinese) => format!("{said}：{about}"),
            (Some(about), Language::English) => format!("{said}: {about}"),
        }
    }

    /// The other language.
    #[must_use]
    pub fn other(&self) -> &'static str {
        self.language.other().code()
    }

    /// The moment in the office's zone, in figures.
    pub(crate) fn now(&self) -> String {
        self.local(self.counter.office.now())
    }

    /// A moment in the office's zone, in figures.
    #[must_use]
    pub fn local(&self, moment: UtcDateTime) -> String {
        let local = self.counter.office.settings().zone.local(moment);
        let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        local.format(&form).unwrap_or_default()
    }

    /// A moment of a report, in the office's zone; as it stands when it is none.
    fn moment(&self, text: &str) -> String {
        match UtcDateTime::parse(text, &Rfc3339) {
            Ok(moment) => self.say_at("verdict-moment", &self.local(moment)),
            Err(_) => text.to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    frame: Frame,
    limit: String,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "licence.html")]
struct LicencePage {
    frame: Frame,
    tone: &'static str,
    sign: &'static str,
    state: String,
    sentence: String,
    rows: Vec<(String, String)>,
    at: String,
}

#[derive(Template)]
#[template(path = "verdict.html")]
struct VerdictPage {
    frame: Frame,
    tone: &'static str,
    sign: &'static str,
    word: String,
    sentence: String,
    /// Its name, as it was brought.
    file: String,
    /// Which version has taken the licence's place.
    successor: Option<String>,
    reasons: Vec<Reason>,
    signatures: Vec<Vec<(String, String)>>,
    pictures: Pictures,
    details: String,
    at: String,
}

struct Reason {
    /// Which part of the file it concerns, in the reader's language.
    what: String,
    text: String,
    code: String,
}

/// A page that says what happened and what to do.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// What all pages share.
    pub frame: Frame,
    /// What happened, and what to do.
    pub text: String,
}

/// What a page may load: no script.
const PLAIN: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// The desk: our script, which asks this service alone and shows files that it has fetched.
const SCRIPTED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src blob:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'";

pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    page_under(PLAIN, status, template)
}

/// A page under a policy of what it may load.
pub fn page_under(policy: &'static str, status: StatusCode, template: &impl Template) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    match template.render() {
        Ok(html) => (status, headers, Html(html)).into_response(),
        Err(_) => Problem::new(Code::Internal).into_response(),
    }
}

fn limit(counter: &Counter) -> String {
    format!("{} MiB", counter.shown.upload >> 20)
}

/// `GET /` and `GET /verify`.
pub(crate) async fn check(
    State(counter): State<Counter>,
    Query(asked): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::new(&counter, &asked, &headers);
    let limit = limit(&counter);
    page(
        StatusCode::OK,
        &CheckPage {
            frame,
            limit,
            note: None,
        },
    )
}

/// `GET /desk`: where custodians sign in and release; the page itself knows nobody.
pub(crate) async fn desk(
    State(counter): State<Counter>,
    Query(asked): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::new(&counter, &asked, &headers);
    page_under(SCRIPTED, StatusCode::OK, &DeskPage { frame })
}

/// `POST /verify`: the verdict as a page.
pub(crate) async fn verify(
    State(counter): State<Counter>,
    Query(asked): Query<Link>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let frame = Frame::new(&counter, &asked, &headers);
    let Ok(place) = counter.place().await else {
        return busy(frame);
    };
    let Ok(form) = Multipart::from_request(request, &counter).await else {
        let text = frame.say("problem-unreadable");
        return page(StatusCode::BAD_REQUEST, &ProblemPage { frame, text });
    };
    let Ok(brought) = brought(form).await else {
        let note = Some(frame.say("verify-nothing"));
        let limit = limit(&counter);
        return page(StatusCode::BAD_REQUEST, &CheckPage { frame, limit, note });
    };
    let judged = looked_at(&counter, brought).await;
    drop(place);
    match judged {
        Ok((shown, looked)) => page(StatusCode::OK, &verdict(frame, &shown, looked)),
        Err(_) => busy(frame),
    }
}

/// The report, as it is shown and as it stands, and what the file shows.
async fn looked_at(counter: &Counter, brought: Brought) -> Result<(Shown, Looked), Problem> {
    let told = judged(counter, brought, (&Policy::default(), Wanted::Page)).await?;
    let internal = |_| Problem::new(Code::Internal);
    let looked: Looked = serde_json::from_slice(&told).map_err(internal)?;
    let shown = serde_json::from_str(&looked.report).map_err(internal)?;
    Ok((shown, looked))
}

/// T-A5: with the moment to come back.
fn busy(frame: Frame) -> Response {
    let text = frame.say("problem-busy");
    let problem = ProblemPage { frame, text };
    let mut answer = page(StatusCode::SERVICE_UNAVAILABLE, &problem);
    let headers = answer.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// Tone, sign and word together, never colour alone (looks 4).
fn tone(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::Valid => ("good", "✓", "sign-good"),
        Verdict::Invalid | Verdict::NotSigned => ("bad", "✗", "sign-bad"),
        Verdict::NotProcessed => ("unsure", "?", "sign-unprocessed"),
        _ => ("unsure", "?", "sign-unsure"),
    }
}

/// Whether a reader of this language reads what a finding is about: names, numbers and addresses always; sentences of
/// the verifier are English, and stand in the report below.
fn is_read(language: Language, about: &str) -> bool {
    let is_sentence = about.is_ascii() && about.contains(' ');
    language == Language::English || !is_sentence
}

/// A text with each of its words told anew, whatever stands behind it.
fn each_word(text: &str, tell: &dyn Fn(&str) -> String) -> String {
    let words = text.split(' ').map(|word| {
        let bare = word.trim_end_matches([',', ';', '.', ')']);
        let behind = word.strip_prefix(bare).unwrap_or_default();
        format!("{}{behind}", tell(bare))
    });
    words.collect::<Vec<String>>().join(" ")
}

/// The first part of a finding's code.
fn family(code: &str) -> &str {
    code.split_once('.').map_or(code, |(family, _)| family)
}

/// The common name of a signer, and the organisation if it is another text; the whole name without one. The report
/// below has the rest.
fn name(whole: &str) -> String {
    let part = |kind: &str| {
        // RFC 4514 2.4: an escaped comma is none between parts.
        let hidden = whole.replace("\\,", "\u{0}");
        let mut parts = hidden.split(',').map(|part| part.replace('\u{0}', ","));
        parts.find_map(|part| part.strip_prefix(kind).map(str::to_owned))
    };
    match (part("CN="), part("O=")) {
        (Some(name), Some(office)) if name != office => format!("{name} · {office}"),
        (Some(name), _) => name,
        (None, _) => whole.to_owned(),
    }
}

fn verdict(frame: Frame, report: &Shown, looked: Looked) -> VerdictPage {
    let (tone, sign, word) = tone(report.verdict);
    let sentence = match frame.language {
        Language::Chinese => report.sentence.zh.clone(),
        Language::English => report.sentence.en.clone(),
    };
    let findings = report.findings.iter().chain(
        report
            .signatures
            .iter()
            .flat_map(|signature| &signature.findings),
    );
    let reasons = findings
        .filter(|finding| finding.weighs())
        .map(|finding| Reason {
            what: frame.say(&format!("reason-{}", family(&finding.code))),
            text: frame.finding(&finding.code, &finding.text),
            code: finding.code.clone(),
        });
    let rows = |signature: &crate::shown::Signature| {
        let mut rows = vec![
            (
                frame.say("verdict-signer"),
                signature.signer.as_deref().map(name).unwrap_or_default(),
            ),
            (
                frame.say("verdict-time"),
                frame.moment(signature.signing_time.as_deref().unwrap_or_default()),
            ),
            (
                frame.say("verdict-covers"),
                frame.say(&format!("covers-{}", signature.covers)),
            ),
        ];
        if let Some(told) = signature.national() {
            let profile = frame.finding(&told.code, &told.text);
            rows.push((frame.say("verdict-profile"), profile));
        }
        rows
    };
    let signatures = report.signatures.iter().map(rows).collect();
    let successor = report.successor();
    VerdictPage {
        tone,
        sign,
        word: frame.say(word),
        sentence,
        file: report.file.clone(),
        successor: successor.map(|version| format!("{} {version}", frame.say("licence-successor"))),
        reasons: reasons.collect(),
        signatures,
        pictures: looked.pictures,
        details: looked.report,
        at: frame.now(),
        frame,
    }
}

/// `GET /v/{handle}`: state and open fields only (T-P6).
pub(crate) async fn licence(
    State(counter): State<Counter>,
    Path(handle): Path<String>,
    Query(asked): Query<Link>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::new(&counter, &asked, &headers);
    let shown = issuance::look::shown(&counter.office, &handle).await;
    let Ok(shown) = shown else {
        let text = frame.say("problem-busy");
        return page(
            StatusCode::SERVICE_UNAVAILABLE,
            &ProblemPage { frame, text },
        );
    };
    let at = frame.now();
    let Some(shown) = shown else {
        let page_of = LicencePage {
            tone: "unsure",
            sign: "?",
            state: frame.say("state-unknown"),
            sentence: frame.say("licence-unknown"),
            rows: Vec::new(),
            at,
            frame,
        };
        return page(StatusCode::NOT_FOUND, &page_of);
    };
    page(StatusCode::OK, &licence_page(frame, shown, at))
}

fn licence_page(frame: Frame, shown: issuance::look::Shown, at: String) -> LicencePage {
    let (tone, sign) = match shown.state {
        "valid" => ("good", "✓"),
        "not_yet_valid" | "suspended" | "superseded" => ("unsure", "!"),
        _ => ("bad", "✗"),
    };
    let (zh, en) = &shown.type_name;
    let type_name = match frame.language {
        Language::Chinese => zh.clone(),
        Language::English => format!("{en} {zh}"),
    };
    let state = frame.say(&format!("state-{}", shown.state));
    let mut rows = vec![
        (frame.say("licence-type"), type_name.clone()),
        (frame.say("licence-holder"), shown.holder.clone()),
        (frame.say("licence-issuer"), shown.issuer),
        (frame.say("licence-valid-from"), shown.valid_from),
        (
            frame.say("licence-valid-to"),
            match shown.valid_to.as_str() {
                "长期" => frame.say("licence-long-term"),
                _ => shown.valid_to,
            },
        ),
    ];
    if let Some(version) = shown.successor {
        rows.push((frame.say("licence-successor"), version));
    }
    rows.extend(shown.open);
    LicencePage {
        sentence: format!("{type_name} · {}", shown.holder),
        tone,
        sign,
        state,
        rows,
        at,
        frame,
    }
}

/// `GET /assets/…`.
pub(crate) async fn asset(Path(path): Path<String>) -> Result<Response, Problem> {
    let asset = Assets::get(&path).ok_or(Problem::new(Code::NotFound))?;
    let kind = match path.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "png")) => "image/png",
        _ => "text/css; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "max-age=3600,public"),
    ];
    Ok((headers, asset.data.into_owned()).into_response())
}

/// Files that the binary carries for its pages.
#[derive(rust_embed::RustEmbed)]
#[folder = "console/assets"]
struct Assets;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_anew_with_what_stands_behind_them() {
        let tell = |word: &str| word.replace("2026-01-02T03:04:05Z", "3 o'clock");
        let told = |text: &str| each_word(text, &tell);
        assert_eq!(told("2026-01-02T03:04:05Z"), "3 o'clock");
        assert_eq!(
            told("until 2026-01-02T03:04:05Z, not later"),
            "until 3 o'clock, not later"
        );
    }

    #[test]
    fn sentences_of_the_verifier_are_shown_to_who_reads_english() {
        for (about, is_shown) in [
            ("the proof is refused", false),
            ("revision 4, bytes 95402 to 95403", false),
            ("https://licences.example/status/1", true),
            ("2026-07-03T01:00:00Z", true),
            ("临溪市民政局 1", true),
        ] {
            assert_eq!(is_read(Language::Chinese, about), is_shown, "{about}");
            assert!(is_read(Language::English, about));
        }
    }

    #[test]
    fn a_signer_is_shown_by_name_and_organisation() {
        assert_eq!(
            name("CN=审批专用章,serialNumber=1,O=审批局,C=CN"),
            "审批专用章 · 审批局"
        );
        assert_eq!(name("CN=A\\, B,O=A\\, B"), "A, B");
        assert_eq!(name("C=CN"), "C=CN");
    }
}
