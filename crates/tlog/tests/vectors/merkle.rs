//! Roots, inclusion, consistency and subtree proofs.

use serde_json::Value;
use tlog::proof::{ProofFault, check_subtree};
use tlog::{
    Hash, LeafIndex, Tree, TreeHead, check_consistency, check_inclusion, empty_root, leaf_hash,
};

use crate::vectors::files::{hash, hash_of_base64, head, hex, json, list, number, sequence, text};

type Answer = Option<Result<(), ProofFault>>;

fn proof(value: &Value, read: fn(&str) -> Option<Hash>) -> Option<Vec<Hash>> {
    value["proof"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|item| read(item.as_str().expect("a text")))
        .collect()
}

fn hash_of_hex(text: &str) -> Option<Hash> {
    hash(hex(text))
}

/// What the check says; `None` where the types leave no such question.
fn inclusion(case: &Value) -> Answer {
    let head = head(number(case, "size"), hash_of_hex(text(case, "root")))?;
    let index = LeafIndex(number(case, "index")?);
    let leaf = hash_of_hex(text(case, "leaf_hash"))?;
    let proof = proof(case, hash_of_hex)?;
    Some(check_inclusion(&leaf, index, &head, &proof))
}

fn consistency(case: &Value) -> Answer {
    let old = head(number(case, "old"), hash_of_hex(text(case, "old_root")))?;
    let new = head(number(case, "new"), hash_of_hex(text(case, "new_root")))?;
    Some(check_consistency(&old, &new, &proof(case, hash_of_hex)?))
}

#[test]
fn all_832_own_proofs_are_judged_as_they_say() {
    let vectors = json("merkle.json");
    let mut judged = 0;
    for (name, check) in [
        ("inclusion", inclusion as fn(&Value) -> Answer),
        ("consistency", consistency),
        ("bad_inclusion", inclusion),
        ("bad_consistency", consistency),
    ] {
        for case in list(&vectors, name) {
            let ok = case["ok"].as_bool().expect("a verdict");
            assert_eq!(check(case) == Some(Ok(())), ok, "{name}: {case}");
            judged += 1;
        }
    }
    assert_eq!(judged, 832);
}

#[test]
fn bad_own_proofs_are_refused_for_the_reason_they_give() {
    let vectors = json("merkle.json");
    for (name, check) in [
        ("bad_inclusion", inclusion as fn(&Value) -> Answer),
        ("bad_consistency", consistency),
    ] {
        for case in list(&vectors, name) {
            let code = check(case).map(|answer| answer.expect_err("bad").code());
            let expected: &[Option<&str>] = match text(case, "why") {
                "root changed" | "leaf changed" | "order changed" | "new root changed" => {
                    &[Some("proof.root-differs")]
                }
                "extra hash at the end" | "last hash missing" => &[Some("proof.length")],
                "index = size" => &[Some("proof.index-beyond-tree")],
                "old larger than new" => &[Some("proof.sizes-reversed")],
                "empty proof for two different trees" => &[Some("proof.length")],
                "index negative" | "a hash of 31 bytes" => &[None],
                // An old root that is a full subtree seeds both walks, so both roots differ with it.
                "old root changed" => &[Some("proof.old-root-differs"), Some("proof.root-differs")],
                "first hash changed" => {
                    &[Some("proof.root-differs"), Some("proof.old-root-differs")]
                }
                other => panic!("a reason without an expectation: {other}"),
            };
            assert!(expected.contains(&code), "{code:?}: {case}");
        }
    }
}

/// Cases of the joined files that are conventions of the library they come from, and that we judge
/// otherwise: roots of twelve octets, which no `Hash` can be, and subtrees without leaves, which are no
/// subtrees here. All are good there and refused here. The list is exact: a case that agrees again is an
/// error too.
const CONVENTIONS: &[&str] = &[
    "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
    "subtreeconsistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
    "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-one-subtree-root-valid-proof-is-empty.json",
    "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-one-subtree-root-valid-tree-root-random-proof-is-empty.json",
    "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-zero-subtree-root-valid-proof-is-empty.json",
    "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-zero-subtree-root-valid-tree-root-random-proof-is-empty.json",
    "subtreeconsistency/additional/subtree-is-empty-subtree-root-valid-proof-is-empty.json",
    "subtreeconsistency/additional/subtree-is-empty-subtree-root-valid-tree-root-random-proof-is-empty.json",
];

