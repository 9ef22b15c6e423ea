//! The object store of one directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crypto::Random;
use time::UtcDateTime;

use crate::directory::{Copied, Directory, Swept};
use crate::draft::Draft;
use crate::fault::ObjectError;
use crate::name::ObjectId;
use crate::pack::MAX_PACKED;
use crate::packing::Writing;
use crate::reader::Reader;
use crate::rewrap::{self, Rewrapped};
use crate::standing;
use crate::whole::{seal, sealed_length};
use crate::wrapping::Wrapping;

/// The store of one directory; cheap to clone. Several processes may share the directory.
#[derive(Debug, Clone)]
pub struct Objects {
    directory: Arc<Directory>,
    wrapping: Arc<Wrapping>,
    random: Arc<dyn Random>,
}

impl Objects {
    /// Opens the store in `folder`, made where it is missing. `quota` is in octets as stored.
    ///
    /// # Errors
    /// `Write` when the folder cannot be made.
    pub fn open(
        folder: &Path,
        quota: u64,
        wrapping: Arc<Wrapping>,
        random: Arc<dyn Random>,
    ) -> Result<Objects, ObjectError> {
        let directory = Directory::open(folder, quota)?;
        rewrap::recover(&directory)?;
        Ok(Objects {
            directory: Arc::new(directory),
            wrapping,
            random,
        })
    }

