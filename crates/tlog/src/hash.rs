//! Hashes of the tree (RFC 6962 2.1), places in it, and its head.

use std::fmt;

use crypto::sha256;

/// A SHA-256 value of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; Hash::LENGTH]);

impl Hash {
    /// Octets of a hash.
    pub const LENGTH: usize = 32;

    /// A hash from its octets.
    #[must_use]
    pub fn new(bytes: [u8; Hash::LENGTH]) -> Hash {
        Hash(bytes)
    }

    /// Its octets.
    #[must_use]
    pub fn bytes(&self) -> &[u8; Hash::LENGTH] {
        &self.0
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for octet in self.0 {
            write!(formatter, "{octet:02x}")?;
        }
        Ok(())
    }
}

/// The place of a leaf, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeafIndex(pub u64);

/// How large the tree is and what its root is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeHead {
    /// Leaves.
    pub size: u64,
    /// Root hash over them.
    pub root: Hash,
}

/// Hash of a leaf.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    // RFC 6962 2.1: 0x00 before a leaf and 0x01 before a node, so that no node passes for a leaf.
    let mut octets = Vec::with_capacity(1 + entry.len());
    octets.push(0x00);
    octets.extend_from_slice(entry);
    Hash(sha256(&octets))
}

/// Hash of a node over its two children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut octets = [0x01; 1 + 2 * Hash::LENGTH];
    let children = left.0.iter().chain(&right.0);
    for (to, from) in octets.iter_mut().skip(1).zip(children) {
        *to = *from;
    }
    Hash(sha256(&octets))
}

/// Root of the tree without leaves: the digest of nothing (RFC 6962 2.1).
#[must_use]
pub fn empty_root() -> Hash {
    Hash(sha256(b""))
}

/// Root over hashes whose number is a power of two; `None` for any other number.
pub(crate) fn perfect(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks_exact(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(node_hash(left, right)),
                _ => None,
            })
            .collect();
    }
    row.first().copied()
}

/// Root over full subtrees that stand from left to right, each larger than the next.
pub(crate) fn folded(peaks: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    // RFC 6962 2.1: the split is at the largest power of two below the size, so the right end folds first.
    peaks.rev().reduce(|right, left| node_hash(&left, &right))
}
