//! What a page of documentation names is there: files, folders, links, tests.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::repository::tracked;
use crate::sources::root;

/// Folders whose files pages name by their path.
const FOLDERS: [&str; 5] = ["crates/", "tests/", "docs/", "api/", "keys-example/"];
/// Words in the name of a function that a page names, at least: shorter names are not meant as tests.
const WORDS: usize = 5;

/// Every file and every folder that the repository has.
fn places() -> BTreeSet<PathBuf> {
    let mut places = BTreeSet::new();
    for name in tracked() {
        for place in Path::new(&name).ancestors() {
            places.insert(place.to_owned());
        }
    }
    places
}

fn functions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in tracked().iter().filter(|name| name.ends_with(".rs")) {
        let text = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        for (at, _) in text.match_indices("fn ") {
            let rest = &text[at + 3..];
            let end = rest.find(['(', '<']).unwrap_or_default();
            found.insert(rest[..end].to_owned());
        }
    }
    found
}

fn is_path(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    FOLDERS.iter().any(|folder| text.starts_with(folder)) && text.chars().all(plain)
}

fn is_test(text: &str) -> bool {
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    text.chars().all(plain) && text.split('_').filter(|word| !word.is_empty()).count() >= WORDS
}

/// Where a link of a page leads, if not out of the repository.
fn led_to(page: &str, link: &str) -> Option<PathBuf> {
    let link = link.split('#').next().filter(|link| !link.is_empty())?;
    if link.contains(':') {
        return None;
    }
    let mut place = Path::new(page).parent()?.to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => {
                place.pop();
            }
            Component::Normal(name) => place.push(name),
            _ => {}
        }
    }
    Some(place)
}

/// What a line names in code, and where its links lead.
fn named(line: &str) -> (Vec<&str>, Vec<&str>) {
    let code = line.split('`').skip(1).step_by(2).collect();
    let links = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(link, _)| link));
    (code, links.collect())
}

#[test]
fn what_a_page_names_is_there() {
    let (places, functions) = (places(), functions());
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for page in tracked() {
        if !page.ends_with(".md") || page.starts_with("tests/fixtures/") {
            continue;
        }
        let text = std::fs::read_to_string(root().join(&page)).expect("pages are UTF-8");
        for (at, line) in text.lines().enumerate() {
            let (code, links) = named(line);
            for name in code {
                let there = if is_path(name) && !name.contains("TARGET") {
                    places.contains(Path::new(name.trim_end_matches('/')))
                } else if is_test(name) {
                    functions.contains(name)
                } else {
                    continue;
                };
                seen += 1;
                if !there {
                    wrong.push(format!("{page}:{}: {name}", at + 1));
                }
            }
            for link in links {
                if led_to(&page, link).is_some_and(|place| !places.contains(&place)) {
                    wrong.push(format!("{page}:{}: {link}", at + 1));
                }
            }
        }
    }
    assert!(seen > 80, "pages name files and tests: {seen}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_and_links_of_a_line_are_seen() {
    let (code, links) = named("see `crates/a/b.rs`, `a_b_c_d_e` and [it](../x.md#y)");
    assert_eq!((code.len(), links.len()), (2, 1));
    assert!(is_path(code[0]) && is_test(code[1]) && !is_test("a_b_c"));
    let place = led_to("docs/decisions/a.md", links[0]);
    assert_eq!(place.as_deref(), Some(Path::new("docs/x.md")));
    assert_eq!(led_to("README.md", "https://licences.example"), None);
}

/// What a row of a page below `docs/standards/` says of its clause.
const STATES: [&str; 5] = [
    "checked",
    "by construction",
    "caller's duty",
    "open",
    "not applicable",
];

#[test]
fn each_clause_of_a_standard_has_its_state() {
    let (mut wrong, mut rows) = (Vec::new(), 0);
    for page in tracked() {
        if !page.starts_with("docs/standards/") {
            continue;
        }
        let text = std::fs::read_to_string(root().join(&page)).expect("pages are UTF-8");
        let mut states = false;
        for (at, line) in text.lines().enumerate() {
            if line.is_empty() {
                states = false;
            }
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            if cells.get(1).is_none_or(|cell| cell.starts_with("--")) {
                continue;
            }
            if cells.get(1) == Some(&"clause") {
                states = cells.get(2) == Some(&"state");
                continue;
            }
            let state = cells.get(2).copied().unwrap_or_default();
            rows += 1;
            if states && !STATES.iter().any(|known| state.starts_with(known)) {
                wrong.push(format!("{page}:{}: {state}", at + 1));
            }
        }
    }
    assert!(rows > 300, "clauses have rows: {rows}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
