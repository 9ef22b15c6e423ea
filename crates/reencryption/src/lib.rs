//! Brings what the database keeps sealed under another field key, while it is in use (T-P5).
//!
//! Each sealed column is gone over once in the order of an index. A value that stands under another key is opened for its
//! place and written back under the current one, unless somebody changed it meanwhile: who did so sealed it anew. Nodes
//! read both keys while it lasts, so that nothing waits for its end.

mod columns;
mod rows;

pub use columns::{COLUMNS, Column};
pub use rows::{Reencryption, Resealed};
