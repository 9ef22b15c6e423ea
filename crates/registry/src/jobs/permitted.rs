//! Whether a job may use its seal, asked inside the transaction that would have it do so.

use store::{Link, StoreError};

use crate::jobs::job::{Job, JobKind};
use crate::seals;

const GOES_ON: &str = "SELECT 1 FROM reseal AS r JOIN drill AS d ON d.id = r.drill \
     WHERE r.department = $1 AND r.job = $2 AND d.ended IS NULL";

/// Whether a job may use its seal now, in the transaction that would have it do so (T-S6): the seal is in use; or the job
/// seals anew in a drill that goes on, while all other uses stay stopped.
pub(crate) async fn may_seal(link: &mut Link, job: &Job) -> Result<bool, StoreError> {
    if job.kind != JobKind::Reseal {
        return seals::is_in_use(link, &job.grounds.seal).await;
    }
    let values = [job.department.as_str().into(), job.id.as_str().into()];
    Ok(link.row(GOES_ON, &values).await?.is_some())
}
