//! What inspectors and operators run without the service: verify files offline, hold a key ceremony.
//!
//! `yinxin-verify FILE… [--trust BUNDLE] [--status DIR] [--at RFC3339] [--policy FILE|NAME]
//! [--audience TEXT --nonce TEXT] [--content-digest DIGEST] [--json | --report etsi|detailed] [--facts | --facts-out FILE] [--bundle | --bundle-out FILE] [--revision N|FIELD --out FILE]`, `yinxin-verify keys --declaration FILE --out DIR`, or `yinxin-verify ceremony STEP`. Exit status: 0 all valid, 1 some invalid or not signed, 2 some
//! indeterminate or not processed and none invalid, 64 usage. Content that a signature is over and does not hold lies beside it in its
//! folder, under the name that the signature gives or under its own without the ending; or `--content-digest` is given in its place.

mod apart;
mod arguments;
mod given;
#[cfg(unix)]
mod held;
mod kept;
mod keys;
mod told;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use time::UtcDateTime;
use transcript::Judgement;
use verify::facts::Described;
use verify::{Case, Finding, Kind, Material, Report, Verdict};

pub use apart::run_apart;
use arguments::{Arguments, Asked, Command, Form};
use given::{Given, beside};

/// All valid.
pub const ALL_VALID: u8 = 0;
/// Some invalid or not signed.
pub const SOME_INVALID: u8 = 1;
/// Some indeterminate or not processed, and none invalid.
pub const SOME_OPEN: u8 = 2;
/// The command line was not understood (`EX_USAGE`).
pub const USAGE: u8 = 64;

/// Runs the command and gives back its exit status. `now` is judged where `--at` says nothing.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    now: UtcDateTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let arguments = match Arguments::read(arguments) {
        Asked::Verify(arguments) => arguments,
        // Help and version are answers, not faults.
        Asked::Text(text) => {
            return if write!(out, "{text}").is_ok() {
                ALL_VALID
            } else {
                USAGE
            };
        }
        Asked::Wrong(text) => return usage(err, &text),
    };
    if let Some(command) = &arguments.command {
        return match commanded(command, now, out) {
            Ok(status) => status,
            Err(error) => usage(err, &format!("yinxin-verify: {}\n", chain(&*error))),
        };
    }
    run_with(&arguments, &mut None, now, out, err)
}

/// Runs what is no judging of files.
fn commanded(
    command: &Command,
    now: UtcDateTime,
    out: &mut dyn Write,
) -> Result<u8, Box<dyn std::error::Error>> {
    match command {
        Command::Keys {
            declaration,
            out: to,
        } => {
            let made = keys::make(declaration, to, now)?;
            let _ = writeln!(out, "{made} files in {}", to.display());
            Ok(ALL_VALID)
        }
        #[cfg(unix)]
        Command::Ceremony { step } => Ok(held::run(step, now, out)?),
    }
}

/// Runs the command over its files. What they are judged with is read once, where it is not `kept` from before.
pub(crate) fn run_with(
    arguments: &Arguments,
    kept: &mut Option<Given>,
    now: UtcDateTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    if arguments.bundle {
        return again(arguments, out, err);
    }
    let given = match kept.take().map_or_else(|| Given::read(arguments), Ok) {
        Ok(given) => kept.insert(given),
        Err(error) => return usage(err, &format!("yinxin-verify: {}\n", chain(&error))),
    };
    // Two documents one after the other are none that an XML reader takes.
    if arguments.is_of_one() && arguments.files.len() != 1 {
        return usage(err, "yinxin-verify: that is about one file\n");
    }
    let at = arguments.at.unwrap_or(now);
    let described = kept::described(arguments)
        .and_then(|described| kept::keep(arguments, &described, at).map(|()| described));
    let described = match described {
        Ok(described) => described,
        Err(why) => return usage(err, &format!("yinxin-verify: {}\n", chain(&why))),
    };
    let mut status = ALL_VALID;
    for path in &arguments.files {
        let judged = judge(path, (given, &described, arguments.facts), at);
        let report = &judged.report;
        let line = match arguments.report {
            Some(form) => at_length(form, &judged.judgement(given)),
            None if arguments.json => report.to_json(),
            None => told::text(report),
        };
        // Nobody reads any more: what is judged after this is told to nobody, and the status is kept.
        if writeln!(out, "{line}").is_err() {
            return worse(status, SOME_OPEN);
        }
        status = worse(status, exit_status(report.verdict));
    }
    status
}

