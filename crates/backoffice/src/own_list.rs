//! Our own trusted list as it is handed out: kept as it was signed, from memory.

use std::sync::Arc;

use crypto::sha256;
use pki::Certificate;
use registry::own_lists::KeptList;
use registry::{Registry, StoreError};
use time::UtcDateTime;
use trustlist::{ReadList, TrustedList};

use crate::hierarchy::Certified;

/// A list as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnList {
    /// Its number (TS 119 612 5.3.2).
    pub number: u64,
    /// Until when it is to be relied on.
    pub next_update: UtcDateTime,
    /// The signed document: XML in UTF-8.
    pub document: Vec<u8>,
    /// SHA-256 of the document.
    pub digest: [u8; 32],
}

impl OwnList {
    /// The newest list that was kept, where its signature is good: what was changed in the store is not handed out, and
    /// another one takes its place.
    pub(crate) async fn kept(
        registry: &Registry,
        signers: &Certified,
    ) -> Result<Option<OwnList>, StoreError> {
        let signers: Vec<Certificate> = signers
            .all()
            .into_iter()
            .map(Arc::unwrap_or_clone)
            .collect();
        let newest = registry.regions().own_lists().newest().await?;
        Ok(newest.and_then(|kept| match OwnList::of(kept, &signers) {
            Ok(list) => Some(list),
            Err(error) => {
                tracing::error!(error = %error, "the kept trusted list is not handed out");
                None
            }
        }))
    }

    pub(crate) fn of(kept: KeptList, signers: &[Certificate]) -> Result<OwnList, ReadList> {
        let list = TrustedList::parse(&kept.document, signers)?;
        Ok(OwnList {
            number: list.sequence,
            next_update: kept.next_update,
            digest: sha256(&kept.document),
            document: kept.document,
        })
    }
}
