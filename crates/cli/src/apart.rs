//! Each file is judged in a process of its own, which ends where the file takes more than it gets (T-I3).

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use cell::{Cell, Cells, Ended, Limits, Program};
use time::UtcDateTime;
use transcript::Judgement;
use verify::{Case, Finding, Kind, Material, Policy, Trust};

use crate::arguments::{Arguments, Asked};
use crate::given::Given;
use crate::{SOME_OPEN, USAGE, at_length, exit_status, run, run_with, told, worse};

/// The one argument of a process that judges for another one.
const JUDGE: &str = "--judge-apart";
/// What a file gets its time for once more: uploads are far smaller, and what is larger is hashed for longer.
const LONG: u64 = 1 << 30;
/// Octets by which the kind of a file is told that could not be opened.
const LOOKED_AT: u64 = 4096;

/// Runs the command as [`run`] does, each file in a process of its own. Every other process is this program again, which is
/// told by its arguments what it is.
pub fn run_apart(
    arguments: Vec<OsString>,
    now: UtcDateTime,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    if arguments.get(1).is_some_and(|word| word == JUDGE) {
        return worked();
    }
    let Asked::Verify(asked) = Arguments::read(arguments.clone()) else {
        return run(arguments, now, out, err);
    };
    let of_many = asked.is_of_one() && asked.files.len() != 1;
    let Ok(path) = cell::this_program() else {
        return run(arguments, now, out, err);
    };
    if asked.command.is_some() || of_many {
        return run(arguments, now, out, err);
    }
    let cells = Cells::of(Program {
        path,
        arguments: vec![JUDGE.into()],
    });
    let apart = Apart {
        arguments: &arguments,
        asked: &asked,
        now,
    };
    let mut status = crate::ALL_VALID;
    for file in &asked.files {
        let one = apart.judge(&cells, file, (out, err));
        if one == USAGE {
            return USAGE;
        }
        status = worse(status, one);
    }
    status
}

/// The command whose files are judged apart.
struct Apart<'a> {
    arguments: &'a [OsString],
    asked: &'a Arguments,
    now: UtcDateTime,
}

impl Apart<'_> {
    fn judge(
        &self,
        cells: &Cells,
        file: &Path,
        (out, err): (&mut dyn Write, &mut dyn Write),
    ) -> u8 {
        let limits = limits(file);
        let mut cell = match cells.take() {
            Ok(cell) => cell,
            Err(error) => {
                let _ = writeln!(err, "yinxin-verify: no process to judge in: {error}");
                return USAGE;
            }
        };
        let answer = self.ask(&mut cell, file, limits);
        match answer.as_deref().map(read) {
            Ok(Some((status, said, complained))) => {
                cells.give_back(cell);
                let _ = err.write_all(complained);
                // Nobody reads any more: what is judged after this is told to nobody.
                match out.write_all(said) {
                    Ok(()) => status,
                    Err(_) => worse(status, SOME_OPEN),
                }
            }
            Ok(None) => self.spent(file, (limits, Ended::Lost), (out, err)),
            Err(ended) => self.spent(file, (limits, *ended), (out, err)),
        }
    }

    fn ask(&self, cell: &mut Cell, file: &Path, limits: Limits) -> Result<Vec<u8>, Ended> {
        let now = self.now.unix_timestamp_nanos().to_string();
        let mut parts = vec![now.as_bytes(), file.as_os_str().as_encoded_bytes()];
        parts.extend(self.arguments.iter().map(|one| one.as_encoded_bytes()));
        cell.ask(limits, &parts)
    }

    /// *Not processed*, never *valid*.
    fn spent(
        &self,
        file: &Path,
        (limits, ended): (Limits, Ended),
        (out, err): (&mut dyn Write, &mut dyn Write),
    ) -> u8 {
        let why = match ended {
            Ended::Time => format!("more than {} s of processor time", limits.seconds),
            Ended::Memory => format!("more than {} MiB of memory", limits.memory >> 20),
            Ended::Lost => "the process that judged it is gone".to_owned(),
        };
        if self.asked.bundle {
            let _ = writeln!(err, "yinxin-verify: {}: {why}", file.display());
            return SOME_OPEN;
        }
        let mut policy = Policy::named(&self.asked.policy).unwrap_or_default();
        policy.name.clone_from(&self.asked.policy);
        let finding = Finding::of("limit.spent").because(why);
        let name = file.display().to_string();
        let at = self.asked.at.unwrap_or(self.now);
        let report = verify::not_judged((&name, kind(file)), finding, &policy, at);
        let judgement = Judgement {
            case: &Case::open(&Vec::new()),
            report: &report,
            trust: &Trust::absent(),
            material: &Material::empty(),
            policy: &policy,
        };
        let line = match self.asked.report {
            Some(form) => at_length(form, &judgement),
            None if self.asked.json => report.to_json(),
            None => told::text(&report),
        };
        let _ = writeln!(out, "{line}");
        exit_status(report.verdict)
    }
}

fn limits(file: &Path) -> Limits {
    let length = file.metadata().map_or(0, |found| found.len());
    let limits = Limits::OF_A_DOCUMENT;
    Limits {
        seconds: limits.seconds.saturating_mul(1 + length / LONG),
        ..limits
    }
}

fn kind(file: &Path) -> Kind {
    let mut head = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut head));
    read.map_or(Kind::Unknown, |_| Kind::of(&head))
}

/// What a process that judges for another one does until that one is gone.
fn worked() -> u8 {
    let mut given = None;
    let mut answer = |parts: Vec<Vec<u8>>| answer(parts, &mut given);
    let ended = cell::work(
        &mut io::stdin().lock(),
        &mut io::stdout().lock(),
        &mut answer,
    );
    if ended.is_ok() { 0 } else { USAGE }
}

/// The command over one of its files: its status, how long what it says is (8 octets), what it says and what it complains of.
fn answer(parts: Vec<Vec<u8>>, given: &mut Option<Given>) -> Vec<u8> {
    let mut parts = parts.into_iter();
    let now = parts.next().and_then(|text| moment(&text));
    let file = parts.next().map(words);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = match (now, file, Arguments::read(parts.map(words))) {
        (Some(now), Some(file), Asked::Verify(mut asked)) => {
            asked.files = vec![PathBuf::from(file)];
            run_with(&asked, given, now, &mut out, &mut err)
        }
        _ => USAGE,
    };
    let mut octets = vec![status];
    octets.extend((out.len() as u64).to_le_bytes());
    octets.extend(out);
    octets.extend(err);
    octets
}

/// What [`answer`] wrote.
fn read(answer: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (status, rest) = answer.split_first()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (out, err) = rest.split_at_checked(length)?;
    Some((*status, out, err))
}

fn moment(text: &[u8]) -> Option<UtcDateTime> {
    let nanoseconds = std::str::from_utf8(text).ok()?.parse().ok()?;
    UtcDateTime::from_unix_timestamp_nanos(nanoseconds).ok()
}

#[cfg(unix)]
fn words(octets: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(octets)
}

#[cfg(not(unix))]
fn words(octets: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&octets).into_owned().into()
}
