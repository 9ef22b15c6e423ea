//! The hash tree: many leaves, one root, and for each leaf the lists that lead there (RFC 4998, 4.2).
//!
//! # Shape
//! Binary, in the order in which leaves were given. Two neighbours are put in binary ascending order, concatenated and
//! hashed; one without a neighbour, or beside its like, rises as it is, which a list of one value does too. All levels lie in memory as bare
//! digests: twice the leaves, 64 octets a leaf with SHA-256, whatever the documents weigh.

use std::collections::BTreeMap;

use crypto::{Digest, DigestAlgorithm, Hasher};
use evidence::tsp::Token;
use thiserror::Error;

use crate::record::{ArchiveTimeStamp, MAX_HASHES};

/// Why there is no tree, or no archive time-stamp from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Plant {
    /// A digest by another algorithm than the tree's.
    #[error("a leaf is of another algorithm than the tree")]
    Algorithm,
    /// A group without a document, or a tree without a leaf.
    #[error("there is nothing to stamp")]
    Empty,
    /// A group of more documents than a reader takes.
    #[error("a group of {0} documents is too large")]
    Group(usize),
    /// The token is unreadable, or over something else than the root.
    #[error("the token is not over the root")]
    Token,
}

/// A tree that grows.
#[derive(Debug)]
pub struct TreeBuilder {
    algorithm: DigestAlgorithm,
    leaves: Vec<u8>,
    groups: BTreeMap<usize, Vec<Vec<u8>>>,
}

/// A whole tree.
#[derive(Debug)]
pub struct Tree {
    algorithm: DigestAlgorithm,
    /// Leaves first, the root last; each level its digests one behind the other.
    levels: Vec<Vec<u8>>,
    groups: BTreeMap<usize, Vec<Vec<u8>>>,
    root: Digest,
}

/// A tree whose root is stamped.
#[derive(Debug)]
pub struct Stamped<'a> {
    tree: &'a Tree,
    token: Vec<u8>,
}

impl TreeBuilder {
    /// A tree without leaves.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        Self {
            algorithm,
            leaves: Vec::new(),
            groups: BTreeMap::new(),
        }
    }

    /// One more leaf: the digest of a document, or those of a group of documents that belong together. What comes back
    /// is its place.
    ///
    /// # Errors
    /// `Algorithm`, `Empty`, `Group`.
    pub fn push(&mut self, group: &[Digest]) -> Result<usize, Plant> {
        if group
            .iter()
            .any(|digest| digest.algorithm() != self.algorithm)
        {
            return Err(Plant::Algorithm);
        }
        let place = self.leaves.len() / self.algorithm.length();
        match group {
            [] => return Err(Plant::Empty),
            [alone] => self.leaves.extend_from_slice(alone.bytes()),
            several if several.len() > MAX_HASHES / 2 => return Err(Plant::Group(several.len())),
            several => {
                let list = several.iter().map(|one| one.bytes().to_vec());
                let mut list = ascending(list.collect());
                list.dedup();
                // RFC 4998 4.2 point 3: sorted, concatenated, hashed.
                self.leaves
                    .extend_from_slice(node(self.algorithm, &list).bytes());
                self.groups.insert(place, list);
            }
        }
        Ok(place)
    }

    /// The tree over all leaves.
    ///
    /// # Errors
    /// `Empty` where there are none.
    pub fn finish(self) -> Result<Tree, Plant> {
        let (algorithm, width) = (self.algorithm, self.algorithm.length());
        let mut levels = vec![self.leaves];
        while let Some(below) = levels.last()
            && below.len() > width
        {
            let mut level = Vec::with_capacity(below.len() / 2 + width);
            for pair in below.chunks(width.saturating_mul(2)) {
                level.extend_from_slice(&parent(algorithm, pair));
            }
            levels.push(level);
        }
        let root = levels.last().map(Vec::as_slice).unwrap_or_default();
        let root = Digest::from_bytes(algorithm, root).map_err(|_| Plant::Empty)?;
        Ok(Tree {
            algorithm,
            levels,
            groups: self.groups,
            root,
        })
    }
}

