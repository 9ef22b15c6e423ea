//! Trust that was exchanged with other regions (R32), as it is kept: each bundle as it came, with its signature.

use registry::StoreError;
use thiserror::Error;
use verify::{Bundle, ReadTrust, Term, Trust};

/// Why what is kept of regions is no trust: nothing of it is then used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeptRegion {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bundle that was taken in does not read as it did.
    #[error("the kept bundle of {0} does not read")]
    Bundle(String, #[source] ReadTrust),
    /// Together with our own it makes no trust.
    #[error("what is kept of regions makes no trust")]
    Whole(#[source] ReadTrust),
}

/// The bundles that were taken in, each with its term: read again with their signatures, as they came.
///
/// # Errors
/// One of them does not read: trust that was changed in the store is none (it fails closed).
pub(crate) async fn kept(registry: &registry::Registry) -> Result<Vec<(Bundle, Term)>, KeptRegion> {
    let mut kept = Vec::new();
    for region in registry.regions().all().await? {
        let (from, until) = (region.trust.from, region.trust.until);
        let bundle = Trust::parse_region(region.trust.bundle.as_bytes());
        let bundle = bundle.map_err(|cause| KeptRegion::Bundle(region.name, cause))?;
        kept.push((bundle, Term { from, until }));
    }
    Ok(kept)
}
