//! What callers are told of their jobs and licences: the JSON of the API, which is also what an idempotency key keeps.

use registry::StoreError;
use registry::asked::Response;
use registry::jobs::{Job, JobState, Unsealed};
use registry::licences::Record;
use serde::Serialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::office::Office;

/// A job that waits for its release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waits {
    /// The job.
    pub job: String,
    /// `pending_seal`, or another state.
    pub state: &'static str,
    /// The licence's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// SHA-256 of the page that waits, lower-case hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsealed: Option<String>,
    /// The seal.
    pub seal: String,
    /// What the document is for.
    pub purpose: &'static str,
    /// The text of the printed code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lc1: Option<String>,
    /// Why the job ended without a file: `code: text` where it was given up, the words of the second person where it
    /// was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How far its release has come, where its seal needs several people (T-S1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approvals: Option<Approvals>,
}

/// How far the release of a job has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approvals {
    /// How many people have to release it.
    pub needed: usize,
    /// Who did.
    pub given: Vec<Approval>,
}

/// What one of them released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// Who.
    pub person: String,
    /// Until when it holds, RFC 3339.
    pub expires: String,
}

impl Waits {
    /// What is told of a job that waits.
    #[must_use]
    pub fn of(job: &Job, record: Option<&Record>, code: Option<&str>) -> Self {
        Self {
            job: job.id.to_string(),
            state: state(job),
            identifier: record.map(|record| record.identifier.to_string()),
            number: record.map(|record| record.number.as_str().to_owned()),
            unsealed: job.unsealed.as_ref().map(|unsealed| hex(&unsealed.digest)),
            seal: job.grounds.seal.to_string(),
            purpose: job.grounds.purpose.code(),
            lc1: code.map(str::to_owned),
            reason: job.reason.clone(),
            approvals: None,
        }
    }
}

/// The job as it stands once its file waits.
pub fn waiting(job: &Job, unsealed: &Unsealed) -> Job {
    Job {
        state: JobState::Waiting,
        unsealed: Some(unsealed.clone()),
        ..job.clone()
    }
}

/// How far the release of a job that waits has come; nothing where its seal needs one person.
///
/// # Errors
/// The store.
pub async fn approvals(office: &Office, job: &Job) -> Result<Option<Approvals>, StoreError> {
    if job.state != JobState::Waiting {
        return Ok(None);
    }
    let place = (&job.department, &job.id, &job.grounds.seal);
    let so_far = office
        .registry
        .quorums()
        .so_far(place, office.now())
        .await?;
    Ok(so_far.map(|so_far| Approvals {
        needed: so_far.needed,
        given: so_far
            .given
            .into_iter()
            .map(|(person, expires)| Approval {
                person,
                expires: moment(expires),
            })
            .collect(),
    }))
}

/// What callers call the state of a job: *reserved* and what follows are one until it is recorded (D19).
pub fn state(job: &Job) -> &'static str {
    use JobState as S;
    match job.state {
        S::Reserved | S::Waiting | S::Released | S::Journalled => "pending_seal",
        S::Recorded => "recorded",
        S::Refused => "refused",
        S::Failed => "failed",
    }
}

/// A sealed and recorded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// The job.
    pub job: String,
    /// `valid`, `not_yet_valid` or another state of a licence; `sealed` for a document.
    pub state: &'static str,
    /// The licence's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its content digest, lower-case hexadecimal (D17).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_digest: Option<String>,
    /// SHA-256 of the sealed file, lower-case hexadecimal.
    pub file_digest: String,
    /// Where the file is had.
    pub file: String,
    /// The receipt of the public log (C2SP tlog-proof).
    pub receipt: String,
    /// Each file, where there are several: the first is told above, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileTold>,
}

/// A sealed file of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileTold {
    /// `pdf` or `ofd`.
    pub format: String,
    /// Its SHA-256, lower-case hexadecimal.
    pub file_digest: String,
    /// Where it is had.
    pub file: String,
    /// Its receipt of the public log (C2SP tlog-proof).
    pub receipt: String,
}

impl Issued {
    /// What is told of a job that is done: format, digest and receipt of each file, the first of which is the one that
    /// who knows of one alone is told of.
    #[must_use]
    pub fn of(
        office: &Office,
        job: &Job,
        record: Option<&Record>,
        files: &[(&str, [u8; 32], &str)],
    ) -> Self {
        let address = &office.settings.address;
        let several = files.len() > 1;
        let place = |format: &str| match record {
            Some(record) => format!("{address}/v1/licences/{}/files/{format}", record.identifier),
            None if several => format!(
                "{address}/v1/seal-signatures/{}/file?format={format}",
                job.id
            ),
            None => format!("{address}/v1/seal-signatures/{}/file", job.id),
        };
        let told = files.iter().map(|(format, digest, receipt)| FileTold {
            format: (*format).to_owned(),
            file_digest: hex(digest),
            file: place(format),
            receipt: (*receipt).to_owned(),
        });
        let mut files: Vec<FileTold> = told.collect();
        let first = files.first().cloned();
        if files.len() == 1 {
            files.clear();
        }
        let now = office.clock.now();
        Self {
            job: job.id.to_string(),
            state: match record {
                Some(record) if record.period.begins_after(now) => "not_yet_valid",
                Some(record) if record.period.over_at(now) => "expired",
                Some(_) => "valid",
                None => "sealed",
            },
            identifier: record.map(|record| record.identifier.to_string()),
            number: record.map(|record| record.number.as_str().to_owned()),
            content_digest: record.map(|record| hex(&record.content_digest)),
            file_digest: first
                .as_ref()
                .map_or_else(String::new, |file| file.file_digest.clone()),
            file: first
                .as_ref()
                .map_or_else(String::new, |file| file.file.clone()),
            receipt: first.map_or_else(String::new, |file| file.receipt),
            files,
        }
    }
}

/// An answer with this status and JSON content.
pub fn response<T: Serialize>(status: u16, said: &T) -> Response {
    Response {
        status,
        // These values hold strings and numbers: they always write.
        body: serde_json::to_vec(said).unwrap_or_default(),
    }
}

/// RFC 3339, in UTC.
pub fn moment(at: UtcDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// Lower-case hexadecimal.
pub fn hex(octets: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let digits = |octet: &u8| [digit(octet >> 4), digit(octet & 15)];
    octets.iter().flat_map(digits).collect()
}

/// An error with its causes, once, at the boundary.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
