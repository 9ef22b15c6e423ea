//! A PDF of 20 MB that was signed three times, each time over all that was there, read from disk and judged with every change
//! compared: in passes of SHA-256 over what its three signatures cover, taken before and after each measurement, and the most
//! memory that was resident.
//!
//! It has to stay within 1.4 of these passes and 64 MiB. `cargo bench -p verify --bench revisions`; with `-- once` everything is
//! done one time, to see that it can be.

#[path = "../tests/judging/bulky.rs"]
mod bulky;
#[path = "../tests/judging/hierarchy.rs"]
mod hierarchy;
#[path = "../tests/judging/maker.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod maker;

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use affix::seal::{Certification, Place};
use crypto::{DigestAlgorithm, Hasher};
use verify::{Material, Policy, Seekable, Source as _, Trust, Verdict, examine};

use hierarchy::{AT, certificate};
use maker::Recipe;

const ROUNDS: usize = 9;
/// Pages of 100 KB.
const PAGES: usize = 200;
const FIELDS: [&str; 3] = ["One", "Two", "Three"];
/// What it may take.
const MOST_PASSES: f64 = 1.4;
const MOST_RESIDENT: u64 = 64 << 20;
/// Octets read at once, as the judge reads them.
const BATCH: usize = 64 * 1024;

fn main() {
    let once = std::env::args().any(|word| word == "once");
    let rounds = if once { 1 } else { ROUNDS };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("three.pdf");
    bulky::write(&path, PAGES);
    let recipe = Recipe {
        certification: Certification::Approval,
        bend_receipt: |_| None,
        ..Recipe::default()
    };
    let mut covered = Vec::new();
    for name in FIELDS {
        let source = open(&path);
        let update = recipe.seal(&source, Place::Invisible { name });
        let mut file = File::options().append(true).open(&path).expect("there");
        file.write_all(&update).expect("written");
        covered.push(open(&path).length());
    }
    bulky::forget_peak();
    judge(&path);
    let resident = bulky::peak();
    let mut costs: Vec<(f64, Duration)> = (0..rounds)
        .map(|_| {
            let before = time(|| passes(&path, &covered));
            let cost = time(|| judge(&path));
            let pass = (before + time(|| passes(&path, &covered))) / 2;
            (cost.as_secs_f64() / pass.as_secs_f64(), cost)
        })
        .collect();
    costs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (ratio, cost) = costs.get(rounds / 2).expect("there are that many");
    let octets = covered.last().expect("three");
    println!(
        "{octets} octets, signed {} times; the middle of {rounds}",
        FIELDS.len()
    );
    println!("judged: {ratio:.2} of its hash passes (at most {MOST_PASSES}), {cost:?}");
    println!("resident at most: {resident} octets (at most {MOST_RESIDENT})");
}

fn open(path: &Path) -> Seekable<File> {
    Seekable::new(File::open(path).expect("there")).expect("seeks")
}

fn judge(path: &Path) {
    let source = open(path);
    let policy = Policy::named("form").expect("built in");
    let trust = Trust::of_certificates(["root", "ca"].map(certificate).to_vec());
    let report = examine("a", &source, &trust, &Material::empty(), &policy, AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signatures.len(), FIELDS.len());
}

/// SHA-256 over what each signature covers, one after the other, from disk.
fn passes(path: &Path, covered: &[u64]) {
    let source = open(path);
    let mut buffer = vec![0; BATCH];
    for length in covered {
        let mut hasher = Hasher::new(DigestAlgorithm::Sha256);
        let mut at = 0;
        while at < *length {
            let size = usize::try_from(length - at).map_or(BATCH, |left| left.min(BATCH));
            let part = buffer.get_mut(..size).expect("no larger");
            source.read_at(at, part).expect("there");
            hasher.update(part);
            at += size as u64;
        }
        black_box(hasher.finish());
    }
}

fn time(act: impl FnOnce()) -> Duration {
    let before = processor();
    act();
    processor().saturating_sub(before)
}

/// Linux: nanoseconds of processor time of this thread.
fn processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("this is Linux");
    let first = told.split_whitespace().next().expect("a figure");
    Duration::from_nanos(first.parse().expect("nanoseconds"))
}
