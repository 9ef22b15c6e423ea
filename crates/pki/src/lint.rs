//! Rules of RFC 5280, EN 319 412, RFC 3161 and RFC 6960 that a certificate or CRL can break by itself.
//!
//! Run over a copy under a throw-away signature before the real key signs (T-C2), and over what others
//! made. Nothing here needs a key, a moment or another certificate.

use crate::certificate::Certificate;
use asn1::Oid;

mod code_lists;
mod extensions;
mod fields;
mod list;
mod names;
mod person;
mod purpose;
mod qualified;
mod rules;
mod syntax;

pub use list::inspect_crl;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Against advice of the standard.
    Warning,
    /// Against a requirement: issue stops.
    Error,
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its code, stable.
    pub code: &'static str,
    /// Where it stands.
    pub clause: &'static str,
    /// What breaking it means.
    pub severity: Severity,
}

/// One rule broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintFinding {
    /// Which rule.
    pub rule: &'static Rule,
    /// What in the certificate breaks it.
    pub detail: String,
}

/// For which kind of subject the certificate is meant: which profile's rules hold beside RFC 5280.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// No further rules.
    Any,
    /// EN 319 412-3: a legal person.
    LegalPerson,
    /// EN 319 412-2: a natural person.
    NaturalPerson,
}

/// Inspects the DER octets of a certificate.
///
/// Octets that are no certificate give one finding that says so.
#[must_use]
pub fn inspect(certificate: &[u8], subject: Subject) -> Vec<LintFinding> {
    let mut findings = Findings::default();
    match Certificate::read(certificate) {
        Err(error) => fields::unreadable(&error, &mut findings),
        Ok((certificate, faults)) => {
            for fault in &faults {
                fields::unreadable(fault, &mut findings);
            }
            fields::inspect(&certificate, &mut findings);
            names::inspect(&certificate, subject, &mut findings);
            extensions::inspect(&certificate, &mut findings);
            purpose::inspect(&certificate, &mut findings);
            qualified::inspect(&certificate, &mut findings);
            person::inspect(&certificate, subject, &mut findings);
        }
    }
    findings.0
}

/// Whether any of `findings` stops issue.
#[must_use]
pub fn stops_issue(findings: &[LintFinding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.rule.severity == Severity::Error)
}

/// Findings so far.
#[derive(Default)]
struct Findings(Vec<LintFinding>);

impl Findings {
    fn add(&mut self, rule: &'static Rule, detail: impl Into<String>) {
        self.0.push(LintFinding {
            rule,
            detail: detail.into(),
        });
    }

    fn add_if(&mut self, broken: bool, rule: &'static Rule, detail: impl Into<String>) {
        if broken {
            self.add(rule, detail);
        }
    }

    /// The value that `read` gave, or a finding that the extension is malformed.
    fn value<T, E: std::error::Error>(&mut self, oid: Oid, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| {
            let cause = error.source().map(|source| format!(": {source}"));
            let detail = format!("{oid}: {error}{}", cause.unwrap_or_default());
            self.add(&rules::EXTENSION_MALFORMED, detail);
        })
        .ok()
    }
}

#[cfg(test)]
mod tests;
