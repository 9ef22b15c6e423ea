//! Malformed and hostile files: each ends in its own fault, or in the sound answer that nothing was signed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pdf::{ReadPdf, read};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/malformed/pdf")
}

/// Everything that a verifier asks of a file, and then all that can be reached.
fn judge(bytes: &[u8]) -> Result<&'static str, ReadPdf> {
    let file = read(&bytes)?;
    let signatures = file.signatures()?;
    for signature in &signatures {
        let _ = file.changes_after(signature, &signatures);
    }
    if let Some(signature) = signatures.first() {
        return Ok(signature
            .value()
            .map_or_else(|fault| fault.code(), |_| "sound"));
    }
    file.dss()?;
    file.attachments_at(usize::MAX)?;
    file.survey()?;
    Ok("nothing signed")
}

/// What each file is refused for: name and code by line.
fn expected() -> BTreeMap<&'static str, &'static str> {
    include_str!("malformed.txt")
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect()
}

#[test]
fn each_file_is_refused_for_its_reason() {
    let expected = expected();
    let text = std::fs::read_to_string(folder().join("manifest.json")).expect("the manifest");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let cases = manifest["cases"].as_array().expect("a list");
    let lines = expected.len();
    let mut wrong = Vec::new();
    for case in cases {
        let name = case["file"].as_str().expect("a name");
        let bytes = std::fs::read(folder().join(name)).expect("the file");
        let found = judge(&bytes).unwrap_or_else(|fault| fault.code());
        if expected.get(name) != Some(&found) {
            wrong.push(format!("{name}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(cases.len(), lines, "each case has its line");
}

#[test]
fn only_files_that_the_manifest_lets_pass_are_read_to_the_end() {
    let passed: Vec<&str> = expected()
        .into_iter()
        .filter(|(_, code)| *code == "nothing signed")
        .map(|(name, _)| name)
        .collect();
    // Nested states of a page are for those who draw it; object streams that no entry names are not read; four
    // hundred revisions are below the limit of a thousand, sixty MiB below that of a hundred, and none are kept.
    assert_eq!(
        passed,
        [
            "flate-bomb-60MiB.pdf",
            "nested-q-40000.pdf",
            "objstm-extends-loop.pdf",
            "objstm-n-huge.pdf",
            "objstm-self.pdf",
            "prev-chain-400.pdf",
        ]
    );
}

#[test]
fn a_file_cut_anywhere_is_refused_or_says_that_nothing_is_signed() {
    let bytes = std::fs::read(folder().join("sig-byterange-beyond.pdf")).expect("the file");
    for end in 0..bytes.len() {
        let cut = bytes.get(..end).expect("within");
        assert_ne!(judge(cut), Ok("sound"), "cut at {end}");
    }
}

#[test]
fn no_octet_changed_makes_the_reader_fail_otherwise_than_by_a_fault() {
    let bytes = std::fs::read(folder().join("sig-byterange-beyond.pdf")).expect("the file");
    for at in 0..bytes.len() {
        for other in [0, b'9', b'<', b'/', 0xff] {
            let mut changed = bytes.clone();
            if let Some(octet) = changed.get_mut(at) {
                *octet = other;
            }
            assert_ne!(judge(&changed), Ok("sound"), "octet {at} as {other}");
        }
    }
}
