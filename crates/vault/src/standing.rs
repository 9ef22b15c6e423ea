//! Where a log stood last, beside the objects: what a database that was put back in time is held against (T-D8).

use std::fs::File;
use std::io::{self, Read as _, Write as _};

use crate::directory::{Directory, sync};
use crate::fault::ObjectError;

/// Octets of a checkpoint that is kept, at most: a note with its signatures and many countersignatures.
const MAX: u64 = 64 * 1024;

fn name(log: &str) -> String {
    format!("standing.{log}")
}

/// Keeps a checkpoint; when this returns, it outlives a power cut.
pub(crate) fn keep(directory: &Directory, log: &str, checkpoint: &[u8]) -> Result<(), ObjectError> {
    let folder = directory.folder();
    // Of this process alone: another one that shares the folder writes beside it. Among the drafts, so that what a lost process left
    // goes with them.
    let draft = directory.draft_of(&format!("{}.{}", name(log), std::process::id()));
    let written = File::create(&draft)
        .and_then(|mut file| file.write_all(checkpoint).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&draft, folder.join(name(log))));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&draft);
        return Err(ObjectError::writing(error));
    }
    sync(folder)
}

/// The checkpoint that was kept last; nothing where none was.
pub(crate) fn kept(directory: &Directory, log: &str) -> Result<Option<Vec<u8>>, ObjectError> {
    let file = match File::open(directory.folder().join(name(log))) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ObjectError::Read(error)),
    };
    let mut octets = Vec::new();
    file.take(MAX)
        .read_to_end(&mut octets)
        .map_err(ObjectError::Read)?;
    Ok(Some(octets))
}
