//! JAdES and ASiC of every level, written for others to judge where a folder is named.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use time::Duration;

use crate::asic::{extended, simple};
use crate::hierarchy::{SEALED, certificate, crl};
use crate::jades::{Level, OBJECTS, by_hash, by_uri, carried, inside};

/// What the European reference library calls each level.
const LEVELS: [(Level, &str); 4] = [
    (Level::B, "B"),
    (Level::T, "T"),
    (Level::Lt, "LT"),
    (Level::Lta, "LTA"),
];

/// A file, the format that a judge has to name, and the files beside it that it is over.
type Written = (String, Vec<u8>, String, &'static [&'static str]);

fn files() -> Vec<Written> {
    let mut files: Vec<Written> = Vec::new();
    for (level, name) in LEVELS {
        let jades = format!("JAdES-BASELINE-{name}");
        let cades = format!("CAdES-BASELINE-{name}");
        let whole = carried(inside(), level).flattened();
        files.push((
            format!("inside-{name}.json"),
            whole.into(),
            jades.clone(),
            &[],
        ));
        let beside: &[&str] = &["decision.txt", "annex.json"];
        for (how, token) in [("hash", by_hash()), ("uri", by_uri())] {
            let text = carried(token, level).flattened();
            files.push((
                format!("{how}-{name}.json"),
                text.into(),
                jades.clone(),
                beside,
            ));
        }
        files.push((
            format!("simple-{name}.asics"),
            simple(level),
            cades.clone(),
            &[],
        ));
        files.push((
            format!("extended-{name}.asice"),
            extended(level),
            cades,
            &[],
        ));
    }
    let compact = inside().compact().expect("nothing came later");
    files.push((
        "compact-B.jws".to_owned(),
        compact.into(),
        "JAdES-BASELINE-B".to_owned(),
        &[],
    ));
    files
}

/// Puts files, what they need, and `corpus.tsv` of `tests/judges/python/dss.py` into a folder.
fn write(folder: &Path) -> usize {
    let put =
        |name: &str, octets: &[u8]| std::fs::write(folder.join(name), octets).expect("a file");
    put("root.der", certificate("root").der());
    let lists = ["root", "ca"].map(|issuer| (issuer, crl(issuer, SEALED + Duration::minutes(5))));
    for (issuer, list) in &lists {
        put(&format!("{issuer}.crl"), list);
    }
    for one in OBJECTS {
        put(one.uri, one.octets);
    }
    let files = files();
    let mut corpus = String::new();
    for (name, octets, level, beside) in &files {
        put(name, octets);
        let beside = beside.join(";");
        let _ = writeln!(
            corpus,
            "{name}\troot.der\troot.crl;ca.crl\t{beside}\t2026-06-10T12:00:00Z\t\tsignature\t0\tTOTAL_PASSED\t-\t{level}"
        );
    }
    put("corpus.tsv", corpus.as_bytes());
    files.len()
}

#[test]
fn each_level_of_each_form_is_written_for_others_to_judge() {
    let named = std::env::var_os("YINXIN_CORPUS").map(PathBuf::from);
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = match named {
        Some(above) => above.join("envelopes"),
        None => temporary.path().to_owned(),
    };
    std::fs::create_dir_all(&folder).expect("a folder");
    assert_eq!(write(&folder), 21);
    let written = std::fs::read_to_string(folder.join("corpus.tsv")).expect("it was written");
    assert_eq!(written.lines().count(), 21);
}
