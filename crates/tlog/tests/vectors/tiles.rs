//! Addresses of tiles, tiles of whole trees, bundles, and a log that another program wrote.

use crypto::sha256;
use tlog::bundle::{append_entries, encode_bundle, parse_bundle};
use tlog::{
    Audit, LeafIndex, NoteKey, TileKind, TilePath, TileSet, Tree, TrustedLog, check_consistency,
    check_inclusion, leaf_hash, wanted_for_consistency, wanted_for_inclusion, wanted_for_tree,
};

use crate::vectors::files::{
    folder, hash, hash_of_base64, hex, json, list, number, sequence, text,
};

#[test]
fn addresses_are_written_and_read() {
    let vectors = json("tiles.json");
    for case in list(&vectors, "paths") {
        let number = |name| number(case, name).expect("not negative");
        let kind = match case["kind"].as_str() {
            Some("entries") => TileKind::Entries,
            _ => TileKind::Hashes(u8::try_from(number("level")).expect("small")),
        };
        let width = u16::try_from(number("width")).expect("small");
        let path = TilePath::new(kind, number("index"), width).expect("a tile");
        assert_eq!(path.to_string(), text(case, "path"));
        assert_eq!(TilePath::parse(text(case, "path")), Ok(path));
    }
    for bad in list(&vectors, "bad_paths") {
        let bad = bad.as_str().expect("a text");
        assert!(TilePath::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn trees_are_written_as_the_tiles_of_the_vectors() {
    let vectors = json("tiles.json");
    let all = sequence(70_000);
    for case in list(&vectors, "trees") {
        let size = usize::try_from(number(case, "size").expect("not negative")).expect("small");
        let grown = Tree::empty().append(&all[..size]).expect("not full");
        assert_eq!(
            Some(grown.head().root),
            hash(hex(text(case, "root"))),
            "{size}"
        );
        let full = grown
            .tiles()
            .iter()
            .filter(|tile| tile.path.kind() == TileKind::Hashes(0) && !tile.path.is_partial())
            .count();
        assert_eq!(
            u64::try_from(full).ok(),
            number(case, "full_tiles_level0"),
            "{size}"
        );
        for wanted in list(case, "first_and_last_tiles") {
            let tile = grown
                .tiles()
                .iter()
                .find(|tile| tile.path.to_string() == text(wanted, "path"))
                .unwrap_or_else(|| panic!("{size}: {wanted}"));
            assert_eq!(
                sha256(&tile.bytes).to_vec(),
                hex(text(wanted, "sha256_of_tile"))
            );
        }
    }
}

#[test]
fn bundles_are_read_and_written() {
    let vectors = json("tiles.json");
    for case in list(&vectors, "bundles") {
        let bytes = hex(text(case, "bundle_hex"));
        let read = parse_bundle(&bytes);
        assert_eq!(read.is_ok(), case["ok"] == true, "{case}");
        if let Ok(entries) = read {
            let owned: Vec<Vec<u8>> = entries.iter().map(|entry| entry.to_vec()).collect();
            assert_eq!(encode_bundle(&owned), Ok(bytes.clone()));
            for (entry, hashed) in entries.iter().zip(list(case, "leaf_hashes")) {
                let hashed = hash(hex(hashed.as_str().expect("a text")));
                assert_eq!(Some(leaf_hash(entry)), hashed);
            }
        }
    }
    let go = &json("published.json")["go_sumdb_tlog"];
    let hashed = hash_of_base64(text(go, "record_hash_of_hello_world"));
    assert_eq!(Some(leaf_hash(b"hello world")), hashed);
}

struct Stored {
    log: TrustedLog,
}

impl Stored {
    fn open() -> Stored {
        let published = json("published.json");
        let key = text(&published["tessera"], "vkey");
        let key = NoteKey::parse(key).expect("a good key");
        Stored {
            log: TrustedLog::new("example.com/log/testdata", vec![key], Vec::new(), 0)
                .expect("a log"),
        }
    }

    fn read(path: &str) -> Vec<u8> {
        std::fs::read(folder().join("tessera-log").join(path)).expect("committed")
    }

    fn head(&self, name: &str) -> tlog::TreeHead {
        let note = Stored::read(name);
        self.log.open(&note).expect("signed").checkpoint.head()
    }

    fn tiles(paths: Vec<TilePath>) -> TileSet {
        let mut set = TileSet::new();
        for path in paths {
            let bytes = Stored::read(&path.to_string());
            set.insert(&path, &bytes).expect("as wide as it says");
        }
        set
    }
}

#[test]
fn a_log_of_another_author_is_read_at_each_size() {
    let stored = Stored::open();
    for size in 0..=15 {
        let head = stored.head(&format!("checkpoint.{size}"));
        assert_eq!(head.size, size);
        let set = Stored::tiles(wanted_for_tree(size));
        let tree = Tree::restore(&head, &set).expect("tiles and head agree");
        assert_eq!(tree.head(), head);
        let mut audit = Audit::new();
        if let Some(path) = TilePath::bundle_holding(0, size) {
            let bundle = Stored::read(&path.to_string());
            audit.bundle(&bundle, &set).expect("entries and tile agree");
            for (index, entry) in (0..).zip(parse_bundle(&bundle).expect("a bundle")) {
                let set = Stored::tiles(wanted_for_inclusion(LeafIndex(index), size));
                let proof = set.inclusion(LeafIndex(index), size).expect("at hand");
                let leaf = leaf_hash(entry);
                assert_eq!(
                    check_inclusion(&leaf, LeafIndex(index), &head, &proof),
                    Ok(())
                );
            }
        }
        assert_eq!(audit.finish(&head), Ok(()));
        for old in 0..=size {
            let set = Stored::tiles(wanted_for_consistency(old, size));
            let proof = set.consistency(old, size).expect("at hand");
            let old = stored.head(&format!("checkpoint.{old}"));
            assert_eq!(check_consistency(&old, &head, &proof), Ok(()));
        }
    }
    assert_eq!(stored.head("checkpoint").size, 15);
}

#[test]
fn our_steps_write_the_files_that_the_other_author_wrote() {
    let stored = Stored::open();
    let all = Stored::read("tile/entries/000.p/15");
    let entries = parse_bundle(&all).expect("a bundle");
    let mut tree = Tree::empty();
    let mut open = Vec::new();
    for (size, entry) in (0..).zip(entries) {
        let grown = tree.append(&[leaf_hash(entry)]).expect("not full");
        let bundles = append_entries(size, &open, &[entry.to_vec()]).expect("short");
        for write in grown.tiles().iter().chain(&bundles) {
            let theirs = Stored::read(&write.path.to_string());
            assert_eq!(write.bytes, theirs, "{}", write.path);
        }
        open.clone_from(&bundles[0].bytes);
        tree = grown.into_tree();
        assert_eq!(
            tree.head(),
            stored.head(&format!("checkpoint.{}", size + 1))
        );
    }
}

#[test]
fn a_step_writes_each_tile_once() {
    // golang.org/x/mod counts tiles of height 10; the shape of the rule is the same at height 8.
    let cases: &[(usize, usize, usize)] = &[(1, 1, 0), (100, 101, 1), (255, 257, 3), (256, 300, 1)];
    let all = sequence(70_000);
    for (old, new, count) in cases {
        let tree = Tree::empty().append(&all[..*old]).expect("not full");
        let grown = tree.tree().append(&all[*old..*new]).expect("not full");
        assert_eq!(grown.tiles().len(), *count, "{old} to {new}");
    }
}
