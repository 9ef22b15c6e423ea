//! What each source file must look like: size, first line, names that say something.

use std::path::{Path, PathBuf};

/// The crates, by folder.
pub(crate) const CRATES: &[&str] = &[
    "affix",
    "applications",
    "asic",
    "asn1",
    "authority",
    "backoffice",
    "batch",
    "bulk",
    "canvas",
    "catalogue",
    "cell",
    "ceremony",
    "cli",
    "container",
    "courier",
    "credential",
    "crypto",
    "csc",
    "elsewhere",
    "entrance",
    "custody",
    "demo",
    "docket",
    "document",
    "dossier",
    "drill",
    "duties",
    "envelope",
    "evidence",
    "facts",
    "finding",
    "issuance",
    "jades",
    "keeping",
    "ledger",
    "licence",
    "making",
    "notices",
    "ofd",
    "openid",
    "pad",
    "papers",
    "pdf",
    "pki",
    "portfolio",
    "proxies",
    "public",
    "records",
    "reencryption",
    "registry",
    "render",
    "releasing",
    "renewal",
    "replies",
    "rolls",
    "roster",
    "seal",
    "server",
    "shares",
    "sharing",
    "signing",
    "store",
    "succession",
    "syntax",
    "tlog",
    "tls",
    "trail",
    "transcript",
    "trustlist",
    "vault",
    "verify",
    "watch",
    "wire",
    "words",
    "x509",
    "xml",
    "yinxin",
];

/// Lines of a file, tests included where they stand in the same file.
const FILE_LINES: usize = 600;
/// Lines of a function, signature and braces included.
const FUNCTION_LINES: usize = 70;
/// Lines of a crate's `src`.
const CRATE_LINES: usize = 8_000;
/// Names that a crate's `lib.rs` makes public.
const PUBLIC_NAMES: usize = 40;
/// Traits with two implementations each, in the whole workspace.
const TRAITS: usize = 20;
/// Macros of our own.
const MACROS: usize = 2;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests stand in the workspace")
        .to_path_buf()
}

pub(crate) fn files_below(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "target" && name != ".git" && name != "fixtures" && name != "node_modules" {
                files_below(&path, ending, into);
            }
        } else if path.extension().is_some_and(|found| found == ending) {
            into.push(path);
        }
    }
    into.sort();
}

pub(crate) fn rust_files() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    files_below(&root().join("crates"), "rs", &mut paths);
    files_below(&root().join("tests"), "rs", &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
            (
                path.strip_prefix(root())
                    .expect("below the root")
                    .to_path_buf(),
                text,
            )
        })
        .collect()
}

