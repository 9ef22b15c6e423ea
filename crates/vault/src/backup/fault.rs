//! Why the folder of a backup was not written or not read.

use std::io;

use thiserror::Error;

/// Why the folder of a backup was not written or not read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The folder that is to be written is not empty.
    #[error("the folder is not empty")]
    NotEmpty,
    /// The folder says not that it holds a whole backup.
    #[error("there is no whole backup in the folder")]
    NotWhole,
    /// The backup has a form that this program does not read.
    #[error("the backup is of another form")]
    OtherForm,
    /// Rows are not those that were written.
    #[error("the backup of table {table} was changed")]
    Altered {
        /// Which table.
        table: String,
    },
    /// The folder cannot be written.
    #[error("the backup cannot be written")]
    Write(#[source] io::Error),
    /// The folder cannot be read.
    #[error("the backup cannot be read")]
    Read(#[source] io::Error),
}
