//! The targets of the fuzzer: each reads its seeds, and what failed once fails no more.

use tests::fuzz::seeds::{Seeds, found, own};
use tests::fuzz::{TARGETS, made};

/// Targets for which the fixtures or the other half of a crate give something that is accepted.
#[test]
fn every_target_reads_its_seeds() {
    let seeds = Seeds::gather();
    for target in TARGETS {
        let mut all = own(target);
        all.extend(seeds.of(target));
        let accepted = all.iter().any(|seed| (target.read)(seed));
        assert!(
            accepted,
            "{}: none of {} seeds is accepted",
            target.name,
            all.len()
        );
    }
}

#[test]
fn what_is_made_for_a_target_is_made() {
    let made: Vec<&str> = TARGETS
        .iter()
        .map(|target| target.name)
        .filter(|name| !made::of(name).is_empty())
        .collect();
    assert!(made.len() >= 25, "{made:?}");
}

#[test]
fn what_failed_once_fails_no_more() {
    for target in TARGETS {
        for input in found(target.name) {
            let _ = (target.read)(&input);
        }
    }
}

/// The crate of long campaigns has one file for each target, which calls it by name.
#[test]
fn the_long_campaign_has_the_same_targets() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let bins = manifest["bin"].as_array().expect("binaries");
    let mut names: Vec<&str> = bins
        .iter()
        .filter_map(|bin| bin.get("name")?.as_str())
        .collect();
    names.sort_unstable();
    let mut wanted: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    for name in names {
        let file = folder.join(format!("fuzz_targets/{name}.rs"));
        let text = std::fs::read_to_string(&file).expect("a file for each target");
        assert!(
            text.contains(&format!("named(\"{name}\")")),
            "{name}: {text}"
        );
    }
}
