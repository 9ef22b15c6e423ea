//! Proofs and roots made from tiles that the caller fetched.
//!
//! Nothing here fetches: `wanted_…` names the tiles, the caller inserts them, the set answers.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::hash::{Hash, LeafIndex, TreeHead, empty_root, folded, node_hash};
use crate::path::{TILE_WIDTH, TileKind, TilePath};

/// Levels of nodes between one level of tiles and the next.
const TILE_HEIGHT: u32 = 8;

/// Why nothing can be made from these tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TileFault {
    /// Not the octets of as many hashes as the address says.
    #[error("{path} has {found} octets")]
    Length {
        /// The tile.
        path: TilePath,
        /// Octets found.
        found: usize,
    },
    /// The address of an entry bundle where hashes are wanted.
    #[error("{path} holds no hashes")]
    NotHashes {
        /// The address.
        path: TilePath,
    },
    /// Two answers for one tile that do not begin alike.
    #[error("two versions of {path} disagree")]
    Disagree {
        /// The tile.
        path: TilePath,
    },
    /// A tile that is needed was not given.
    #[error("{path} is absent")]
    Absent {
        /// The tile.
        path: TilePath,
    },
    /// The leaf or the older tree lies beyond the tree.
    #[error("{place} lies beyond a tree of {size} leaves")]
    BeyondTree {
        /// The leaf, or the size of the older tree.
        place: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The tiles lead to another root than the head's.
    #[error("the tiles do not lead to the root")]
    RootDiffers,
    /// More leaves than a tree can have.
    #[error("the tree is full")]
    TreeFull,
}

impl TileFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            TileFault::Length { .. } => "tile.length",
            TileFault::NotHashes { .. } => "tile.not-hashes",
            TileFault::Disagree { .. } => "tile.disagree",
            TileFault::Absent { .. } => "tile.absent",
            TileFault::BeyondTree { .. } => "tile.beyond-tree",
            TileFault::RootDiffers => "tile.root-differs",
            TileFault::TreeFull => "tile.tree-full",
        }
    }
}

/// A tile as it is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileWrite {
    /// Where.
    pub path: TilePath,
    /// Its octets: hashes one after the other, or an entry bundle.
    pub bytes: Vec<u8>,
}

/// Tiles at hand, by level and number; of two widths the wider is kept.
#[derive(Debug, Clone, Default)]
pub struct TileSet {
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl TileSet {
    /// No tiles.
    #[must_use]
    pub fn new() -> TileSet {
        TileSet::default()
    }

    /// Adds the octets found at `path`. A full tile may stand in for a partial one that is gone.
    ///
    /// # Errors
    /// `NotHashes`, `Length`, `Disagree`.
    pub fn insert(&mut self, path: &TilePath, bytes: &[u8]) -> Result<(), TileFault> {
        let TileKind::Hashes(level) = path.kind() else {
            return Err(TileFault::NotHashes { path: *path });
        };
        let (hashes, rest) = bytes.as_chunks::<{ Hash::LENGTH }>();
        if !rest.is_empty() || hashes.len() != usize::from(path.width()) {
            return Err(TileFault::Length {
                path: *path,
                found: bytes.len(),
            });
        }
        let hashes: Vec<Hash> = hashes.iter().copied().map(Hash::new).collect();
        self.put(level, path, hashes)
    }

    fn put(&mut self, level: u8, path: &TilePath, hashes: Vec<Hash>) -> Result<(), TileFault> {
        let known = self.tiles.entry((level, path.index())).or_default();
        // A tile only ever grows: a narrower version that does not begin the wider one is another log's.
        if known.iter().zip(&hashes).any(|(old, new)| old != new) {
            return Err(TileFault::Disagree { path: *path });
        }
        if hashes.len() > known.len() {
            *known = hashes;
        }
        Ok(())
    }

    /// The hashes known of a tile, from its first on.
    #[must_use]
    pub fn hashes(&self, level: u8, index: u64) -> &[Hash] {
        self.tiles.get(&(level, index)).map_or(&[], Vec::as_slice)
    }

    /// Root of the first `size` leaves.
    ///
    /// # Errors
    /// `Absent` for a tile of [`wanted_for_tree`] that was not given.
    pub fn root(&self, size: u64) -> Result<Hash, TileFault> {
        if size == 0 {
            return Ok(empty_root());
        }
        self.over(Range { from: 0, to: size }, size, &mut Known::new())
    }

    /// The proof that leaf `index` is in the tree of `size` leaves (RFC 6962 2.1.1).
    ///
    /// # Errors
    /// `BeyondTree`, `Absent`.
    pub fn inclusion(&self, index: LeafIndex, size: u64) -> Result<Vec<Hash>, TileFault> {
        self.all_over(&inclusion_ranges(index, size)?, size, &mut Known::new())
    }

    /// The proofs for many leaves of one tree, in their order; nodes that they share are hashed once.
    ///
    /// # Errors
    /// As [`TileSet::inclusion`].
    pub fn inclusions(
        &self,
        leaves: impl IntoIterator<Item = LeafIndex>,
        size: u64,
    ) -> Result<Vec<Vec<Hash>>, TileFault> {
        let mut known = Known::new();
        leaves
            .into_iter()
            .map(|leaf| self.all_over(&inclusion_ranges(leaf, size)?, size, &mut known))
            .collect()
    }

    /// The proof that the tree of `new` leaves begins with that of `old` leaves (RFC 6962 2.1.2).
    ///
    /// # Errors
    /// `BeyondTree`, `Absent`.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, TileFault> {
        self.all_over(&consistency_ranges(old, new)?, new, &mut Known::new())
    }

