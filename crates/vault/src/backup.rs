//! The folder of a backup: `backup.json`, which is written last and says that it is whole, the rows
//! of each table, and the objects.

mod fault;
mod folder;
mod manifest;
mod rows;

pub use fault::FolderError;
pub use folder::Folder;
pub use manifest::{LogPosition, Manifest, Report, TableNote};
pub use rows::{Cell, Column, Kind, RowReader, RowWriter};
