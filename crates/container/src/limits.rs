//! Limits of hostile input (T-I4).

/// T-I4: entries of a package, folders included.
pub const MAX_ENTRIES: usize = 10_000;
/// T-I4: octets of all entries together, expanded.
pub(crate) const MAX_EXPANDED: u64 = 500 * 1024 * 1024;
/// T-I4: octets that one compressed octet may become.
pub(crate) const MAX_RATIO: u64 = 200;
