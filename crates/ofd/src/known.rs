//! Digests of entries that were met before: the pages and fonts under all licences of a type, a seal, and whatever is read back
//! right after it was written.
//!
//! What is kept is a function of the entry's octets in the file, which its SHA-256 names, and says the same as what would be
//! computed without it: nothing but time depends on what was met before (decision 033).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use container::Name;
use crypto::{Digest, DigestAlgorithm};

use xml::Element;

/// Entries whose digests are kept at least; twice as many at most, some 200 octets each.
pub(crate) const KEPT: usize = 256;
/// Trees that are kept at least; twice as many at most, 20 MiB at worst.
const TREES: usize = 16;
/// Octets of a part whose tree is kept: a template page has a hundred thousand; below, a tree is built as fast as it is found.
const TREE_OCTETS: std::ops::RangeInclusive<u64> = 16 * 1024..=192 * 1024;
/// Elements and attributes of a tree that is kept, some 200 octets each.
const TREE_PIECES: usize = 2_000;

/// The entries of this process.
pub(crate) static KNOWN: Known = Known::new();

pub(crate) struct Known {
    digests: Mutex<Option<Lately<Vec<Digest>>>>,
    trees: Mutex<Option<Lately<Arc<Element>>>>,
}

impl Known {
    const fn new() -> Known {
        Known {
            digests: Mutex::new(None),
            trees: Mutex::new(None),
        }
    }

    /// The digest by `algorithm` of the content of an entry that was read whole before, its size and checksum as said.
    pub(crate) fn digest(&self, name: &Name, algorithm: DigestAlgorithm) -> Option<Digest> {
        let mut kept = self.digests.lock().ok()?;
        let met = kept.as_mut()?.meet(name)?;
        met.iter().find(|one| one.algorithm() == algorithm).cloned()
    }

    /// Keeps a digest of the content of an entry that was read whole.
    pub(crate) fn keep_digest(&self, name: Name, digest: &Digest) {
        let Ok(mut kept) = self.digests.lock() else {
            return;
        };
        let kept = kept.get_or_insert_with(|| Lately::of(KEPT));
        let known = kept.meet(&name).map(std::mem::take);
        let mut known = known.unwrap_or_default();
        if known
            .iter()
            .all(|one| one.algorithm() != digest.algorithm())
        {
            known.push(digest.clone());
        }
        kept.keep(name, known);
    }

    /// The tree of a part that was parsed before.
    pub(crate) fn tree(&self, name: &Name) -> Option<Arc<Element>> {
        let mut kept = self.trees.lock().ok()?;
        kept.as_mut()?.meet(name).map(|tree| Arc::clone(tree))
    }

    /// Keeps the tree of a part, where it is of a size that is worth it.
    pub(crate) fn keep_tree(&self, name: Name, tree: &Arc<Element>) {
        if !TREE_OCTETS.contains(&name.size) || tree.pieces(TREE_PIECES) > TREE_PIECES {
            return;
        }
        if let Ok(mut kept) = self.trees.lock() {
            let kept = kept.get_or_insert_with(|| Lately::of(TREES));
            kept.keep(name, Arc::clone(tree));
        }
    }
}

/// Values met lately, and those met before them: when the young are many they become the old, and the old go.
struct Lately<V> {
    most: usize,
    young: HashMap<Name, V>,
    old: HashMap<Name, V>,
}

impl<V> Lately<V> {
    fn of(most: usize) -> Lately<V> {
        Lately {
            most,
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    /// The value of a name, which is young again.
    fn meet(&mut self, name: &Name) -> Option<&mut V> {
        if let Some(value) = self.old.remove(name) {
            self.keep(*name, value);
        }
        self.young.get_mut(name)
    }

    fn keep(&mut self, name: Name, value: V) {
        if self.young.len() >= self.most && !self.young.contains_key(&name) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, value);
    }

    #[cfg(test)]
    fn counts(&self) -> [usize; 2] {
        [self.young.len(), self.old.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u32) -> Name {
        Name {
            packed: crypto::sha256(&number.to_be_bytes()),
            method: 8,
            size: 5,
            checksum: number,
        }
    }

    fn digest(algorithm: DigestAlgorithm) -> Digest {
        Digest::of(algorithm, b"entry")
    }

    #[test]
    fn an_entry_is_known_by_all_that_its_headers_say() {
        let known = Known::new();
        let sm3 = digest(DigestAlgorithm::Sm3);
        known.keep_digest(name(1), &sm3);
        assert_eq!(known.digest(&name(1), DigestAlgorithm::Sm3), Some(sm3));
        assert_eq!(known.digest(&name(1), DigestAlgorithm::Sha256), None);
        for other in [
            name(2),
            Name { size: 6, ..name(1) },
            Name {
                method: 0,
                ..name(1)
            },
            Name {
                checksum: 2,
                ..name(1)
            },
        ] {
            assert_eq!(
                known.digest(&other, DigestAlgorithm::Sm3),
                None,
                "{other:?}"
            );
        }
        let both = digest(DigestAlgorithm::Sha256);
        known.keep_digest(name(1), &both);
        assert_eq!(known.digest(&name(1), DigestAlgorithm::Sha256), Some(both));
    }

    #[test]
    fn strangers_push_out_who_is_not_met_again_and_no_more_is_kept() {
        let known = Known::new();
        let sm3 = digest(DigestAlgorithm::Sm3);
        for number in 0..10_000 {
            known.keep_digest(name(number), &sm3);
            assert!(known.digest(&name(0), DigestAlgorithm::Sm3).is_some());
        }
        assert_eq!(known.digest(&name(1), DigestAlgorithm::Sm3), None);
        let kept = known.digests.lock().expect("nobody panicked");
        let counts = kept.as_ref().expect("entries").counts();
        assert!(counts.iter().all(|count| *count <= KEPT), "{counts:?}");
    }

    #[test]
    fn trees_of_few_pieces_are_kept_and_few_of_them() {
        let known = Known::new();
        let tree = |inner: &str| {
            let text = format!("<ofd:R xmlns:ofd=\"{}\">{inner}</ofd:R>", crate::NAMESPACE);
            Arc::new(crate::tree::parse(text.as_bytes(), "R").expect("it is read"))
        };
        let elements = |count: usize| tree(&"<ofd:A/>".repeat(count));
        let sized = |number, size| Name {
            size,
            ..name(number)
        };
        let (least, most) = (16 * 1024, 192 * 1024);
        known.keep_tree(sized(1, least), &elements(TREE_PIECES - 1));
        known.keep_tree(sized(2, least), &elements(TREE_PIECES));
        known.keep_tree(
            sized(3, least),
            &tree(&"<ofd:A b=\"\"/>".repeat(TREE_PIECES / 2)),
        );
        known.keep_tree(sized(4, least - 1), &elements(1));
        known.keep_tree(sized(5, most + 1), &elements(1));
        known.keep_tree(sized(6, most), &elements(1));
        let kept = |number, size| known.tree(&sized(number, size)).is_some();
        let found = [1, 2, 3].map(|number| kept(number, least));
        assert_eq!(found, [true, false, false]);
        assert!(!kept(4, least - 1) && !kept(5, most + 1) && kept(6, most));
        let small = elements(1);
        for number in 10..1_000 {
            known.keep_tree(sized(number, 20_000), &small);
        }
        assert!(!kept(1, least) && kept(999, 20_000));
        let trees = known.trees.lock().expect("nobody panicked");
        let counts = trees.as_ref().expect("trees").counts();
        assert!(counts.iter().all(|count| *count <= TREES), "{counts:?}");
    }
}
