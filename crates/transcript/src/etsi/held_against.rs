//! One constraint with its level, status and result (TS 119 102-2 4.3.4.4).

use finding::{Finding, SubIndication};

use super::sub_uri;
use crate::constraint::{Constraint, Level, Outcome};
use crate::xml::Xml;

pub(super) fn tell(xml: &mut Xml, one: &Constraint<'_>) {
    let identifier = format!("urn:yinxin:constraint:{}", one.name);
    xml.text("ValidationConstraintIdentifier", &identifier);
    parameter(xml, "level", one.level.code());
    parameter(xml, "clause", one.clause);
    let word = format!("urn:etsi:019102:constraintStatus:{}", applied(one));
    xml.open("ConstraintStatus", |xml| xml.text("Status", &word));
    xml.open("ValidationStatus", |xml| result(xml, one));
}

fn parameter(xml: &mut Xml, kind: &str, value: &str) {
    xml.open("ValidationConstraintParameter", |xml| {
        xml.text("Type", &format!("urn:yinxin:parameter:{kind}"));
        xml.text("Value", value);
    });
}

fn applied(one: &Constraint<'_>) -> &'static str {
    match (one.level, one.outcome) {
        (Level::Ignore, Outcome::Passed) => "disabled",
        _ => "applied",
    }
}

fn result(xml: &mut Xml, one: &Constraint<'_>) {
    let (word, sub) = words(one.outcome);
    let main = format!("urn:etsi:019102:mainindication:{word}");
    xml.text("MainIndication", &main);
    if let Some(sub) = sub {
        xml.text("SubIndication", &sub_uri(sub));
    }
    if !one.findings.is_empty() {
        xml.open("AssociatedValidationReportData", |xml| {
            told(xml, &one.findings)
        });
    }
}

fn words(outcome: Outcome) -> (&'static str, Option<SubIndication>) {
    match outcome {
        Outcome::Passed | Outcome::Remarked | Outcome::NotReached => ("passed", None),
        Outcome::Open(sub) => ("indeterminate", sub),
        Outcome::Failed(sub) => ("failed", Some(sub)),
    }
}

/// Findings as report data: each by its code, with its text and clause.
pub(super) fn told(xml: &mut Xml, findings: &[&Finding]) {
    xml.open("AdditionalValidationReportData", |xml| {
        for finding in findings {
            xml.open("ReportData", |xml| data(xml, finding));
        }
    });
}

fn data(xml: &mut Xml, finding: &Finding) {
    xml.text("Type", &format!("urn:yinxin:finding:{}", finding.code));
    xml.text("Value", &format!("{} [{}]", finding.text, finding.clause));
}