fn published(file: &str, check: fn(&Value) -> Answer, differing: &mut Vec<String>) -> usize {
    let vectors = json(&format!("transparency-dev-merkle/{file}.json"));
    let cases = vectors.as_array().expect("an array of cases");
    for case in cases {
        let good = check(case) == Some(Ok(()));
        if good != (case["wantErr"] == false) {
            differing.push(text(case, "path").to_owned());
        }
    }
    cases.len()
}

#[test]
fn all_518_published_proofs_are_judged_as_they_say() {
    let mut differing = Vec::new();
    let mut judged = 0;
    judged += published(
        "inclusion",
        |case| {
            let root = hash_of_base64(text(case, "root"));
            let head = head(number(case, "treeSize"), root)?;
            let leaf = hash_of_base64(text(case, "leafHash"))?;
            let index = LeafIndex(number(case, "leafIdx")?);
            let proof = proof(case, hash_of_base64)?;
            Some(check_inclusion(&leaf, index, &head, &proof))
        },
        &mut differing,
    );
    judged += published(
        "consistency",
        |case| {
            let old = hash_of_base64(text(case, "root1"));
            let new = hash_of_base64(text(case, "root2"));
            let old = head(number(case, "size1"), old)?;
            let new = head(number(case, "size2"), new)?;
            Some(check_consistency(&old, &new, &proof(case, hash_of_base64)?))
        },
        &mut differing,
    );
    judged += published(
        "subtreeinclusion",
        |case| {
            // A subtree's leaf is a leaf of the tree that the subtree is.
            let (start, end) = (number(case, "start")?, number(case, "end")?);
            let size = end.checked_sub(start)?;
            let aligned = start.is_multiple_of(size.checked_next_power_of_two()?);
            let index = number(case, "leafIdx")?.checked_sub(start)?;
            let head = head(aligned.then_some(size), hash_of_base64(text(case, "root")))?;
            let leaf = hash_of_base64(text(case, "leafHash"))?;
            let proof = proof(case, hash_of_base64)?;
            Some(check_inclusion(&leaf, LeafIndex(index), &head, &proof))
        },
        &mut differing,
    );
    judged += published(
        "subtreeconsistency",
        |case| {
            let (start, end) = (number(case, "start")?, number(case, "end")?);
            let part = hash_of_base64(text(case, "root1"));
            let whole = hash_of_base64(text(case, "root2"));
            let part = head(end.checked_sub(start), part)?;
            let whole = head(number(case, "size"), whole)?;
            let proof = proof(case, hash_of_base64)?;
            Some(check_subtree(start, &part, &whole, &proof))
        },
        &mut differing,
    );
    assert_eq!(judged, 518);
    assert_eq!(differing, CONVENTIONS);
}

#[test]
fn roots_are_those_of_the_vectors() {
    let vectors = json("merkle.json");
    let mut ct = Vec::new();
    for leaf in list(&vectors, "ct_leaves") {
        let hash = leaf_hash(&hex(text(leaf, "data_hex")));
        assert_eq!(Some(hash), hash_of_hex(text(leaf, "leaf_hash")));
        ct.push(hash);
    }
    let all = sequence(70_000);
    for (name, leaves) in [("ct_roots", &ct), ("roots", &all)] {
        for case in list(&vectors, name) {
            let size = number(case, "size").expect("not negative");
            let count = usize::try_from(size).expect("small");
            let grown = Tree::empty().append(&leaves[..count]).expect("not full");
            let root = hash_of_hex(text(case, "root")).expect("a hash");
            assert_eq!(grown.head(), TreeHead { size, root }, "{name} {size}");
        }
    }
    assert_eq!(Tree::empty().head().root, empty_root());
}
