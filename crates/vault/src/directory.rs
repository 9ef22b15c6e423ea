//! The directory below the store: places, room, and one sync for all who wait for it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use time::UtcDateTime;

use crate::fault::ObjectError;
use crate::form::HEAD;
use crate::name::ObjectId;
use crate::pack::{Packed, Packs, each_of};
use crate::packing::{Packing, Writing};
use crate::turns::Turns;

/// Shelves by the first hexadecimal digit of a name. Few, so that one sync covers many files; a
/// million objects are 62,500 names a shelf, which the file systems in use index.
const SHELVES: &str = "0123456789abcdef";
/// Where unfinished files stand.
const DRAFTS: &str = "drafts";
/// Where small objects stand, many to a file.
const PACKS: &str = "packs";

/// What a sweep found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Unfinished files that were removed.
    pub drafts: u64,
    /// Finished files.
    pub objects: u64,
    /// Octets of the finished files, as stored.
    pub octets: u64,
}

/// What was copied, or was there already.
#[derive(Debug, Default)]
pub struct Copied {
    /// The objects.
    pub names: BTreeSet<ObjectId>,
    /// Their octets, as stored.
    pub octets: u64,
}

impl Copied {
    fn add(&mut self, id: ObjectId, stored: u64) {
        self.names.insert(id);
        self.octets += stored;
    }
}

#[derive(Debug)]
pub(crate) struct Directory {
    folder: PathBuf,
    quota: u64,
    used: AtomicU64,
    stopped: Arc<AtomicBool>,
    shelves: Vec<Shelf>,
    packs: Arc<Packs>,
    packing: Packing,
}

/// One directory of finished files, and who waits for its sync.
#[derive(Debug)]
struct Shelf {
    path: PathBuf,
    turns: Turns,
}

impl Directory {
    pub(crate) fn open(folder: &Path, quota: u64) -> Result<Directory, ObjectError> {
        let create = |path: &Path| std::fs::create_dir_all(path).map_err(ObjectError::writing);
        create(&folder.join(DRAFTS))?;
        let mut shelves = Vec::new();
        for digit in SHELVES.chars() {
            let path = folder.join(digit.to_string());
            create(&path)?;
            shelves.push(Shelf {
                path,
                turns: Turns::default(),
            });
        }
        let packs = Arc::new(Packs::open(folder.join(PACKS))?);
        let stopped = Arc::new(AtomicBool::new(false));
        sync(folder)?;
        Ok(Directory {
            packing: Packing::start(Arc::clone(&packs), Arc::clone(&stopped))?,
            packs,
            folder: folder.to_path_buf(),
            quota,
            used: AtomicU64::new(0),
            stopped,
            shelves,
        })
    }

    pub(crate) fn place(&self, id: &ObjectId) -> PathBuf {
        self.shelf(id).path.join(id.to_string())
    }

    pub(crate) fn draft_place(&self, id: &ObjectId) -> PathBuf {
        self.folder.join(DRAFTS).join(id.to_string())
    }

