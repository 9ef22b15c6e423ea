//! The ledger as a file. It is read twice: once for its digest, which the trace has before an octet leaves, and once to be sent.

use std::sync::Arc;

use axum::body::Bytes;
use backoffice::office::Office;
use backoffice::said::{chain, hex};
use crypto::{Digest, DigestAlgorithm, Hasher};
use http_body_util::channel::{Channel, Sender};
use issuance::Asker;
use registry::StoreError;
use registry::trace::used::Place;
use registry::trace::{Act, Deed};

use crate::asked::Seen;
use crate::line::Line;
use crate::page::entries;

/// The forms of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// RFC 4180, with names in the first line.
    Csv,
    /// A JSON object a line.
    Lines,
}

impl Form {
    /// The form of this name.
    pub(crate) fn find(name: &str) -> Option<Form> {
        match name {
            "csv" => Some(Form::Csv),
            "jsonl" => Some(Form::Lines),
            _ => None,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Form::Csv => "csv",
            Form::Lines => "jsonl",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Form::Csv => "text/csv; charset=utf-8; header=present",
            Form::Lines => "application/jsonl",
        }
    }

    fn head(self) -> String {
        match self {
            Form::Csv => row(&COLUMNS.map(str::to_owned)),
            Form::Lines => String::new(),
        }
    }

    fn line(self, line: &Line) -> String {
        match self {
            Form::Csv => row(&cells(line)),
            Form::Lines => {
                let mut text = serde_json::to_string(line).unwrap_or_default();
                text.push('\n');
                text
            }
        }
    }
}

const COLUMNS: [&str; 17] = [
    "moment",
    "seal",
    "department",
    "entry",
    "purpose",
    "matter",
    "case",
    "decision",
    "object",
    "job",
    "attempt",
    "requester",
    "decider",
    "releaser",
    "international",
    "sm",
    "content_not_sent",
];

fn cells(line: &Line) -> [String; 17] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        line.moment.clone(),
        line.seal.clone(),
        line.department.clone(),
        line.entry.to_string(),
        line.purpose.clone(),
        text(&line.matter),
        text(&line.case),
        text(&line.decision),
        line.object.clone(),
        text(&line.job),
        line.attempt.to_string(),
        text(&line.requester),
        text(&line.decider),
        text(&line.releaser),
        text(&line.international),
        text(&line.sm),
        if line.content_not_sent { "yes" } else { "" }.to_owned(),
    ]
}

/// A row of RFC 4180. What a spreadsheet would take for a formula is a text for it, too.
fn row(cells: &[String]) -> String {
    let cell = |cell: &String| {
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let mark = if formula { "'" } else { "" };
        if formula || cell.contains([',', '"', '\n', '\r']) {
            format!("\"{mark}{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    let cells: Vec<String> = cells.iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// What a file is, before it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weighed {
    /// SHA-256 of its octets.
    pub(crate) digest: Digest,
    /// Lines of the ledger in it.
    pub(crate) lines: u64,
}

/// The next octets of a file, the lines in them, and the place after them; nothing at its end.
async fn part(
    office: &Office,
    (seen, form): (&Seen, Form),
    after: &Place,
) -> Result<Option<(String, u64, Place)>, StoreError> {
    let entries = entries(office, seen, after).await?;
    let Some(last) = entries.last() else {
        return Ok(None);
    };
    let after = Place::from(last);
    let (mut text, mut lines) = (String::new(), 0);
    for line in entries.iter().filter_map(|entry| seen.line(entry)) {
        text.push_str(&form.line(&line));
        lines += 1;
    }
    Ok(Some((text, lines, after)))
}

/// Reads the file through, and records in the trace that it leaves, with its digest.
///
/// # Errors
/// The store; then it does not leave (T-S8).
pub(crate) async fn weigh(
    office: &Office,
    asker: &Asker,
    (seen, form): (&Seen, Form),
) -> Result<Weighed, StoreError> {
    let mut digest = Hasher::new(DigestAlgorithm::Sha256);
    digest.update(form.head().as_bytes());
    let (mut after, mut count) = (seen.after.clone(), 0);
    while let Some((text, lines, next)) = part(office, (seen, form), &after).await? {
        digest.update(text.as_bytes());
        count += lines;
        after = next;
    }
    let weighed = Weighed {
        digest: digest.finish(),
        lines: count,
    };
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.now()),
        deed: Deed::Look,
        object: "ledger".to_owned(),
        ground: format!("ledger.{}", form.code()),
        detail: vec![
            ("digest", hex(weighed.digest.bytes())),
            ("lines", weighed.lines.to_string()),
            ("seals", seen.seals.len().to_string()),
        ],
        key: None,
    };
    office.registry().trace().record(act).await?;
    Ok(weighed)
}

/// Sends the file in parts; it breaks off, and so is no whole file, where it is not the one that was weighed.
pub(crate) fn send(
    office: Arc<Office>,
    (seen, form): (Seen, Form),
    weighed: Weighed,
) -> Channel<Bytes, std::io::Error> {
    let (mut sender, body) = Channel::new(2);
    tokio::spawn(async move {
        let sent = sending(&office, (&seen, form), (&weighed, &mut sender)).await;
        if let Err(error) = sent {
            tracing::warn!(error = %chain(&error), "a file of the ledger broke off");
            sender.abort(error);
        }
    });
    body
}

async fn sending(
    office: &Office,
    (seen, form): (&Seen, Form),
    (weighed, sender): (&Weighed, &mut Sender<Bytes, std::io::Error>),
) -> std::io::Result<()> {
    let mut digest = Hasher::new(DigestAlgorithm::Sha256);
    let mut text = form.head();
    let mut after = seen.after.clone();
    loop {
        digest.update(text.as_bytes());
        if !text.is_empty() {
            let sent = sender
                .send_data(Bytes::from(std::mem::take(&mut text)))
                .await;
            sent.map_err(|_| std::io::Error::from(std::io::ErrorKind::BrokenPipe))?;
        }
        let next = part(office, (seen, form), &after).await;
        match next.map_err(std::io::Error::other)? {
            Some((part, _, place)) => (text, after) = (part, place),
            None => break,
        }
    }
    if digest.finish() == weighed.digest {
        return Ok(());
    }
    Err(std::io::Error::other("another file than was weighed"))
}
