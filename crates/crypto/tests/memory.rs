//! T-K4: after locking, the memory of this process holds neither key nor passphrase.
//!
//! The process reads its own memory. What it looks for is kept masked, so that it does not find itself.
//! One test in a binary of its own: other threads would move keys of their own about.
#![cfg(target_os = "linux")]

#[cfg(test)]
#[path = "memory/image.rs"]
mod image;
