//! The readers of an SQLite file: connections that are used in place and lent one at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::StoreError;
use crate::file::{File, PATIENCE};

/// Readers at the same time.
const READERS: usize = 8;

/// Connections that read, opened when they are first needed.
#[derive(Debug, Clone)]
pub(crate) struct Readers {
    path: Arc<PathBuf>,
    free: Arc<Mutex<Vec<File>>>,
    places: Arc<Semaphore>,
}

/// A connection that is lent. It goes back when it is dropped, unless it was spoiled.
#[derive(Debug)]
pub(crate) struct Reader {
    file: Option<File>,
    free: Arc<Mutex<Vec<File>>>,
    spoiled: bool,
    _place: OwnedSemaphorePermit,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Readers {
        Readers {
            path: Arc::new(path),
            free: Arc::default(),
            places: Arc::new(Semaphore::new(READERS)),
        }
    }

    /// The connection that was used last, or a new one.
    pub(crate) async fn lend(&self) -> Result<Reader, StoreError> {
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                let place = Arc::clone(&self.places).acquire_owned();
                tokio::time::timeout(PATIENCE, place)
                    .await
                    .map_err(|_| StoreError::Busy)?
                    .map_err(|_| StoreError::stopped())?
            }
        };
        let kept = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let file = match kept {
            Some(file) => file,
            None => File::read_only(&self.path)?,
        };
        Ok(Reader {
            file: Some(file),
            free: Arc::clone(&self.free),
            spoiled: false,
            _place: place,
        })
    }
}

impl Reader {
    /// The connection is not to be lent again.
    pub(crate) fn spoil(&mut self) {
        self.spoiled = true;
    }

    /// The connection.
    pub(crate) fn file(&self) -> Result<&File, StoreError> {
        self.file.as_ref().ok_or_else(StoreError::stopped)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // One with an open transaction would go on to see its old moment.
        if let Some(file) = self.file.take()
            && !self.spoiled
            && file.is_idle()
        {
            self.free
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(file);
        }
    }
}
