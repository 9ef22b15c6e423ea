//! The form in which a verdict is asked for: in short, at length, as the standard's XML, as a file for who judges again; or
//! the revision that a signature signs.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use verify::Policy;
use wire::problem::{Code, Problem};

/// How a verdict is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Form {
    /// The report of `yinxin-verify`, JSON.
    Report,
    /// With process, proof of time and every constraint of each signature, JSON.
    Detailed,
    /// The validation report of ETSI TS 119 102-2, XML.
    Etsi,
    /// With all that it was made of, for who judges again: `yinxin-verify --bundle`.
    Bundle,
}

/// What a link may ask for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    form: Option<Form>,
    policy: Option<String>,
    revision: Option<String>,
    #[serde(rename = "content-digest")]
    content_digest: Option<String>,
}

impl Wish {
    /// The form: the link says it, else whether XML is accepted and JSON is not.
    pub(crate) fn form(&self, headers: &HeaderMap) -> Form {
        let accepted = headers.get(header::ACCEPT);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let accepted = accepted.unwrap_or_default();
        let accepts = |kind: &str| accepted.contains(kind);
        let is_xml = accepts("application/xml") || accepts("text/xml");
        let fallback = if is_xml && !accepts("json") {
            Form::Etsi
        } else {
            Form::Report
        };
        self.form.unwrap_or(fallback)
    }

    /// The built-in policy of the name that is asked for. `form` knows no office's rules, and says so in its report.
    pub(crate) fn policy(&self) -> Result<Policy, Problem> {
        let Some(name) = &self.policy else {
            return Ok(Policy::default());
        };
        let unknown = || Problem::new(Code::RequestMalformed).saying("the policy is unknown");
        Policy::named(name).ok_or_else(unknown)
    }

    /// The digest of what the file signs and does not hold, in the place of it.
    pub(crate) fn content_digest(&self) -> Option<&str> {
        self.content_digest.as_deref()
    }

    /// The revision that is asked for.
    pub(crate) fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }
}

/// A verdict in its form, or what else was asked for, as it is answered.
pub(crate) fn answered(form: Form, octets: Vec<u8>) -> Response {
    let kind = match form {
        Form::Etsi => "application/xml",
        Form::Report | Form::Detailed => "application/json",
        Form::Bundle => return file("application/json", "verdict.json", octets),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, octets).into_response()
}

/// A file to be kept.
pub(crate) fn file(kind: &'static str, name: &str, octets: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, octets).into_response()
}
