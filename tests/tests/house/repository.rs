//! What the repository says and does not say, outside the sources.

use std::process::Command;

use crate::sources::root;

/// Every file that git knows.
pub(crate) fn tracked() -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(output.status.success(), "the repository is a git checkout");
    String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Parts of paths and addresses that belong to a machine, split so that this file stays clean.
const FOREIGN: &[&str] = &[
    "../sha|red",
    "/wo|rk/",
    "/ro|ot/",
    "crates|.io/api",
    "pypi|.org",
    "registry.npm|js",
    "repo1.ma|ven",
    "deb.deb|ian",
];

#[test]
fn no_file_names_a_machine_or_a_registry() {
    let words: Vec<String> = FOREIGN.iter().map(|word| word.replace('|', "")).collect();
    let mut wrong = Vec::new();
    for name in tracked() {
        if name.ends_with(".lock") || name.starts_with("tests/fixtures/") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(root().join(&name)) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word.as_str())) {
                wrong.push(format!("{name}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn documented_commands_name_their_package() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for name in tracked() {
        if !name.ends_with(".md") || name.starts_with("tests/fixtures/") {
            continue;
        }
        let text = std::fs::read_to_string(root().join(&name)).unwrap_or_default();
        for line in text.lines() {
            let line = line.trim().trim_start_matches("$ ");
            let line = line.strip_prefix("time ").unwrap_or(line);
            if !line.starts_with("cargo ") {
                continue;
            }
            seen += 1;
            let demo = line.starts_with("cargo run --release -- ");
            let named = [
                "--workspace",
                " -p ",
                "--package ",
                "--fuzz-dir ",
                "cargo fmt",
                "cargo metadata",
            ]
            .iter()
            .any(|word| line.contains(word));
            if !demo && !named {
                wrong.push(format!("{name}: {line}"));
            }
        }
    }
    assert!(seen > 0, "the documents show commands");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_a_newcomer_looks_for_is_there() {
    for name in [
        "README.md",
        "LICENSE",
        "NOTICE",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "deny.toml",
        "docs/architecture.md",
        "docs/issuance.md",
        "docs/glossary.md",
        "docs/threats.md",
        "docs/findings.md",
        "docs/performance.md",
        "api/openapi.json",
        "api/README.md",
        "api/problems.md",
        "api/CHANGELOG.md",
        "keys-example/README.md",
        "keys-example/hierarchy.toml",
        ".ci/run",
        "tests/run",
    ] {
        assert!(root().join(name).is_file(), "{name} is missing");
    }
    let keys = std::fs::read_to_string(root().join("keys-example/README.md")).expect("read above");
    let first = keys.lines().next().unwrap_or_default().to_lowercase();
    assert!(
        first.contains("public"),
        "the first line says that these keys are public: {first}"
    );
}

#[test]
fn continuous_integration_runs_the_one_command() {
    let text = std::fs::read_to_string(root().join(".ci/run")).expect("there is a .ci/run");
    let commands: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| {
            !line.is_empty()
                && !line.starts_with('#')
                && !line.starts_with("set ")
                && !line.starts_with("cd ")
        })
        .collect();
    assert_eq!(commands, ["exec ./tests/run"], "only that");
}
