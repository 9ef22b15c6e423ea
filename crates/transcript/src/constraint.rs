//! What a signature was held against: each constraint with its clause, the level that the policy gives it, and what came
//! of it (EN 319 102-1 5.1.4, ades-pki 14.3 c).

use finding::{Effect, Finding, SubIndication};
use verify::report::SignatureReport;
use verify::{Demand, Policy, Verdict};

/// How much a policy makes of a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nobody looks.
    Ignore,
    /// What is there has to hold.
    Warn,
    /// It has to be there and hold.
    Fail,
}

/// What came of a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It holds, and something is to be remarked.
    Remarked,
    /// Nobody can say.
    Open(Option<SubIndication>),
    /// It does not hold.
    Failed(SubIndication),
    /// It was not come to: an earlier one ended the matter.
    NotReached,
}

/// A constraint, held against one signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint<'a> {
    /// Its name, such as `certificate-chain`.
    pub name: &'static str,
    /// The clause that it is from.
    pub clause: &'static str,
    /// What the policy makes of it.
    pub level: Level,
    /// What came of it.
    pub outcome: Outcome,
    /// The findings that say so.
    pub findings: Vec<&'a Finding>,
}

impl Level {
    /// Its word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Level::Ignore => "ignore",
            Level::Warn => "warn",
            Level::Fail => "fail",
        }
    }
}

impl Outcome {
    /// Its word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Remarked => "remarked",
            Outcome::Open(_) => "indeterminate",
            Outcome::Failed(_) => "failed",
            Outcome::NotReached => "not_reached",
        }
    }
}

/// A row: name, clause, and the beginnings of the finding codes that break it. Of two rows the longer beginning decides.
struct Row {
    name: &'static str,
    clause: &'static str,
    /// Whether it can be looked at without the signer's certificate.
    early: bool,
    codes: &'static [&'static str],
}

const fn row(
    name: &'static str,
    clause: &'static str,
    early: bool,
    codes: &'static [&'static str],
) -> Row {
    Row {
        name,
        clause,
        early,
        codes,
    }
}

/// In the order of EN 319 102-1 5.2, then ours.
const ROWS: &[Row] = &[
    row("format", "EN 319 102-1 5.2.2", true, &[""]),
    row(
        "changes-after-signing",
        "EN 319 142-1 5.4.1, T-V3",
        true,
        &["change.", "signature.gone", "signature.replaced"],
    ),
    row(
        "signing-certificate",
        "EN 319 102-1 5.2.3",
        true,
        &[
            "cms.signing-certificate",
            "cms.identifier-",
            "cms.certificates-absent",
        ],
    ),
    row(
        "validation-context",
        "EN 319 102-1 5.2.4",
        true,
        &["trust.", "material."],
    ),
    row(
        "revocation",
        "EN 319 102-1 5.2.5",
        false,
        &["ocsp.", "crl.", "revocation.", "path.status-unknown"],
    ),
    row("certificate-chain", "EN 319 102-1 5.2.6", false, &["path."]),
    row(
        "signed-data",
        "EN 319 102-1 5.2.7",
        true,
        &[
            "cms.message-digest-",
            "cms.content-absent",
            "signature.content-absent",
            "signature.content-digest",
            "signature.content-unseen",
            "ofd.reference-",
            "seal.digest-",
        ],
    ),
    row(
        "signature-value",
        "EN 319 102-1 5.2.7",
        false,
        &[
            "cms.signature-differs",
            "signature.key",
            "seal.value",
            "seal.signer-",
        ],
    ),
    row(
        "signature-acceptance",
        "EN 319 102-1 5.2.8",
        true,
        &["cms.", "time.claimed-absent", "signature.national-profile"],
    ),
    row("time-stamp", "EN 319 102-1 5.4", true, &["time.", "tsp."]),
    row(
        "signing-time",
        "EN 319 102-1 5.5.4",
        true,
        &["time.claimed-ahead", "time.claimed-long-before"],
    ),
    row("seal", "GB/T 38540", true, &["seal.", "limit.seal"]),
    row(
        "public-log",
        "D3, D18",
        false,
        &["receipt.", "leaf.", "proof.", "note.", "checkpoint."],
    ),
    row(
        "licence",
        "domain 4.6",
        false,
        &["licence.", "status.", "code.", "contract."],
    ),
];

impl Row {
    /// How much of a code is a beginning of this row.
    fn fit(&self, code: &str) -> usize {
        let fitting = self.codes.iter().filter(|begin| code.starts_with(**begin));
        fitting.map(|begin| begin.len()).max().unwrap_or_default()
    }
}

/// The row with the longest beginning; of equals the first.
fn place(code: &str) -> usize {
    let rows = ROWS.iter().enumerate().rev();
    let best = rows.max_by_key(|(_, row)| row.fit(code));
    best.map(|(place, _)| place).unwrap_or_default()
}