/// The father of one or two neighbours.
fn parent(algorithm: DigestAlgorithm, pair: &[u8]) -> Vec<u8> {
    let (left, right) = pair.split_at(algorithm.length().min(pair.len()));
    // The same value twice would be hashed by some readers and taken once by others.
    if right.is_empty() || right == left {
        return left.to_vec();
    }
    // RFC 4998 4.2 point 4: "sort each group in binary ascending order".
    let (first, second) = if left <= right {
        (left, right)
    } else {
        (right, left)
    };
    let mut hasher = Hasher::new(algorithm);
    hasher.update(first);
    hasher.update(second);
    hasher.finish().bytes().to_vec()
}

/// The values of a list in binary ascending order.
pub(crate) fn ascending(mut list: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    list.sort_unstable();
    list
}

/// What a list of hash values comes to: the one value, or the hash of all of them in ascending order (RFC 4998 4.3
/// point 3). `list` is in that order.
pub(crate) fn node(algorithm: DigestAlgorithm, list: &[Vec<u8>]) -> Digest {
    if let [alone] = list
        && let Ok(digest) = Digest::from_bytes(algorithm, alone)
    {
        return digest;
    }
    let mut hasher = Hasher::new(algorithm);
    for value in list {
        hasher.update(value);
    }
    hasher.finish()
}

impl Tree {
    /// What is to be stamped.
    #[must_use]
    pub fn root(&self) -> &Digest {
        &self.root
    }

    /// Leaves.
    #[must_use]
    pub fn size(&self) -> usize {
        let leaves = self.levels.first().map(Vec::len).unwrap_or_default();
        leaves / self.algorithm.length()
    }

    /// The lists that lead from the leaf in place `leaf` to the root: the documents of its group first, then of each
    /// level the neighbour, where there is one (RFC 4998 4.2, reduction). `None` where there is no such leaf.
    #[must_use]
    pub fn reduced(&self, leaf: usize) -> Option<Vec<Vec<Vec<u8>>>> {
        let own = self.at(self.levels.first()?, leaf)?;
        let group = self.groups.get(&leaf).cloned();
        let mut lists = vec![group.unwrap_or_else(|| vec![own.to_vec()])];
        let mut place = leaf;
        for level in &self.levels {
            let (own, neighbour) = (self.at(level, place), self.at(level, place ^ 1));
            let other = neighbour.filter(|hash| own != Some(hash));
            lists.extend(other.map(|hash| vec![hash.to_vec()]));
            place /= 2;
        }
        Some(lists)
    }

    fn at<'l>(&self, level: &'l [u8], place: usize) -> Option<&'l [u8]> {
        let width = self.algorithm.length();
        let start = place.checked_mul(width)?;
        level.get(start..start.checked_add(width)?)
    }

    /// The tree with a token over its root.
    ///
    /// # Errors
    /// `Token` where it is over something else.
    pub fn stamped(&self, token: &[u8]) -> Result<Stamped<'_>, Plant> {
        let read = Token::parse(token).map_err(|_| Plant::Token)?;
        let over_root = *read.info().imprint().digest() == self.root;
        let token = read.der().to_vec();
        let stamped = Stamped { tree: self, token };
        over_root.then_some(stamped).ok_or(Plant::Token)
    }
}

impl Stamped<'_> {
    /// The archive time-stamp of the leaf in place `leaf`, `None` where there is no such leaf.
    #[must_use]
    pub fn archive_time_stamp(&self, leaf: usize) -> Option<ArchiveTimeStamp> {
        let lists = self.tree.reduced(leaf)?;
        Some(ArchiveTimeStamp::of(
            self.tree.algorithm,
            lists,
            self.token.clone(),
        ))
    }
}
