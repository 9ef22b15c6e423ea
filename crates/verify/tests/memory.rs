//! How much memory sealing and judging take of files on disk: the same for 20 MB and for 200 MB. The only test of
//! its program, since memory is the whole process's.

#[path = "judging/hierarchy.rs"]
mod hierarchy;
#[path = "judging/maker.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod maker;

use std::fs::File;
use std::io::{BufWriter, Seek as _, Write as _};
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
        write(&path, pages);
        let length = std::fs::metadata(&path).expect("written").len();
        assert!(length > octets, "{length} octets");
        forget_peak();
        let sealed = seal(&path);
        forget_peak();
        let judged = judge(&path);
        println!("{length} octets: {sealed} resident to seal it, {judged} to judge it");
        assert!(sealed <= LIMIT, "{sealed} octets to seal {length}");
        assert!(judged <= LIMIT, "{judged} octets to judge {length}");
    }
}

/// A file of so many pages of 100 KB each, with a table.
fn write(path: &Path, pages: usize) {
    let mut file = BufWriter::new(File::create(path).expect("created"));
    file.write_all(b"%PDF-1.7\n").expect("written");
    let mut places = Vec::new();
    let mut object = |body: &str| {
        places.push(file.stream_position().expect("a file"));
        write!(file, "{} 0 obj\n{body}\nendobj\n", places.len()).expect("written");
    };
    let kids: String = (0..pages)
        .map(|page| format!("{} 0 R ", 3 + 2 * page))
        .collect();
    object("<</Type/Catalog/Pages 2 0 R>>");
    object(&format!(
        "<</Type/Pages/Kids[{kids}]/Count {pages}/MediaBox[0 0 600 800]>>"
    ));
    let data = "0 0 m 1 1 l S\n".repeat(7_200);
    let stream = format!("<</Length {}>>stream\n{data}\nendstream", data.len());
    for page in 0..pages {
        let content = 4 + 2 * page;
        object(&format!(
            "<</Type/Page/Parent 2 0 R/Resources<<>>/Contents {content} 0 R>>"
        ));
        object(&stream);
    }
    let start = file.stream_position().expect("a file");
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).expect("written");
    for place in &places {
        writeln!(file, "{place:010} 00000 n ").expect("written");
    }
    write!(
        file,
        "trailer\n<</Size {}/Root 1 0 R/ID[<0102><0304>]>>\nstartxref\n{start}\n%%EOF\n",
        places.len() + 1
    )
    .expect("written");
    file.flush().expect("written");
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
    peak()
}

/// Judges it from disk; the most that was resident.
fn judge(path: &Path) -> u64 {
    let source = Seekable::new(File::open(path).expect("there")).expect("seeks");
    let policy = Policy::named("form").expect("built in");
    let trust = Trust::of_certificates(["root", "ca"].map(certificate).to_vec());
    let report = examine("a", &source, &trust, &Material::empty(), &policy, AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    peak()
}

/// proc(5): the most that was resident since the last time that it was forgotten.
fn peak() -> u64 {
    let told = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kibibytes = kibibytes.expect("a figure in kB").trim();
    kibibytes.parse::<u64>().expect("a number") << 10
}

/// proc(5): writing 5 lets it begin anew.
fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").expect("our own process");
}
