//! What a caller is told when a request fails: problem documents (RFC 9457), built here and nowhere else.
//!
//! A problem has a stable code, a status, and what to do. Nothing internal crosses: no path, no statement, no text of another
//! program (T-P9). The codes are listed in `api/problems.md`, which a test compares with [`Code::ALL`].

mod code;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

pub use code::Code;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// Where: a JSON pointer or the name of a field.
    pub at: String,
    /// Stable code.
    pub code: String,
    /// In words.
    pub text: String,
    /// The rule, such as `R1`, if it is one of the rules of the domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
}

/// An answer that is not the one hoped for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    defects: Vec<Defect>,
    retry_after: Option<u32>,
    untraced: Option<&'static str>,
}

/// Beside an answer: that nothing of the refusal stands in the trace yet, and under which code it is to (T-L1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untraced(pub &'static str);

impl Problem {
    /// A problem without particulars.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let retry_after = match code.text().1 {
            429 | 503 => Some(1),
            507 => Some(10),
            _ => None,
        };
        Self {
            code,
            detail: None,
            defects: Vec::new(),
            retry_after,
            // The rooms refuse by rules, and write what they refuse; that a key was used before, or a thing is not there, comes from below.
            untraced: match code {
                Code::KeyReused | Code::NotFound => Some(code.text().0),
                _ => None,
            },
        }
    }

    /// Nobody has written it into the trace: who admits the caller does, under this code.
    #[must_use]
    pub fn untraced(mut self, ground: &'static str) -> Self {
        self.untraced = Some(ground);
        self
    }

    /// It stands in the trace, under a code of its own.
    #[must_use]
    pub fn traced(mut self) -> Self {
        self.untraced = None;
        self
    }

    /// With a sentence for the reader: one of ours, never another program's.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// To be asked again after so many seconds, at the least one.
    #[must_use]
    pub fn again_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(u32::try_from(seconds.max(1)).unwrap_or(u32::MAX));
        self
    }

    /// With the list of what is wrong.
    #[must_use]
    pub fn with(mut self, defects: Vec<Defect>) -> Self {
        self.defects = defects;
        self
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The list of what is wrong.
    #[must_use]
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }
}

/// A problem as it travels (RFC 9457 3.1; `code` and `defects` are extension members).
#[derive(Debug, Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Defect]>::is_empty")]
    defects: &'a [Defect],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (code, status, title) = self.code.text();
        let document = Document {
            r#type: format!("/problems/{code}"),
            title,
            status,
            code,
            detail: self.detail.as_deref(),
            defects: &self.defects,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(ground) = self.untraced {
            response.extensions_mut().insert(Untraced(ground));
        }
        response
    }
}

#[cfg(test)]
mod tests;
