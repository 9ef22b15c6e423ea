//! Many small objects in one file: written behind each other, and synced together.
//!
//! A new file costs a new inode, and a sync of its own and of its directory; an object in a pack costs its octets and
//! a share of one sync. A process writes packs of its own and never goes on with one that it found.
//!
//! # Shape
//! Entries one behind the other: `YXP1` ‖ name (16) ‖ octets (4, big-endian) ‖ the object as it stands in a file of
//! its own. An object that was removed has `YXR1` and zeros in place of its wrapped key: what is left cannot be opened.
//! What does not begin so is the torn end of a lost process, and nobody has its name.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crypto::Random;

use crate::fault::ObjectError;
use crate::form::HEAD;
use crate::name::{ObjectId, PackName};

/// Octets of the largest object that goes into a pack.
pub(crate) const MAX_PACKED: usize = 512 * 1024;
/// A pack of so many octets gets nothing more.
const FULL: u64 = 64 * 1024 * 1024;
/// Octets before an object.
const ENTRY: usize = 4 + 16 + 4;
const MAGIC: &[u8; 4] = b"YXP1";
const REMOVED: &[u8; 4] = b"YXR1";

/// The packs of a directory.
#[derive(Debug)]
pub(crate) struct Packs {
    folder: PathBuf,
    current: Mutex<Option<Pack>>,
}

/// A pack that is being written.
#[derive(Debug)]
struct Pack {
    name: PackName,
    file: Arc<File>,
    end: u64,
}

/// Where an object lies in its pack.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The pack.
    pub(crate) file: File,
    /// Where the object begins.
    pub(crate) start: u64,
    /// Octets of it, as stored.
    pub(crate) stored: u64,
}

