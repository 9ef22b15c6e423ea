//! Rows of a table in a file.
//!
//! # Shape
//! Number of columns (4 octets, big-endian as all numbers here); for each its name and its kind, both
//! as text. Then rows, cell after cell: 0 for none; 1 and 8 octets of a whole number; 2 for a text or
//! 3 for octets, then the length in 4 octets and so many octets.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use crypto::{DigestAlgorithm, Hasher};

use super::fault::FolderError;
use super::manifest::TableNote;

/// Longest cell that is read.
const MAX_CELL: u32 = 1024 * 1024 * 1024;
/// Most columns of a table.
const MAX_COLUMNS: u32 = 200;
/// Octets after which the rows at hand are written on, however few they are.
const MAX_BATCH: usize = 8 * 1024 * 1024;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Texts.
    Text,
    /// Octets.
    Bytes,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Integer, Kind::Text, Kind::Bytes];

    fn code(self) -> &'static str {
        match self {
            Kind::Integer => "integer",
            Kind::Text => "text",
            Kind::Bytes => "bytes",
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A whole number, or none.
    Integer(Option<i64>),
    /// A text, or none.
    Text(Option<String>),
    /// Octets, or none.
    Bytes(Option<Vec<u8>>),
}

/// Writes rows and digests what it writes.
#[derive(Debug)]
pub struct RowWriter {
    file: BufWriter<File>,
    hasher: Hasher,
    rows: u64,
}

impl RowWriter {
    pub(super) fn create(path: &Path, columns: &[Column]) -> Result<RowWriter, FolderError> {
        let file = File::create_new(path).map_err(FolderError::Write)?;
        let mut writer = RowWriter {
            file: BufWriter::new(file),
            hasher: Hasher::new(DigestAlgorithm::Sha256),
            rows: 0,
        };
        let count = u32::try_from(columns.len()).unwrap_or(u32::MAX);
        writer.put(&count.to_be_bytes())?;
        for column in columns {
            writer.text(column.name.as_bytes())?;
            writer.text(column.kind.code().as_bytes())?;
        }
        Ok(writer)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `Write`.
    pub fn write(&mut self, row: &[Cell]) -> Result<(), FolderError> {
        self.rows += 1;
        for cell in row {
            match cell {
                Cell::Integer(None) | Cell::Text(None) | Cell::Bytes(None) => self.put(&[0])?,
                Cell::Integer(Some(number)) => {
                    self.put(&[1])?;
                    self.put(&number.to_be_bytes())?;
                }
                Cell::Text(Some(text)) => {
                    self.put(&[2])?;
                    self.text(text.as_bytes())?;
                }
                Cell::Bytes(Some(bytes)) => {
                    self.put(&[3])?;
                    self.text(bytes)?;
                }
            }
        }
        Ok(())
    }

    /// Makes the file durable.
    ///
    /// # Errors
    /// `Write`.
    pub fn finish(self, table: &str) -> Result<TableNote, FolderError> {
        let file = self
            .file
            .into_inner()
            .map_err(|error| FolderError::Write(error.into_error()))?;
        file.sync_all().map_err(FolderError::Write)?;
        Ok(TableNote {
            table: table.to_owned(),
            rows: self.rows,
            sha256: hex(self.hasher.finish().bytes()),
        })
    }

    fn text(&mut self, octets: &[u8]) -> Result<(), FolderError> {
        let length = u32::try_from(octets.len())
            .ok()
            .filter(|it| *it <= MAX_CELL);
        let length = length.ok_or_else(|| {
            FolderError::Write(io::Error::new(
                io::ErrorKind::InvalidData,
                "a cell too long",
            ))
        })?;
        self.put(&length.to_be_bytes())?;
        self.put(octets)
    }

    fn put(&mut self, octets: &[u8]) -> Result<(), FolderError> {
        self.hasher.update(octets);
        self.file.write_all(octets).map_err(FolderError::Write)
    }
}

/// Reads rows. Nothing that it gave is to stand before [`RowReader::finish`] has agreed.
#[derive(Debug)]
pub struct RowReader<'a> {
    file: BufReader<File>,
    hasher: Hasher,
    columns: Vec<Column>,
    left: u64,
    note: &'a TableNote,
}

