//! What the demonstration prints: a story for people, or one JSON object.

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

/// A licence that was issued.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Licence {
    pub(crate) identifier: String,
    pub(crate) number: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) pdf: Option<String>,
    pub(crate) ofd: Option<String>,
    pub(crate) lc1: String,
    pub(crate) receipt: String,
}

/// A verdict.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Check {
    pub(crate) file: String,
    /// The moment judged, RFC 3339, and whether the register was asked.
    pub(crate) when: String,
    pub(crate) answer: Option<String>,
    pub(crate) verdict: String,
    #[serde(skip)]
    findings: Vec<String>,
}

impl Check {
    pub(crate) fn of(file: &str, how: &str, report: &Value) -> Self {
        let text = |name: &str| report.get(name).and_then(Value::as_str).map(str::to_owned);
        let at = text("at").unwrap_or_default();
        let found = report.get("findings").and_then(Value::as_array);
        let codes = found.into_iter().flatten();
        Self {
            file: file.to_owned(),
            when: format!("{at} {how}"),
            answer: text("answer"),
            verdict: text("verdict").unwrap_or_else(|| "not_processed".to_owned()),
            findings: codes
                .filter_map(|finding| finding.get("code")?.as_str().map(str::to_owned))
                .collect(),
        }
    }
}

/// Everything that came of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    pub(crate) base_url: String,
    pub(crate) trust: String,
    pub(crate) licences: Vec<Licence>,
    pub(crate) checks: Vec<Check>,
}

impl Outcome {
    pub(crate) fn new(base: &str, out: &Path) -> Self {
        Self {
            base_url: base.to_owned(),
            trust: out.join("trust.jws").display().to_string(),
            licences: Vec::new(),
            checks: Vec::new(),
        }
    }
}

/// Where the story goes.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    json: bool,
}

impl Told {
    /// For people, line by line; or, as `json`, one object at the end for programs.
    #[must_use]
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// A line for people.
    pub fn line(&self, text: &str) {
        if !self.json {
            // A closed pipe ends nothing.
            let _written = writeln!(std::io::stdout(), "{text}");
        }
    }

    pub(crate) fn licence(&self, licence: &Licence) {
        self.line(&format!(
            "  {:<7} {:<28} {}  {}",
            licence.kind, licence.number, licence.state, licence.identifier
        ));
    }

    pub(crate) fn check(&self, check: &Check) {
        let name = Path::new(&check.file).file_name().unwrap_or_default();
        self.line(&format!(
            "  {:<10} {:<30} answer {:<15} verdict {:<14} {}",
            name.to_string_lossy(),
            check.when,
            check.answer.as_deref().unwrap_or("none"),
            check.verdict,
            check.findings.join(" ")
        ));
    }

    pub(crate) fn outcome(&self, outcome: &Outcome) -> anyhow::Result<()> {
        if self.json {
            let mut text = serde_json::to_string(outcome)?;
            text.push('\n');
            std::io::stdout().write_all(text.as_bytes())?;
            std::io::stdout().flush()?;
        }
        Ok(())
    }

    /// What the demonstration goes on serving, and how it ends.
    pub fn stay(&self, base: &str, folder: &Path) {
        self.line(&format!("sealed files lie in {}/out", folder.display()));
        self.line(&format!(
            "the service stays at {base}; a page to check files: {base}/verify; notices: {base}/notices"
        ));
        self.line("stop it with Ctrl-C");
    }
}
