//! A report as text for a person.

use std::fmt::Write;

use verify::{Finding, Origin, Report, Severity, SignatureReport, Verdict};

/// The report in a few lines, without a line end after the last.
pub(crate) fn text(report: &Report) -> String {
    let mut out = format!(
        "{}: {}{}\n  {}\n  {}",
        report.file,
        word(report.verdict),
        report
            .answer
            .map(|answer| format!(" ({})", answer.code()))
            .unwrap_or_default(),
        report.sentence.zh,
        report.sentence.en
    );
    if let Some(licence) = &report.licence {
        line(&mut out, &["licence", &licence.identifier]);
        let named = [
            &licence.type_name,
            &licence.number,
            &licence.issuer_name,
            &licence.valid_to,
        ];
        let named: Vec<&str> = named.into_iter().flatten().map(String::as_str).collect();
        if !named.is_empty() {
            line(&mut out, &[&named.join(" · ")]);
        }
    }
    if let Some(by) = report
        .licence
        .as_ref()
        .and_then(|licence| licence.superseded_by.as_ref())
    {
        line(
            &mut out,
            &["superseded by", &by.version, "·", &by.identifier],
        );
    }
    let source = match (report.state.source, &report.state.list_of) {
        (Origin::Live, _) => "state by the register".to_owned(),
        (Origin::List, Some(moment)) => format!("state by the list of {moment}"),
        _ => "no source for the state".to_owned(),
    };
    line(&mut out, &["as of", &report.at, "·", &source]);
    for signature in &report.signatures {
        tell_signature(&mut out, signature);
    }
    findings(&mut out, "  ", &report.findings);
    out
}

fn tell_signature(out: &mut String, signature: &SignatureReport) {
    let level = signature.level.unwrap_or_default();
    line(
        out,
        &[
            "signature",
            signature.field.as_deref().unwrap_or("-"),
            "·",
            signature.format,
            level,
            "·",
            word(signature.verdict),
        ],
    );
    if let Some(signer) = &signature.signer {
        line(out, &["  by", signer]);
    }
    for role in &signature.roles {
        line(out, &["  as", role]);
    }
    if let Some(time) = &signature.signing_time {
        line(out, &["  at", time]);
    }
    for change in signature
        .changes_after
        .iter()
        .filter(|change| !change.permitted)
    {
        line(out, &["  changed:", change.code, &change.text]);
    }
    findings(out, "    ", &signature.findings);
}

fn findings(out: &mut String, indent: &str, findings: &[Finding]) {
    for finding in findings {
        let weight = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        // Writing to a String does not fail.
        let _ = write!(
            out,
            "\n{indent}{weight} {}: {} [{}]",
            finding.code, finding.text, finding.clause
        );
    }
}

fn line(out: &mut String, words: &[&str]) {
    out.push_str("\n ");
    for word in words.iter().filter(|word| !word.is_empty()) {
        out.push(' ');
        out.push_str(word);
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::Indeterminate => "indeterminate",
        Verdict::NotSigned => "not signed",
        Verdict::NotProcessed => "not processed",
    }
}
