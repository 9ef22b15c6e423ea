//! `docs/findings.md` and the code say the same, and every code that a lower crate can give has its row.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use verify::{Answer, Effect, Kind, TABLE, Verdict};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn follows(effect: Effect) -> String {
    match effect {
        Effect::Told | Effect::Noted => "nothing".to_owned(),
        Effect::NotProcessed => "*not processed*".to_owned(),
        Effect::Answered => "the answer".to_owned(),
        Effect::Open(sub) => format!("INDETERMINATE, {}", sub.name()),
        Effect::Fails(sub) => format!("TOTAL-FAILED, {}", sub.name()),
    }
}

fn severity(effect: Effect) -> String {
    serde_json::to_value(effect.severity())
        .expect("a word")
        .as_str()
        .expect("a word")
        .to_owned()
}

/// The page as it has to be.
fn page() -> String {
    let mut out = "# Findings\n\n\
        What `yinxin-verify`, `POST /v1/verifications` and the recheck before release can say. A test compares this page with\n\
        `crates/finding/src/table.rs` (`cargo test -p verify --test judging findings::`; with `WRITE_FINDINGS=1` it writes the page).\n\
        *What follows* is the rule; where a place decides otherwise (a bad time-stamp beside a good one, a chain with or without a\n\
        proven time, a policy that does not ask for the baseline) the finding itself carries its severity.\n\n\
        ## Kinds\n\n"
        .to_owned();
    let kinds: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| format!("`{}`", kind.code()))
        .collect();
    out.push_str(&kinds.join(" · "));
    out.push_str("\n\n## Severities\n\n`info` is told and weighs nothing · `warning` is a departure that one can live with · `error` keeps the artefact from *valid*.\n");
    out.push_str("\n## Answers\n\nIn this order; the first hit wins. *Verdict* is what follows where every signature is good.\n\n| answer | verdict | 中文 | English |\n|---|---|---|---|\n");
    for answer in Answer::ALL {
        let verdict = match answer.verdict() {
            Verdict::Valid => "valid",
            Verdict::Indeterminate => "indeterminate",
            _ => "invalid",
        };
        out.push_str(&format!(
            "| `{}` | {verdict} | {} | {} |\n",
            answer.code(),
            answer.chinese(),
            answer.english()
        ));
    }
    out.push_str("\n## Codes\n\n| code | severity | what follows | clause | what it is |\n|---|---|---|---|---|\n");
    for row in TABLE {
        out.push_str(&format!(
            "| `{}` | {} | {} | {} | {} |\n",
            row.code,
            severity(row.effect),
            follows(row.effect),
            row.clause,
            row.text
        ));
    }
    out
}

#[test]
fn the_page_lists_what_the_code_has() {
    let path = root().join("docs/findings.md");
    if std::env::var_os("WRITE_FINDINGS").is_some() {
        std::fs::write(&path, page()).expect("the page can be written");
    }
    let written = std::fs::read_to_string(path).expect("the page is there");
    assert!(written == page(), "docs/findings.md differs from the table");
}

#[test]
fn the_table_is_in_order_and_says_each_thing_once() {
    let codes: Vec<&str> = TABLE.iter().map(|row| row.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    for row in TABLE {
        assert!(
            !row.clause.is_empty() && !row.text.is_empty(),
            "{}",
            row.code
        );
    }
}

/// Codes in string literals of sources below `folder`, by their first word.
fn codes_below(folder: &Path, words: &[&str], into: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            codes_below(&path, words, into);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for literal in text.split('"').skip(1).step_by(2) {
            let mut parts = literal.split('.');
            let (Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let plain = !second.is_empty()
                && second
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            if words.contains(&first) && plain {
                into.insert(literal.to_owned());
            }
        }
    }
}

#[test]
fn every_code_of_a_lower_crate_has_its_row() {
    let mut found = BTreeSet::new();
    for (folder, words) in [
        (
            "crates/evidence/src",
            &["archive", "cms", "tsp", "ocsp"][..],
        ),
        ("crates/asic/src", &["asic"]),
        ("crates/records/src", &["record"]),
        ("crates/jades/src", &["jades"]),
        ("crates/pki/src/path", &["path"]),
        ("crates/syntax/src", &["pdf"]),
        ("crates/pdf/src", &["pdf", "signature", "change"]),
        (
            "crates/tlog/src",
            &["receipt", "note", "checkpoint", "proof", "leaf"],
        ),
        (
            "crates/verify/src",
            &[
                "cms",
                "path",
                "status",
                "licence",
                "code",
                "receipt",
                "time",
                "trust",
                "material",
                "input",
                "limit",
                "signature",
                "revocation",
                "pdf",
                "leaf",
                "checkpoint",
                "asic",
                "jades",
            ],
        ),
    ] {
        codes_below(&root().join(folder), words, &mut found);
    }
    assert!(found.len() > 200, "{} codes were found", found.len());
    let listed: BTreeSet<&str> = TABLE.iter().map(|row| row.code).collect();
    // Names of files, which have the form of codes.
    const NOT_CODES: &[&str] = &["licence.json", "status.json"];
    let missing: Vec<&String> = found
        .iter()
        .filter(|code| !listed.contains(code.as_str()) && !NOT_CODES.contains(&code.as_str()))
        .collect();
    assert!(missing.is_empty(), "codes without a row: {missing:?}");
}
