//! How much memory sealing and judging take of files on disk: the same for 20 MB and for 200 MB. The only test of
//! its program, since memory is the whole process's.

#[path = "judging/bulky.rs"]
mod bulky;
#[path = "judging/hierarchy.rs"]
mod hierarchy;
#[path = "judging/maker.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod maker;

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use affix::preflight::preflight;
use affix::seal::{Certification, Place};
use verify::{Material, Policy, Seekable, Trust, Verdict, examine};

use hierarchy::{AT, certificate};
use maker::Recipe;

/// What may be resident, whatever the size of the file: the process with everything in it.
const LIMIT: u64 = 32 << 20;

#[test]
fn files_of_any_size_are_sealed_and_judged_in_32_mib() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.pdf");
    for (pages, octets) in [(200, 20_000_000), (2_000, 200_000_000)] {
        bulky::write(&path, pages);
        let length = std::fs::metadata(&path).expect("written").len();
        assert!(length > octets, "{length} octets");
        bulky::forget_peak();
        let sealed = seal(&path);
        bulky::forget_peak();
        let judged = judge(&path);
        println!("{length} octets: {sealed} resident to seal it, {judged} to judge it");
        assert!(sealed <= LIMIT, "{sealed} octets to seal {length}");
        assert!(judged <= LIMIT, "{judged} octets to judge {length}");
    }
}

/// Looks it through and seals it, as a service would; the most that was resident.
fn seal(path: &Path) -> u64 {
    let recipe = Recipe {
        certification: Certification::Approval,
        bend_receipt: |_| None,
        ..Recipe::default()
    };
    let source = Seekable::new(File::open(path).expect("there")).expect("seeks");
    let found = preflight(&source).expect("it can be read");
    assert!(found.findings.is_empty(), "{found:?}");
    let update = recipe.seal(&source, Place::Invisible { name: "Large" });
    let mut file = File::options().append(true).open(path).expect("there");
    file.write_all(&update).expect("written");
    bulky::peak()
}

/// Judges it from disk; the most that was resident.
fn judge(path: &Path) -> u64 {
    let source = Seekable::new(File::open(path).expect("there")).expect("seeks");
    let policy = Policy::named("form").expect("built in");
    let trust = Trust::of_certificates(["root", "ca"].map(certificate).to_vec());
    let report = examine("a", &source, &trust, &Material::empty(), &policy, AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    bulky::peak()
}
