//! The key journal: what our keys were used for. A kind of trace entry (D13); no key signs before
//! its entry is durable (T-S8).

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use crypto::KeyId;
use time::UtcDateTime;

use crate::asked::By;
use crate::secrets::hex;
use crate::trace::{self, Act, Deed};
use store::Store;
use store::StoreError;

/// A use of a key that needs no release: certificates, lists, answers, tokens, codes. Seals go
/// through the journal step of their job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The department in whose trace it stands.
    pub department: DepartmentKey,
    /// Who asked for it, and when.
    pub by: By,
    /// The key.
    pub key: KeyId,
    /// For what, such as `ocsp`.
    pub purpose: String,
    /// SHA-256 of the bytes to be signed; of each of them, where one line stands for several signatures.
    pub digests: Vec<[u8; 32]>,
    /// On what: a serial, a list, a job.
    pub object: String,
}

/// The key journal.
#[derive(Debug, Clone)]
pub struct Journal {
    store: Arc<Store>,
}

impl Journal {
    /// The journal in a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Journal {
        Journal { store }
    }

    /// Writes uses in one transaction, in their order within each department. When it answers, the
    /// keys may sign.
    ///
    /// # Errors
    /// The store; then no key may sign.
    pub async fn append(&self, uses: Vec<KeyUse>) -> Result<(), StoreError> {
        let mut acts: Vec<Act> = uses.into_iter().map(act).collect();
        // One order of departments for all, so that no two transactions wait for each other.
        acts.sort_by(|left, right| left.department.cmp(&right.department));
        self.store
            .write(move |link| {
                Box::pin(async move {
                    for group in acts.chunk_by(|left, right| left.department == right.department) {
                        trace::write_all(link, group).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The latest moment at which a key was used; nothing for one that never was.
    ///
    /// # Errors
    /// The store.
    pub async fn last_use(&self, key: &KeyId) -> Result<Option<UtcDateTime>, StoreError> {
        let mut link = self.store.reader().await?;
        let row = link.row(LAST_USE, &[key.as_str().into()]).await?;
        match row {
            Some(mut row) => row.maybe_moment(),
            None => Ok(None),
        }
    }
}

// The index over keys holds the numbers of each department in order: one step a department.
const LAST_USE: &str = "SELECT MAX(moment) FROM trace WHERE signing_key = $1";

/// The entry of a use, to be written in the transaction of a fact.
#[must_use]
pub fn act(used: KeyUse) -> Act {
    let digests = used.digests.iter().map(|digest| ("digest", hex(digest)));
    let purpose = ("purpose", used.purpose);
    Act {
        department: used.department,
        by: used.by,
        deed: Deed::Sign,
        object: used.object,
        ground: String::new(),
        detail: digests.chain([purpose]).collect(),
        key: Some(used.key),
    }
}
