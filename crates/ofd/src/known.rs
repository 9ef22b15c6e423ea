//! Digests of entries that were met before: the pages and fonts under all licences of a type, a seal, and whatever is read back
//! right after it was written.
//!
//! What is kept is a function of the entry's octets in the file, which its SHA-256 names, and says the same as what would be
//! computed without it: nothing but time depends on what was met before (decision 033).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crypto::{Digest, DigestAlgorithm};

use crate::xml::Element;

/// Entries that are kept at least; twice as many at most, some 200 octets each.
pub(crate) const KEPT: usize = 256;

/// The entries of this process.
pub(crate) static KNOWN: Known = Known(Mutex::new(None));

pub(crate) struct Known(Mutex<Option<Generations>>);

/// The entries met lately, and those met before them: when the young are many they become the old, and the old go.
#[derive(Default)]
struct Generations {
    young: HashMap<Name, Met>,
    old: HashMap<Name, Met>,
}

/// What an entry is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// SHA-256 of its data as they lie in the file.
    pub(crate) packed: [u8; 32],
    /// How they are packed.
    pub(crate) method: u16,
    /// Octets of its content and their checksum, as its headers say.
    pub(crate) size: u64,
    pub(crate) checksum: u32,
}

/// The digests that were taken of an entry's content.
type Met = Vec<Digest>;

impl Known {
    #[cfg(test)]
    fn new() -> Known {
        Known(Mutex::new(None))
    }

    /// The digest by `algorithm` of the content of an entry that was read whole before, its size and checksum as said.
    pub(crate) fn digest(&self, name: &Name, algorithm: DigestAlgorithm) -> Option<Digest> {
        let mut kept = self.0.lock().ok()?;
        let met = kept.as_mut()?.meet(name)?;
        met.iter().find(|one| one.algorithm() == algorithm).cloned()
    }

    /// Keeps a digest of the content of an entry that was read whole.
    pub(crate) fn keep(&self, name: Name, digest: &Digest) {
        let Ok(mut kept) = self.0.lock() else {
            return;
        };
        let kept = kept.get_or_insert_default();
        let met = match kept.meet(&name) {
            Some(met) => met,
            None => kept.begin(name),
        };
        if met.iter().all(|one| one.algorithm() != digest.algorithm()) {
            met.push(digest.clone());
        }
    }
}

impl Generations {
    /// What is known of an entry, which is young again.
    fn meet(&mut self, name: &Name) -> Option<&mut Met> {
        if let Some(met) = self.old.remove(name) {
            *self.begin(*name) = met;
        }
        self.young.get_mut(name)
    }

    fn begin(&mut self, name: Name) -> &mut Met {
        if self.young.len() >= KEPT {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.entry(name).or_default()
    }
}

/// Trees that are kept at least; twice as many at most, 20 MiB at worst.
const TREES_KEPT: usize = 16;
/// Octets of a part whose tree is kept: a template page has a hundred thousand; below, a tree is built as fast as it is found.
const TREE_OCTETS: std::ops::RangeInclusive<u64> = 16 * 1024..=192 * 1024;
/// Elements of a tree that is kept, some 200 octets each.
const TREE_ELEMENTS: usize = 2_000;

/// The trees of template pages of this process.
pub(crate) static TREES: Trees = Trees(Mutex::new(None));

pub(crate) struct Trees(Mutex<Option<Grown>>);

/// As [`Generations`].
#[derive(Default)]
struct Grown {
    young: HashMap<Name, Arc<Element>>,
    old: HashMap<Name, Arc<Element>>,
}

impl Trees {
    /// The tree of a part that was parsed before.
    pub(crate) fn tree(&self, name: &Name) -> Option<Arc<Element>> {
        let mut grown = self.0.lock().ok()?;
        let grown = grown.as_mut()?;
        if let Some(tree) = grown.old.remove(name) {
            grown.plant(*name, tree);
        }
        grown.young.get(name).cloned()
    }

    /// Keeps the tree of a part, where it is of a size that is worth it.
    pub(crate) fn keep(&self, name: Name, tree: &Arc<Element>) {
        if !TREE_OCTETS.contains(&name.size) || tree.count(TREE_ELEMENTS) > TREE_ELEMENTS {
            return;
        }
        if let Ok(mut grown) = self.0.lock() {
            grown.get_or_insert_default().plant(name, Arc::clone(tree));
        }
    }
}

impl Grown {
    fn plant(&mut self, name: Name, tree: Arc<Element>) {
        if self.young.len() >= TREES_KEPT {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, tree);
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
        known.keep(name(1), &sm3);
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
        known.keep(name(1), &both);
        assert_eq!(known.digest(&name(1), DigestAlgorithm::Sha256), Some(both));
    }

    #[test]
    fn strangers_push_out_who_is_not_met_again_and_no_more_is_kept() {
        let known = Known::new();
        let sm3 = digest(DigestAlgorithm::Sm3);
        for number in 0..10_000 {
            known.keep(name(number), &sm3);
            assert!(known.digest(&name(0), DigestAlgorithm::Sm3).is_some());
        }
        assert_eq!(known.digest(&name(1), DigestAlgorithm::Sm3), None);
        let kept = known.0.lock().expect("nobody panicked");
        let kept = kept.as_ref().expect("entries");
        assert!(kept.young.len() <= KEPT + 1 && kept.old.len() <= KEPT + 1);
    }

    #[test]
    fn trees_of_few_elements_are_kept_and_few_of_them() {
        let trees = Trees(Mutex::new(None));
        let tree = |elements: usize| {
            let inner = "<ofd:A/>".repeat(elements);
            let text = format!("<ofd:R xmlns:ofd=\"{}\">{inner}</ofd:R>", crate::NAMESPACE);
            Arc::new(crate::xml::parse(text.as_bytes(), "R").expect("it is read"))
        };
        let sized = |number, size| Name {
            size,
            ..name(number)
        };
        trees.keep(sized(1, 16 * 1024), &tree(TREE_ELEMENTS - 1));
        trees.keep(sized(2, 16 * 1024), &tree(TREE_ELEMENTS));
        trees.keep(sized(3, 16 * 1024 - 1), &tree(1));
        trees.keep(sized(4, 192 * 1024 + 1), &tree(1));
        let kept = |number, size| trees.tree(&sized(number, size)).is_some();
        assert!(kept(1, 16 * 1024) && !kept(2, 16 * 1024));
        assert!(!kept(3, 16 * 1024 - 1) && !kept(4, 192 * 1024 + 1));
        let small = tree(1);
        for number in 10..1_000 {
            trees.keep(sized(number, 20_000), &small);
        }
        assert!(!kept(1, 16 * 1024) && kept(999, 20_000));
        let grown = trees.0.lock().expect("nobody panicked");
        let grown = grown.as_ref().expect("trees");
        assert!(grown.young.len() <= TREES_KEPT && grown.old.len() <= TREES_KEPT);
    }
}
