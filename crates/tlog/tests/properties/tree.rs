//! Properties of proofs, steps, addresses, bundles and leaves.

use proptest::prelude::*;
use tlog::bundle::{append_entries, encode_bundle, parse_bundle};
use tlog::{
    Hash, Leaf, LeafIndex, LeafKind, Note, Receipt, StatusEntry, TileKind, TilePath, TileSet, Tree,
    TreeHead, check_consistency, check_inclusion, leaf_hash, node_hash, wanted_for_consistency,
    wanted_for_inclusion, wanted_for_tree,
};

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

/// RFC 6962 2.1 as it is written there.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => tlog::empty_root(),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            node_hash(&root(left), &root(right))
        }
    }
}

fn at(size: u64) -> TreeHead {
    TreeHead {
        size,
        root: root(&leaves(size)),
    }
}

fn stored(size: u64) -> TileSet {
    let grown = Tree::empty().append(&leaves(size)).expect("not full");
    let mut set = TileSet::new();
    for tile in grown.tiles() {
        set.insert(&tile.path, &tile.bytes).expect("as written");
    }
    set
}

/// Only the tiles that were asked for: a proof needs no others.
fn asked(all: &TileSet, paths: Vec<TilePath>) -> TileSet {
    let mut set = TileSet::new();
    for path in paths {
        let TileKind::Hashes(level) = path.kind() else {
            panic!("tiles of hashes are asked for");
        };
        let hashes = &all.hashes(level, path.index())[..usize::from(path.width())];
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.bytes()).collect();
        set.insert(&path, &bytes).expect("as wide as it says");
    }
    set
}

