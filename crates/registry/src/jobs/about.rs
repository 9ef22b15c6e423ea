//! What the trace says of a job, whatever is done to it.

use catalogue::key::DepartmentKey;
use licence::Identifier;
use trail::asked::By;
use trail::id::JobId;
use trail::trace::{Act, Deed};

use crate::jobs::job::{Grounds, Job};

/// What an entry of the trace says of a job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) department: &'a DepartmentKey,
    pub(crate) job: &'a JobId,
    pub(crate) identifier: Option<&'a Identifier>,
    pub(crate) grounds: &'a Grounds,
}

impl About<'_> {
    /// The entry of an act: on the version, or on the job where there is none.
    pub(crate) fn act(&self, by: &By, deed: Deed, detail: Vec<(&'static str, String)>) -> Act {
        let mut all = vec![
            ("job", self.job.to_string()),
            ("seal", self.grounds.seal.to_string()),
            ("document-purpose", self.grounds.purpose.code().to_owned()),
            ("case", self.grounds.case.clone()),
        ];
        if let Some(matter) = &self.grounds.matter {
            all.push(("matter", matter.to_string()));
        }
        all.extend(detail);
        Act {
            department: self.department.clone(),
            by: by.clone(),
            deed,
            object: match self.identifier {
                Some(identifier) => identifier.to_string(),
                None => self.job.to_string(),
            },
            ground: self.grounds.decision.clone(),
            detail: all,
            key: None,
        }
    }
}

/// The trace entry of a step.
pub(crate) fn act(job: &Job, by: &By, deed: Deed, detail: Vec<(&'static str, String)>) -> Act {
    let about = About {
        department: &job.department,
        job: &job.id,
        identifier: job.identifier.as_ref(),
        grounds: &job.grounds,
    };
    about.act(by, deed, detail)
}
