//! `docs/threats.md` names tests; each of them has to be there.

use std::collections::BTreeSet;
use std::path::Path;

use crate::sources::{CRATES, files_below, root};

/// Every test below a folder, as file and function; a file that is a folder's own `tests.rs` has its name.
fn tests_below(folder: &Path) -> BTreeSet<(String, String)> {
    let mut paths = Vec::new();
    files_below(folder, "rs", &mut paths);
    let mut found = BTreeSet::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut awaited = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                awaited = true;
            } else if let Some(name) = function(line) {
                if awaited {
                    found.insert((stem.clone().into_owned(), name.to_owned()));
                }
                awaited = false;
            }
        }
    }
    found
}

fn function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line);
    rest.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// The spans of code in the third column of each row.
fn named(page: &str) -> Vec<&str> {
    page.lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
        .skip_while(|line| line.starts_with("| attack"))
        .filter_map(|line| line.trim_end_matches(" |").rsplit(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn every_test_that_the_page_of_attacks_names_is_there() {
    let page = std::fs::read_to_string(root().join("docs/threats.md")).expect("the page");
    let all: Vec<(&str, BTreeSet<_>)> = CRATES
        .iter()
        .map(|name| (*name, tests_below(&root().join("crates").join(name))))
        .chain([("tests", tests_below(&root().join("tests")))])
        .collect();
    let names = named(&page);
    assert!(names.len() > 40, "the page names tests: {names:?}");
    let mut wrong = Vec::new();
    for name in names {
        let parts: Vec<&str> = name.split("::").collect();
        let [member, file, function] = parts.as_slice() else {
            wrong.push(format!("{name}: crate, file and function"));
            continue;
        };
        let there = all.iter().any(|(known, tests)| {
            known == member && tests.contains(&((*file).to_owned(), (*function).to_owned()))
        });
        if !there {
            wrong.push(format!("{name}: there is no such test"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_row_of_the_page_of_attacks_names_a_test() {
    let page = std::fs::read_to_string(root().join("docs/threats.md")).expect("the page");
    let bare: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| attack"))
        .filter(|line| !line.starts_with("| ---") && named(line).is_empty())
        .collect();
    assert!(bare.is_empty(), "{bare:#?}");
}
