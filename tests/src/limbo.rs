//! x509-limbo: its cases read, each judged by `pki`'s path validation, results in its own format.
//!
//! A case asks more than RFC 5280 clause 6: it is about a TLS peer of a name, and about what the profile of
//! RFC 5280 clause 4 or the web's rules demand of those who issue. The path is `pki::path`'s, the rules of
//! clause 4 are `pki::lint`'s; the peer's name and the web's rules stand here, since nothing else needs them.

use pki::certificate::Certificate;
use pki::crl::Crl;
use pki::lint::{self, Severity, Subject};
use pki::path::{Anchor, Budget, Chain, Purpose, Question, StatusMaterial, validate};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

mod peer;
mod web;

/// What is read: cases of version 1.
#[derive(Debug, Clone, Deserialize)]
pub struct Limbo {
    /// The version, 1.
    pub version: u32,
    /// The cases.
    pub testcases: Vec<Case>,
}

/// One case, as far as it is used.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Its name; what stands before the first `::` says whose rules it is about.
    pub id: String,
    /// Optional things that it needs.
    #[serde(default)]
    pub features: Vec<String>,
    /// What has to come out.
    pub expected_result: Expected,
    validation_kind: Kind,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_time: Option<String>,
    #[serde(default)]
    extended_key_usage: Vec<String>,
    #[serde(default)]
    key_usage: Vec<String>,
    expected_peer_name: Option<PeerName>,
    max_chain_depth: Option<usize>,
    #[serde(default)]
    crls: Vec<String>,
}

/// What has to come out of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Expected {
    /// A chain.
    Success,
    /// None.
    Failure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Client,
    Server,
}

#[derive(Debug, Clone, Deserialize)]
struct PeerName {
    kind: String,
    value: String,
}

/// What is written.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The version, 1.
    pub version: u32,
    /// Our name.
    pub harness: &'static str,
    /// One for each case, in order.
    pub results: Vec<CaseResult>,
}

/// What came out of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// Its name.
    pub id: String,
    /// What came out.
    pub actual_result: Actual,
    /// Why.
    pub context: Option<String>,
}

/// What came out of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Actual {
    /// A chain.
    Success,
    /// None.
    Failure,
    /// The case was not judged.
    Skipped,
}

/// Judges every case; `now` is the moment of those that name none.
#[must_use]
pub fn judge_all(limbo: &Limbo, now: UtcDateTime) -> Report {
    Report {
        version: 1,
        harness: "yinxin",
        results: limbo
            .testcases
            .iter()
            .map(|case| judge(case, now))
            .collect(),
    }
}

/// Judges one case.
#[must_use]
pub fn judge(case: &Case, now: UtcDateTime) -> CaseResult {
    let (actual_result, context) = match case.outcome(now) {
        Ok(()) => (Actual::Success, None),
        Err(Reason::Skipped(why)) => (Actual::Skipped, Some(why.to_owned())),
        Err(Reason::Failure(why)) => (Actual::Failure, Some(why)),
    };
    CaseResult {
        id: case.id.clone(),
        actual_result,
        context,
    }
}

/// Why a case did not end in a chain.
enum Reason {
    Failure(String),
    Skipped(&'static str),
}

impl Reason {
    /// The error with what caused it.
    fn of(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            let more = cause.to_string();
            if more != text {
                text = format!("{text}: {more}");
            }
            next = cause.source();
        }
        Self::Failure(text)
    }
}

impl Case {
    fn outcome(&self, now: UtcDateTime) -> Result<(), Reason> {
        // A wildcard below a public suffix can be known by the list of those alone, which is not carried here.
        if self
            .features
            .iter()
            .any(|feature| feature == "pedantic-public-suffix-wildcard")
        {
            return Err(Reason::Skipped("no list of public suffixes"));
        }
        let at = match &self.validation_time {
            None => now,
            Some(text) => UtcDateTime::parse(text, &Rfc3339).map_err(|error| Reason::of(&error))?,
        };
        let leaf = certificate(&self.peer_certificate)?;
        // Who cannot be read is no candidate and no anchor; the others may do.
        let readable = |texts: &[String]| -> Vec<Certificate> {
            texts
                .iter()
                .filter_map(|text| certificate(text).ok())
                .collect()
        };
        let candidates = readable(&self.untrusted_intermediates);
        let anchors: Vec<Anchor> = readable(&self.trusted_certs)
            .into_iter()
            .filter_map(|root| Anchor::of(root).ok())
            // Their depth is that of logical intermediates: those that pathLenConstraint counts.
            .map(|anchor| match self.max_chain_depth {
                Some(between) => anchor.with_path_length(between),
                None => anchor,
            })
            .collect();
        let lists = self
            .crls
            .iter()
            .map(|text| {
                let der = der(text).ok_or(Reason::Failure("no PEM".to_owned()))?;
                Crl::parse(&der).map_err(|error| Reason::of(&error))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let purpose = match self.validation_kind {
            Kind::Client => Purpose::ClientAuthentication,
            Kind::Server => Purpose::ServerAuthentication,
        };
        let mut question = Question::new(purpose, at);
        if !lists.is_empty() {
            question = question.with_status(StatusMaterial::of_lists(&lists, at));
        }
        let mut budget = Budget::new();
        let chain = validate(&leaf, &candidates, &anchors, &question, &mut budget)
            .map_err(|error| Reason::of(&error))?;
        self.inspect(&chain)
    }

    /// What the case asks beside a valid path.
    fn inspect(&self, chain: &Chain) -> Result<(), Reason> {
        let certificates = chain.certificates();
        let is_web = self.id.starts_with("webpki::");
        // Rules for who issues, beside those for who validates: only where a case is about them.
        let is_about_profile = is_web || self.id.starts_with("rfc5280::");
        for certificate in certificates.iter().filter(|_| is_about_profile) {
            let finding = lint::inspect(certificate.der(), Subject::Any)
                .into_iter()
                .find(|finding| {
                    finding.rule.severity == Severity::Error
                        && !(is_web && web::tolerates(finding.rule))
                });
            if let Some(finding) = finding {
                let rule = finding.rule;
                return Err(Reason::Failure(format!(
                    "{} ({}): {}",
                    rule.code, rule.clause, finding.detail
                )));
            }
        }
        let Some((leaf, above)) = certificates.split_first() else {
            return Err(Reason::Failure("no certificate".to_owned()));
        };
        if is_web {
            web::inspect(leaf, above, &self.extended_key_usage).map_err(Reason::Failure)?;
        }
        if self
            .key_usage
            .iter()
            .any(|usage| usage != "digitalSignature")
        {
            return Err(Reason::Skipped("key usage"));
        }
        match &self.expected_peer_name {
            Some(name) => peer::matches(leaf, &name.kind, &name.value).map_err(Reason::Failure),
            None => Ok(()),
        }
    }
}

fn certificate(pem: &str) -> Result<Certificate, Reason> {
    let der = der(pem).ok_or(Reason::Failure("no PEM".to_owned()))?;
    Certificate::parse(&der).map_err(|error| Reason::of(&error))
}

/// The octets of the first PEM block.
fn der(pem: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (_, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END")?;
    let body: String = body.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(body).ok()
}
