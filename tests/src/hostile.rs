//! Files made to cost whoever judges them as much as they can, within every limit on what may be uploaded (T-I2, T-I3).
//!
//! `cargo run --release -p tests --bin hostile` judges each in a process of its own and prints the table of
//! `docs/performance.md`: processor time, the most memory that was resident, what was found.

pub mod messages;
pub mod packages;
pub mod pdf;

use std::io::{stdin, stdout};
use std::path::Path;

use anyhow::Context as _;
use cell::{Cell, Ended, Limits, Program};
use time::macros::utc_datetime;
use verify::{Material, Policy, Severity, Trust};

/// The word by which the program is told that it judges.
const JUDGE: &str = "judge";
/// Octets that may be uploaded (T-I2).
pub const UPLOAD: usize = 50 << 20;

/// A file.
#[derive(Clone, Copy)]
pub struct Hostile {
    /// What it is.
    pub name: &'static str,
    /// Makes it.
    pub make: fn() -> Vec<u8>,
}

impl std::fmt::Debug for Hostile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Every one.
#[must_use]
pub fn all() -> Vec<Hostile> {
    let parts = [pdf::ALL, packages::ALL, messages::ALL];
    parts.concat()
}

/// What came of a file.
#[derive(Debug)]
pub struct Told {
    /// Octets of it.
    pub octets: usize,
    /// Hundredths of a second of processor time, and what was found; or how it ended.
    pub judged: Result<(u64, String), Ended>,
    /// The most memory that was resident, KiB.
    pub peak: u64,
}

/// Judges a file in a process of its own, which is `program` with the word `judge`.
///
/// # Errors
/// The process does not start, or says something else.
pub fn judge(program: &Path, one: Hostile) -> anyhow::Result<Told> {
    let octets = (one.make)();
    let mut cell = Cell::start(&Program {
        path: program.to_owned(),
        arguments: vec![JUDGE.into()],
    })?;
    let judged = match cell.ask(Limits::OF_A_DOCUMENT, &[&octets]) {
        Ok(told) => {
            let told = String::from_utf8(told)?;
            let (ticks, found) = told.split_once(' ').context("a number and words")?;
            Ok((ticks.parse()?, found.to_owned()))
        }
        Err(ended) => Err(ended),
    };
    Ok(Told {
        octets: octets.len(),
        judged,
        peak: cell.peak(),
    })
}

/// Judges for another process, when that is asked for.
///
/// # Errors
/// The other process is gone.
pub fn asked_to_judge(arguments: &[&str]) -> Option<anyhow::Result<()>> {
    if arguments != [JUDGE] {
        return None;
    }
    let (from, out) = (stdin(), stdout());
    let ended = cell::work(&mut from.lock(), &mut out.lock(), &mut |parts| {
        let before = ticks();
        let found = parts.first().map(found).unwrap_or_default();
        let took = ticks().saturating_sub(before);
        format!("{took} {found}").into_bytes()
    });
    Some(ended.map_err(Into::into))
}

/// The verdict on octets, and the first two codes that weigh.
fn found(octets: &Vec<u8>) -> String {
    let policy = Policy::named("form").unwrap_or_default();
    let at = utc_datetime!(2026-11-27 4:00);
    let report = verify::examine(
        "it",
        octets,
        &Trust::absent(),
        &Material::empty(),
        &policy,
        at,
    );
    // Telling it is a part of judging it.
    let told = report.to_json().len();
    let all = report.findings.iter();
    let all = all.chain(report.signatures.iter().flat_map(|one| &one.findings));
    let mut codes: Vec<&str> = all
        .filter(|finding| finding.severity == Severity::Error && finding.code != "trust.absent")
        .map(|finding| finding.code)
        .collect();
    codes.dedup();
    codes.truncate(2);
    format!("{}, report of {told} octets", codes.join(", "))
}

/// Hundredths of a second of processor time that this process took (proc(5)).
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let (_, fields) = stat.rsplit_once(") ").unwrap_or_default();
    let times = fields.split(' ').skip(11).take(2);
    times.filter_map(|time| time.parse::<u64>().ok()).sum()
}
