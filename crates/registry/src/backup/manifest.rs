//! What a backup says of itself.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::UtcDateTime;

use super::fault::BackupError;

/// The only form so far.
const FORM: u32 = 1;
/// Largest manifest.
const MAX_MANIFEST: u64 = 1024 * 1024;

/// `backup.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    form: u32,
    pub(super) taken: i64,
    pub(super) logs: Vec<Position>,
    pub(super) tables: Vec<TableNote>,
    pub(super) objects: u64,
    pub(super) object_octets: u64,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableNote {
    pub(super) table: String,
    pub(super) rows: u64,
    pub(super) sha256: String,
}

/// Where one log stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    pub(super) log: String,
    pub(super) size: u64,
    pub(super) root: String,
    pub(super) checkpoint: String,
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

/// Where one log stood.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Position {
    pub(super) fn report(&self) -> LogPosition {
        LogPosition {
            log: self.log.clone(),
            size: self.size,
            root: self.root.clone(),
            checkpoint: self.checkpoint.clone(),
        }
    }
}

impl Manifest {
    pub(super) fn new(logs: Vec<Position>) -> Manifest {
        Manifest {
            form: FORM,
            taken: 0,
            logs,
            tables: Vec::new(),
            objects: 0,
            object_octets: 0,
        }
    }

    /// Reads `backup.json`, the mark of a whole backup.
    pub(super) fn read(path: &Path) -> Result<Manifest, BackupError> {
        let found = std::fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => BackupError::NotWhole,
            _ => BackupError::Read(error),
        })?;
        if found.len() > MAX_MANIFEST {
            return Err(BackupError::NotWhole);
        }
        let text = std::fs::read(path).map_err(BackupError::Read)?;
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|_| BackupError::NotWhole)?;
        if manifest.form != FORM {
            return Err(BackupError::OtherSchema);
        }
        Ok(manifest)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("texts and numbers are always JSON")
    }

    pub(super) fn report(&self) -> Report {
        Report {
            taken: UtcDateTime::from_unix_timestamp(self.taken).unwrap_or(UtcDateTime::UNIX_EPOCH),
            logs: self.logs.iter().map(Position::report).collect(),
            rows: self.tables.iter().map(|note| note.rows).sum(),
            objects: self.objects,
            object_octets: self.object_octets,
        }
    }
}