    /// Stores `bytes`. When this returns, the object outlives a power cut.
    ///
    /// # Errors
    /// `Full` and `QuotaReached` when there is no room, `Stopped` after a failed sync (see
    /// [`Objects::recover`]); nothing is stored then.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<ObjectId, ObjectError> {
        let store = self.clone();
        if bytes.len() <= MAX_PACKED {
            let stored = sealed_length(bytes.len());
            let write: Writing = Box::new(move |packs| {
                let random = store.random.as_ref();
                packs.write(random, stored, |entry, id| {
                    seal(entry, id, &bytes, &store.wrapping, random)
                })
            });
            return self.directory.pack(stored, write).await;
        }
        off_the_loop(move || {
            let mut draft = store.draft()?;
            draft.write(&bytes)?;
            draft.finish()
        })
        .await
    }

    /// The whole object.
    ///
    /// # Errors
    /// `NotFound`; `Altered` when one bit of it is not what was stored.
    pub async fn read(&self, id: &ObjectId) -> Result<Vec<u8>, ObjectError> {
        // A small one is read here: to hand it to another thread costs more.
        if let Some(packed) = self.directory.packed(id)? {
            return Reader::packed(packed, &self.wrapping, id)?.whole();
        }
        let (store, id) = (self.clone(), *id);
        off_the_loop(move || store.reader(&id)?.whole()).await
    }

    /// Removes an object; a missing one is no error, so that removing can be repeated.
    ///
    /// # Errors
    /// `Write` when the directory refuses.
    pub async fn remove(&self, id: &ObjectId) -> Result<(), ObjectError> {
        let (store, id) = (self.clone(), *id);
        off_the_loop(move || store.directory.remove(&id)).await
    }

    /// Begins an object that is written in pieces, for files larger than memory should hold. Blocks.
    ///
    /// # Errors
    /// As [`Objects::put`].
    pub fn draft(&self) -> Result<Draft, ObjectError> {
        Draft::begin(&self.directory, &self.wrapping, &self.random)
    }

    /// Opens an object for reading at any place, one chunk in memory at a time. Blocks.
    ///
    /// # Errors
    /// `NotFound`, `UnknownKey`, `Altered`.
    pub fn reader(&self, id: &ObjectId) -> Result<Reader, ObjectError> {
        Reader::open(&self.directory, &self.wrapping, id)
    }

    /// Whether an object of so many octets would be taken now, as far as the quota and the last sync say.
    ///
    /// # Errors
    /// `QuotaReached`, `Stopped`.
    pub fn has_room(&self, octets: u64) -> Result<(), ObjectError> {
        self.directory.has_room(octets)
    }

    /// Removes unfinished files last written before `before` and counts what is there; the quota
    /// is held against that count and what was written since. Blocks; meant for a thread of its own.
    ///
    /// # Errors
    /// `Read` when a directory cannot be listed.
    pub fn sweep(&self, before: UtcDateTime) -> Result<Swept, ObjectError> {
        self.directory.sweep(before)
    }

    /// Shows every object's name and stored length, in no order. Blocks.
    ///
    /// # Errors
    /// `Read` when a directory cannot be listed, and what `visit` returns.
    pub fn each(
        &self,
        visit: &mut dyn FnMut(ObjectId, u64) -> Result<(), ObjectError>,
    ) -> Result<(), ObjectError> {
        self.directory.each(visit)
    }

    /// Where the ciphertext of an object stands that has a file of its own.
    #[must_use]
    pub fn place(&self, id: &ObjectId) -> PathBuf {
        self.directory.place(id)
    }

    /// Copies every object, sealed as it is, into `folder`; what is there already stays.
    ///
    /// # Errors
    /// `Full`, `Write`, `Read`.
    pub async fn copy_to(&self, folder: &Path) -> Result<Copied, ObjectError> {
        let (store, folder) = (self.clone(), folder.to_path_buf());
        off_the_loop(move || {
            let to = Directory::open(&folder, u64::MAX)?;
            store.directory.copy_to(&to)
        })
        .await
    }

    /// Copies every object of `folder` into this store; what is there already stays.
    ///
    /// # Errors
    /// `Full`, `QuotaReached`, `Write`, `Read`.
    pub async fn copy_from(&self, folder: &Path) -> Result<Copied, ObjectError> {
        let (store, folder) = (self.clone(), folder.to_path_buf());
        off_the_loop(move || {
            let from = Directory::open(&folder, u64::MAX)?;
            from.copy_to(&store.directory)
        })
        .await
    }

    /// Wraps the key of every object under the current wrapping key (T-P5). Services on the same directory go on
    /// meanwhile; broken off, it is done again. Octets of contents are neither read nor written.
    ///
    /// # Errors
    /// `BeingRewrapped` while another process does so; `Read`, `Write`, `Full`: what was rewrapped before stays so.
    pub async fn rewrap(&self) -> Result<Rewrapped, ObjectError> {
        let store = self.clone();
        off_the_loop(move || {
            rewrap::rewrap(&store.directory, &store.wrapping, store.random.as_ref())
        })
        .await
    }

    /// Keeps the newest checkpoint of a log beside the objects, in place of the one before; `log` is a name of letters. When
    /// this returns, it outlives a power cut. Neither a backup nor a copy of the objects has it.
    ///
    /// # Errors
    /// `Full`, `Write`: then the one before is there.
    pub async fn keep_checkpoint(
        &self,
        log: &'static str,
        checkpoint: Vec<u8>,
    ) -> Result<(), ObjectError> {
        let directory = Arc::clone(&self.directory);
        off_the_loop(move || standing::keep(&directory, log, &checkpoint)).await
    }

    /// The checkpoint of a log that was kept last; nothing where none was. It is as good as its signature. Blocks.
    ///
    /// # Errors
    /// `Read`.
    pub fn checkpoint(&self, log: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        standing::kept(&self.directory, log)
    }

    /// Goes on after a failed sync: opens the directories anew and proves with a file of its own
    /// that writing and syncing work. Does nothing when the store is not stopped. Blocks.
    ///
    /// T-D4: what was refused stays refused; nothing that a failed sync covered was reported done.
    ///
    /// # Errors
    /// `Full`, `Write`: the cause persists.
    pub fn recover(&self) -> Result<(), ObjectError> {
        self.directory.recover()
    }
}

/// Runs blocking work on a thread that may block.
async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ObjectError> + Send + 'static,
) -> Result<T, ObjectError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(ObjectError::Interrupted),
    }
}
