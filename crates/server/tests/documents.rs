//! The documents of `api/` say what the code does.

use std::collections::BTreeSet;
use std::path::PathBuf;

use server::Code;

fn read(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../api");
    std::fs::read_to_string(path.join(name)).expect("the document is there")
}

#[test]
fn the_api_document_is_the_one_that_the_handlers_give() {
    let generated = server::openapi().expect("the document writes");
    assert!(
        read("openapi.json") == generated,
        "write it anew: cargo run --release -- openapi > api/openapi.json"
    );
}

#[test]
fn every_problem_is_documented_with_its_status() {
    let text = read("problems.md");
    let told: BTreeSet<(String, u16)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let code = cells.next()?.trim_end_matches('`').to_owned();
            Some((code, cells.next()?.parse().ok()?))
        })
        .collect();
    let known: BTreeSet<(String, u16)> = Code::ALL
        .iter()
        .map(|code| (code.text().0.to_owned(), code.text().1))
        .collect();
    assert_eq!(told, known);
}
