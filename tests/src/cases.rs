//! Decided cases, as approval systems post them: those of the demonstration, with case numbers of their own.

use anyhow::Context as _;
use licence::IssueRequest;
use serde_json::{Value, json};

const LICENCES: &str = include_str!("../../crates/demo/assets/licences.json");

/// The request of the demonstration for this type, under a case of its own and without a number, so that each one
/// gets the next.
///
/// # Errors
/// When the demonstration has none.
pub fn case(kind: &str, number: u64) -> anyhow::Result<Value> {
    let all: Vec<Value> = serde_json::from_str(LICENCES)?;
    let found = all.into_iter().find(|entry| {
        let found = entry.pointer("/request/type").and_then(Value::as_str);
        found == Some(kind)
    });
    let mut entry = found.context("the demonstration has a case of this type")?;
    let request = entry
        .pointer_mut("/request")
        .and_then(Value::as_object_mut)
        .context("a case has a request")?;
    request.remove("number");
    let department = request
        .get("case")
        .and_then(Value::as_str)
        .and_then(|case| case.split('-').nth(1))
        .context("a case number names its place")?;
    let case = format!("BJ-{department}-20260610-{number:05}");
    request.insert("case".to_owned(), json!(case));
    Ok(Value::Object(request.clone()))
}

/// The same as a value.
///
/// # Errors
/// As [`case`].
pub fn request(kind: &str, number: u64) -> anyhow::Result<IssueRequest> {
    Ok(serde_json::from_value(case(kind, number)?)?)
}

/// The content of `POST /v1/licences`.
#[must_use]
pub fn body(request: &Value) -> Value {
    json!({"request": request, "photo": null})
}
