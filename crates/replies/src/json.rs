//! JSON in and out: strict where it comes in (T-I1).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use wire::problem::{Code, Problem};

/// JSON content that was read whole: UTF-8, at most 32 levels deep, no name twice, no member unknown; and not said to be anything
/// else, so that no form of another site's page is taken for it (T-P2).
#[derive(Debug)]
pub struct Strict<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Strict<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !request
            .headers()
            .get_all(header::CONTENT_TYPE)
            .iter()
            .all(is_json)
        {
            return Err(Problem::new(Code::RequestKind));
        }
        let content = Bytes::from_request(request, state)
            .await
            .map_err(|_| Problem::new(Code::RequestMalformed))?;
        issuance::inspect_json(&content)
            .map_err(|error| Problem::new(Code::RequestMalformed).saying(error.to_string()))?;
        serde_json::from_slice(&content)
            .map(Self)
            .map_err(|error| Problem::new(Code::RequestMalformed).saying(place(&error)))
    }
}

/// `application/json`, whatever its parameters (RFC 9110 8.3.1). A form can say three other kinds, and always says one (HTML 4.10.21.6).
fn is_json(kind: &HeaderValue) -> bool {
    let named = kind.to_str().ok().and_then(|kind| kind.split(';').next());
    named.is_some_and(|named| named.trim().eq_ignore_ascii_case("application/json"))
}

/// Where and why, without a word of the content.
fn place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let known = [
        "missing field",
        "unknown field",
        "duplicate field",
        "EOF",
        "trailing",
    ];
    let why = known.into_iter().find(|start| text.starts_with(start));
    let why = match why {
        // Names of members are the caller's own and the API's.
        Some("missing field" | "unknown field" | "duplicate field") => text
            .split(',')
            .next()
            .unwrap_or_default()
            .chars()
            .take(80)
            .collect(),
        Some(other) => other.to_owned(),
        None => "not of the form".to_owned(),
    };
    format!("{why} at line {} column {}", error.line(), error.column())
}

/// An answer of the office.
pub fn said(response: registry::asked::Response) -> Response {
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::OK);
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, response.body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_that_it_is_something_else_is_no_json() {
        for (kind, is) in [
            ("application/json", true),
            ("Application/JSON ; charset=utf-8", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=application/json", false),
            ("text/plain; application/json", false),
            ("application/json-seq", false),
            ("", false),
        ] {
            assert_eq!(is_json(&HeaderValue::from_static(kind)), is, "{kind:?}");
        }
    }
}
