//! What follows a step at once: pages of what was reserved, files of what was released, some at a time.

use std::sync::{Mutex, PoisonError};
use std::vec::IntoIter;

use issuance::issue::complete;
use issuance::upkeep::render_reserved;
use issuance::{IssueError, Office, SealingError};
use registry::jobs::{JobId, StepRefused};

/// Work on the jobs of a batch. What is lost with the process is found by the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the jobs wait for it"]
pub struct Carrying {
    jobs: Vec<JobId>,
    step: Step,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Render,
    Seal,
}

impl Carrying {
    /// Pages for jobs that were reserved a moment ago, in this process.
    pub(crate) fn pages(jobs: Vec<JobId>) -> Self {
        Self {
            jobs,
            step: Step::Render,
        }
    }

    /// Files for jobs that were released.
    pub(crate) fn files(jobs: Vec<JobId>) -> Self {
        Self {
            jobs,
            step: Step::Seal,
        }
    }

    /// Carries every job on; one that is refused holds up none of the others.
    pub async fn run(self, office: &Office) {
        let at_work = office.dropped.at_work(self.jobs.clone());
        let queue = Mutex::new(self.jobs.into_iter());
        let lane = || async {
            while let Some(job) = next(&queue) {
                carried(office, &job, self.step).await;
                at_work.done(&job);
            }
        };
        // Four at a time share the checkpoints that they wait for, and leave room for others.
        tokio::join!(lane(), lane(), lane(), lane());
    }
}

fn next(queue: &Mutex<IntoIter<JobId>>) -> Option<JobId> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}

async fn carried(office: &Office, job: &JobId, step: Step) {
    let carried = match step {
        Step::Render => render_reserved(office, job).await,
        Step::Seal => complete(office, job).await.map(|_| ()),
    };
    let Err(error) = carried else {
        return;
    };
    // Another process took it up.
    if matches!(error, IssueError::Step(StepRefused::NotNow { .. })) {
        return;
    }
    office.dropped.note(job);
    let Some((code, text)) = reason(&error) else {
        tracing::warn!(job.id = %job, error = %error, "a job of a batch waits for another round");
        return;
    };
    let batches = office.registry.batches();
    let noted = batches.note_held(job, &format!("{code}: {text}")).await;
    if let Err(error) = noted {
        tracing::warn!(job.id = %job, error = %error, "why a job waits was not noted");
    }
}

/// Why a job that was released does not go on, where a rule says so; what passes by itself has no reason to tell.
fn reason(error: &IssueError) -> Option<(&'static str, String)> {
    use SealingError as S;
    let code = match error {
        IssueError::Ruled(refused) => return Some((refused.code(), refused.to_string())),
        IssueError::Sealing(S::SealNotInUse | S::Step(StepRefused::SealNotInUse)) => {
            "seal.not-in-use"
        }
        IssueError::Sealing(S::Step(StepRefused::CaseStopped)) => "case.stopped",
        IssueError::Sealing(S::Step(StepRefused::Expired)) => "release.expired",
        _ => return None,
    };
    Some((code, error.to_string()))
}