impl<'a> RowReader<'a> {
    pub(super) fn open(path: &Path, note: &'a TableNote) -> Result<RowReader<'a>, FolderError> {
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FolderError::NotWhole,
            _ => FolderError::Read(error),
        })?;
        let mut reader = RowReader {
            file: BufReader::new(file),
            hasher: Hasher::new(DigestAlgorithm::Sha256),
            columns: Vec::new(),
            left: note.rows,
            note,
        };
        let count = u32::from_be_bytes(reader.array()?);
        if count > MAX_COLUMNS {
            return Err(reader.altered());
        }
        for _ in 0..count {
            let name = reader.text()?;
            let code = reader.text()?;
            let kind = Kind::ALL.into_iter().find(|kind| kind.code() == code);
            let kind = kind.ok_or_else(|| reader.altered())?;
            reader.columns.push(Column { name, kind });
        }
        Ok(reader)
    }

    /// The columns, as they were written.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The next rows, at most `limit` and fewer where they are long; nothing after the last.
    ///
    /// # Errors
    /// `Altered`, `Read`.
    pub fn read(&mut self, limit: usize) -> Result<Option<Vec<Vec<Cell>>>, FolderError> {
        let mut rows = Vec::new();
        let mut octets = 0;
        while self.left > 0 && rows.len() < limit && octets < MAX_BATCH {
            self.left -= 1;
            let mut row = Vec::with_capacity(self.columns.len());
            for place in 0..self.columns.len() {
                let kind = self.columns.get(place).map(|column| column.kind);
                let cell = self.cell(kind)?;
                octets += match &cell {
                    Cell::Integer(_) => 8,
                    Cell::Text(text) => text.as_ref().map_or(0, String::len),
                    Cell::Bytes(bytes) => bytes.as_ref().map_or(0, Vec::len),
                };
                row.push(cell);
            }
            rows.push(row);
        }
        Ok((!rows.is_empty()).then_some(rows))
    }

    /// Agrees that all was read and is what was written.
    ///
    /// # Errors
    /// `Altered`, `Read`.
    pub fn finish(mut self) -> Result<(), FolderError> {
        let altered = self.altered();
        let mut more = [0];
        let end = self.file.read(&mut more).map_err(FolderError::Read)? == 0;
        let same = hex(self.hasher.finish().bytes()) == self.note.sha256;
        if end && same && self.left == 0 {
            Ok(())
        } else {
            Err(altered)
        }
    }

    fn cell(&mut self, kind: Option<Kind>) -> Result<Cell, FolderError> {
        let [mark] = self.array()?;
        Ok(match (mark, kind) {
            (0, Some(Kind::Integer)) => Cell::Integer(None),
            (0, Some(Kind::Text)) => Cell::Text(None),
            (0, Some(Kind::Bytes)) => Cell::Bytes(None),
            (1, Some(Kind::Integer)) => Cell::Integer(Some(i64::from_be_bytes(self.array()?))),
            (2, Some(Kind::Text)) => Cell::Text(Some(self.text()?)),
            (3, Some(Kind::Bytes)) => Cell::Bytes(Some(self.octets()?)),
            _ => return Err(self.altered()),
        })
    }

    fn text(&mut self) -> Result<String, FolderError> {
        let octets = self.octets()?;
        String::from_utf8(octets).map_err(|_| self.altered())
    }

    fn octets(&mut self) -> Result<Vec<u8>, FolderError> {
        let length = u32::from_be_bytes(self.array()?);
        if length > MAX_CELL {
            return Err(self.altered());
        }
        // Grows as octets come, so that a wrong length takes no memory.
        let mut octets = Vec::new();
        let read = (&mut self.file)
            .take(u64::from(length))
            .read_to_end(&mut octets)
            .map_err(FolderError::Read)?;
        if u32::try_from(read) != Ok(length) {
            return Err(self.altered());
        }
        self.hasher.update(&octets);
        Ok(octets)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FolderError> {
        let mut octets = [0; N];
        self.file
            .read_exact(&mut octets)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => self.altered(),
                _ => FolderError::Read(error),
            })?;
        self.hasher.update(&octets);
        Ok(octets)
    }

    fn altered(&self) -> FolderError {
        FolderError::Altered {
            table: self.note.table.clone(),
        }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
