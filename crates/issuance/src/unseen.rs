//! Content that was not sent: what who releases is told of it (T-S5).

use std::collections::BTreeMap;

use registry::jobs::{Job, Unsealed};
use serde::Serialize;
use verify::facts::Described;

use crate::office::Office;
use crate::waiting::waiting_files;

/// A file whose content was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotSent {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its digests by the names of their algorithms, lower-case hexadecimal.
    pub digests: BTreeMap<&'static str, String>,
}

/// Whether what waits is digests.
pub(crate) fn is_of_digest(job: &Job) -> bool {
    job.unsealed.as_ref().is_some_and(Unsealed::is_of_digest)
}

/// The files of which the digests wait; nothing where what is kept is not what was put by.
pub(crate) async fn not_sent(office: &Office, job: &Job) -> Option<Vec<NotSent>> {
    let files = waiting_files(office, job).await.ok()?;
    let text = files?.into_iter().next()?;
    let told = Described::read(&text.file)?.into_iter();
    let told = told.map(|file| NotSent {
        digests: file.told().collect(),
        name: file.name,
        media_type: file.media_type,
    });
    Some(told.collect())
}
