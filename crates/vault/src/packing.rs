//! Small objects on their way into a pack: one thread writes all that wait, syncs once for all of them, and tells each.
//!
//! What comes while a group is written goes into the next one: nobody waits for a timer, and a lonely object waits for
//! its own sync alone.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

use crate::fault::ObjectError;
use crate::name::ObjectId;
use crate::pack::Packs;

/// Objects that are synced together, at most.
const MAX_GROUP: usize = 256;

/// Writes an object into a pack: its name, and the file to be synced before anybody is told of it.
pub(crate) type Writing = Box<dyn FnOnce(&Packs) -> Written + Send>;
/// What came of it.
pub(crate) type Written = Result<(ObjectId, Arc<File>), ObjectError>;

/// The way to the thread. What was given to it is written, though it is dropped.
#[derive(Debug)]
pub(crate) struct Packing(Sender<Waiting>);

struct Waiting {
    write: Writing,
    tell: oneshot::Sender<Result<ObjectId, ObjectError>>,
}

impl Packing {
    /// Starts the thread, which ends with the last who can give it anything. After a failed sync it sets `stopped`.
    pub(crate) fn start(
        packs: Arc<Packs>,
        stopped: Arc<AtomicBool>,
    ) -> Result<Packing, ObjectError> {
        let (give, given) = channel();
        thread::Builder::new()
            .name("packs".to_owned())
            .spawn(move || work(&given, &packs, &stopped))
            .map_err(ObjectError::writing)?;
        Ok(Packing(give))
    }

    /// Writes an object and returns when it outlives a power cut. It is written even if nobody waits any more.
    ///
    /// # Errors
    /// What `write` says: nothing is stored. `Stopped`, or what the sync said: nobody may write before `recover`.
    pub(crate) async fn put(&self, write: Writing) -> Result<ObjectId, ObjectError> {
        let (tell, told) = oneshot::channel();
        let waiting = Waiting { write, tell };
        self.0.send(waiting).map_err(|_| ObjectError::Interrupted)?;
        told.await.unwrap_or(Err(ObjectError::Interrupted))
    }
}

fn work(given: &Receiver<Waiting>, packs: &Packs, stopped: &AtomicBool) {
    while let Ok(first) = given.recv() {
        let mut files: Vec<Arc<File>> = Vec::new();
        let mut written = Vec::new();
        // Whoever is about to bring an object is let to the processor first: one sync serves more of them.
        thread::yield_now();
        for waiting in std::iter::once(first).chain(given.try_iter().take(MAX_GROUP - 1)) {
            let outcome = if stopped.load(Ordering::Acquire) {
                Err(ObjectError::Stopped)
            } else {
                (waiting.write)(packs)
            };
            match outcome {
                Ok((id, file)) => {
                    if !files.iter().any(|known| Arc::ptr_eq(known, &file)) {
                        files.push(file);
                    }
                    written.push((waiting.tell, id));
                }
                // Whoever asked may have gone away, here and below.
                Err(error) => drop(waiting.tell.send(Err(error))),
            }
        }
        let mut failed = files.iter().find_map(|file| file.sync_data().err());
        if failed.is_some() {
            // T-D4: the pack of a failed sync is never written or synced again, and the store stops; nobody repeats
            // the sync and calls the result success.
            packs.abandon();
            stopped.store(true, Ordering::Release);
        }
        let held = failed.is_none();
        for (tell, id) in written {
            let told = match failed.take() {
                Some(error) => Err(ObjectError::writing(error)),
                None if held => Ok(id),
                None => Err(ObjectError::Stopped),
            };
            drop(tell.send(told));
        }
    }
}
