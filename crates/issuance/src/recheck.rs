//! Step 13: what the inspector's own code would not accept does not leave (D4).

use catalogue::kind::FileFormat;
use verify::report::TimeSource;
use verify::{Answer, Case, Material, Policy, Report, Verdict};

use crate::level::Level;
use crate::office::Office;
use crate::sealing::{Sealed, SealingError, Subject};

/// Judges a sealed file as an inspector would, with the evidence that it carries and nothing else; the state of the
/// licence is the register's to say, a moment later.
pub(crate) fn recheck(office: &Office, mut sealed: Sealed) -> Result<Sealed, SealingError> {
    let name = match &sealed.subject {
        Subject::Licence(_) => "recheck",
        // A document of the caller's own is no licence of anybody's.
        Subject::Document(_) => "form",
    };
    let policy = Policy::named(name).unwrap_or_default();
    let trust = office.trust();
    // What was read when a file was finished, or is read now.
    let read = sealed.files.iter_mut().map(|file| file.read.take());
    let read: Vec<_> = read.collect();
    for (file, read) in sealed.files.iter().zip(read) {
        let mut material = match (file.format, sealed.subject.level()) {
            // What was sealed for later years is judged by what it carries.
            (FileFormat::Pdf, _) => Material::empty(),
            (_, level) if level.keeps_proof() => Material::empty(),
            // There is no place for the status of certificates, or at this level nothing in it.
            _ => status(office),
        };
        let beside = file.beside.clone();
        for (name, octets) in beside.contents {
            material.offer(&name, octets);
        }
        // Nobody here has the content: what is judged is that the signature is over these digests, and the report says so.
        material.describe(beside.described);
        material.say_made(file.made.clone());
        let case = read.unwrap_or_else(|| Box::new(Case::open(&file.file)));
        let report = verify::judge(&case, &trust, &material, &policy, office.clock.now());
        inspect(&sealed, file.format, &report)?;
    }
    Ok(sealed)
}

/// What the service tells of certificates today.
fn status(office: &Office) -> Material {
    let mut material = Material::empty();
    for (name, list) in office.lists.held_revocations() {
        // A list of our own that does not read proves nothing, and the verdict says so.
        let _unread = material.add(&name, &list.bytes);
    }
    material
}

fn inspect(sealed: &Sealed, format: FileFormat, report: &Report) -> Result<(), SealingError> {
    let own = sealed.subject.field(&sealed.job);
    let found = match format {
        FileFormat::Pdf => {
            let mut signatures = report.signatures.iter();
            signatures.find(|signature| signature.field.as_deref() == Some(own.as_str()))
        }
        // The last of the list is the one that was added.
        FileFormat::Ofd => report.signatures.last(),
        // Nothing else signs it, but for what came later.
        FileFormat::Envelope(_) => report.signatures.first(),
    };
    // What else the file holds is its caller's; our own signature has to have what was asked for.
    let level = sealed.subject.level();
    let as_asked = found.is_some_and(|signature| match format {
        FileFormat::Pdf | FileFormat::Envelope(_) => signature.level == Some(level.code()),
        FileFormat::Ofd => {
            level == Level::Basic || signature.time_source == TimeSource::SignatureTimeStamp
        }
    });
    if (report.verdict == Verdict::Valid || is_of_another_day(&sealed.subject, report)) && as_asked
    {
        return Ok(());
    }
    let of_signatures = report.signatures.iter();
    let mut reasons: Vec<String> = report
        .findings
        .iter()
        .chain(of_signatures.flat_map(|signature| &signature.findings))
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
