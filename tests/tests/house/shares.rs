//! Shares and middles over the whole workspace (house-style 4.3). Where an aim is not reached yet, what was reached is
//! held, so that it can only come nearer.

use crate::sources::{CRATES, files_below, production, root};

/// Lines of half of all files, and of nine in ten.
const FILES: (usize, usize) = (200, 450);
/// Lines of half of all functions, and of nine in ten.
const FUNCTIONS: (usize, usize) = (8, 35);
/// Lines of comment and documentation in a thousand. The aim is 150 to 300.
const DOCUMENTED: (usize, usize) = (130, 300);
/// Crates that enforce what standards say, and citations of clauses in a thousand of their lines.
const CITING: &[&str] = &[
    "affix",
    "asn1",
    "credential",
    "crypto",
    "document",
    "evidence",
    "ofd",
    "pdf",
    "pki",
    "records",
    "seal",
    "tlog",
    "trustlist",
    "verify",
    "x509",
];
const CITED: usize = 15;
/// What a citation begins with.
const STANDARDS: &[&str] = &[
    "RFC ", "ISO ", "EN 319 ", "TS 119 ", "GB/T ", "GB ", "GM/T ", "X.5", "X.6", "FIPS ",
    "SP 800-", "C2SP", "T-", "PDF/A", "SEC 1",
];

/// The production part of every source of a crate.
fn sources(member: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let folder = root().join("crates").join(member).join("src");
    files_below(&folder, "rs", &mut paths);
    paths
        .iter()
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| std::fs::read_to_string(path).expect("sources are UTF-8"))
        .map(|text| production(&text).to_owned())
        .collect()
}

/// Lines of each function, from its first word to its brace.
fn functions(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let indent = &line[..line.len() - bare.len()];
        let begins = [
            "fn ",
            "pub fn ",
            "pub(crate) fn ",
            "async fn ",
            "pub async fn ",
        ]
        .iter()
        .any(|start| bare.starts_with(start));
        let end = format!("{indent}}}");
        let length = lines.iter().skip(at).position(|line| **line == end);
        if begins && let Some(length) = length {
            found.push(length + 1);
        }
    }
    found
}

/// The middle, and what nine in ten do not exceed.
fn middle(mut numbers: Vec<usize>) -> (usize, usize) {
    numbers.sort_unstable();
    let at = |tenths: usize| numbers.get(numbers.len() * tenths / 10).copied();
    (at(5).unwrap_or_default(), at(9).unwrap_or_default())
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[test]
fn files_and_functions_are_mostly_short() {
    let all: Vec<String> = CRATES.iter().flat_map(|member| sources(member)).collect();
    let files = middle(all.iter().map(|text| text.lines().count()).collect());
    let functions = middle(all.iter().flat_map(|text| functions(text)).collect());
    assert!(files.0 <= FILES.0 && files.1 <= FILES.1, "{files:?}");
    assert!(
        functions.0 <= FUNCTIONS.0 && functions.1 <= FUNCTIONS.1,
        "{functions:?}"
    );
}

#[test]
fn what_is_public_and_why_it_is_so_is_said() {
    let all: Vec<String> = CRATES.iter().flat_map(|member| sources(member)).collect();
    let lines: usize = all.iter().map(|text| text.lines().count()).sum();
    let comments = all.iter().flat_map(|text| text.lines());
    let share = comments.filter(|line| is_comment(line)).count() * 1_000 / lines;
    assert!(
        (DOCUMENTED.0..=DOCUMENTED.1).contains(&share),
        "{share} of a thousand lines"
    );
}

#[test]
fn rules_of_standards_name_their_clause() {
    let all: Vec<String> = CITING.iter().flat_map(|member| sources(member)).collect();
    let lines: usize = all.iter().map(|text| text.lines().count()).sum();
    let cited = all
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| STANDARDS.iter().any(|standard| line.contains(standard)))
        .count();
    assert!(
        cited * 1_000 / lines >= CITED,
        "{cited} citations in {lines} lines"
    );
}

#[test]
fn a_function_is_measured_from_its_name_to_its_brace() {
    let text =
        "fn a() {\n    1;\n}\n\nimpl B {\n    pub fn c() {\n        if d {\n        }\n    }\n}\n";
    assert_eq!(functions(text), [3, 4]);
    assert_eq!(middle(vec![5, 1, 9]), (5, 9));
}