impl Packs {
    pub(crate) fn open(folder: PathBuf) -> Result<Packs, ObjectError> {
        std::fs::create_dir_all(&folder).map_err(ObjectError::writing)?;
        Ok(Packs {
            folder,
            current: Mutex::default(),
        })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes an object of `length` octets behind the last one, `seal` writing them once its name is known. It outlives a
    /// power cut when the pack that comes back has been synced.
    ///
    /// # Errors
    /// `Full`, `Write`: nothing is stored.
    pub(crate) fn write(
        &self,
        random: &dyn Random,
        length: u64,
        seal: impl FnOnce(&mut Vec<u8>, &ObjectId) -> Result<(), ObjectError>,
    ) -> Result<(ObjectId, Arc<File>), ObjectError> {
        let length = u32::try_from(length).map_err(|_| ObjectError::Stopped)?;
        let mut current = self.lock();
        let mut pack = match current.take().filter(|pack| pack.end < FULL) {
            Some(pack) => pack,
            None => self.begin(random)?,
        };
        let start = u32::try_from(pack.end).map_err(|_| ObjectError::Stopped)?;
        let id = ObjectId::packed(&pack.name, start, random)?;
        let mut entry = Vec::with_capacity(ENTRY + length as usize);
        entry.extend_from_slice(MAGIC);
        entry.extend_from_slice(id.octets());
        entry.extend_from_slice(&length.to_be_bytes());
        let sealed = seal(&mut entry, &id);
        let is_whole = entry.len() == ENTRY + length as usize;
        if let Err(error) = sealed.and(is_whole.then_some(()).ok_or(ObjectError::Stopped)) {
            *current = Some(pack);
            return Err(error);
        }
        if let Err(error) = pack.file.write_all_at(&entry, pack.end) {
            // What is torn stays the end of this pack: the next object begins another.
            let _ = pack.file.set_len(pack.end);
            return Err(ObjectError::writing(error));
        }
        pack.end += entry.len() as u64;
        let file = Arc::clone(&pack.file);
        *current = Some(pack);
        Ok((id, file))
    }

    fn begin(&self, random: &dyn Random) -> Result<Pack, ObjectError> {
        let name = PackName::fresh(random)?;
        let file = File::create_new(self.folder.join(name.to_string()));
        let file = file.map_err(ObjectError::writing)?;
        // Its name has to be there before anything in it is told of.
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(ObjectError::writing)?;
        Ok(Pack {
            name,
            file: Arc::new(file),
            end: 0,
        })
    }

    /// The object of this name; nothing when it is in no pack, or was removed.
    pub(crate) fn find(&self, id: &ObjectId) -> Result<Option<Packed>, ObjectError> {
        let (name, start) = id.place();
        let file = match File::open(self.folder.join(name.to_string())) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ObjectError::Read(error)),
        };
        let entry = entry(&file, u64::from(start)).map_err(ObjectError::Read)?;
        Ok(entry
            .filter(|entry| entry.id == *id && !entry.removed)
            .map(|entry| Packed {
                file,
                start: u64::from(start) + ENTRY as u64,
                stored: entry.stored,
            }))
    }

    /// The pack of an object, open for writing, and where the object begins in it; nothing when it is in no pack.
    pub(crate) fn writable(
        &self,
        id: &ObjectId,
    ) -> Result<Option<(PathBuf, File, u64)>, ObjectError> {
        let Some(packed) = self.find(id)? else {
            return Ok(None);
        };
        let path = self.folder.join(id.place().0.to_string());
        let file = File::options().read(true).write(true).open(&path);
        Ok(Some((
            path,
            file.map_err(ObjectError::writing)?,
            packed.start,
        )))
    }

    /// An object that another process removed while its head was written: its key goes again.
    pub(crate) fn keep_removed(&self, pack: &File, start: u64) -> Result<(), ObjectError> {
        let entry = entry(pack, start - ENTRY as u64).map_err(ObjectError::Read)?;
        if entry.is_some_and(|entry| entry.removed) {
            pack.write_all_at(&[0; HEAD], start)
                .map_err(ObjectError::writing)?;
        }
        Ok(())
    }

    /// Makes an object unreadable for good; its octets as stored, or nothing when it is not here.
    pub(crate) fn remove(&self, id: &ObjectId) -> Result<Option<u64>, ObjectError> {
        let Some(packed) = self.find(id)? else {
            return Ok(None);
        };
        let (name, start) = id.place();
        let file = File::options()
            .write(true)
            .open(self.folder.join(name.to_string()))
            .map_err(ObjectError::writing)?;
        file.write_all_at(&[0; HEAD], packed.start)
            .and_then(|()| file.write_all_at(REMOVED, u64::from(start)))
            .and_then(|()| file.sync_data())
            .map_err(ObjectError::writing)?;
        Ok(Some(packed.stored))
    }

    /// Shows every object's name and stored length.
    pub(crate) fn each(
        &self,
        visit: &mut dyn FnMut(ObjectId, u64) -> Result<(), ObjectError>,
    ) -> Result<(), ObjectError> {
        for found in std::fs::read_dir(&self.folder).map_err(ObjectError::Read)? {
            let found = found.map_err(ObjectError::Read)?;
            if found
                .file_name()
                .to_str()
                .and_then(PackName::parse)
                .is_some()
            {
                each_of(&found.path(), visit)?;
            }
        }
        Ok(())
    }

    /// Packs that a failed sync left behind are not gone on with.
    pub(crate) fn abandon(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Pack>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows every object of a pack.
pub(crate) fn each_of(
    pack: &Path,
    visit: &mut dyn FnMut(ObjectId, u64) -> Result<(), ObjectError>,
) -> Result<(), ObjectError> {
    let file = File::open(pack).map_err(ObjectError::Read)?;
    let mut at = 0;
    while let Some(entry) = entry(&file, at).map_err(ObjectError::Read)? {
        if !entry.removed {
            visit(entry.id, entry.stored)?;
        }
        at += ENTRY as u64 + entry.stored;
    }
    Ok(())
}

/// What stands before an object.
struct Entry {
    id: ObjectId,
    stored: u64,
    removed: bool,
}

/// The entry at a place; nothing where none begins, or where it is torn.
fn entry(file: &File, at: u64) -> io::Result<Option<Entry>> {
    let mut octets = [0; ENTRY];
    match file.read_exact_at(&mut octets, at) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let Some((magic, rest)) = octets.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let Some((id, rest)) = rest.split_first_chunk::<16>() else {
        return Ok(None);
    };
    let Some((length, _)) = rest.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let stored = u64::from(u32::from_be_bytes(*length));
    let whole = at
        .checked_add(ENTRY as u64 + stored)
        .is_some_and(|end| file.metadata().is_ok_and(|found| found.len() >= end));
    if !whole || (magic != MAGIC && magic != REMOVED) {
        return Ok(None);
    }
    Ok(Some(Entry {
        id: ObjectId::from_octets(*id),
        stored,
        removed: magic == REMOVED,
    }))
}
