//! Evidence that is kept: written down beside a file, and read again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;
use transcript::replay::{self, MAX_FACTS, Read, ReadFacts, WriteFacts};
use verify::Seekable;

/// Why nothing was kept or read.
#[derive(Debug, Error)]
pub(crate) enum Kept {
    /// A file cannot be opened or read.
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// A file cannot be written, or is there already.
    #[error("cannot write {}", .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// The evidence cannot be written down.
    #[error("no evidence of it can be kept")]
    Facts(#[from] WriteFacts),
    /// Not the evidence of anything.
    #[error("not evidence that was written down")]
    NoFacts(#[from] ReadFacts),
}

/// A file as a source.
pub(crate) fn source(path: &Path) -> Result<Seekable<File>, Kept> {
    let opened = File::open(path).and_then(|file| Seekable::new(file).map_err(io::Error::other));
    opened.map_err(|cause| Kept::Read(path.to_owned(), cause))
}

/// Writes the evidence in `file` to a new file.
pub(crate) fn write_facts(file: &Path, to: &Path) -> Result<(), Kept> {
    let facts = replay::write(&source(file)?)?;
    write(to, &facts)
}

/// A new file: nothing is overwritten.
pub(crate) fn write(to: &Path, octets: &[u8]) -> Result<(), Kept> {
    let made = OpenOptions::new().write(true).create_new(true).open(to);
    made.and_then(|mut file| file.write_all(octets))
        .map_err(|cause| Kept::Write(to.to_owned(), cause))
}

/// Reads evidence that was written down.
pub(crate) fn read_facts(path: &Path) -> Result<Read, Kept> {
    Ok(replay::read(&read(path, MAX_FACTS)?)?)
}

/// At most `limit` octets, and one more by which the reader sees that there are too many.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Kept> {
    let mut octets = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut octets))
        .map_err(|cause| Kept::Read(path.to_owned(), cause))?;
    Ok(octets)
}
