//! The folder of a ceremony, and other files that a step names.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ceremony::{Declaration, Files, MAX_DECLARATION, MAX_REQUEST, MAX_TRANSCRIPT, TRANSCRIPT};
use shares::holders;
use zeroize::Zeroizing;

use super::Ceremony;

/// The root's key store in the folder: no line speaks of it, and nobody hands it out.
pub(crate) const KEYS: &str = "root.keys";
/// Most files, and octets of one: a list is the longest.
const MAX_FILES: usize = 4_096;
const MAX_FILE: usize = 4 << 20;

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> Ceremony {
    let path = path.to_owned();
    move |cause| Ceremony::File { path, cause }
}

/// At most so many octets of a file.
pub(crate) fn read(path: &Path, most: usize) -> Result<Vec<u8>, Ceremony> {
    let file = File::open(path).map_err(unusable(path))?;
    read_all(path, file, most)
}

fn read_all(path: &Path, file: File, most: usize) -> Result<Vec<u8>, Ceremony> {
    let mut octets = Vec::new();
    let one_more = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    file.take(one_more)
        .read_to_end(&mut octets)
        .map_err(unusable(path))?;
    let path = path.to_owned();
    let fits = octets.len() <= most;
    fits.then_some(octets).ok_or(Ceremony::TooLarge { path })
}

/// A secret, which nobody but its owner may read (T-K1). Asked of the open file: nothing can be put in between.
pub(crate) fn secret(path: &Path, most: usize) -> Result<Zeroizing<Vec<u8>>, Ceremony> {
    let file = File::open(path).map_err(unusable(path))?;
    let mode = file
        .metadata()
        .map_err(unusable(path))?
        .permissions()
        .mode()
        & 0o7777;
    if mode & 0o077 != 0 {
        let path = path.to_owned();
        return Err(Ceremony::Mode { path, mode });
    }
    read_all(path, file, most).map(Zeroizing::new)
}

pub(crate) fn declaration(path: &Path) -> Result<Declaration, Ceremony> {
    let octets = read(path, MAX_DECLARATION)?;
    let text = String::from_utf8(octets).map_err(|error| {
        let cause = std::io::Error::new(std::io::ErrorKind::InvalidData, error);
        unusable(path)(cause)
    })?;
    Ok(Declaration::parse(&text)?)
}

pub(crate) fn transcript(folder: &Path) -> Result<Vec<u8>, Ceremony> {
    read(&folder.join(TRANSCRIPT), MAX_TRANSCRIPT)
}

/// The requests that lie beside a declaration; one that is not there is missed where it is asked for.
pub(crate) fn requests(beside: &Path, declared: &Declaration) -> Result<Files, Ceremony> {
    let mut files = Files::new();
    for name in declared.requests() {
        let file = format!("{name}.csr");
        let path = beside.with_file_name(&file);
        if path.exists() {
            files.insert(file, read(&path, MAX_REQUEST)?);
        }
    }
    Ok(files)
}

/// Everything in a folder but the key store; nothing where there is no folder.
pub(crate) fn files(folder: &Path) -> Result<Files, Ceremony> {
    let mut files = Files::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).map_err(unusable(folder))? {
        let path = entry.map_err(unusable(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == KEYS {
            continue;
        }
        if files.len() == MAX_FILES {
            let path = folder.to_owned();
            return Err(Ceremony::TooLarge { path });
        }
        files.insert(name.into_owned(), read(&path, MAX_FILE)?);
    }
    Ok(files)
}

/// Writes what is new, the transcript last: until it names them, the other files are none of the ceremony's.
pub(crate) fn write(folder: &Path, files: &Files) -> Result<(), Ceremony> {
    for (name, octets) in files.iter().filter(|(name, _)| *name != TRANSCRIPT) {
        holders::write(&folder.join(name), octets)?;
    }
    let transcript = files.get(TRANSCRIPT).map(Vec::as_slice);
    replace(folder, transcript.unwrap_or_default())
}

/// Puts the longer transcript in the place of the one before, so that one of both is there at each moment.
pub(crate) fn replace(folder: &Path, octets: &[u8]) -> Result<(), Ceremony> {
    let beside = folder.join("transcript.next");
    holders::write(&beside, octets)?;
    let to = folder.join(TRANSCRIPT);
    fs::rename(&beside, &to).map_err(unusable(&to))?;
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(unusable(folder))
}

/// The folder of a first session, which is made where it is absent.
pub(crate) fn make(folder: &Path) -> Result<PathBuf, Ceremony> {
    fs::create_dir_all(folder).map_err(unusable(folder))?;
    let own = fs::Permissions::from_mode(0o700);
    fs::set_permissions(folder, own).map_err(unusable(folder))?;
    Ok(folder.join(KEYS))
}
