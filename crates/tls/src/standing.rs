//! What is in use, for whoever protects connections and whoever judges what was shown on them.

use std::sync::{Arc, PoisonError, RwLock};

use crate::files::Stamp;
use crate::read::InUse;

/// What is in use now, shared.
pub(crate) struct Standing(RwLock<Now>);

pub(crate) struct Now {
    /// How the files stood when they were looked at.
    pub(crate) seen: Vec<Option<Stamp>>,
    pub(crate) in_use: Arc<InUse>,
    /// What is wrong with what lies there now; what was good before is in use.
    pub(crate) fault: Option<String>,
}

impl std::fmt::Debug for Standing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Standing")
    }
}

impl Standing {
    pub(crate) fn new(now: Now) -> Arc<Self> {
        Arc::new(Self(RwLock::new(now)))
    }

    pub(crate) fn in_use(&self) -> Arc<InUse> {
        self.read(|now| now.in_use.clone())
    }

    pub(crate) fn read<T>(&self, of: impl FnOnce(&Now) -> T) -> T {
        of(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn change(&self, by: impl FnOnce(&mut Now)) {
        by(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}
