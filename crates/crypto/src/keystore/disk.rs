//! The key store's file on the disk: read by its owner alone, replaced whole and durably.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::fault::KeyStoreError;
use crate::random::Random;

/// Largest file: some ten thousand keys.
const MAX_FILE: u64 = 32 * 1024 * 1024;

/// Whether a file may stand at the path already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Empty,
    Taken,
}

/// The octets of the file, if nobody but its owner may touch it.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, KeyStoreError> {
    let file = File::open(path).map_err(KeyStoreError::file("opened"))?;
    // Asked of the open file, not of the path: nothing can be put in between.
    let metadata = file.metadata().map_err(KeyStoreError::file("opened"))?;
    if !metadata.is_file() {
        return Err(KeyStoreError::NotPlainFile);
    }
    // T-K1: no rights for group and others.
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o177 != 0 {
        return Err(KeyStoreError::ModeTooWide { mode });
    }
    if metadata.len() > MAX_FILE {
        return Err(KeyStoreError::TooLarge);
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE)
        .read_to_end(&mut bytes)
        .map_err(KeyStoreError::file("read"))?;
    Ok(bytes)
}

/// Puts `bytes` in place of the file, so that at every moment the old or the new one is there whole.
pub(super) fn write(
    path: &Path,
    bytes: &[u8],
    place: Place,
    random: &dyn Random,
) -> Result<(), KeyStoreError> {
    if place == Place::Empty && fs::symlink_metadata(path).is_ok() {
        return Err(KeyStoreError::Exists);
    }
    let beside = beside(path, random)?;
    let written = fill(&beside, bytes).and_then(|()| put(&beside, path, place));
    if written.is_err() || place == Place::Empty {
        // After a rename there is nothing left to remove; a leftover holds nothing in the clear.
        drop(fs::remove_file(&beside));
    }
    written?;
    sync_folder(path)
}

/// The file as it stands, to be written over once another one is in its place.
pub(super) fn open_old(path: &Path) -> Result<File, KeyStoreError> {
    let opened = OpenOptions::new().write(true).open(path);
    opened.map_err(KeyStoreError::file("opened"))
}

/// Writes zeros over a file that nothing names any more.
pub(super) fn write_over(mut file: File) -> Result<(), KeyStoreError> {
    let length = file.metadata().map(|about| about.len());
    let length = length.map_err(KeyStoreError::file("read"))?;
    std::io::copy(&mut std::io::repeat(0).take(length), &mut file)
        .map_err(KeyStoreError::file("written over"))?;
    file.sync_all().map_err(KeyStoreError::file("synced"))
}

fn fill(path: &Path, bytes: &[u8]) -> Result<(), KeyStoreError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(KeyStoreError::file("written"))?;
    file.write_all(bytes)
        .map_err(KeyStoreError::file("written"))?;
    file.sync_all().map_err(KeyStoreError::file("synced"))
}

fn put(from: &Path, to: &Path, place: Place) -> Result<(), KeyStoreError> {
    match place {
        // A link, unlike a rename, never replaces a file that another process made meanwhile.
        Place::Empty => fs::hard_link(from, to),
        Place::Taken => fs::rename(from, to),
    }
    .map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => KeyStoreError::Exists,
        _ => KeyStoreError::file("put in place")(error),
    })
}

fn sync_folder(path: &Path) -> Result<(), KeyStoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(KeyStoreError::file("synced"))
}

fn beside(path: &Path, random: &dyn Random) -> Result<PathBuf, KeyStoreError> {
    let mut octets = [0; 8];
    random
        .fill(&mut octets)
        .map_err(|_| KeyStoreError::NoRandomness)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", u64::from_be_bytes(octets)));
    Ok(path.with_file_name(name))
}
