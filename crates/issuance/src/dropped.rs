//! Jobs whose step failed in this process: nobody is at work on them, so that nobody has to wait until they look old.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use registry::jobs::JobId;

/// Jobs remembered; those beyond are found by their age.
const MOST: usize = 10_000;

/// The jobs; each is taken up once for each time it was dropped.
#[derive(Debug, Default)]
pub(crate) struct Dropped(Mutex<BTreeSet<JobId>>);

impl Dropped {
    /// A step of the job failed here.
    pub(crate) fn note(&self, job: &JobId) {
        let mut jobs = self.jobs();
        if jobs.len() < MOST {
            jobs.insert(job.clone());
        }
    }

    /// Whether a step of it failed here and nobody took it up since.
    pub(crate) fn holds(&self, job: &JobId) -> bool {
        self.jobs().contains(job)
    }

    /// Somebody takes it up.
    pub(crate) fn take(&self, job: &JobId) {
        self.jobs().remove(job);
    }

    /// Whether any waits to be taken up.
    pub(crate) fn any(&self) -> bool {
        !self.jobs().is_empty()
    }

    fn jobs(&self) -> MutexGuard<'_, BTreeSet<JobId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
