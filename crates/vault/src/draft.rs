//! An object that is being written.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use crypto::Random;
use crypto::aead::AeadKey;

use crate::directory::Directory;
use crate::fault::ObjectError;
use crate::form::{CHUNK, HEAD, MAGIC, MAX_OBJECT, Place, associated};
use crate::name::ObjectId;
use crate::wrapping::Wrapping;

/// An object that is being written in pieces. Dropped before [`Draft::finish`], it leaves nothing.
#[derive(Debug)]
pub struct Draft {
    id: ObjectId,
    key: AeadKey,
    file: File,
    path: PathBuf,
    directory: Arc<Directory>,
    random: Arc<dyn Random>,
    buffer: Vec<u8>,
    chunks: u64,
    open: u64,
    stored: u64,
    finished: bool,
}

impl Draft {
    pub(crate) fn begin(
        directory: &Arc<Directory>,
        wrapping: &Wrapping,
        random: &Arc<dyn Random>,
    ) -> Result<Draft, ObjectError> {
        directory.admits()?;
        let id = ObjectId::fresh(random.as_ref())?;
        let (key, number, wrapped) = wrapping.fresh(&id, random.as_ref())?;
        let path = directory.draft_place(&id);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(ObjectError::writing)?;
        let mut draft = Draft {
            id,
            key,
            file,
            path,
            directory: Arc::clone(directory),
            random: Arc::clone(random),
            buffer: Vec::with_capacity(CHUNK),
            chunks: 0,
            open: 0,
            stored: 0,
            finished: false,
        };
        let mut head = Vec::with_capacity(HEAD);
        head.extend(MAGIC);
        head.extend(number.to_be_bytes());
        head.extend(wrapped);
        draft.store(&head)?;
        Ok(draft)
    }

    /// The name that the object will have.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// Adds `bytes` at the end. Blocks.
    ///
    /// # Errors
    /// `TooLarge`, `QuotaReached`, `Full`, `Write`. The draft is then good for dropping only.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ObjectError> {
        self.open = self.open.saturating_add(bytes.len() as u64);
        if self.open > MAX_OBJECT {
            return Err(ObjectError::TooLarge { limit: MAX_OBJECT });
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            // A full chunk waits until more comes: only then is it known not to be the last.
            if self.buffer.len() == CHUNK {
                self.seal(Place::Inner)?;
            }
            let room = (CHUNK - self.buffer.len()).min(rest.len());
            let (now, later) = rest.split_at(room);
            self.buffer.extend(now);
            rest = later;
        }
        Ok(())
    }

    /// Ends the object and makes it durable under its name. Blocks.
    ///
    /// # Errors
    /// As [`Draft::write`], and `Stopped`. Nothing is stored then.
    pub fn finish(mut self) -> Result<ObjectId, ObjectError> {
        self.seal(Place::Last)?;
        // T-D4: a file whose sync failed is thrown away, never synced again.
        self.file.sync_all().map_err(ObjectError::writing)?;
        self.directory.publish(&self.path, &self.id)?;
        self.finished = true;
        Ok(self.id)
    }

    fn seal(&mut self, place: Place) -> Result<(), ObjectError> {
        let data = associated(&self.id, self.chunks, place);
        let sealed = self.key.seal(&self.buffer, &data, self.random.as_ref())?;
        self.buffer.clear();
        self.chunks += 1;
        self.store(&sealed)
    }

    fn store(&mut self, octets: &[u8]) -> Result<(), ObjectError> {
        self.directory.take(octets.len() as u64)?;
        self.stored += octets.len() as u64;
        self.file.write_all(octets).map_err(ObjectError::writing)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            self.directory.give_back(self.stored);
            // A draft that cannot be removed now is removed by a later sweep.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
