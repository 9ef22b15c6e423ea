//! What the answer says of a caller's own PDF that was flattened.

use affix::flatten::{Done, Line};
use backoffice::said::Waits;
use registry::jobs::Job;
use serde::Serialize;

/// One thing that was changed or left out, as the answer says it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FlatLine {
    code: &'static str,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    /// As the given file numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<u32>,
}

/// The job, and what was flattened.
#[derive(Debug, Serialize)]
pub(crate) struct Answer<'a> {
    #[serde(flatten)]
    job: Waits,
    #[serde(skip_serializing_if = "<[FlatLine]>::is_empty")]
    flattened: &'a [FlatLine],
}

impl Answer<'_> {
    /// The answer to a document that waits.
    pub(crate) fn of<'a>(job: &Job, flattened: &'a [FlatLine]) -> Answer<'a> {
        Answer {
            job: Waits::of(job, None, None),
            flattened,
        }
    }
}

/// The lines as they are told.
pub(crate) fn told(lines: Vec<Line>) -> Vec<FlatLine> {
    lines
        .into_iter()
        .map(|line| FlatLine {
            code: line.done.code(),
            what: match &line.done {
                Done::Removed(kind) => kind.code().to_owned(),
                Done::Painted { subtype } | Done::Dropped { subtype } => subtype.clone(),
                Done::EarlierRevisions { count } | Done::Unreached { count } => count.to_string(),
                _ => String::new(),
            },
            page: line.page,
            object: line.object,
        })
        .collect()
}
