//! The trusted lists that the service published: each as it was signed, under its number. The newest one is the state that
//! is handed out.

use std::sync::Arc;

use store::{Store, StoreError};
use time::UtcDateTime;

/// A published list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptList {
    /// Its number (TS 119 612 5.3.2).
    pub number: u64,
    /// When it was issued.
    pub issued_at: UtcDateTime,
    /// Until when it is to be relied on.
    pub next_update: UtcDateTime,
    /// SHA-256 over what it says beside its number and these moments.
    pub content: [u8; 32],
    /// The signed document.
    pub document: Vec<u8>,
}

/// The lists in a store.
#[derive(Debug, Clone)]
pub struct OwnLists {
    store: Arc<Store>,
}

const NEWEST: &str = "SELECT number, issued, next_update, content, document FROM own_list \
     ORDER BY number DESC LIMIT 1";
const KEEP: &str = "INSERT INTO own_list (number, issued, next_update, content, document) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (number) DO NOTHING";

impl OwnLists {
    /// The lists in a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> OwnLists {
        OwnLists { store }
    }

    /// The one with the greatest number.
    ///
    /// # Errors
    /// The store.
    pub async fn newest(&self) -> Result<Option<KeptList>, StoreError> {
        let mut link = self.store.reader().await?;
        let Some(mut row) = link.row(NEWEST, &[]).await? else {
            return Ok(None);
        };
        Ok(Some(KeptList {
            number: row.count()?,
            issued_at: row.moment()?,
            next_update: row.moment()?,
            content: row.digest()?,
            document: row.bytes()?,
        }))
    }

    /// Keeps a list. Whether its number was free: two nodes that publish at once give one list.
    ///
    /// # Errors
    /// The store.
    pub async fn keep(&self, list: KeptList) -> Result<bool, StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [
                        list.number.into(),
                        list.issued_at.into(),
                        list.next_update.into(),
                        (&list.content).into(),
                        (&list.document).into(),
                    ];
                    Ok(link.run(KEEP, &values).await? == 1)
                })
            })
            .await
    }
}