/// Bundles, judged again: the verdict is that of today's judge over yesterday's evidence, and what the bundle says came of
/// it is told where it differs.
fn again(arguments: &Arguments, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let mut status = ALL_VALID;
    for path in &arguments.files {
        let judged = match kept::judge_again(path) {
            Ok(judged) => judged,
            Err(why) => {
                let _ = writeln!(err, "yinxin-verify: {}: {}", path.display(), chain(&why));
                status = worse(status, SOME_OPEN);
                continue;
            }
        };
        let line = if arguments.json {
            judged.report.to_json()
        } else {
            told::text(&judged.report)
        };
        let same = if judged.same {
            "the same as"
        } else {
            "another than"
        };
        let of = format!("of the file with SHA-256 {}", judged.sha256);
        let _ = writeln!(out, "{line}");
        let _ = writeln!(err, "{}: {same} when it was bundled, {of}", path.display());
        let verdict = exit_status(judged.report.verdict);
        status = worse(status, if judged.same { verdict } else { SOME_INVALID });
    }
    status
}

/// A file, judged.
struct Judged {
    case: Case,
    report: Report,
    /// What it was judged with, where content beside it is more than what was given.
    material: Option<Material>,
}

/// One file. What cannot be opened is not processed, and the others are judged all the same.
fn judge(
    path: &Path,
    (given, described, facts): (&Given, &[Described], bool),
    at: UtcDateTime,
) -> Judged {
    let name = path.display().to_string();
    let case = if facts {
        kept::read_facts(path).map(|read| read.case)
    } else {
        kept::source(path).map(|source| Case::open_beside(&source, &given.material))
    };
    match case {
        Ok(case) => {
            let mut material = beside(path, &case.content_elsewhere(), &given.material);
            if !described.is_empty() {
                let material = material.get_or_insert_with(|| given.material.clone());
                material.describe(described.to_vec());
            }
            let with = material.as_ref().unwrap_or(&given.material);
            let mut report = verify::judge(&case, &given.trust, with, &given.policy, at);
            report.file = name;
            Judged {
                case,
                report,
                material,
            }
        }
        Err(why) => Judged {
            case: Case::open(&Vec::new()),
            report: verify::not_judged(
                (&name, Kind::Unknown),
                Finding::of("input.unreadable").because(chain(&why)),
                &given.policy,
                at,
            ),
            material: None,
        },
    }
}

impl Judged {
    fn judgement<'a>(&'a self, given: &'a Given) -> Judgement<'a> {
        Judgement {
            case: &self.case,
            report: &self.report,
            trust: &given.trust,
            material: self.material.as_ref().unwrap_or(&given.material),
            policy: &given.policy,
        }
    }
}

fn at_length(form: Form, judgement: &Judgement<'_>) -> String {
    match form {
        Form::Etsi => transcript::etsi(judgement).trim_end().to_owned(),
        Form::Detailed => transcript::detailed(judgement),
    }
}

fn exit_status(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Valid => ALL_VALID,
        Verdict::Invalid | Verdict::NotSigned => SOME_INVALID,
        Verdict::Indeterminate | Verdict::NotProcessed => SOME_OPEN,
    }
}

/// 1 before 2 before 0.
fn worse(one: u8, other: u8) -> u8 {
    let weight = |status| match status {
        SOME_INVALID => 2,
        SOME_OPEN => 1,
        _ => 0,
    };
    if weight(other) > weight(one) {
        other
    } else {
        one
    }
}

fn usage(err: &mut dyn Write, text: &str) -> u8 {
    // Where there is no standard error, there is nobody to tell.
    let _ = write!(err, "{text}");
    USAGE
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
