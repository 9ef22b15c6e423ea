//! Seals that were made on application, and the scopes that two people gave: in force over what the catalogue says.

use std::collections::BTreeMap;

use catalogue::Catalogue;
use catalogue::key::SealCode;
use registry::Registry;

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
        if let Ok(scope) = catalogue.read_seal(version.content.as_bytes()) {
            catalogue.put_seal(scope);
        } else {
            catalogue.drop_seal(&version.seal);
        }
        numbers.insert(version.seal, version.number);
    }
    Ok((made, numbers))
}
