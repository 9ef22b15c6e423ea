//! Jobs whose step failed in this process: nobody is at work on them, so that nobody has to wait until they look old.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use registry::jobs::{Job, JobId};
use time::UtcDateTime;

/// Jobs remembered; those beyond are found by their age.
const MOST: usize = 10_000;

/// What failed here since the last round.
#[derive(Debug, Default)]
pub struct Dropped(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    due: Due,
    /// Jobs that only a repeat of their request can carry on.
    awaited: BTreeSet<JobId>,
    /// Jobs that wait for their turn in this process, however old they look.
    at_work: BTreeSet<JobId>,
}

/// Jobs that wait for their turn in this process; when it is dropped, they are anybody's.
#[derive(Debug)]
pub struct AtWork<'a> {
    dropped: &'a Dropped,
    jobs: Vec<JobId>,
}

impl AtWork<'_> {
    /// This one had its turn.
    pub fn done(&self, job: &JobId) {
        self.dropped.noted().at_work.remove(job);
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut noted = self.dropped.noted();
        for job in &self.jobs {
            noted.at_work.remove(job);
        }
    }
}

/// What one round takes up.
#[derive(Debug, Default)]
pub struct Due {
    jobs: BTreeSet<JobId>,
    /// When a reservation was last written without word whether it stands: its job has no name here.
    doubt: Option<UtcDateTime>,
}

impl Due {
    /// Whether this job is one of them.
    pub fn covers(&self, job: &Job) -> bool {
        self.jobs.contains(&job.id) || self.doubt.is_some_and(|doubt| job.changed <= doubt)
    }
}

impl Dropped {
    /// A step of the job failed here.
    pub fn note(&self, job: &JobId) {
        let mut noted = self.noted();
        if noted.due.jobs.len() < MOST {
            noted.due.jobs.insert(job.clone());
        }
    }

    /// A job may have been reserved at this moment, and nobody was told so.
    pub fn doubt(&self, now: UtcDateTime) {
        let mut noted = self.noted();
        noted.due.doubt = noted.due.doubt.max(Some(now));
    }

    /// Whether there is something for a round to take up.
    pub fn any(&self) -> bool {
        let noted = self.noted();
        !noted.due.jobs.is_empty() || noted.due.doubt.is_some()
    }

    /// What was noted until now, for the round that takes it up.
    pub fn take(&self) -> Due {
        std::mem::take(&mut self.noted().due)
    }

    /// The round came to nothing.
    pub fn put_back(&self, due: Due) {
        let mut noted = self.noted();
        noted.due.jobs.extend(due.jobs);
        noted.due.doubt = noted.due.doubt.max(due.doubt);
    }

    /// This process carries these on, one after the other.
    pub fn at_work(&self, jobs: Vec<JobId>) -> AtWork<'_> {
        self.noted().at_work.extend(jobs.iter().cloned());
        AtWork {
            dropped: self,
            jobs,
        }
    }

    /// Whether this process carries the job on.
    pub fn is_at_work(&self, job: &JobId) -> bool {
        self.noted().at_work.contains(job)
    }

    /// The repeat of its request carries this one on.
    pub fn awaits_repeat(&self, job: &JobId) {
        let mut noted = self.noted();
        if noted.awaited.len() < MOST {
            noted.awaited.insert(job.clone());
        }
    }

    /// Whether a step of it failed here; the caller carries it on.
    pub fn repeated(&self, job: &JobId) -> bool {
        let mut noted = self.noted();
        noted.due.jobs.remove(job) | noted.awaited.remove(job)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