    /// Where a file of this name stands while it is written.
    pub(crate) fn draft_of(&self, name: &str) -> PathBuf {
        self.folder.join(DRAFTS).join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file in which an object lies, open for writing, and where it begins; nothing when it is not here.
    pub(crate) fn writable(
        &self,
        id: &ObjectId,
    ) -> Result<Option<(PathBuf, File, u64)>, ObjectError> {
        if let Some(packed) = self.packs.writable(id)? {
            return Ok(Some(packed));
        }
        let place = self.place(id);
        match File::options().read(true).write(true).open(&place) {
            Ok(file) => Ok(Some((place, file, 0))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ObjectError::writing(error)),
        }
    }

    /// Writes another head over that of an object; the file to be synced, or nothing when it is not here.
    pub(crate) fn write_head(
        &self,
        id: &ObjectId,
        head: &[u8; HEAD],
    ) -> Result<Option<(PathBuf, File)>, ObjectError> {
        let Some((path, file, start)) = self.writable(id)? else {
            return Ok(None);
        };
        file.write_all_at(head, start)
            .map_err(ObjectError::writing)?;
        if start > 0 {
            self.packs.keep_removed(&file, start)?;
        }
        Ok(Some((path, file)))
    }

    fn shelf(&self, id: &ObjectId) -> &Shelf {
        let first = usize::from(id.octets()[0] >> 4);
        self.shelves
            .get(first)
            .expect("there is a shelf for each of the sixteen digits")
    }

    /// Whether anything new is taken.
    pub(crate) fn admits(&self) -> Result<(), ObjectError> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(ObjectError::Stopped);
        }
        Ok(())
    }

    /// Takes room for `octets`.
    pub(crate) fn take(&self, octets: u64) -> Result<(), ObjectError> {
        let taken = self
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                used.checked_add(octets).filter(|sum| *sum <= self.quota)
            });
        match taken {
            Ok(_) => Ok(()),
            Err(_) => Err(ObjectError::QuotaReached { quota: self.quota }),
        }
    }

    /// Whether an object of so many octets would be taken now; no room is taken for it.
    pub(crate) fn has_room(&self, octets: u64) -> Result<(), ObjectError> {
        self.admits()?;
        let used = self.used.load(Ordering::Acquire);
        match used.checked_add(octets).filter(|sum| *sum <= self.quota) {
            Some(_) => Ok(()),
            None => Err(ObjectError::QuotaReached { quota: self.quota }),
        }
    }

    pub(crate) fn give_back(&self, octets: u64) {
        let _ = self
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                Some(used.saturating_sub(octets))
            });
    }

    /// Moves a synced draft to its place and returns when the directory is synced too.
    pub(crate) fn publish(&self, draft: &Path, id: &ObjectId) -> Result<(), ObjectError> {
        self.admits()?;
        let place = self.place(id);
        std::fs::rename(draft, &place).map_err(ObjectError::writing)?;
        let synced = self.shelf(id).sync_with_others();
        if synced.is_err() {
            // T-D4: a failed sync stops the store; nobody repeats it and calls the result success.
            self.stopped.store(true, Ordering::Release);
            let _ = std::fs::remove_file(&place);
        }
        synced
    }

    /// Has a small object of `stored` octets written, and returns when it is durable.
    pub(crate) async fn pack(&self, stored: u64, write: Writing) -> Result<ObjectId, ObjectError> {
        self.admits()?;
        self.take(stored)?;
        let put = self.packing.put(write).await;
        if put.is_err() {
            self.give_back(stored);
        }
        put
    }

    /// The object of this name in its pack, if it is in one.
    pub(crate) fn packed(&self, id: &ObjectId) -> Result<Option<Packed>, ObjectError> {
        self.packs.find(id)
    }

    pub(crate) fn remove(&self, id: &ObjectId) -> Result<(), ObjectError> {
        if let Some(stored) = self.packs.remove(id)? {
            self.give_back(stored);
            return Ok(());
        }
        let place = self.place(id);
        let stored = match std::fs::metadata(&place) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(ObjectError::Read(error)),
        };
        match std::fs::remove_file(&place) {
            Ok(()) => self.give_back(stored),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(ObjectError::writing(error)),
        }
        self.shelf(id).sync_with_others()
    }

    pub(crate) fn sweep(&self, before: UtcDateTime) -> Result<Swept, ObjectError> {
        let seconds = u64::try_from(before.unix_timestamp()).unwrap_or(0);
        let before = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut swept = Swept::default();
        let known = self.used.load(Ordering::Acquire);
        let mut sweep = |entry: &std::fs::DirEntry| {
            let Ok(found) = entry.metadata() else {
                return Ok(()); // finished or dropped meanwhile
            };
            let old = found.modified().is_ok_and(|moment| moment < before);
            if old && std::fs::remove_file(entry.path()).is_ok() {
                swept.drafts += 1;
            }
            Ok(())
        };
        list(&self.folder.join(DRAFTS), &mut sweep)?;
        list(&self.folder, &mut |entry| {
            let name = entry.file_name();
            let is_draft = name.to_str().is_some_and(is_draft_of_standing);
            if is_draft { sweep(entry) } else { Ok(()) }
        })?;
        self.each(&mut |_, stored| {
            swept.objects += 1;
            swept.octets += stored;
            Ok(())
        })?;
        // What was written meanwhile counts, seen or not: rather once too often than not at all.
        let _ = self
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                Some(swept.octets.saturating_add(used.saturating_sub(known)))
            });
        Ok(swept)
    }

    pub(crate) fn each(
        &self,
        visit: &mut dyn FnMut(ObjectId, u64) -> Result<(), ObjectError>,
    ) -> Result<(), ObjectError> {
        for shelf in &self.shelves {
            list(&shelf.path, &mut |entry| {
                let name = entry.file_name();
                let id = name.to_str().and_then(|name| ObjectId::parse(name).ok());
                match (id, entry.metadata()) {
                    (Some(id), Ok(found)) if found.is_file() => visit(id, found.len()),
                    _ => Ok(()), // not ours, or removed meanwhile
                }
            })?;
        }
        self.packs.each(visit)
    }

    /// Copies every object to another directory and syncs once at the end. An object never changes, so one of the
    /// same name and length is there already; a pack only grows.
    pub(crate) fn copy_to(&self, to: &Directory) -> Result<Copied, ObjectError> {
        let mut copied = Copied::default();
        for shelf in &self.shelves {
            list(&shelf.path, &mut |entry| {
                let name = entry.file_name();
                let id = name.to_str().and_then(|name| ObjectId::parse(name).ok());
                let (Some(id), Ok(found)) = (id, entry.metadata()) else {
                    return Ok(()); // not ours, or removed meanwhile
                };
                to.receive(
                    &entry.path(),
                    &to.draft_place(&id),
                    &to.place(&id),
                    found.len(),
                )?;
                copied.add(id, found.len());
                Ok(())
            })?;
        }
        list(self.packs.folder(), &mut |entry| {
            let name = entry.file_name();
            let place = to.packs.folder().join(&name);
            let stored = entry.metadata().map_err(ObjectError::Read)?.len();
            let draft = to.folder.join(DRAFTS).join(&name);
            to.receive(&entry.path(), &draft, &place, stored)?;
            // What the copy holds counts, wherever a writer stood meanwhile.
            each_of(&place, &mut |id, stored| {
                copied.add(id, stored);
                Ok(())
            })
        })?;
        for shelf in &to.shelves {
            sync(&shelf.path)?;
        }
        sync(to.packs.folder())?;
        sync(&to.folder)?;
        Ok(copied)
    }

    /// Copies a file to its place by way of a draft, unless as much is there.
    fn receive(
        &self,
        from: &Path,
        draft: &Path,
        place: &Path,
        stored: u64,
    ) -> Result<(), ObjectError> {
        let there = std::fs::metadata(place).map_or(0, |found| found.len());
        if there >= stored && place.exists() {
            return Ok(());
        }
        self.take(stored - there.min(stored))?;
        copy(from, draft, place)
    }

    pub(crate) fn recover(&self) -> Result<(), ObjectError> {
        if self.admits().is_ok() {
            return Ok(());
        }
        let probe = self.folder.join(DRAFTS).join("probe");
        let written = File::create(&probe)
            .and_then(|mut file| file.write_all(&[0; 4096]).and_then(|()| file.sync_all()))
            .map_err(ObjectError::writing);
        let _ = std::fs::remove_file(&probe);
        written?;
        sync(&self.folder.join(DRAFTS))?;
        for shelf in &self.shelves {
            sync(&shelf.path)?;
        }
        sync(self.packs.folder())?;
        self.packs.abandon();
        self.stopped.store(false, Ordering::Release);
        Ok(())
    }
}

