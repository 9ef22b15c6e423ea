//! JSON in and out: strict where it comes in (T-I1).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

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
            .map_err(|_| malformed())?;
        issuance::inspect_json(&content).map_err(|error| malformed().saying(error.to_string()))?;
        serde_json::from_slice(&content)
            .map(Self)
            .map_err(|error| malformed().saying(place(&error)))
    }
}

/// Nobody has looked at it: of a known caller who wanted to change something it stands in the trace by this.
fn malformed() -> Problem {
    Problem::new(Code::RequestMalformed).untraced(Code::RequestMalformed.text().0)
}

/// Characters of a reason, at most.
const REASON: usize = 1_000;

/// Why somebody does something: at most 1,000 characters. Whether there has to be one is for the room to say.
///
/// # Errors
/// Those of the deserializer.
pub fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    match text.chars().count() > REASON {
        true => Err(D::Error::custom("a reason of more than 1,000 characters")),
        false => Ok(text),
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
        "a reason of more than 1,000 characters",
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
    fn a_reason_is_taken_up_to_its_bound() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(deserialize_with = "super::reason")]
            reason: String,
        }
        let read = |count: usize| {
            let body = format!("{{\"reason\":\"{}\"}}", "缘".repeat(count));
            serde_json::from_str::<Body>(&body).map(|body| body.reason)
        };
        for count in [0, 1_000] {
            assert_eq!(read(count).expect("read").chars().count(), count);
        }
        let error = read(1_001).expect_err("too long");
        let told = place(&error);
        assert!(
            told.starts_with("a reason of more than 1,000 characters at line 1 "),
            "{told}"
        );
    }

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
