//! Objects come under the current wrapping key: their heads are written anew where they lie, their contents stay (T-P5).
//!
//! Readers go on meanwhile, and so does a service: what it writes is under the current key already. A head that a power
//! cut tore in the middle of its writing is written again from a note, which stood synced beside the objects before.
//!
//! # Shape of the note
//! Entries one behind the other: name (16) ‖ head (68), as in the object.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crypto::Random;

use crate::directory::{Directory, sync};
use crate::fault::ObjectError;
use crate::form::{HEAD, MAGIC};
use crate::name::ObjectId;
use crate::wrapping::Wrapping;

/// Heads of one note.
const AT_ONCE: usize = 1024;
/// Octets of a name and a head.
const ENTRY: usize = 16 + HEAD;
const NOTE: &str = "rewrap";
const LOCK: &str = "rewrap.lock";

/// What a going over of all objects came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rewrapped {
    /// Objects that were under another key and are under the current one now.
    pub anew: u64,
    /// Objects that were under the current key.
    pub before: u64,
    /// Objects whose key does not open under any key at hand: they are as they were.
    pub unopened: Vec<ObjectId>,
}

/// An object and what is to be its head.
struct Due {
    id: ObjectId,
    head: [u8; HEAD],
}

/// Wraps every object's key under the current key.
pub(crate) fn rewrap(
    directory: &Directory,
    wrapping: &Wrapping,
    random: &dyn Random,
) -> Result<Rewrapped, ObjectError> {
    let Some(_lock) = lock(directory.folder())? else {
        return Err(ObjectError::BeingRewrapped);
    };
    write_again(directory)?;
    let mut all = Vec::new();
    directory.each(&mut |id, _| {
        all.push(id);
        Ok(())
    })?;
    let mut done = Rewrapped::default();
    for some in all.chunks(AT_ONCE) {
        let mut due = Vec::new();
        for id in some {
            // One that was removed meanwhile has no head.
            let Some(head) = head_of(directory, id)? else {
                continue;
            };
            match rewrapped((id, head), wrapping, random) {
                Ok(Some(head)) => due.push(Due { id: *id, head }),
                Ok(None) => done.before += 1,
                Err(ObjectError::Altered(_) | ObjectError::UnknownKey(_)) => {
                    done.unopened.push(*id);
                }
                Err(error) => return Err(error),
            }
        }
        done.anew += due.len() as u64;
        write(directory, &due)?;
    }
    Ok(done)
}

/// Writes again what a lost process had begun to write, unless one is at it.
pub(crate) fn recover(directory: &Directory) -> Result<(), ObjectError> {
    if !directory.folder().join(NOTE).exists() {
        return Ok(());
    }
    match lock(directory.folder())? {
        Some(_lock) => write_again(directory),
        None => Ok(()),
    }
}

fn head_of(directory: &Directory, id: &ObjectId) -> Result<Option<[u8; HEAD]>, ObjectError> {
    let Some((_, file, start)) = directory.writable(id)? else {
        return Ok(None);
    };
    let mut head = [0; HEAD];
    match file.read_exact_at(&mut head, start) {
        // A file that is too short for a head has none that opens.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(ObjectError::Read(error)),
        _ => Ok(Some(head)),
    }
}

/// The head under the current key; nothing where it is already.
fn rewrapped(
    (id, head): (&ObjectId, [u8; HEAD]),
    wrapping: &Wrapping,
    random: &dyn Random,
) -> Result<Option<[u8; HEAD]>, ObjectError> {
    let altered = ObjectError::Altered(*id);
    let rest = head.strip_prefix(MAGIC);
    let Some((number, wrapped)) = rest.and_then(|rest| rest.split_first_chunk::<4>()) else {
        return Err(altered);
    };
    let number = u32::from_be_bytes(*number);
    if number == wrapping.number() {
        return Ok(None);
    }
    let mut anew = MAGIC.to_vec();
    anew.extend(wrapping.number().to_be_bytes());
    anew.extend(wrapping.rewrap(id, (number, wrapped), random)?);
    anew.try_into().map(Some).map_err(|_| altered)
}

/// Keeps the note, writes the heads, syncs them, and drops the note.
fn write(directory: &Directory, due: &[Due]) -> Result<(), ObjectError> {
    if due.is_empty() {
        return Ok(());
    }
    let draft = directory.folder().join("drafts").join(NOTE);
    let mut note = Vec::with_capacity(due.len() * ENTRY);
    for one in due {
        note.extend_from_slice(one.id.octets());
        note.extend_from_slice(&one.head);
    }
    File::create(&draft)
        .and_then(|mut file| file.write_all(&note).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&draft, directory.folder().join(NOTE)))
        .map_err(ObjectError::writing)?;
    sync(directory.folder())?;
    apply(directory, due)
}

fn write_again(directory: &Directory) -> Result<(), ObjectError> {
    let note = match std::fs::read(directory.folder().join(NOTE)) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(ObjectError::Read(error)),
    };
    let entries = note.chunks_exact(ENTRY).filter_map(|entry| {
        let (id, head) = entry.split_first_chunk::<16>()?;
        let head = head.try_into().ok()?;
        let id = ObjectId::from_octets(*id);
        Some(Due { id, head })
    });
    apply(directory, &entries.collect::<Vec<_>>())
}

fn apply(directory: &Directory, due: &[Due]) -> Result<(), ObjectError> {
    let mut written: BTreeMap<PathBuf, File> = BTreeMap::new();
    for one in due {
        if let Some((path, file)) = directory.write_head(&one.id, &one.head)? {
            written.entry(path).or_insert(file);
        }
    }
    for file in written.into_values() {
        file.sync_data().map_err(ObjectError::writing)?;
    }
    std::fs::remove_file(directory.folder().join(NOTE)).map_err(ObjectError::writing)?;
    sync(directory.folder())
}

/// The lock that one process has; nothing when another has it.
fn lock(folder: &Path) -> Result<Option<File>, ObjectError> {
    let file = File::create(folder.join(LOCK)).map_err(ObjectError::writing)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(ObjectError::writing(error)),
    }
}
