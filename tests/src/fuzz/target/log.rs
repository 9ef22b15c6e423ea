//! The log: notes, checkpoints, receipts, paths, tiles, bundles, leaves, keys.

use tlog::bundle::{encode_bundle, parse_bundle};
use tlog::{
    Audit, Checkpoint, Leaf, LeafIndex, Note, NoteKey, Receipt, TileKind, TilePath, TileSet,
    TrustedLog, check_consistency, check_inclusion, wanted_for_inclusion, wanted_for_tree,
};

const KEY: &str = "log.example/licences+d7b981b4+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
const WITNESS: &str = "witness.example/w1+d9ed62c5+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR";

fn log() -> Option<TrustedLog> {
    let key = NoteKey::parse(KEY).ok()?;
    let witness = NoteKey::parse(WITNESS).ok()?;
    TrustedLog::new("log.example/licences", vec![key], vec![witness], 0).ok()
}

/// A signed note: what is accepted has one form.
pub fn note(octets: &[u8]) -> bool {
    let Ok(note) = Note::parse(octets) else {
        return false;
    };
    assert_eq!(note.encode().as_bytes(), octets, "one form");
    if let Ok(key) = NoteKey::parse(KEY) {
        let _ = note.check(&[key]);
    }
    true
}

/// The text of a checkpoint, and a whole one against a log.
pub fn checkpoint(octets: &[u8]) -> bool {
    let mut accepted = false;
    if let Ok(text) = std::str::from_utf8(octets)
        && let Ok(checkpoint) = Checkpoint::parse(text)
    {
        assert_eq!(checkpoint.to_be_signed(), octets, "one form");
        accepted = true;
    }
    if let Some(log) = log()
        && let Ok(opened) = log.open(octets)
    {
        assert_eq!(opened.checkpoint.origin(), log.origin());
        accepted = true;
    }
    accepted
}

/// A receipt, checked for a leaf that it is not of.
pub fn receipt(octets: &[u8]) -> bool {
    let Ok(receipt) = Receipt::parse(octets) else {
        return false;
    };
    assert_eq!(receipt.encode().as_bytes(), octets, "one form");
    if let (Some(log), Some(leaf)) = (log(), crate::fuzz::made::leaf()) {
        let _ = receipt.check(&leaf, &log);
    }
    true
}

/// The path of a tile.
pub fn tile_path(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else {
        return false;
    };
    let Ok(path) = TilePath::parse(text) else {
        return false;
    };
    assert_eq!(path.to_string(), text, "one form");
    let mut set = TileSet::new();
    let _ = set.insert(&path, &[7; 32]);
    let end = path
        .index()
        .saturating_mul(256)
        .saturating_add(u64::from(path.width()));
    let _ = wanted_for_tree(end);
    let _ = wanted_for_inclusion(LeafIndex(path.index()), end);
    let _ = (set.root(end), set.inclusion(LeafIndex(path.index()), end));
    let _ = set.consistency(path.index(), end);
    true
}

/// A bundle of entries.
pub fn bundle(octets: &[u8]) -> bool {
    let mut audit = Audit::new();
    let _ = audit.bundle(octets, &TileSet::new());
    let Ok(entries) = parse_bundle(octets) else {
        return false;
    };
    let entries: Vec<Vec<u8>> = entries.into_iter().map(<[u8]>::to_vec).collect();
    assert_eq!(
        encode_bundle(&entries).ok().as_deref(),
        Some(octets),
        "one form"
    );
    true
}

/// A leaf of the public log.
pub fn leaf(octets: &[u8]) -> bool {
    let Ok(leaf) = Leaf::parse(octets) else {
        return false;
    };
    assert_eq!(leaf.encode().ok().as_deref(), Some(octets), "one form");
    true
}

/// A verifier key.
pub fn vkey(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else {
        return false;
    };
    let Ok(key) = NoteKey::parse(text) else {
        return false;
    };
    assert_eq!(key.vkey(), text, "one form");
    true
}

/// Tiles, and the proofs that they give: three octets say which leaf, how many leaves, how many before.
pub fn tiles(octets: &[u8]) -> bool {
    let [index, size, old, rest @ ..] = octets else {
        return false;
    };
    let (whole, _) = rest.as_chunks::<32>();
    let hashes: Vec<tlog::Hash> = whole.iter().map(|hash| tlog::Hash::new(*hash)).collect();
    let size = u64::from(*size);
    if let Some(root) = hashes.first() {
        let head = tlog::TreeHead { size, root: *root };
        let before = tlog::TreeHead {
            size: u64::from(*old),
            root: *root,
        };
        let proof = hashes.get(1..).unwrap_or_default();
        let _ = check_inclusion(root, LeafIndex(u64::from(*index)), &head, proof);
        let _ = check_consistency(&before, &head, proof);
    }
    let mut set = TileSet::new();
    let width = u16::try_from(whole.len().min(256)).unwrap_or(256);
    let Ok(path) = TilePath::new(TileKind::Hashes(0), 0, width) else {
        return false;
    };
    let tile = rest.get(..usize::from(width) * 32).unwrap_or_default();
    if set.insert(&path, tile).is_err() {
        return false;
    }
    let Ok(root) = set.root(size) else {
        return false;
    };
    let head = tlog::TreeHead { size, root };
    let index = LeafIndex(u64::from(*index));
    if let Ok(proof) = set.inclusion(index, size) {
        let at = usize::try_from(index.0).unwrap_or(usize::MAX);
        let held = hashes
            .get(at)
            .is_some_and(|leaf| check_inclusion(leaf, index, &head, &proof).is_ok());
        assert!(held, "a proof made from tiles holds");
    }
    let old = u64::from(*old);
    if let (Ok(root), Ok(proof)) = (set.root(old), set.consistency(old, size)) {
        let before = tlog::TreeHead { size: old, root };
        assert!(
            check_consistency(&before, &head, &proof).is_ok(),
            "likewise"
        );
    }
    true
}
