//! Whether a job may use its seal, asked inside the transaction that would have it do so.

use releasing::kept::Signing;
use releasing::tally::{self, Counted};
use releasing::{Over, Terms, Use, unseen};
use store::{Link, StoreError};
use trail::asked::By;
use trail::secrets::Secrets;
use trail::trace::Act;

use crate::jobs::job::{Job, JobKind, Unsealed};
use crate::seals::{self, InForce};

const GOES_ON: &str = "SELECT 1 FROM reseal AS r JOIN drill AS d ON d.id = r.drill \
     WHERE r.department = $1 AND r.job = $2 AND d.ended IS NULL";

/// What is said of a use of a seal, in the transaction that would have it do so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permit {
    /// It may sign.
    Given,
    /// It signs nothing.
    NotInUse,
    /// It may not be used on content that nobody here has seen.
    Unseen,
    /// It has another scope than the one under which the use was ruled on.
    OtherScope,
    /// Another catalogue is in force than the one by which the use was ruled on.
    OtherCatalogue,
}

/// By what a use was ruled on, as far as the transaction that would have it compares it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ruled {
    pub(crate) scope: Option<u64>,
    pub(crate) catalogue: Option<u64>,
}

impl Ruled {
    pub(crate) fn by(signing: &Signing) -> Ruled {
        Ruled {
            scope: Some(signing.scope),
            catalogue: Some(signing.catalogue),
        }
    }

    /// What of it is in force no more.
    fn is_past(self, stands: InForce) -> Option<Permit> {
        let is_other = |ruled: Option<u64>, stands| ruled.is_some_and(|ruled| ruled != stands);
        if is_other(self.catalogue, stands.catalogue) {
            return Some(Permit::OtherCatalogue);
        }
        is_other(self.scope, stands.scope).then_some(Permit::OtherScope)
    }
}

/// Whether a job may use its seal now, in the transaction that would have it do so (T-S6): the seal is in use, and its scope
/// and the catalogue are those by which the use was ruled on; or the job seals anew in a drill that goes on, while all other uses stay stopped.
pub(crate) async fn may_seal(
    link: &mut Link,
    job: &Job,
    ruled: Ruled,
) -> Result<Permit, StoreError> {
    if job.kind != JobKind::Reseal {
        let Some(stands) = seals::in_use(link, &job.grounds.seal).await? else {
            return Ok(Permit::NotInUse);
        };
        if let Some(past) = ruled.is_past(stands) {
            return Ok(past);
        }
        let is_unseen = job.unsealed.as_ref().is_some_and(Unsealed::is_of_digest);
        let permits = unseen::permits(link, is_unseen, &job.grounds.seal).await?;
        return Ok(if permits {
            Permit::Given
        } else {
            Permit::Unseen
        });
    }
    let values = [job.department.as_str().into(), job.id.as_str().into()];
    let goes_on = link.row(GOES_ON, &values).await?;
    Ok(goes_on.map_or(Permit::NotInUse, |_| Permit::Given))
}

/// T-S7: a release that passed everything else, counted before anything of it is written; a list of a batch by its uses. What is
/// sealed anew in a drill, which two people declared, has its ceiling there: each document once.
pub(crate) async fn counted(
    (link, secrets): (&mut Link, &Secrets),
    (job, listed): (&Job, Option<u64>),
    (person, terms): (&str, &Terms),
    by: &By,
) -> Result<Result<Vec<Act>, Over>, StoreError> {
    if job.kind == JobKind::Reseal {
        return Ok(Ok(Vec::new()));
    }
    let used = Use {
        department: &job.department,
        seal: &job.grounds.seal,
        person,
        listed,
    };
    Ok(
        match tally::count((link, secrets), &used, terms, by).await? {
            Counted::Taken(acts) => Ok(acts),
            Counted::Refused(over) => Err(over),
        },
    )
}
