//! The append-only log as arithmetic: tree, tiles, checkpoints, proofs.
//!
//! Hashing is that of RFC 6962; files are those of C2SP tlog-tiles; what a log says is a checkpoint in a
//! signed note; what a file carries is a receipt in the form of C2SP tlog-proof. Nothing here fetches,
//! stores or signs: tiles come in and go out as values, and what is to be signed is handed out.
//!
//! - [`Tree`], [`Grown`], [`bundle::append_entries`]: the sequencer's step.
//! - [`TileSet`] and the `wanted_…` functions: proofs from stored tiles.
//! - [`check_inclusion`], [`check_consistency`], [`Receipt`], [`TrustedLog`]: the verifier's side.
//! - [`Audit`]: the whole log, every fault located.

pub mod audit;
pub mod bundle;
mod cbor;
pub mod checkpoint;
mod hash;
pub mod key;
pub mod leaf;
pub mod note;
pub mod path;
pub mod proof;
pub mod receipt;
pub mod tiles;
mod tree;

pub use audit::Audit;
pub use checkpoint::{Checkpoint, TrustedLog};
pub use hash::{Hash, LeafIndex, TreeHead, empty_root, leaf_hash, node_hash};
pub use key::NoteKey;
pub use leaf::{Leaf, LeafKind, Opening, Sealed, StatusEntry};
pub use note::Note;
pub use path::{TileKind, TilePath};
pub use proof::{check_consistency, check_inclusion};
pub use receipt::{Receipt, Recorded};
pub use tiles::{
    TileSet, TileWrite, wanted_for_consistency, wanted_for_inclusion, wanted_for_tree,
};
pub use tree::{Grown, Tree};
