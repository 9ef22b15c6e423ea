//! What a backup says of itself.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::UtcDateTime;

use super::fault::FolderError;

/// The only form so far.
const FORM: u32 = 1;
/// Largest manifest.
const MAX_MANIFEST: u64 = 1024 * 1024;

/// `backup.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    form: u32,
    taken: i64,
    /// Where the logs stood; none before a log's first step.
    pub logs: Vec<LogPosition>,
    /// The tables.
    pub tables: Vec<TableNote>,
    /// Objects.
    pub objects: u64,
    /// Octets of the objects, as stored.
    pub object_octets: u64,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableNote {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

/// Where one log stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPosition {
    /// `public` or `trace`.
    pub log: String,
    /// Entries.
    pub size: u64,
    /// The root in hexadecimal.
    pub root: String,
    /// The signed note.
    pub checkpoint: String,
}

/// What was backed up or restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The moment that the backup shows.
    pub taken: UtcDateTime,
    /// Where the logs stood; none before a log's first step.
    pub logs: Vec<LogPosition>,
    /// Rows of all tables.
    pub rows: u64,
    /// Objects.
    pub objects: u64,
    /// Octets of the objects, as stored.
    pub object_octets: u64,
}

impl Manifest {
    /// A manifest of nothing yet, of the moment `taken`.
    #[must_use]
    pub fn new(taken: UtcDateTime, logs: Vec<LogPosition>) -> Manifest {
        Manifest {
            form: FORM,
            taken: taken.unix_timestamp(),
            logs,
            tables: Vec::new(),
            objects: 0,
            object_octets: 0,
        }
    }

    /// Reads `backup.json`, the mark of a whole backup.
    pub(super) fn read(path: &Path) -> Result<Manifest, FolderError> {
        let found = std::fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FolderError::NotWhole,
            _ => FolderError::Read(error),
        })?;
        if found.len() > MAX_MANIFEST {
            return Err(FolderError::NotWhole);
        }
        let text = std::fs::read(path).map_err(FolderError::Read)?;
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|_| FolderError::NotWhole)?;
        if manifest.form != FORM {
            return Err(FolderError::OtherForm);
        }
        Ok(manifest)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("texts and numbers are always JSON")
    }

    /// In short.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            taken: UtcDateTime::from_unix_timestamp(self.taken).unwrap_or(UtcDateTime::UNIX_EPOCH),
            logs: self.logs.clone(),
            rows: self.tables.iter().map(|note| note.rows).sum(),
            objects: self.objects,
            object_octets: self.object_octets,
        }
    }
}
