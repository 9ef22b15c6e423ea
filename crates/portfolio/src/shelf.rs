//! Evidence records in a folder, each named after the SHA-256 of the file that it is about.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use records::{EvidenceRecord, MAX_RECORD, ReadRecord};
use thiserror::Error;

/// Why a record was not read or kept.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ShelfError {
    /// The folder cannot be used.
    #[error("{place} cannot be used")]
    Folder {
        /// What was touched.
        place: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What lies there is no record.
    #[error("{place} is no evidence record")]
    Record {
        /// Where.
        place: PathBuf,
        /// Why.
        source: ReadRecord,
    },
}

/// A folder of records: `ab/abcd….ers` for a file whose digest begins so.
#[derive(Debug, Clone)]
pub struct Shelf(PathBuf);

impl Shelf {
    /// The shelf in this folder, which is made with its first record.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self(folder.to_path_buf())
    }

    /// The record beside the file with this digest, where one is kept.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn find(&self, digest: &[u8; 32]) -> Result<Option<EvidenceRecord>, ShelfError> {
        let place = self.place(digest);
        let folder = |source| ShelfError::Folder {
            place: place.clone(),
            source,
        };
        let length = match fs::metadata(&place) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(folder(error)),
        };
        let unread = |source| ShelfError::Record {
            place: place.clone(),
            source,
        };
        let octets = usize::try_from(length).unwrap_or(usize::MAX);
        if octets > MAX_RECORD {
            return Err(unread(ReadRecord::TooLarge(octets)));
        }
        let octets = fs::read(&place).map_err(folder)?;
        EvidenceRecord::parse(&octets).map(Some).map_err(unread)
    }

    /// Keeps the record of a file: whole and durable, or as it was before.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn keep(&self, digest: &[u8; 32], record: &EvidenceRecord) -> Result<(), ShelfError> {
        let place = self.place(digest);
        let kept = || -> std::io::Result<()> {
            let folder = place.parent().unwrap_or(&self.0);
            fs::create_dir_all(folder)?;
            let written = place.with_extension("new");
            let mut file = fs::File::create(&written)?;
            file.write_all(&record.encode())?;
            file.sync_all()?;
            fs::rename(&written, &place)?;
            fs::File::open(folder)?.sync_all()
        };
        kept().map_err(|source| ShelfError::Folder {
            place: place.clone(),
            source,
        })
    }

    /// Where the record of a file lies.
    #[must_use]
    pub fn place(&self, digest: &[u8; 32]) -> PathBuf {
        let name = hex(digest);
        let part = name.get(..2).unwrap_or_default();
        self.0.join(part).join(format!("{name}.ers"))
    }
}

/// As everywhere: lower case.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