#[test]
fn files_are_short_and_say_first_what_they_are() {
    let files = rust_files();
    assert!(files.len() > 20, "the walk found the sources");
    let mut wrong = Vec::new();
    for (path, text) in &files {
        let lines = text.lines().count();
        let table = text
            .lines()
            .take(3)
            .any(|line| line.contains("Table only:"));
        if lines > FILE_LINES && !table {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
        let first = text.lines().next().unwrap_or_default();
        let fuzz = first.starts_with("#![no_main]");
        if !first.starts_with("//!") && !fuzz {
            wrong.push(format!(
                "{}: the first line does not say what the file is",
                path.display()
            ));
        }
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            wrong.push(format!(
                "{}: `foo.rs` beside `foo/`, never `mod.rs`",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn functions_are_short() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files() {
        for (line, length) in long_functions(&text) {
            wrong.push(format!("{}:{line}: {length} lines", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Line and length of each function above the limit. Formatted sources close a function with a
/// brace at the indentation of its `fn`.
fn long_functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let is_function = [
            "fn ",
            "pub fn ",
            "pub(crate) fn ",
            "pub(super) fn ",
            "async fn ",
            "pub async fn ",
            "pub(crate) async fn ",
            "pub(super) async fn ",
            "const fn ",
            "pub const fn ",
        ]
        .iter()
        .any(|start| body.starts_with(start));
        if !is_function || line.trim_end().ends_with(';') {
            continue;
        }
        let indent = &line[..line.len() - body.len()];
        let close = format!("{indent}}}");
        let end = lines
            .iter()
            .skip(start)
            .position(|line| *line == close || line.ends_with("{}"));
        if let Some(length) = end.map(|end| end + 1)
            && length > FUNCTION_LINES
        {
            found.push((start + 1, length));
        }
    }
    found
}

#[test]
fn the_function_rule_sees_a_long_function() {
    let body = "    let x = 1;\n".repeat(FUNCTION_LINES);
    assert_eq!(
        long_functions(&format!("fn long() {{\n{body}}}\n")),
        [(1, FUNCTION_LINES + 2)]
    );
    assert!(long_functions("fn short() {\n}\n").is_empty());
}

#[test]
fn crates_are_split_before_they_are_too_large() {
    let mut wrong = Vec::new();
    for member in CRATES {
        let mut paths = Vec::new();
        files_below(
            &root().join("crates").join(member).join("src"),
            "rs",
            &mut paths,
        );
        let lines: usize = paths
            .iter()
            .filter(|path| {
                !path.ends_with("tests.rs")
                    && !path.components().any(|part| part.as_os_str() == "tests")
            })
            .map(|path| {
                production_lines(&std::fs::read_to_string(path).expect("sources are UTF-8"))
            })
            .sum();
        if lines > CRATE_LINES {
            wrong.push(format!("{member}: {lines} lines"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Lines before the file's own test module.
pub(crate) fn production_lines(text: &str) -> usize {
    production(text).lines().count()
}

/// The file without its own test module, which by house order stands last.
pub(crate) fn production(text: &str) -> &str {
    match text.find("\n#[cfg(test)]\nmod ") {
        Some(at) => &text[..at],
        None => text,
    }
}

#[test]
fn a_crate_shows_few_names() {
    let mut wrong = Vec::new();
    for member in CRATES {
        let text = std::fs::read_to_string(root().join("crates").join(member).join("src/lib.rs"))
            .expect("each crate has a lib.rs");
        let mut names = 0;
        let mut rest = text.as_str();
        while let Some(at) = rest.find("\npub ") {
            let item = &rest[at + 5..];
            let end = item.find(';').unwrap_or(item.len());
            let item = &item[..end];
            names += if item.starts_with("use ") && item.contains('{') {
                item.split(',')
                    .filter(|name| !name.trim().trim_end_matches('}').is_empty())
                    .count()
            } else {
                1
            };
            rest = &rest[at + 5..];
        }
        if names > PUBLIC_NAMES {
            wrong.push(format!("{member}: {names} public names"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn traits_and_macros_are_few() {
    let mut traits = Vec::new();
    let mut macros = Vec::new();
    for (path, text) in rust_files() {
        if !path.starts_with("crates") {
            continue;
        }
        for line in text.lines() {
            if line.starts_with("pub trait ") || line.starts_with("pub(crate) trait ") {
                traits.push(format!("{}: {line}", path.display()));
            }
            if line.starts_with("macro_rules!") {
                macros.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(traits.len() <= TRAITS, "{traits:#?}");
    assert!(macros.len() <= MACROS, "{macros:#?}");
}

/// Words that stand for work not done, split so that this file does not name them itself.
const UNFINISHED: &[&str] = &[
    "TO\u{200b}DO",
    "FIX\u{200b}ME",
    "todo\u{200b}!(",
    "unimplemented\u{200b}!(",
    "#[ig\u{200b}nore",
];

#[test]
fn nothing_is_presented_as_done_that_is_not() {
    let words: Vec<String> = UNFINISHED
        .iter()
        .map(|word| word.replace('\u{200b}', ""))
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in rust_files() {
        for (at, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word.as_str())) {
                wrong.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
            }
            let allowed = line.trim_start().starts_with("#[allow(")
                || line.trim_start().starts_with("#![allow(");
            if allowed {
                wrong.push(format!(
                    "{}:{}: `expect` with a reason, never `allow`",
                    path.display(),
                    at + 1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Suffixes that say nothing, and folders by kind.
const EMPTY_NAMES: &[&str] = &[
    "Manager",
    "Helper",
    "Util",
    "Utils",
    "Processor",
    "Impl",
    "Service",
    "Context",
];

#[test]
fn names_say_something() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files() {
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if [
            "common", "core", "utils", "util", "misc", "types", "prelude", "shared", "helpers",
            "models", "errors",
        ]
        .contains(&stem)
        {
            wrong.push(format!(
                "{}: a module without a reason to end",
                path.display()
            ));
        }
        if !path.starts_with("crates") {
            continue;
        }
        for (at, line) in production(&text).lines().enumerate() {
            let line = line.trim_start();
            let Some(item) = ["pub struct ", "pub enum ", "pub trait ", "struct ", "enum "]
                .iter()
                .find_map(|start| line.strip_prefix(start))
            else {
                continue;
            };
            let name: String = item
                .chars()
                .take_while(|letter| letter.is_alphanumeric())
                .collect();
            if EMPTY_NAMES.iter().any(|empty| name.ends_with(empty)) {
                wrong.push(format!("{}:{}: {name}", path.display(), at + 1));
            }
        }
        for line in production(&text).lines() {
            if line.trim_start().starts_with("pub fn get_") {
                wrong.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