fn bent(hash: Hash, bit: u8) -> Hash {
    let mut octets = *hash.bytes();
    octets[usize::from(bit / 8)] ^= 1 << (bit % 8);
    Hash::new(octets)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_inclusion_proof_verifies_and_every_altered_one_fails(
        size in 1_u64..600, pick in any::<u64>(), bit in any::<u8>(), place in any::<usize>(),
    ) {
        let index = LeafIndex(pick % size);
        let tiles = asked(&stored(size), wanted_for_inclusion(index, size));
        let proof = tiles.inclusion(index, size).expect("all that was asked for");
        let (head, leaf) = (at(size), leaf_hash(&index.0.to_be_bytes()));
        prop_assert_eq!(check_inclusion(&leaf, index, &head, &proof), Ok(()));
        prop_assert!(check_inclusion(&bent(leaf, bit), index, &head, &proof).is_err());
        let other = TreeHead { root: bent(head.root, bit), ..head };
        prop_assert!(check_inclusion(&leaf, index, &other, &proof).is_err());
        let elsewhere = LeafIndex((index.0 + 1) % size);
        prop_assert!(size == 1 || check_inclusion(&leaf, elsewhere, &head, &proof).is_err());
        let mut longer = proof.clone();
        longer.push(head.root);
        prop_assert!(check_inclusion(&leaf, index, &head, &longer).is_err());
        if !proof.is_empty() {
            let mut altered = proof.clone();
            let at = place % proof.len();
            altered[at] = bent(altered[at], bit);
            prop_assert!(check_inclusion(&leaf, index, &head, &altered).is_err());
            altered = proof;
            altered.remove(at);
            prop_assert!(check_inclusion(&leaf, index, &head, &altered).is_err());
        }
    }

    #[test]
    fn every_consistency_proof_verifies_and_every_altered_one_fails(
        new in 1_u64..600, pick in any::<u64>(), bit in any::<u8>(), place in any::<usize>(),
    ) {
        let old = pick % (new + 1);
        let tiles = asked(&stored(new), wanted_for_consistency(old, new));
        let proof = tiles.consistency(old, new).expect("all that was asked for");
        let (before, after) = (at(old), at(new));
        prop_assert_eq!(check_consistency(&before, &after, &proof), Ok(()));
        let other = TreeHead { root: bent(before.root, bit), ..before };
        prop_assert!(check_consistency(&other, &after, &proof).is_err());
        // Every tree continues the empty one, whatever its root.
        let other = TreeHead { root: bent(after.root, bit), ..after };
        prop_assert!(old == 0 || check_consistency(&before, &other, &proof).is_err());
        let mut longer = proof.clone();
        longer.push(after.root);
        prop_assert!(check_consistency(&before, &after, &longer).is_err());
        if !proof.is_empty() {
            let mut altered = proof.clone();
            let at = place % proof.len();
            altered[at] = bent(altered[at], bit);
            prop_assert!(check_consistency(&before, &after, &altered).is_err());
            altered = proof;
            altered.remove(at);
            prop_assert!(check_consistency(&before, &after, &altered).is_err());
        }
    }

    #[test]
    fn steps_of_any_length_lead_to_the_tree_of_one_step(
        steps in proptest::collection::vec(0_u64..300, 1..5),
    ) {
        let mut tree = Tree::empty();
        let mut set = TileSet::new();
        for step in steps {
            let all = leaves(tree.size() + step);
            let start = usize::try_from(tree.size()).expect("small");
            let grown = tree.append(&all[start..]).expect("not full");
            let head = grown.head();
            prop_assert_eq!(head.root, root(&all));
            for tile in grown.tiles() {
                set.insert(&tile.path, &tile.bytes).expect("tiles only grow");
            }
            let batch: Vec<LeafIndex> = (tree.size()..head.size).map(LeafIndex).collect();
            let proofs = grown.inclusions(batch.clone()).expect("of this batch");
            for (index, proof) in batch.iter().zip(proofs) {
                let leaf = all[usize::try_from(index.0).expect("small")];
                prop_assert_eq!(check_inclusion(&leaf, *index, &head, &proof), Ok(()));
            }
            let proof = grown.consistency().expect("of this batch");
            prop_assert_eq!(check_consistency(&tree.head(), &head, &proof), Ok(()));
            let tiles = asked(&set, wanted_for_tree(head.size));
            tree = grown.into_tree();
            prop_assert_eq!(Tree::restore(&head, &tiles), Ok(tree.clone()));
            let mut edge = TileSet::new();
            for tile in tree.edge() {
                edge.insert(&tile.path, &tile.bytes).expect("as written");
            }
            prop_assert_eq!(edge.root(head.size), Ok(head.root));
        }
    }

    #[test]
    fn addresses_are_read_back(level in 0_u8..=63, index in any::<u64>(), width in 1_u16..=256) {
        for kind in [TileKind::Hashes(level), TileKind::Entries] {
            let path = TilePath::new(kind, index, width).expect("a tile");
            prop_assert_eq!(TilePath::parse(&path.to_string()), Ok(path));
        }
    }

    #[test]
    fn bundles_are_read_back_in_one_step_or_many(
        entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..600),
        cut in any::<usize>(),
    ) {
        let cut = cut % (entries.len() + 1);
        let (first, second) = entries.split_at(cut);
        let mut stored = std::collections::BTreeMap::new();
        for bundle in append_entries(0, &[], first).expect("short") {
            stored.insert(bundle.path.index(), bundle.bytes);
        }
        let size = u64::try_from(cut).expect("small");
        let open = match size % 256 {
            0 => Vec::new(),
            _ => stored[&(size / 256)].clone(),
        };
        for bundle in append_entries(size, &open, second).expect("short") {
            stored.insert(bundle.path.index(), bundle.bytes);
        }
        let read: Vec<Vec<u8>> = stored
            .values()
            .flat_map(|bytes| parse_bundle(bytes).expect("our own"))
            .map(<[u8]>::to_vec)
            .collect();
        prop_assert_eq!(&read, &entries);
        for chunk in entries.chunks(256) {
            let bytes = encode_bundle(chunk).expect("short");
            prop_assert_eq!(stored.values().any(|stored| *stored == bytes), true);
        }
    }

    #[test]
    fn leaves_are_read_back(
        kind in 1_u64..=6, office in "[0-9A-Z]{1,18}", subject in "\\PC{1,16}",
        seconds in 0_i64..253_402_300_799, commitment in any::<[u8; 32]>(),
        status in proptest::option::of(("https://[a-z]{1,9}/[0-9]{1,4}", any::<u64>())),
    ) {
        let leaf = Leaf {
            kind: LeafKind::of(kind).expect("a kind"),
            office,
            subject,
            moment: time::UtcDateTime::from_unix_timestamp(seconds).expect("in the calendar"),
            commitment,
            status: status.map(|(uri, index)| StatusEntry { uri, index }),
        };
        let encoded = leaf.encode().expect("a leaf");
        prop_assert_eq!(Leaf::parse(&encoded), Ok(leaf));
    }

    #[test]
    fn whatever_is_read_is_written_back_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(leaf) = Leaf::parse(&bytes) {
            prop_assert_eq!(leaf.encode(), Ok(bytes.clone()));
        }
        if let Ok(entries) = parse_bundle(&bytes) {
            let owned: Vec<Vec<u8>> = entries.iter().map(|entry| entry.to_vec()).collect();
            prop_assert_eq!(encode_bundle(&owned), Ok(bytes.clone()));
        }
        drop(Note::parse(&bytes));
        drop(Receipt::parse(&bytes));
    }
}
