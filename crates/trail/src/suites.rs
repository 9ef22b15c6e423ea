//! Since when the checkpoints of a log are signed in SM2, too: an office may begin with that when its log has leaves, and
//! what was signed before stays good.

use std::sync::Arc;

use crate::log::Log;
use store::{Store, StoreError};

/// The suites of the two logs.
#[derive(Debug, Clone)]
pub struct Suites {
    store: Arc<Store>,
}

const BEGIN: &str = "INSERT INTO log_suite (log, leaves) \
     SELECT $1, COALESCE((SELECT size FROM log_head WHERE log = $1), 0) \
     WHERE NOT EXISTS (SELECT 1 FROM log_suite WHERE log = $1) ON CONFLICT (log) DO NOTHING";
const SINCE: &str = "SELECT leaves FROM log_suite WHERE log = $1";

impl Suites {
    /// The suites in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Suites {
        Suites { store }
    }

    /// The leaves that the log had when this was first asked: from then on every larger tree is signed in SM2, too. To be
    /// asked before the first such signature.
    ///
    /// # Errors
    /// The store.
    pub async fn national_since(&self, log: Log) -> Result<u64, StoreError> {
        let which = log.column();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    link.run(BEGIN, &[which.into()]).await?;
                    let mut row = link.one(SINCE, &[which.into()], "log_suite").await?;
                    row.count()
                })
            })
            .await
    }
}
