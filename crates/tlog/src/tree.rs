//! The sequencer's step: a tree, new leaves, and what is to be stored.
//!
//! Pure. What makes a step durable, and that one step at a time is taken, is the caller's part (T-L5).

use crate::hash::{Hash, LeafIndex, TreeHead, empty_root, folded, perfect};
use crate::path::{TILE_WIDTH, TileKind, TilePath, row_length};
use crate::tiles::{TileFault, TileSet, TileWrite, check_root};

/// A tree as far as appending needs it: its size, and at each level the hashes of the tile that is not
/// full yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    edge: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree without leaves.
    #[must_use]
    pub fn empty() -> Tree {
        Tree {
            size: 0,
            edge: Vec::new(),
        }
    }

    /// The tree of `head` again, from the tiles of [`crate::wanted_for_tree`].
    ///
    /// # Errors
    /// `Absent`; `RootDiffers` where tiles and head are not of one tree.
    pub fn restore(head: &TreeHead, tiles: &TileSet) -> Result<Tree, TileFault> {
        check_root(tiles, head)?;
        let mut edge = Vec::new();
        for level in 0.. {
            let row = row_length(level, head.size);
            if row == 0 {
                break;
            }
            let index = row / u64::from(TILE_WIDTH);
            let open = usize::try_from(row % u64::from(TILE_WIDTH)).unwrap_or(0);
            let hashes = tiles.hashes(level, index).get(..open);
            // `check_root` has read every hash of the edge, so they are here.
            edge.push(hashes.unwrap_or_default().to_vec());
        }
        Ok(Tree {
            size: head.size,
            edge,
        })
    }

    /// Its leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its size and root.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        // From the top level down the peaks stand from left to right.
        let peaks: Vec<Hash> = self.edge.iter().rev().flat_map(|row| peaks(row)).collect();
        TreeHead {
            size: self.size,
            root: folded(peaks.into_iter()).unwrap_or_else(empty_root),
        }
    }

    /// The tiles that are not full, as they are stored at this size.
    #[must_use]
    pub fn edge(&self) -> Vec<TileWrite> {
        (0..)
            .zip(&self.edge)
            .filter(|(_, row)| !row.is_empty())
            .filter_map(|(level, row)| {
                write(
                    level,
                    row_length(level, self.size) / u64::from(TILE_WIDTH),
                    row,
                )
            })
            .collect()
    }

    /// The tree with `leaves` after its own, and the tiles that this changes: each once, as it is when
    /// all leaves are in.
    ///
    /// # Errors
    /// `TreeFull` above 2^63 leaves.
    pub fn append(&self, leaves: &[Hash]) -> Result<Grown, TileFault> {
        let added = u64::try_from(leaves.len()).map_err(|_| TileFault::TreeFull)?;
        let size = self
            .size
            .checked_add(added)
            .filter(|size| *size < 1 << 63)
            .ok_or(TileFault::TreeFull)?;
        let mut edge = Vec::new();
        let mut tiles = Vec::new();
        let mut arriving = leaves.to_vec();
        for level in 0..=crate::path::MAX_LEVEL {
            let old = self.edge.get(usize::from(level));
            if arriving.is_empty() && usize::from(level) >= self.edge.len() {
                break;
            }
            let mut index = row_length(level, self.size) / u64::from(TILE_WIDTH);
            let touched = !arriving.is_empty();
            let mut row = old.cloned().unwrap_or_default();
            row.append(&mut arriving);
            let full = row.chunks_exact(usize::from(TILE_WIDTH));
            let open = full.remainder().to_vec();
            for tile in full {
                tiles.extend(write(level, index, tile));
                // tlog-tiles: a hash one level up stands for a full tile, never for a partial one.
                arriving.extend(perfect(tile));
                index += 1;
            }
            if touched && !open.is_empty() {
                tiles.extend(write(level, index, &open));
            }
            edge.push(open);
        }
        Ok(Grown {
            before: self.clone(),
            tree: Tree { size, edge },
            tiles,
        })
    }
}

/// What an append made.
#[derive(Debug, Clone)]
pub struct Grown {
    before: Tree,
    tree: Tree,
    tiles: Vec<TileWrite>,
}

impl Grown {
    /// The tree that has grown.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The tree, for the next step.
    #[must_use]
    pub fn into_tree(self) -> Tree {
        self.tree
    }

    /// Its head: what the next checkpoint says.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.tree.head()
    }

    /// Tiles of hashes to be stored before the checkpoint is published.
    #[must_use]
    pub fn tiles(&self) -> &[TileWrite] {
        &self.tiles
    }

    /// The proofs that leaves of this batch are in the new tree, in the order asked, without any tile
    /// from the store.
    ///
    /// # Errors
    /// `BeyondTree` for a leaf after the batch, `Absent` for one before it.
    pub fn inclusions(
        &self,
        leaves: impl IntoIterator<Item = LeafIndex>,
    ) -> Result<Vec<Vec<Hash>>, TileFault> {
        self.at_hand()?.inclusions(leaves, self.tree.size)
    }

    /// The proof for one leaf of the batch; for many, [`Grown::inclusions`] prepares once.
    ///
    /// # Errors
    /// As [`Grown::inclusions`].
    pub fn inclusion(&self, leaf: LeafIndex) -> Result<Vec<Hash>, TileFault> {
        self.at_hand()?.inclusion(leaf, self.tree.size)
    }

    /// The proof that the new tree begins with the tree before the batch.
    ///
    /// # Errors
    /// None for a tree that [`Tree::append`] made; the type is the tiles'.
    pub fn consistency(&self) -> Result<Vec<Hash>, TileFault> {
        self.at_hand()?
            .consistency(self.before.size, self.tree.size)
    }

    /// Old edge and new tiles: every left sibling of a new leaf is a peak of the old tree.
    fn at_hand(&self) -> Result<TileSet, TileFault> {
        let mut set = TileSet::new();
        for tile in self.before.edge().iter().chain(&self.tiles) {
            set.insert(&tile.path, &tile.bytes)?;
        }
        Ok(set)
    }
}

fn write(level: u8, index: u64, hashes: &[Hash]) -> Option<TileWrite> {
    let width = u16::try_from(hashes.len()).ok()?;
    let path = TilePath::new(TileKind::Hashes(level), index, width).ok()?;
    let bytes = hashes.iter().flat_map(|hash| *hash.bytes()).collect();
    Some(TileWrite { path, bytes })
}

/// Full subtrees over a row of fewer than 256 hashes, from left to right.
fn peaks(row: &[Hash]) -> Vec<Hash> {
    let mut found = Vec::new();
    let mut rest = row;
    while !rest.is_empty() {
        let width = 1 << rest.len().ilog2();
        let (now, later) = rest.split_at(width);
        found.extend(perfect(now));
        rest = later;
    }
    found
}
