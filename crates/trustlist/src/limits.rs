//! Limits of hostile input (T-I5).

/// Octets of one list.
pub(crate) const MAX_OCTETS: usize = 32 * 1024 * 1024;
/// Elements within each other.
pub(crate) const MAX_DEPTH: usize = 64;
/// Elements, texts, comments and references of one list.
pub(crate) const MAX_NODES: usize = 1_000_000;
/// Attributes of one element, declarations of namespaces included.
pub(crate) const MAX_ATTRIBUTES: usize = 64;
/// Declarations of namespaces that are in force at one place.
pub(crate) const MAX_DECLARATIONS: usize = 256;
/// Services of one list, and pointers of one.
pub(crate) const MAX_SERVICES: usize = 20_000;
/// Periods of one service.
pub(crate) const MAX_PERIODS: usize = 100;
/// Certificates of one service, or of one pointer.
pub(crate) const MAX_CERTIFICATES: usize = 64;
/// Lists between the pinned signers and the list of lists of today.
pub(crate) const MAX_PIVOTS: usize = 32;
