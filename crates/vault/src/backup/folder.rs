//! The folder: where its parts stand, and the mark that it is whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::fault::FolderError;
use super::manifest::{Manifest, TableNote};
use super::rows::{Column, RowReader, RowWriter};

const MANIFEST: &str = "backup.json";
const TABLES: &str = "tables";
const OBJECTS: &str = "objects";

/// The folder of a backup.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Begins a backup in `path`, which is made and must be empty.
    ///
    /// # Errors
    /// `NotEmpty`, `Write`.
    pub fn begin(path: &Path) -> Result<Folder, FolderError> {
        fs::create_dir_all(path).map_err(FolderError::Write)?;
        let mut inside = fs::read_dir(path).map_err(FolderError::Write)?;
        if inside.next().is_some() {
            return Err(FolderError::NotEmpty);
        }
        fs::create_dir(path.join(TABLES)).map_err(FolderError::Write)?;
        Ok(Folder {
            path: path.to_path_buf(),
        })
    }

    /// Opens a whole backup.
    ///
    /// # Errors
    /// `NotWhole`, `OtherForm`, `Read`.
    pub fn open(path: &Path) -> Result<(Folder, Manifest), FolderError> {
        let manifest = Manifest::read(&path.join(MANIFEST))?;
        let path = path.to_path_buf();
        Ok((Folder { path }, manifest))
    }

    /// Begins the rows of a table. Its name is one of the schema, never of a caller.
    ///
    /// # Errors
    /// `Write`.
    pub fn write_rows(&self, table: &str, columns: &[Column]) -> Result<RowWriter, FolderError> {
        RowWriter::create(&self.rows_of(table), columns)
    }

    /// Opens the rows of a table.
    ///
    /// # Errors
    /// `NotWhole`, `Altered`, `Read`.
    pub fn read_rows<'n>(&self, note: &'n TableNote) -> Result<RowReader<'n>, FolderError> {
        RowReader::open(&self.rows_of(&note.table), note)
    }

    fn rows_of(&self, table: &str) -> PathBuf {
        self.path.join(TABLES).join(format!("{table}.rows"))
    }

    /// Where the objects stand.
    #[must_use]
    pub fn objects(&self) -> PathBuf {
        self.path.join(OBJECTS)
    }

    /// Says, durably and last, that the backup is whole.
    ///
    /// # Errors
    /// `Write`: the folder is no backup.
    pub fn seal(&self, manifest: &Manifest) -> Result<(), FolderError> {
        let sync = |folder: &Path| File::open(folder).and_then(|folder| folder.sync_all());
        sync(&self.path.join(TABLES)).map_err(FolderError::Write)?;
        let draft = self.path.join("backup.json.draft");
        let mut file = File::create_new(&draft).map_err(FolderError::Write)?;
        file.write_all(&manifest.encode())
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&draft, self.path.join(MANIFEST)))
            .and_then(|()| sync(&self.path))
            .map_err(FolderError::Write)
    }
}
