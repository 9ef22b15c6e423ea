//! Where both logs stand, in one question.

use store::StoreError;
use tlog::{Hash, TreeHead};

use crate::log::{Log, LogError, Logs};

const HEADS: &str = "SELECT log, size, root FROM log_head";

impl Logs {
    /// Where each log stands, all in one reading; a log before its first step is not among them.
    ///
    /// # Errors
    /// `Store`.
    pub async fn heads(&self) -> Result<Vec<(Log, TreeHead)>, LogError> {
        let mut link = self.store.reader().await?;
        let mut found = Vec::new();
        for mut row in link.rows(HEADS, &[]).await? {
            let column = row.integer()?;
            let head = TreeHead {
                size: row.count()?,
                root: Hash::new(row.digest()?),
            };
            let log = Log::ALL.into_iter().find(|log| log.column() == column);
            let log = log.ok_or(StoreError::Damaged { table: "log_head" })?;
            found.push((log, head));
        }
        Ok(found)
    }
}