fn level(name: &str, policy: &Policy) -> Level {
    match demand(name, policy) {
        Demand::NotAsked => Level::Ignore,
        Demand::IfPresent => Level::Warn,
        Demand::Required => Level::Fail,
    }
}

fn demand(name: &str, policy: &Policy) -> Demand {
    match name {
        "revocation" => policy.revocation,
        "time-stamp" => policy.time_stamp,
        "public-log" => policy.receipt,
        "licence" => policy.licence_status,
        "signature-acceptance" => policy.baseline,
        _ => Demand::Required,
    }
}

impl Constraint<'_> {
    /// Whether it was come to.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.outcome != Outcome::NotReached
    }
}

/// What a signature was held against, in the order of the standard. `whole` are the findings about the artefact.
#[must_use]
pub fn constraints<'a>(
    signature: Option<&'a SignatureReport>,
    whole: &'a [Finding],
    policy: &Policy,
) -> Vec<Constraint<'a>> {
    let own = signature.map(|one| one.findings.as_slice());
    let all: Vec<&Finding> = own.unwrap_or_default().iter().chain(whole).collect();
    let rows = ROWS.iter().enumerate();
    rows.map(|(at, row)| {
        let ours = |finding: &&&Finding| place(finding.code) == at;
        let findings = all.iter().filter(ours).copied().collect();
        row.held(findings, is_reached(row, signature), policy)
    })
    .collect()
}

/// Whether a row can be come to: its subject is there.
fn is_reached(row: &Row, signature: Option<&SignatureReport>) -> bool {
    let processed = signature.filter(|one| one.verdict != Verdict::NotProcessed);
    processed.is_some_and(|one| row.early || one.certificate.is_some())
}

impl Row {
    fn held<'a>(
        &self,
        findings: Vec<&'a Finding>,
        reached: bool,
        policy: &Policy,
    ) -> Constraint<'a> {
        let outcome = if reached || !findings.is_empty() {
            outcome(&findings)
        } else {
            Outcome::NotReached
        };
        Constraint {
            name: self.name,
            clause: self.clause,
            level: level(self.name, policy),
            outcome,
            findings,
        }
    }
}

fn outcome(findings: &[&Finding]) -> Outcome {
    let all = findings.iter().map(|finding| follows(finding.effect));
    all.fold(Outcome::Passed, worse)
}

/// Of equals the first.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    if weight(other) > weight(one) {
        other
    } else {
        one
    }
}

fn follows(effect: Effect) -> Outcome {
    match effect {
        Effect::Told => Outcome::Passed,
        Effect::Noted => Outcome::Remarked,
        Effect::NotProcessed | Effect::Answered => Outcome::Open(None),
        Effect::Open(sub) => Outcome::Open(Some(sub)),
        Effect::Fails(sub) => Outcome::Failed(sub),
    }
}

fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::NotReached | Outcome::Passed => 0,
        Outcome::Remarked => 1,
        Outcome::Open(None) => 2,
        Outcome::Open(Some(_)) => 3,
        Outcome::Failed(_) => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_belongs_to_one_constraint_by_the_longest_beginning() {
        for (code, name) in [
            ("path.revoked", "certificate-chain"),
            ("path.status-unknown", "revocation"),
            ("cms.signature-differs", "signature-value"),
            ("cms.message-digest-differs", "signed-data"),
            ("cms.version", "signature-acceptance"),
            ("cms.signing-certificate-unmatched", "signing-certificate"),
            ("time.claimed-ahead", "signing-time"),
            ("time.stamp-absent", "time-stamp"),
            ("change.content", "changes-after-signing"),
            ("pdf.unsigned", "format"),
            ("seal.expired", "seal"),
            ("something.else", "format"),
        ] {
            assert_eq!(ROWS[place(code)].name, name, "{code}");
        }
        let names: std::collections::BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
    }

    #[test]
    fn every_finding_keeps_its_weight_in_the_constraint_that_it_breaks() {
        for row in finding::TABLE {
            let whole = [Finding::of(row.code)];
            let all = constraints(None, &whole, &Policy::default());
            let hit: Vec<_> = all.iter().filter(|one| !one.findings.is_empty()).collect();
            let [one] = hit[..] else {
                panic!("{}: {hit:?}", row.code)
            };
            let is_error = row.effect.severity() == verify::Severity::Error;
            let weighs = weight(one.outcome) >= 2;
            assert_eq!(is_error, weighs, "{}", row.code);
        }
    }

    #[test]
    fn the_policy_sets_the_level() {
        let form = Policy::named("form").expect("built in");
        let level = |policy: &Policy, name| {
            let all = constraints(None, &[], policy);
            all.iter()
                .find(|one| one.name == name)
                .expect("a row")
                .level
        };
        assert_eq!(level(&Policy::default(), "revocation"), Level::Fail);
        assert_eq!(level(&form, "revocation"), Level::Ignore);
        assert_eq!(level(&form, "signature-acceptance"), Level::Warn);
        assert_eq!(level(&form, "format"), Level::Fail);
    }
}
