//! How far a log had come, as this process knows it.

use std::sync::{Mutex, PoisonError};

use tlog::TreeHead;

/// The newest head of a log that was seen, whatever the store says later.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Option<TreeHead>>);

impl Seen {
    pub(crate) fn head(&self) -> Option<TreeHead> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A head that the log had; an older one than is known changes nothing.
    pub(crate) fn note(&self, head: TreeHead) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_none_or(|seen| seen.size < head.size) {
            *seen = Some(head);
        }
    }
}
