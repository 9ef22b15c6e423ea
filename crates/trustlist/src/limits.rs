//! Limits of hostile input (T-I5).

/// What is read of the XML of a list: what is signed has its white space, and what a reference means is one thing.
pub(crate) const RULES: xml::Rules = xml::Rules {
    octets: 32 * 1024 * 1024,
    depth: 64,
    nodes: 1_000_000,
    attributes: 64,
    declarations: 256,
    utf16: true,
    mixed: true,
    ordered: true,
    identifiers: true,
};
/// Octets of a canonical form.
pub(crate) const MAX_FORM: usize = 64 * 1024 * 1024;
/// Services of one list, and pointers of one.
pub(crate) const MAX_SERVICES: usize = 20_000;
/// Periods of one service.
pub(crate) const MAX_PERIODS: usize = 100;
/// Certificates of one service, or of one pointer.
pub(crate) const MAX_CERTIFICATES: usize = 64;
/// Lists between the pinned signers and the list of lists of today.
pub(crate) const MAX_PIVOTS: usize = 32;
