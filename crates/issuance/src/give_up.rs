//! Which failures of a job last, and how the job then ends: with a reason for whoever asks, and with closing leaves
//! for what it left in the public log (the registry makes them).

use licence::Refused;
use licence::sealing::SealRefused;
use registry::asked::By;
use registry::jobs::{Failure, Job, Reason, StepRefused};
use time::Duration;

use crate::draft::DraftError;
use crate::not_issued::IssueError;
use crate::office::Office;
use crate::said::chain;
use crate::sealing::SealingError;

/// How often a file is made that may not leave: what is refused three times, minutes apart, is no fault of the moment.
const ATTEMPTS: u64 = 3;
/// How long a reservation waits for what only its caller can bring: as long as its idempotency key is kept.
const RESERVATION: Duration = Duration::hours(72);

/// A failure that will be the same tomorrow.
struct Lasting {
    /// Why.
    reason: Reason,
    /// How often the job was journalled when it happened.
    attempts: u64,
}

impl Lasting {
    fn at_once(job: &Job, code: &str, text: String) -> Self {
        Self {
            reason: Reason {
                code: code.to_owned(),
                text,
            },
            attempts: job.attempts,
        }
    }

    /// The same after the signature: the attempt that failed was journalled since `job` was read.
    fn signed(job: &Job, code: &str, text: String) -> Option<Self> {
        let mut lasting = Self::at_once(job, code, text);
        lasting.attempts += 1;
        (lasting.attempts >= ATTEMPTS).then_some(lasting)
    }
}

/// A step that failed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// The page was not made.
    Draft(&'a DraftError),
    /// The file was not sealed.
    Sealing(&'a SealingError),
    /// A rule said no before the journal.
    Ruled(&'a SealRefused),
    /// The sealed file was not recorded: the life of the version before does not take it.
    Recording(&'a Refused),
}

impl<'a> Cause<'a> {
    /// Of steps 7 to 14; nothing where the failure says nothing about the job.
    pub(crate) fn of(error: &'a IssueError) -> Option<Self> {
        Some(match error {
            IssueError::Sealing(error) => Self::Sealing(error),
            IssueError::Ruled(refused) => Self::Ruled(refused),
            IssueError::Step(StepRefused::Life(refused)) => Self::Recording(refused),
            _ => return None,
        })
    }
}

/// Ends the job, as it was read before its step, if the step failed for good. One that another process has taken up
/// since, or that ended, stays as it is.
pub(crate) async fn give_up(
    office: &Office,
    job: &Job,
    cause: Cause<'_>,
) -> Result<(), SealingError> {
    match lasting(job, cause) {
        Some(lasting) => end(office, job, lasting).await,
        None => Ok(()),
    }
}

/// Ends a job whose page or file did not come while its reservation held; whether it did.
pub(crate) async fn expire(office: &Office, job: &Job) -> Result<bool, SealingError> {
    if office.clock.now() - job.begun < RESERVATION {
        return Ok(false);
    }
    let text = format!(
        "what it waits for did not come within {} hours",
        RESERVATION.whole_hours()
    );
    end(office, job, Lasting::at_once(job, "job.expired", text)).await?;
    Ok(true)
}

/// Whether a page waited for its release as long as it may.
pub(crate) fn is_over(office: &Office, job: &Job) -> bool {
    office.clock.now() - job.begun >= office.settings.waiting_life
}

/// Ends a job whose page nobody released in time. The licence was never issued; its number is not given again.
pub(crate) async fn expire_waiting(office: &Office, job: &Job) -> Result<(), SealingError> {
    let text = format!(
        "nobody released it within {} hours",
        office.settings.waiting_life.whole_hours()
    );
    end(office, job, Lasting::at_once(job, "release.none", text)).await
}

fn lasting(job: &Job, cause: Cause<'_>) -> Option<Lasting> {
    use SealingError as S;
    match cause {
        Cause::Draft(cause) => matches!(
            cause,
            DraftError::Render(_)
                | DraftError::Photo(_)
                | DraftError::Modules(_)
                | DraftError::Code(_)
                | DraftError::NoTemplate(_)
                | DraftError::NoSuite(_)
        )
        .then(|| Lasting::at_once(job, "licence.page-refused", chain(cause))),
        // R10: nothing follows a version that ended, and nothing brings it back.
        Cause::Ruled(SealRefused::NotFollowing(refused)) if refused.lasts() => {
            Some(Lasting::at_once(job, refused.code(), chain(refused)))
        }
        Cause::Ruled(_) => None,
        Cause::Recording(refused) if refused.lasts() => {
            let mut lasting = Lasting::at_once(job, refused.code(), chain(refused));
            // It was journalled once more since it was read.
            lasting.attempts += 1;
            Some(lasting)
        }
        Cause::Recording(_) => None,
        Cause::Sealing(cause) => match cause {
            S::Prepare(_) | S::Read(_) | S::Package(_) | S::Content(_) => {
                Some(Lasting::at_once(job, "document.refused", chain(cause)))
            }
            S::NotAccepted(_) => Lasting::signed(job, "seal.not-accepted", chain(cause)),
            S::Finish(_)
            | S::Evidence(_)
            | S::Leaf(_)
            | S::PackageUnfinished(_)
            | S::Envelope(_)
            | S::Form(_) => Lasting::signed(job, "seal.not-made", chain(cause)),
            _ => None,
        },
    }
}

async fn end(office: &Office, job: &Job, lasting: Lasting) -> Result<(), SealingError> {
    let failure = Failure {
        attempts: lasting.attempts,
        reason: lasting.reason,
    };
    let by = By::new("service", office.clock.now());
    tracing::warn!(job.id = %job.id, reason = %failure.reason.code, "a job is given up");
    match office.registry.jobs().fail(&job.id, failure, by).await {
        Ok(_) | Err(StepRefused::Overtaken | StepRefused::NotNow { .. }) => {}
        Err(refused) => return Err(refused.into()),
    }
    office.log.wake();
    Ok(())
}
