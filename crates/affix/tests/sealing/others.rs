//! Files that other programs made, whole and broken: the whole ones are sealed, the broken ones refused in good time.

use std::path::{Path, PathBuf};

use affix::dss::{Material, append_dss};
use affix::preflight::preflight;
use affix::seal::{Place, PrepareSeal, prepare, prepare_time_stamp};
use pdf::ReadPdf;

use crate::files::{judged, new_field, request, sealed};

fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures")
        .join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "pdf"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).expect("the file can be read");
            (path, bytes)
        })
        .collect()
}

/// Certified with P=1 (ISO 32000-2, 12.8.2.2).
fn forbids(name: &str) -> bool {
    let final_ones = ["no-changes", "certified-1", "described"];
    final_ones.iter().any(|one| name.contains(one))
}

#[test]
fn files_of_other_programs_are_carried_on() {
    let all = files("pdf-foreign");
    assert!(!all.is_empty());
    for (path, file) in all {
        let name = path.display();
        let before = match pdf::read(&file) {
            Ok(before) => before,
            // What nobody can read without a key is sealed by nobody.
            Err(ReadPdf::Encrypted) if name.to_string().contains("encrypted") => continue,
            Err(fault) => panic!("{name}: {fault:?}"),
        };
        let signed = before.signatures().expect("fields can be walked").len();
        let asked = request(Place::Invisible { name: "Another" });
        let out = match sealed(&file, &asked) {
            Ok(out) => out,
            // Their signatures forbid every change.
            Err(PrepareSeal::Final) if forbids(&name.to_string()) => continue,
            // Their locks name every field but those that are there.
            Err(PrepareSeal::Locked) if name.to_string().contains("honest-locked") => continue,
            Err(fault) => panic!("{name}: {fault:?}"),
        };
        let read = pdf::read(&out).expect("what we write we read");
        let signatures = read.signatures().expect("fields can be walked");
        assert_eq!(signatures.len(), signed + 1, "{name}");
        if signed == 0 {
            assert_eq!(judged(&out), ["Another"], "{name}");
            let seen = sealed(&file, &request(Place::Page(new_field("Another"))));
            judged(&seen.unwrap_or_else(|fault| panic!("{name}: {fault:?}")));
        }
    }
}

#[test]
fn broken_files_are_refused_or_carried_on_but_never_a_danger() {
    let all = files("malformed/pdf");
    assert!(all.len() > 100);
    let material = Material {
        certificates: &[b"one".to_vec()],
        ..Material::default()
    };
    let mut refused = 0;
    for (path, file) in all {
        let name = path.display();
        let _ = preflight(&file);
        let asked = request(Place::Page(new_field("Another")));
        match prepare(&file, &asked) {
            Ok(prepared) => {
                let out = [file.as_slice(), prepared.appended()].concat();
                assert!(pdf::read(&out).is_ok(), "{name}");
            }
            Err(_) => refused += 1,
        }
        let _ = prepare_time_stamp(&file, "Stamp", 100);
        let _ = append_dss(&file, &material);
    }
    assert!(refused > 30, "{refused}");
}
