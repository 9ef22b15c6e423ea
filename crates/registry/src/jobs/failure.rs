//! A job that cannot be carried out, or that nobody asks for any more, ends with its reason; what its attempts left in
//! the public log is closed in the same transaction (house-style 2.2).

use std::fmt;

use crate::jobs::about::act;
use crate::jobs::closing;
use crate::jobs::job::{Job, JobState};
use crate::jobs::step::{StepRefused, end, locked};
use store::Link;
use trail::asked::By;
use trail::id::JobId;
use trail::secrets::Secrets;
use trail::trace::{self, Deed};

/// Why a job ends, as it is kept with it: `code: text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable code, such as `licence.page-refused`: the trace has it too.
    pub code: String,
    /// In words, without anything personal.
    pub text: String,
}

impl Reason {
    /// Of a job that failed; nothing for one that did not.
    #[must_use]
    pub fn of(job: &Job) -> Option<Reason> {
        let kept = job.reason.as_deref();
        let kept = kept.filter(|_| job.state == JobState::Failed)?;
        let (code, text) = kept.split_once(": ").unwrap_or(("job.failed", kept));
        Some(Reason {
            code: code.to_owned(),
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.text)
    }
}

/// How a job fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How often the job was journalled when that was decided: a later attempt may still come to its end.
    pub attempts: u64,
    /// Why.
    pub reason: Reason,
}

pub(crate) async fn fail(
    link: &mut Link,
    secrets: &Secrets,
    id: &JobId,
    failure: &Failure,
    by: &By,
) -> Result<Job, StepRefused> {
    let job = locked(link, secrets, id, None).await?;
    if !job.state.is_open() {
        return Err(StepRefused::NotNow { state: job.state });
    }
    if job.attempts != failure.attempts {
        return Err(StepRefused::Overtaken);
    }
    closing::close(link, id, by.at).await?;
    let reason = failure.reason.to_string();
    let job = end(link, job, (JobState::Failed, &reason), by).await?;
    let detail = vec![("reason", failure.reason.code.clone())];
    trace::write(link, &act(&job, by, Deed::Fail, detail)).await?;
    Ok(job)
}
