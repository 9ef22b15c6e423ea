//! Packages written: same content, same octets.

pub(crate) mod archive;
pub(crate) mod change;