    fn all_over(
        &self,
        ranges: &[Range],
        size: u64,
        known: &mut Known,
    ) -> Result<Vec<Hash>, TileFault> {
        ranges
            .iter()
            .map(|range| self.over(*range, size, known))
            .collect()
    }

    fn over(&self, range: Range, size: u64, known: &mut Known) -> Result<Hash, TileFault> {
        let peaks = range
            .nodes()
            .into_iter()
            .map(|node| self.node(node, size, known))
            .collect::<Result<Vec<Hash>, TileFault>>()?;
        folded(peaks.into_iter()).ok_or(TileFault::BeyondTree {
            place: range.from,
            size,
        })
    }

    /// The hash of a full subtree, from its two halves down to the row of its tile: eight steps deep at
    /// the most.
    fn node(&self, node: Node, size: u64, known: &mut Known) -> Result<Hash, TileFault> {
        if let Some(hash) = known.get(&node) {
            return Ok(*hash);
        }
        let hash = match node.halves() {
            Some((left, right)) => {
                let left = self.node(left, size, known)?;
                node_hash(&left, &self.node(right, size, known)?)
            }
            None => self.stored(node, size)?,
        };
        known.insert(node, hash);
        Ok(hash)
    }

    /// A hash that stands in a tile.
    fn stored(&self, node: Node, size: u64) -> Result<Hash, TileFault> {
        let beyond = TileFault::BeyondTree {
            place: node.at,
            size,
        };
        let path = node.tile(size).ok_or(beyond)?;
        let place = usize::try_from(node.at % u64::from(TILE_WIDTH)).map_err(|_| beyond)?;
        self.hashes(node.level(), path.index())
            .get(place)
            .copied()
            .ok_or(TileFault::Absent { path })
    }
}

/// Tiles from which [`TileSet::inclusion`] is made; empty where leaf or tree do not exist.
#[must_use]
pub fn wanted_for_inclusion(index: LeafIndex, size: u64) -> Vec<TilePath> {
    tiles_under(&inclusion_ranges(index, size).unwrap_or_default(), size)
}

/// Tiles from which [`TileSet::consistency`] is made; empty where the sizes are reversed.
#[must_use]
pub fn wanted_for_consistency(old: u64, new: u64) -> Vec<TilePath> {
    tiles_under(&consistency_ranges(old, new).unwrap_or_default(), new)
}

