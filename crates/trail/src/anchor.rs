//! Checkpoints of the trace in the public log: whoever rewrites the private one contradicts the public one (D13).
//!
//! The leaf holds a commitment alone (D18); size, root and salt stand here, so that who may read the trace can open it.

use std::sync::Arc;

use time::UtcDateTime;
use tlog::{Hash, TreeHead};

use crate::log::{self, Log, PendingId};
use store::{Link, Row, Store, StoreError};

/// A checkpoint of the trace on its way into the public log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnchor {
    /// Size and root of the trace's tree.
    pub head: TreeHead,
    /// The salt of the commitment.
    pub salt: [u8; 16],
    /// The leaf of the public log, encoded.
    pub leaf: Vec<u8>,
    /// When.
    pub at: UtcDateTime,
}

/// One that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Size and root of the trace's tree.
    pub head: TreeHead,
    /// The salt of the commitment.
    pub salt: [u8; 16],
    /// Its leaf in the public log.
    pub leaf: PendingId,
    /// When.
    pub at: UtcDateTime,
}

/// The checkpoints of the trace that the public log has.
#[derive(Debug, Clone)]
pub struct Anchors {
    store: Arc<Store>,
}

/// Anchors read at a time.
const PAGE: u32 = 1_000;

const TAKE: &str = "INSERT INTO trace_anchor (size, root, salt, leaf, moment) \
     SELECT $1, $2, $3, 0, $4 WHERE NOT EXISTS (SELECT 1 FROM trace_anchor WHERE size >= $1) \
     ON CONFLICT (size) DO NOTHING";
const NAME: &str = "UPDATE trace_anchor SET leaf = $2 WHERE size = $1";
const NEWEST: &str =
    "SELECT size, root, salt, leaf, moment FROM trace_anchor ORDER BY size DESC LIMIT 1";
const AFTER: &str = "SELECT size, root, salt, leaf, moment FROM trace_anchor WHERE size > $1 \
     ORDER BY size LIMIT $2";

impl Anchors {
    /// The anchors of this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Anchors {
        Anchors { store }
    }

    /// Keeps an anchor and hands its leaf to the public log, in one transaction; false where one of this size or a
    /// larger one is kept, as another process may have done.
    ///
    /// # Errors
    /// The store.
    pub async fn keep(&self, anchor: NewAnchor) -> Result<bool, StoreError> {
        self.store
            .write(move |link| Box::pin(async move { keep(link, &anchor).await }))
            .await
    }

    /// The one of the largest tree.
    ///
    /// # Errors
    /// The store.
    pub async fn newest(&self) -> Result<Option<Anchor>, StoreError> {
        let mut link = self.store.reader().await?;
        link.row(NEWEST, &[]).await?.map(read).transpose()
    }

    /// Those of trees larger than `size`, by size, at most 1,000.
    ///
    /// # Errors
    /// The store.
    pub async fn list(&self, size: u64) -> Result<Vec<Anchor>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(AFTER, &[size.into(), PAGE.into()]).await?;
        rows.into_iter().map(read).collect()
    }
}

async fn keep(link: &mut Link, anchor: &NewAnchor) -> Result<bool, StoreError> {
    let size = anchor.head.size;
    let values = [
        size.into(),
        anchor.head.root.bytes().into(),
        anchor.salt.as_slice().into(),
        anchor.at.into(),
    ];
    if link.run(TAKE, &values).await? == 0 {
        return Ok(false);
    }
    let leaf = log::submit(link, Log::Public, &anchor.leaf, None).await?;
    link.run(NAME, &[size.into(), leaf.number().into()]).await?;
    Ok(true)
}

fn read(mut row: Row) -> Result<Anchor, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged {
        table: "trace_anchor",
    };
    let head = TreeHead {
        size: row.count()?,
        root: Hash::new(row.digest()?),
    };
    Ok(Anchor {
        head,
        salt: row.bytes()?.try_into().map_err(|_| DAMAGED)?,
        leaf: PendingId::new(row.integer()?),
        at: row.moment()?,
    })
}
