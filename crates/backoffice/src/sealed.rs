//! Seals that were made on application, and the scopes that two people gave: in force over what the catalogue says.

use std::collections::BTreeMap;

use catalogue::Catalogue;
use catalogue::key::SealCode;
use registry::Registry;
use registry::applications::ScopeVersion;

use crate::opening::OpenOffice;

/// Puts every scope that is in force into the catalogue; how many versions there have been, and which each seal has. What a later catalogue does not know
/// any more, such as a matter, takes its seal out of force, and nothing else.
pub(crate) async fn put_scopes(
    registry: &Registry,
    catalogue: &mut Catalogue,
) -> Result<(u64, BTreeMap<SealCode, u64>), OpenOffice> {
    let book = registry.applications();
    // The number first: what comes in between is followed once more.
    let made = book.scopes_made().await?;
    let mut numbers = BTreeMap::new();
    for version in book.scopes_in_force().await? {
        put(catalogue, &version);
        numbers.insert(version.seal, version.number);
    }
    Ok((made, numbers))
}

/// Puts the last scope of a seal into the catalogue, or takes the seal out whose scope cannot be read on it.
pub(crate) fn put(catalogue: &mut Catalogue, version: &ScopeVersion) {
    match catalogue.read_seal(version.content.as_bytes()) {
        Ok(scope) => catalogue.put_seal(scope),
        Err(_) => catalogue.drop_seal(&version.seal),
    }
}
