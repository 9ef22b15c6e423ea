//! Step 13: what the inspector's own code would not accept does not leave (D4).

use verify::{Answer, Material, Policy, Report, Verdict};

use crate::office::Office;
use crate::sealing::{Sealed, SealingError, Subject};

/// Judges a sealed file as an inspector would, with the evidence that it carries and nothing else; the state of the
/// licence is the register's to say, a moment later.
pub(crate) fn recheck(office: &Office, sealed: Sealed) -> Result<Sealed, SealingError> {
    let name = match &sealed.subject {
        Subject::Licence(_) => "recheck",
        // A document of the caller's own is no licence of anybody's.
        Subject::Document(_) => "form",
    };
    let policy = Policy::named(name).unwrap_or_default();
    let trust = office.trust();
    let mut material = Material::empty();
    material.say_made(sealed.made.clone());
    let report = verify::examine(
        "sealed.pdf",
        &sealed.file,
        &trust,
        &material,
        &policy,
        office.clock.now(),
    );
    let found = report.signatures.iter().find(|signature| {
        let field = signature.field.as_deref();
        field == Some(sealed.subject.field(&sealed.job).as_str())
    });
    // What else the file holds is its caller's; our own signature has to have what was asked for.
    let level = found.and_then(|signature| signature.level);
    let as_asked = level == Some(sealed.subject.level().code());
    if (report.verdict == Verdict::Valid || is_of_another_day(&sealed.subject, &report)) && as_asked
    {
        return Ok(sealed);
    }
    let mut reasons: Vec<String> = report
        .findings
        .iter()
        .chain(
            report
                .signatures
                .iter()
                .flat_map(|signature| &signature.findings),
        )
        .map(|finding| finding.code.to_string())
        .collect();
    reasons.dedup();
    if !as_asked {
        reasons.push("seal.level".to_owned());
    }
    Err(SealingError::NotAccepted(reasons))
}

/// A licence may be issued before its first day, or after its last one (domain.md 4.1). Of the answers these come last:
/// nothing else is wrong with the file.
fn is_of_another_day(subject: &Subject, report: &Report) -> bool {
    let answered = matches!(report.answer, Some(Answer::NotYetValid | Answer::Expired));
    let mut signatures = report.signatures.iter();
    matches!(subject, Subject::Licence(_))
        && answered
        && signatures.all(|signature| signature.verdict == Verdict::Valid)
}
