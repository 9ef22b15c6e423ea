//! Licences and bans of every package in the lock file, read from `cargo metadata`.

use std::process::Command;

use serde_json::Value;

use crate::sources::root;

/// Licences that need no further reason.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "CC0-1.0",
    "0BSD",
    "Unlicense",
    "CDLA-Permissive-2.0",
    "BSL-1.0",
];

/// Licences accepted for one package, each with its reason in `deny.toml`.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Packages that must not be in the lock file: name, version prefix, why.
const BANS: &[(&str, &str, &str)] = &[
    ("openssl", "", "no OpenSSL binding in the product"),
    ("openssl-sys", "", "no OpenSSL binding in the product"),
    ("native-tls", "", "one TLS backend: ring"),
    ("aws-lc-rs", "", "one TLS backend: ring"),
    ("aws-lc-sys", "", "one TLS backend: ring"),
    (
        "rsa",
        "",
        "private-key operations leak time (RUSTSEC-2023-0071)",
    ),
    ("der", "0.7", "generations of the DER packages do not mix"),
    ("rustybuzz", "", "unmaintained"),
    ("ttf-parser", "", "unmaintained"),
];

fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

fn satisfied(expression: &str) -> bool {
    // SPDX: alternatives joined by OR (older manifests: a slash); each alternative a list joined by AND.
    expression
        .replace('/', " OR ")
        .replace(['(', ')'], "")
        .split(" OR ")
        .any(|choice| {
            choice
                .split(" AND ")
                .all(|licence| LICENCES.contains(&licence.trim()))
        })
        || grouped(expression)
}

/// `(A OR B) AND C`, the one shape that flat splitting reads wrongly.
fn grouped(expression: &str) -> bool {
    expression.split(" AND ").all(|part| {
        part.trim_matches(['(', ')', ' '])
            .split(" OR ")
            .any(|licence| LICENCES.contains(&licence.trim()))
    })
}

#[test]
fn every_package_has_a_licence_that_fits() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("a list of packages");
    assert!(packages.len() > 50, "cargo named the packages");
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or("none");
        let excepted = EXCEPTIONS.contains(&(name, licence));
        if !satisfied(licence) && !excepted {
            wrong.push(format!("{name}: {licence}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn banned_packages_are_absent() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().expect("a list of packages") {
        let name = package["name"].as_str().unwrap_or_default();
        let version = package["version"].as_str().unwrap_or_default();
        for (banned, prefix, reason) in BANS {
            if name == *banned && version.starts_with(prefix) {
                wrong.push(format!("{name} {version}: {reason}"));
            }
        }
        let source = package["source"].as_str().unwrap_or("registry");
        if !source.starts_with("registry") {
            wrong.push(format!(
                "{name}: comes from {source}, not from the package registry"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_licence_rule_can_fail() {
    assert!(satisfied("MIT OR Apache-2.0") && satisfied("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!satisfied("GPL-3.0") && !satisfied("MIT AND GPL-3.0") && !satisfied("none"));
}
