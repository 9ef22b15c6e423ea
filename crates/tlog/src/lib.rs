//! The append-only log as arithmetic: tree, tiles, checkpoints, proofs.
