//! What opens a key store, split among people of whom some together open it (T-K3): the arithmetic, and shares as files.
//!
//! A crate of its own, so that the offline tool has shares and reaches no PKCS#11 module.

#[cfg(unix)]
pub mod holders;
mod split;

pub use split::{LONGEST_SHARE, MOST, SECRET, Share, ShareError, join, split};