/// Tiles from which [`TileSet::root`] is made and a sequencer starts again: the right edge.
#[must_use]
pub fn wanted_for_tree(size: u64) -> Vec<TilePath> {
    if size == 0 {
        return Vec::new();
    }
    tiles_under(&[Range { from: 0, to: size }], size)
}

/// Checks that tiles and head belong together.
///
/// # Errors
/// `Absent`; `RootDiffers` where any hash of the right edge was changed.
pub(crate) fn check_root(set: &TileSet, head: &TreeHead) -> Result<(), TileFault> {
    if set.root(head.size)? != head.root {
        return Err(TileFault::RootDiffers);
    }
    Ok(())
}

fn tiles_under(ranges: &[Range], size: u64) -> Vec<TilePath> {
    let paths: BTreeSet<TilePath> = ranges
        .iter()
        .flat_map(|range| range.nodes())
        .filter_map(|node| node.tile(size))
        .collect();
    paths.into_iter().collect()
}

/// Leaves `from` to before `to`, one node of the tree.
#[derive(Debug, Clone, Copy)]
struct Range {
    from: u64,
    to: u64,
}

impl Range {
    /// Its full subtrees from left to right.
    fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut from = self.from;
        while from < self.to {
            let height = (self.to - from).ilog2();
            nodes.push(Node {
                height,
                at: from >> height,
            });
            from += 1 << height;
        }
        nodes
    }

    /// Where RFC 6962 2.1 splits it: the largest power of two below its length; more than one leaf.
    fn split(self) -> u64 {
        let length = self.to - self.from;
        self.from + (1 << (length - 1).ilog2())
    }
}

/// The full subtree of 2^height leaves with number `at` of its height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    height: u32,
    at: u64,
}

/// Nodes hashed already.
type Known = BTreeMap<Node, Hash>;

impl Node {
    /// Level of the tile from which it is made.
    fn level(self) -> u8 {
        u8::try_from(self.height / TILE_HEIGHT).unwrap_or(u8::MAX)
    }

    /// Its two halves; none for a node whose hash stands in a tile.
    fn halves(self) -> Option<(Node, Node)> {
        if self.height.is_multiple_of(TILE_HEIGHT) {
            return None;
        }
        let (height, at) = (self.height - 1, self.at << 1);
        Some((Node { height, at }, Node { height, at: at + 1 }))
    }

    /// The tile that holds its first hash, and for a full subtree all others.
    fn tile(self, size: u64) -> Option<TilePath> {
        let first = self.at << (self.height % TILE_HEIGHT);
        TilePath::holding(self.level(), first, size)
    }
}

fn inclusion_ranges(index: LeafIndex, size: u64) -> Result<Vec<Range>, TileFault> {
    let LeafIndex(index) = index;
    if index >= size {
        return Err(TileFault::BeyondTree { place: index, size });
    }
    // RFC 6962 2.1.1: siblings on the way down, told from the leaf upwards.
    let mut siblings = Vec::new();
    let mut tree = Range { from: 0, to: size };
    while tree.to - tree.from > 1 {
        let split = tree.split();
        let (left, right) = (
            Range { to: split, ..tree },
            Range {
                from: split,
                ..tree
            },
        );
        if index < split {
            siblings.push(right);
            tree = left;
        } else {
            siblings.push(left);
            tree = right;
        }
    }
    siblings.reverse();
    Ok(siblings)
}

fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range>, TileFault> {
    if old > new {
        return Err(TileFault::BeyondTree {
            place: old,
            size: new,
        });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    // RFC 6962 2.1.2: as for a leaf, down to the subtree that ends where the old tree ends.
    let mut parts = Vec::new();
    let mut tree = Range { from: 0, to: new };
    while tree.to != old {
        let split = tree.split();
        let (left, right) = (
            Range { to: split, ..tree },
            Range {
                from: split,
                ..tree
            },
        );
        if old <= split {
            parts.push(right);
            tree = left;
        } else {
            parts.push(left);
            tree = right;
        }
    }
    // The old root itself is known to whoever checks; any other subtree is told.
    if tree.from != 0 {
        parts.push(tree);
    }
    parts.reverse();
    Ok(parts)
}
