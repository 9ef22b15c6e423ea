//! What is told of a document that was sealed anew, since the key under its seal was compromised (T-C6): to its department,
//! which keeps copies, and for licences to everyone who hears of their states.

use registry::jobs::Job;
use registry::licences::Record;
use registry::outbox::Outgoing;
use serde::Serialize;

use crate::office::Office;
use crate::push::told_of;
use crate::said::{hex, moment};

/// A file that stands in the place of another one.
#[derive(Serialize)]
struct FileTold<'a> {
    format: &'a str,
    /// SHA-256 of the file, lower-case hexadecimal.
    file_digest: String,
    /// The receipt of the public log.
    receipt: &'a str,
}

/// What is told: where the file is had stays as it was.
#[derive(Serialize)]
struct ResealedTold<'a> {
    /// The job that sealed it anew.
    job: &'a str,
    seal: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
    files: Vec<FileTold<'a>>,
    recorded: String,
}

/// The events of a document that was sealed anew.
pub(crate) fn events(
    office: &Office,
    (job, record): (&Job, Option<&Record>),
    files: &[(&str, [u8; 32], &str)],
) -> Vec<Outgoing> {
    let told = ResealedTold {
        job: job.id.as_str(),
        seal: job.grounds.seal.as_str(),
        identifier: record.map(|record| record.identifier.to_string()),
        number: record.map(|record| record.number.as_str()),
        files: files
            .iter()
            .map(|(format, digest, receipt)| FileTold {
                format,
                file_digest: hex(digest),
                receipt,
            })
            .collect(),
        recorded: moment(crate::answers::whole(office.clock.now())),
    };
    let mut receivers = record.map_or_else(Vec::new, |record| {
        told_of(&office.desk(), record, &job.department)
    });
    receivers.push(job.department.to_string());
    let kind = match record {
        Some(_) => "licence.resealed",
        None => "document.resealed",
    };
    vec![Outgoing {
        kind: kind.to_owned(),
        receivers,
        // These values hold strings alone: they always write.
        payload: serde_json::to_vec(&told).unwrap_or_default(),
    }]
}
