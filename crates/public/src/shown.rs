//! What a page shows of a report, out of its JSON: whoever judged may be another process.

use serde::Deserialize;
use verify::Verdict;

/// A report, as far as it is shown.
#[derive(Debug, Deserialize)]
pub(crate) struct Shown {
    pub(crate) file: String,
    pub(crate) verdict: Verdict,
    pub(crate) sentence: Sentence,
    pub(crate) findings: Vec<Finding>,
    pub(crate) signatures: Vec<Signature>,
    licence: Option<Licence>,
}

/// One sentence in both languages.
#[derive(Debug, Deserialize)]
pub(crate) struct Sentence {
    pub(crate) zh: String,
    pub(crate) en: String,
}

/// A finding.
#[derive(Debug, Deserialize)]
pub(crate) struct Finding {
    pub(crate) code: String,
    severity: String,
    pub(crate) text: String,
}

/// A signature.
#[derive(Debug, Deserialize)]
pub(crate) struct Signature {
    pub(crate) signer: Option<String>,
    pub(crate) signing_time: Option<String>,
    pub(crate) covers: String,
    pub(crate) findings: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
struct Licence {
    superseded_by: Option<Successor>,
}

#[derive(Debug, Deserialize)]
struct Successor {
    version: String,
}

impl Shown {
    /// The version that has taken the licence's place.
    pub(crate) fn successor(&self) -> Option<&str> {
        let by = self.licence.as_ref()?.superseded_by.as_ref()?;
        Some(&by.version)
    }
}

impl Signature {
    /// What is told of a signature of the national profile (D5).
    pub(crate) fn national(&self) -> Option<&Finding> {
        let mut findings = self.findings.iter();
        findings.find(|finding| finding.code == "signature.national-profile")
    }
}

impl Finding {
    /// Whether it is more than told.
    pub(crate) fn weighs(&self) -> bool {
        self.severity != "info"
    }
}
