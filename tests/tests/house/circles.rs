//! Files of one crate must not import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::sources::{CRATES, files_below, production, root};

/// Module path of a source file: `a/b.rs` is `a::b`, `lib.rs` and `main.rs` are the empty path.
fn module_of(file: &Path) -> String {
    let mut parts: Vec<String> = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if parts
        .last()
        .is_some_and(|last| last == "lib" || last == "main")
    {
        parts.pop();
    }
    parts.join("::")
}

/// Paths after `crate::` and `super::` in the production part of a file, made absolute.
fn imports(module: &str, text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in production(text).lines() {
        let line = line.split("//").next().unwrap_or_default();
        for (at, _) in line.match_indices("crate::") {
            found.insert(path_at(&line[at + 7..]));
        }
        for (at, _) in line.match_indices("super::") {
            if line[..at].ends_with("super::") || line[..at].ends_with("(in ") {
                continue;
            }
            let mut parent: Vec<&str> = module.split("::").collect();
            let mut rest = &line[at..];
            while let Some(after) = rest.strip_prefix("super::") {
                parent.pop();
                rest = after;
            }
            parent.retain(|part| !part.is_empty());
            let path = path_at(rest);
            let mut full = parent.join("::");
            if !full.is_empty() && !path.is_empty() {
                full.push_str("::");
            }
            full.push_str(&path);
            found.insert(full);
        }
    }
    found
}

fn path_at(text: &str) -> String {
    let end = text
        .find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'))
        .unwrap_or(text.len());
    text[..end].trim_end_matches(':').to_owned()
}

fn graph(member: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = root().join("crates").join(member).join("src");
    let mut paths = Vec::new();
    files_below(&folder, "rs", &mut paths);
    let texts: BTreeMap<String, String> = paths
        .iter()
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| {
            let module = module_of(path.strip_prefix(&folder).expect("below src"));
            (
                module,
                std::fs::read_to_string(path).expect("sources are UTF-8"),
            )
        })
        .collect();
    let mut graph = BTreeMap::new();
    for (module, text) in &texts {
        let mut uses = BTreeSet::new();
        for path in imports(module, text) {
            let mut path = path.as_str();
            loop {
                if texts.contains_key(path) && !path.is_empty() {
                    if path != module {
                        uses.insert(path.to_owned());
                    }
                    break;
                }
                match path.rfind("::") {
                    Some(at) => path = &path[..at],
                    None => break,
                }
            }
        }
        graph.insert(module.clone(), uses);
    }
    graph
}

fn circle_from(start: &str, graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut stack = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(path) = stack.pop() {
        let last = path.last().expect("a path has its start");
        for next in graph.get(last).into_iter().flatten() {
            let mut longer = path.clone();
            longer.push(next.clone());
            if next == start {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                stack.push(longer);
            }
        }
    }
    None
}

#[test]
fn files_do_not_import_each_other_in_a_circle() {
    let mut wrong = Vec::new();
    for member in CRATES {
        let graph = graph(member);
        for module in graph.keys() {
            if let Some(circle) = circle_from(module, &graph) {
                wrong.push(format!("{member}: {}", circle.join(" -> ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_circle_is_seen() {
    let uses = imports("a::b", "use super::c::Thing;\nuse crate::d;\n");
    assert!(
        uses.contains("a::c::Thing") && uses.contains("d"),
        "{uses:?}"
    );
    let graph = BTreeMap::from([
        ("a".to_owned(), BTreeSet::from(["b".to_owned()])),
        ("b".to_owned(), BTreeSet::from(["a".to_owned()])),
    ]);
    assert!(circle_from("a", &graph).is_some());
}
