//! Files made to cost whoever judges them as much as they can, within every limit on what may be uploaded (T-I2, T-I3).
//!
//! `cargo run --release -p tests --bin hostile` judges each in a process of its own and prints the table of
//! `docs/performance.md`: processor time, the most memory that was resident, what was found.

pub mod archives;
pub mod forms;
pub mod meshes;
pub mod messages;
pub mod packages;
pub mod pdf;

use std::io::{stdin, stdout};
use std::path::Path;

use anyhow::Context as _;
use cell::{Cell, Ended, Limits, Program};
use pki::Certificate;
use time::macros::utc_datetime;
use trustlist::TrustedList;
use verify::{Material, Policy, Severity, Trust};

/// The word by which the program is told that it judges.
const JUDGE: &str = "judge";
/// Octets that may be uploaded (T-I2).
pub const UPLOAD: usize = 50 << 20;

/// What is handed in beside a file: its name, and what makes it.
pub type Beside = (&'static str, fn() -> Vec<u8>);

/// A file.
#[derive(Clone, Copy)]
pub struct Hostile {
    /// What it is.
    pub name: &'static str,
    /// Makes it.
    pub make: fn() -> Vec<u8>,
    /// What is handed in beside it, by name: `anchors.der` is one anchor, `*.crl` a list.
    pub beside: &'static [Beside],
}

impl std::fmt::Debug for Hostile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Every one.
#[must_use]
pub fn all() -> Vec<Hostile> {
    let parts = [
        pdf::ALL,
        forms::ALL,
        packages::ALL,
        messages::ALL,
        meshes::ALL,
        archives::ALL,
    ];
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
    let beside: Vec<Vec<u8>> = one.beside.iter().map(named).collect();
    let mut parts: Vec<&[u8]> = vec![&octets];
    parts.extend(beside.iter().map(Vec::as_slice));
    let judged = match cell.ask(Limits::OF_A_DOCUMENT, &parts) {
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
        let found = parts.split_first().map(found).unwrap_or_default();
        let took = ticks().saturating_sub(before);
        format!("{took} {found}").into_bytes()
    });
    Some(ended.map_err(Into::into))
}

/// A part with its name before it.
fn named((name, make): &Beside) -> Vec<u8> {
    [name.as_bytes(), b"\n", &make()].concat()
}

/// The verdict on octets, and the first two codes that weigh.
fn found((octets, beside): (&Vec<u8>, &[Vec<u8>])) -> String {
    let mut policy = Policy::named("form").unwrap_or_default();
    let (mut trust, mut material) = (Trust::absent(), Material::empty());
    for part in beside {
        let split = part.iter().position(|octet| *octet == b'\n');
        let (name, content) = part.split_at(split.unwrap_or_default());
        let content = content.get(1..).unwrap_or_default();
        match name {
            b"signer.der" => return list(octets, content),
            b"anchors.der" => {
                trust = Trust::of_certificates(Certificate::parse(content).into_iter().collect());
                policy = Policy::named("default").unwrap_or_default();
            }
            name => {
                material.add(&String::from_utf8_lossy(name), content);
            }
        }
    }
    let at = utc_datetime!(2026-11-27 4:00);
    let report = verify::examine("it", octets, &trust, &material, &policy, at);
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

/// What becomes of a trusted list that `signer` might have signed.
fn list(octets: &[u8], signer: &[u8]) -> String {
    let signers: Vec<Certificate> = Certificate::parse(signer).into_iter().collect();
    let read = TrustedList::parse(octets, &signers);
    read.map_or_else(
        |why| why.to_string(),
        |list| format!("number {}", list.sequence),
    )
}

/// Hundredths of a second of processor time that this process took (proc(5)).
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let (_, fields) = stat.rsplit_once(") ").unwrap_or_default();
    let times = fields.split(' ').skip(11).take(2);
    times.filter_map(|time| time.parse::<u64>().ok()).sum()
}
