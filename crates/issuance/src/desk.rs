//! What follows from the catalogue in force.

use std::collections::BTreeMap;

use catalogue::Catalogue;
use document::Blank;

use crate::seals::Seals;

/// What follows from the catalogue in force: replaced whole when another is imported.
#[derive(Debug)]
pub struct Desk {
    /// The number of the catalogue.
    pub version: u64,
    /// The catalogue.
    pub catalogue: Catalogue,
    /// The seals in use.
    pub(crate) seals: Seals,
    /// The prepared pages, by type key.
    pub(crate) blanks: BTreeMap<String, Blank>,
}
