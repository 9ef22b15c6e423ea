//! JSON in and out: strict where it comes in (T-I1).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use wire::problem::{Code, Problem};

/// JSON content that was read whole: UTF-8, at most 32 levels deep, no name twice, no member unknown.
#[derive(Debug)]
pub struct Strict<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Strict<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
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
