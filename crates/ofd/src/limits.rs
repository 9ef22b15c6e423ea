//! Limits of hostile input (T-I5).

/// T-I5: octets of one part.
pub(crate) const MAX_OCTETS: usize = 64 * 1024 * 1024;
/// Templates of one page.
pub(crate) const MAX_TEMPLATES: usize = 64;
