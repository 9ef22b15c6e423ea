//! A finding: what was seen, how much it weighs, and which clause says so.

use serde::Serialize;

use crate::effect::{Effect, Indication, Severity, SubIndication};
use crate::table::{Row, TABLE};

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code; every one stands in `docs/findings.md`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The clause that says so.
    pub clause: &'static str,
    /// What it is, for a person; details after a colon.
    pub text: String,
    /// What follows from it.
    #[serde(skip)]
    pub effect: Effect,
}

/// The row of a code that no table has: never *valid*.
const UNLISTED: Row = Row {
    code: "finding.unlisted",
    effect: Effect::Open(SubIndication::SigConstraintsFailure),
    clause: "T-V1",
    text: "something that this verifier has no row for",
};

impl Finding {
    /// The finding of this code.
    #[must_use]
    pub fn of(code: &str) -> Finding {
        let row = TABLE
            .iter()
            .find(|row| row.code == code)
            .unwrap_or(&UNLISTED);
        Finding {
            code: row.code,
            severity: row.effect.severity(),
            clause: row.clause,
            text: if row.code == code {
                row.text.to_owned()
            } else {
                format!("{}: {code}", row.text)
            },
            effect: row.effect,
        }
    }

    /// The same with details for a person.
    #[must_use]
    pub fn because(mut self, detail: impl std::fmt::Display) -> Finding {
        self.text = format!("{}: {detail}", self.text);
        self
    }

    /// The same with another effect, where the place decides.
    #[must_use]
    pub fn with(mut self, effect: Effect) -> Finding {
        self.effect = effect;
        self.severity = effect.severity();
        self
    }
}

/// Indication and sub-indication that follow from these findings: the worst, and of equals the first.
#[must_use]
pub fn conclude(findings: &[Finding]) -> (Indication, Option<SubIndication>) {
    let fails = findings.iter().find_map(|finding| match finding.effect {
        Effect::Fails(sub) => Some(sub),
        _ => None,
    });
    let open = findings.iter().find_map(|finding| match finding.effect {
        Effect::Open(sub) => Some(sub),
        _ => None,
    });
    match (fails, open) {
        (Some(sub), _) => (Indication::Failed, Some(sub)),
        (None, Some(sub)) => (Indication::Indeterminate, Some(sub)),
        (None, None) => (Indication::Passed, None),
    }
}
