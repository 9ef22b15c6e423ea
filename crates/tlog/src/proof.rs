//! Proofs that a leaf is in a tree and that one tree continues another, checked against heads.

use thiserror::Error;

use crate::hash::{Hash, LeafIndex, TreeHead, empty_root, node_hash};

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProofFault {
    /// The leaf lies beyond the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    IndexBeyondTree {
        /// The leaf asked about.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The older tree is the larger.
    #[error("a tree of {old} leaves is not older than one of {new}")]
    SizesReversed {
        /// Leaves of the tree called older.
        old: u64,
        /// Leaves of the tree called newer.
        new: u64,
    },
    /// Leaves `start` to `end` do not form a subtree of this tree.
    #[error("leaves {start} to {end} form no subtree")]
    NotSubtree {
        /// First leaf.
        start: u64,
        /// One after the last leaf.
        end: u64,
    },
    /// A hash is missing or left over.
    #[error("a proof of {found} hashes does not have the length that the sizes ask for")]
    Length {
        /// Hashes found.
        found: usize,
    },
    /// The proof leads to another root.
    #[error("the proof does not lead to the root")]
    RootDiffers,
    /// The proof leads to another root of the older tree or of the subtree.
    #[error("the proof does not lead to the root of the older tree")]
    OldRootDiffers,
    /// A tree without leaves under a root that is not the empty tree's.
    #[error("the root of an empty tree is not the digest of nothing")]
    EmptyRoot,
}

impl ProofFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ProofFault::IndexBeyondTree { .. } => "proof.index-beyond-tree",
            ProofFault::SizesReversed { .. } => "proof.sizes-reversed",
            ProofFault::NotSubtree { .. } => "proof.not-subtree",
            ProofFault::Length { .. } => "proof.length",
            ProofFault::RootDiffers => "proof.root-differs",
            ProofFault::OldRootDiffers => "proof.old-root-differs",
            ProofFault::EmptyRoot => "proof.empty-root",
        }
    }
}

/// Checks that `leaf` stands at `index` of the tree with this head.
///
/// # Errors
/// `IndexBeyondTree`, `Length`, `RootDiffers`.
pub fn check_inclusion(
    leaf: &Hash,
    index: LeafIndex,
    head: &TreeHead,
    proof: &[Hash],
) -> Result<(), ProofFault> {
    let LeafIndex(index) = index;
    if index >= head.size {
        return Err(ProofFault::IndexBeyondTree {
            index,
            size: head.size,
        });
    }
    // RFC 9162 2.1.3.2, the algorithm that RFC 6962 2.1.1 leaves to its reader.
    let (mut place, mut last) = (index, head.size - 1);
    let mut hash = *leaf;
    let length = ProofFault::Length { found: proof.len() };
    for sibling in proof {
        if last == 0 {
            return Err(length);
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place & 1 == 0 {
                // Here place = last > 0 or place is odd, so a set bit comes.
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(length);
    }
    if hash != head.root {
        return Err(ProofFault::RootDiffers);
    }
    Ok(())
}

/// Checks that the tree `new` begins with the whole tree `old`.
///
/// Every tree continues the empty one; then the proof is empty.
///
/// # Errors
/// `SizesReversed`, `EmptyRoot`, `Length`, `OldRootDiffers`, `RootDiffers`.
pub fn check_consistency(old: &TreeHead, new: &TreeHead, proof: &[Hash]) -> Result<(), ProofFault> {
    if old.size > new.size {
        return Err(ProofFault::SizesReversed {
            old: old.size,
            new: new.size,
        });
    }
    if old.size == 0 {
        if old.root != empty_root() {
            return Err(ProofFault::EmptyRoot);
        }
        if !proof.is_empty() {
            return Err(ProofFault::Length { found: proof.len() });
        }
        // An empty tree continues the empty tree only when both are the same tree.
        return if new.size == 0 && new.root != old.root {
            Err(ProofFault::EmptyRoot)
        } else {
            Ok(())
        };
    }
    check_subtree(0, old, new, proof)
}

/// Checks that `subtree`, whose first leaf is `start`, is part of the tree with the head `whole`: the
/// general form of which an older tree is the case `start` = 0.
///
/// # Errors
/// `NotSubtree`, `Length`, `OldRootDiffers`, `RootDiffers`.
pub fn check_subtree(
    start: u64,
    subtree: &TreeHead,
    whole: &TreeHead,
    proof: &[Hash],
) -> Result<(), ProofFault> {
    let end = start
        .checked_add(subtree.size)
        .filter(|end| *end <= whole.size && forms_subtree(start, subtree.size))
        .ok_or(ProofFault::NotSubtree {
            start,
            end: start.saturating_add(subtree.size),
        })?;
    let length = ProofFault::Length { found: proof.len() };
    // RFC 9162 2.1.4.2 with a first leaf: the walk begins at the last node that both trees share.
    let (mut first, mut last, mut top) = (start, end - 1, whole.size - 1);
    let meets = last == top;
    while first != last && (meets || last & 1 == 1) {
        (first, last, top) = (first >> 1, last >> 1, top >> 1);
    }
    let mut rest = proof.iter();
    let seed = if first == last {
        subtree.root
    } else {
        *rest.next().ok_or(length)?
    };
    let (mut part, mut all) = (seed, seed);
    for sibling in rest {
        if top == 0 {
            return Err(length);
        }
        if last & 1 == 1 || last == top {
            if first < last {
                part = node_hash(sibling, &part);
            }
            all = node_hash(sibling, &all);
            while last & 1 == 0 {
                (first, last, top) = (first >> 1, last >> 1, top >> 1);
            }
        } else {
            all = node_hash(&all, sibling);
        }
        (first, last, top) = (first >> 1, last >> 1, top >> 1);
    }
    if top != 0 {
        return Err(length);
    }
    if part != subtree.root {
        return Err(ProofFault::OldRootDiffers);
    }
    if all != whole.root {
        return Err(ProofFault::RootDiffers);
    }
    Ok(())
}

/// Whether leaves from `start` on, `size` of them, are one node of some tree: `start` is a multiple of
/// the next power of two.
fn forms_subtree(start: u64, size: u64) -> bool {
    match size.checked_next_power_of_two() {
        Some(width) => size > 0 && start.is_multiple_of(width),
        None => start == 0,
    }
}
