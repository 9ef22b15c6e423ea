//! Why a backup was not written or not restored.

use thiserror::Error;
use vault::ObjectError;
use vault::backup::FolderError;

use store::StoreError;

/// Why a backup was not written or not restored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The store that is to be filled is not empty.
    #[error("the store is not empty")]
    NotEmpty,
    /// The backup is of another edition of the schema.
    #[error("the backup is of another edition of the schema")]
    OtherSchema,
    /// The log that was restored stands elsewhere than the backup says.
    #[error("the restored log stands elsewhere than the backup says")]
    OtherPosition,
    /// A row names an object that is not there.
    #[error("object {0} is named and not there")]
    ObjectMissing(String),
    /// A table has a column of a kind that no backup holds.
    #[error("table {0} has a column that cannot be backed up")]
    Column(String),
    /// The process is ending.
    #[error("the work was interrupted")]
    Interrupted,
    /// The folder is no backup, or cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
