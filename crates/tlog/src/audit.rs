//! The whole log checked from its entries up, every fault with its place (T-L2, T-L4).

use thiserror::Error;

use crate::bundle::{BundleFault, parse_bundle};
use crate::hash::{Hash, TreeHead, leaf_hash};
use crate::path::TilePath;
use crate::tiles::{TileFault, TileSet};
use crate::tree::Tree;

/// What is wrong with a log, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuditFault {
    /// A bundle cannot be read.
    #[error("the bundle that begins with leaf {from} cannot be read")]
    Bundle {
        /// First leaf of the bundle.
        from: u64,
        /// Why.
        #[source]
        fault: BundleFault,
    },
    /// Bundles follow one that was not full.
    #[error("a bundle follows one that is not full, at leaf {from}")]
    AfterPartial {
        /// First leaf of the bundle that follows.
        from: u64,
    },
    /// A stored tile is absent.
    #[error("{path} is absent or too short")]
    Absent {
        /// The tile.
        path: TilePath,
    },
    /// A stored hash is not the one of what lies under it. On level 0 this is the entry that was changed,
    /// or its hash.
    #[error("hash {position} of level {level} is not the hash of what lies under it")]
    Differs {
        /// Level of the hash.
        level: u8,
        /// Its place in the row of that level; on level 0 the index of the leaf.
        position: u64,
    },
    /// The entries end before the head's size or go beyond it.
    #[error("{found} entries where the checkpoint says {wanted}")]
    Size {
        /// Entries found.
        found: u64,
        /// Leaves of the head.
        wanted: u64,
    },
    /// Entries and tiles agree, and the checkpoint says something else: both were changed, or it was.
    #[error("the entries do not lead to the root of the checkpoint")]
    Root,
    /// More leaves than a tree can have.
    #[error("the log cannot be counted")]
    Tree(#[from] TileFault),
}

impl AuditFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            AuditFault::Bundle { .. } => "audit.bundle",
            AuditFault::AfterPartial { .. } => "audit.after-partial",
            AuditFault::Absent { .. } => "audit.absent",
            AuditFault::Differs { .. } => "audit.differs",
            AuditFault::Size { .. } => "audit.size",
            AuditFault::Root => "audit.root",
            AuditFault::Tree(fault) => fault.code(),
        }
    }
}

/// A walk over a log from its first bundle to its last.
#[derive(Debug, Clone)]
pub struct Audit {
    tree: Tree,
}

impl Default for Audit {
    fn default() -> Audit {
        Audit::new()
    }
}

impl Audit {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Audit {
        Audit {
            tree: Tree::empty(),
        }
    }

    /// Leaves seen.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.tree.size()
    }

    /// Takes the next bundle, and compares every tile that it fills or lengthens with `stored`, which
    /// holds the tiles of all levels along the way.
    ///
    /// # Errors
    /// `Bundle`, `AfterPartial`, `Absent`, `Differs`.
    pub fn bundle(&mut self, bytes: &[u8], stored: &TileSet) -> Result<(), AuditFault> {
        let from = self.tree.size();
        if !from.is_multiple_of(256) {
            return Err(AuditFault::AfterPartial { from });
        }
        let entries = parse_bundle(bytes).map_err(|fault| AuditFault::Bundle { from, fault })?;
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let grown = self.tree.append(&leaves)?;
        let mut made = TileSet::new();
        for tile in grown.tiles() {
            made.insert(&tile.path, &tile.bytes)?;
        }
        for tile in grown.tiles() {
            compare(&made, stored, &tile.path)?;
        }
        self.tree = grown.into_tree();
        Ok(())
    }

    /// Ends the walk at a checkpoint's head.
    ///
    /// # Errors
    /// `Size`, `Root`.
    pub fn finish(&self, head: &TreeHead) -> Result<(), AuditFault> {
        let own = self.tree.head();
        if own.size != head.size {
            return Err(AuditFault::Size {
                found: own.size,
                wanted: head.size,
            });
        }
        if own.root != head.root {
            return Err(AuditFault::Root);
        }
        Ok(())
    }
}

fn compare(made: &TileSet, stored: &TileSet, path: &TilePath) -> Result<(), AuditFault> {
    let crate::path::TileKind::Hashes(level) = path.kind() else {
        return Ok(());
    };
    let (made, stored) = (
        made.hashes(level, path.index()),
        stored.hashes(level, path.index()),
    );
    if stored.len() < made.len() {
        return Err(AuditFault::Absent { path: *path });
    }
    let differing = (0..)
        .zip(made.iter().zip(stored))
        .find(|(_, (a, b))| a != b);
    match differing {
        Some((offset, _)) => Err(AuditFault::Differs {
            level,
            position: path.index() * 256 + offset,
        }),
        None => Ok(()),
    }
}
