//! Why a backup was not written or not restored.

use std::io;

use thiserror::Error;

use crate::error::StoreError;
use crate::objects::ObjectError;

/// Why a backup was not written or not restored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The folder, or the store that is to be filled, is not empty.
    #[error("the place is not empty")]
    NotEmpty,
    /// The folder says not that it holds a whole backup.
    #[error("there is no whole backup in the folder")]
    NotWhole,
    /// Rows are not those that were written.
    #[error("the backup of table {table} was changed")]
    Altered {
        /// Which table.
        table: String,
    },
    /// The backup is of another edition of the schema.
    #[error("the backup is of another edition of the schema")]
    OtherSchema,
    /// A row names an object that is not there.
    #[error("object {0} is named and not there")]
    ObjectMissing(String),
    /// A table has a column of a kind that no backup holds.
    #[error("table {0} has a column that cannot be backed up")]
    Column(String),
    /// The folder cannot be written.
    #[error("the backup cannot be written")]
    Write(#[source] io::Error),
    /// The folder cannot be read.
    #[error("the backup cannot be read")]
    Read(#[source] io::Error),
    /// The process is ending.
    #[error("the work was interrupted")]
    Interrupted,
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