impl Shelf {
    fn sync_with_others(&self) -> Result<(), ObjectError> {
        self.turns.sync(|| sync(&self.path))
    }
}

/// Whether a file of the objects' own folder is one that was being written: they stood there before they stood among the drafts.
fn is_draft_of_standing(name: &str) -> bool {
    let of_log = name.strip_prefix("standing.");
    of_log.is_some_and(|rest| rest.contains('.'))
}

fn copy(from: &Path, draft: &Path, place: &Path) -> Result<(), ObjectError> {
    let mut source = File::open(from).map_err(ObjectError::Read)?;
    let written = File::create(draft).and_then(|mut file| {
        std::io::copy(&mut source, &mut file)?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(draft, place))
        .map_err(|error| {
            let _ = std::fs::remove_file(draft);
            ObjectError::writing(error)
        })
}

pub(crate) fn sync(folder: &Path) -> Result<(), ObjectError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(ObjectError::writing)
}

fn list(
    folder: &Path,
    visit: &mut dyn FnMut(&std::fs::DirEntry) -> Result<(), ObjectError>,
) -> Result<(), ObjectError> {
    for entry in std::fs::read_dir(folder).map_err(ObjectError::Read)? {
        visit(&entry.map_err(ObjectError::Read)?)?;
    }
    Ok(())
}
