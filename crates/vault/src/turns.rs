//! One sync for all who wait for it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::fault::ObjectError;

/// Who waits for the sync of one file or directory.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    queue: Mutex<Queue>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    /// Writes so far.
    arrived: u64,
    /// Writes that a finished sync covered.
    synced: u64,
    /// Writes that a failed sync covered.
    failed: u64,
    /// Whether someone is syncing.
    running: bool,
}

impl Turns {
    /// Returns when a sync that began after this call has ended: the first who comes syncs, and all who came before
    /// it began share it.
    ///
    /// # Errors
    /// What the sync said to who made it; `Stopped` to those who shared a failed one.
    pub(crate) fn sync(
        &self,
        sync: impl FnOnce() -> Result<(), ObjectError>,
    ) -> Result<(), ObjectError> {
        let mut queue = self.lock();
        queue.arrived += 1;
        let ticket = queue.arrived;
        loop {
            if queue.synced.max(queue.failed) >= ticket {
                break;
            }
            if queue.running {
                queue = self
                    .done
                    .wait(queue)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.running = true;
            let covered = queue.arrived;
            drop(queue);
            let outcome = sync();
            queue = self.lock();
            queue.running = false;
            match &outcome {
                Ok(()) => queue.synced = covered,
                Err(_) => queue.failed = covered,
            }
            self.done.notify_all();
            return outcome;
        }
        // Who wakes late may find a failure after its own success; refusing it then is the safe side.
        if queue.failed >= ticket {
            return Err(ObjectError::Stopped);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
