//! A verdict in the form that was asked for: in short, at length, as the standard's XML, as a file for who judges again; or
//! the revision that a signature signs.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use transcript::bundle::{self, BundleFault, Parts, PolicyGiven};
use transcript::replay::{self, WriteFacts};
use transcript::{Judgement, revision};
use verify::{Case, Policy};
use wire::problem::{Code, Problem};

use crate::brought::{Brought, here};
use crate::counter::Counter;

/// T-I3: octets of evidence and of content beside it that are bundled here, at most: in the bundle they stand as text, twice
/// wrapped. Whoever has a larger file bundles it with `yinxin-verify`.
const BUNDLED: usize = 16 << 20;

/// How a verdict is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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

    /// The revision that is asked for, as a file: octets of what was brought, and nothing judged.
    pub(crate) fn revision(&self, brought: &mut Brought) -> Option<Result<Response, Problem>> {
        let which = self.revision.as_deref()?;
        let octets = std::mem::take(&mut brought.octets);
        Some(here(move || first(octets, which)).flatten())
    }
}

/// ISO 32000-2 7.5.6: the first octets of the file, as they are.
fn first(mut octets: Vec<u8>, which: &str) -> Result<Response, Problem> {
    let length = revision::length(&octets, which);
    let length = length.map_err(|_| Problem::new(Code::NotFound))?;
    octets.truncate(usize::try_from(length).unwrap_or(usize::MAX));
    Ok(file("application/pdf", "revision.pdf", octets))
}

/// The evidence in a file with all that it is judged with, and what comes of it. The register's own word cannot be judged
/// again, so it is not in it: the lists speak that it signed.
pub(crate) fn bundled(
    counter: &Counter,
    (brought, case): (&Brought, &Case),
    policy: Policy,
) -> Result<Response, Problem> {
    let office = &counter.office;
    let trust = office.trust_bundle();
    let trust = trust.map_err(|_| Problem::new(Code::KeysLocked))?;
    let held = office.lists().held().into_iter();
    let held = held.map(|(name, list)| (name, list.bytes.clone()));
    let wanted = case.content_elsewhere();
    let contents = brought.contents.iter();
    let octets = here(|| {
        let now = office.now();
        let facts = replay::write(&brought.octets).map_err(unwritten)?;
        let beside = brought.contents.iter().map(|(_, octets)| octets.len());
        if beside.fold(facts.len(), usize::saturating_add) > BUNDLED {
            return Err(Problem::new(Code::RequestTooLarge));
        }
        let parts = Parts {
            file: brought.name.clone(),
            at: now.replace_nanosecond(0).unwrap_or(now),
            facts,
            trust: Some(trust.into_bytes()),
            policy: PolicyGiven::Named(policy.name),
            material: held.chain(brought.material.iter().cloned()).collect(),
            contents: contents.filter(|_| !wanted.is_empty()).cloned().collect(),
        };
        bundle::write(&parts).map_err(|fault| unbundled(&fault))
    })
    .flatten()?;
    Ok(file("application/json", "verdict.json", octets))
}

fn unwritten(fault: WriteFacts) -> Problem {
    match fault {
        WriteFacts::TooLarge => Problem::new(Code::RequestTooLarge),
        _ => Problem::new(Code::Internal),
    }
}

fn unbundled(fault: &BundleFault) -> Problem {
    match fault {
        BundleFault::TooLarge => Problem::new(Code::RequestTooLarge),
        _ => Problem::new(Code::Internal),
    }
}

/// A judgement, in its form.
pub(crate) fn written(form: Form, judgement: &Judgement<'_>) -> Response {
    let (kind, text) = match form {
        Form::Report | Form::Bundle => ("application/json", judgement.report.to_json()),
        Form::Detailed => ("application/json", transcript::detailed(judgement)),
        Form::Etsi => ("application/xml", transcript::etsi(judgement)),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

fn file(kind: &'static str, name: &str, octets: Vec<u8>) -> Response {
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
