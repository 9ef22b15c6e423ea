//! What an operator asks for, and is told.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use evidence::tsp::{Request, Response, Token};
use issuance::Office;
use renewal::Ends;
use serde::Serialize;
use thiserror::Error;
use time::format_description::well_known::Rfc3339;
use time::{Duration, UtcDateTime};

use crate::renewing::{By, RenewError, Renewal};
use crate::shelf::{Shelf, hex};
use crate::survey::{Kept, Survey, SurveyError, survey};

/// Files that are told by name in a report.
const TOLD: usize = 100;

/// How a run goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Nothing is written and nothing stamped: what is due is told.
    Dry,
    /// The office's own unit stamps.
    Own,
    /// Another unit is to stamp: its request (RFC 3161, DER) is written to this file, and what it is about beside the records.
    Query(PathBuf),
    /// It has stamped: its response, or the bare token, is in this file.
    Token(PathBuf),
}

/// Why a run was broken off.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The walk.
    #[error("the files cannot be gone over")]
    Survey(#[from] SurveyError),
    /// The renewal.
    #[error("the files were not renewed")]
    Renew(#[from] RenewError),
    /// A file of the operator's.
    #[error("{place} cannot be used")]
    File {
        /// Which.
        place: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No request was written before, or what it was about is gone.
    #[error("no request waits for this token: --query writes one")]
    NothingAsked,
    /// What the other unit gave holds no token.
    #[error("the file holds no time-stamp")]
    NoToken,
}

/// What is told of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Files that can be proven.
    pub files: u64,
    /// Files without a time-stamp, which nothing renews.
    pub without_time_stamp: u64,
    /// Files of which nothing can be said: SHA-256 and why, the first hundred.
    pub unread: Vec<(String, String)>,
    /// How many there are.
    pub unread_count: usize,
    /// How many proofs end by what: `unit`, `issuer`, `digest`, `signature`.
    pub ends: BTreeMap<&'static str, u64>,
    /// When the first proof ends, RFC 3339.
    pub first_end: Option<String>,
    /// Files that are due.
    pub due: usize,
    /// The first hundred of them: SHA-256, when the proof ends, and by what.
    pub due_first: Vec<(String, String, &'static str)>,
    /// Files renewed in this run.
    pub renewed: usize,
    /// Until when these are proven, RFC 3339.
    pub renewed_until: Option<String>,
}

/// Goes over the portfolio and renews what ends before now and `margin`.
///
/// # Errors
/// [`RunError`]; records that were kept stay.
pub async fn run(
    office: &Office,
    (records, margin): (&Path, Duration),
    way: &Way,
) -> Result<Report, RunError> {
    let shelf = Shelf::at(records);
    let asked = records.join("asked");
    let margin = match way {
        // What was asked for is renewed, whatever else has come due since.
        Way::Token(_) => Duration::MAX,
        _ => margin,
    };
    let mut found = survey(office, &shelf, margin).await?;
    if let Way::Token(_) = way {
        found.due = chosen(std::mem::take(&mut found.due), &asked)?;
    }
    let mut report = Report::of(&found);
    if found.due.is_empty() || *way == Way::Dry {
        return Ok(report);
    }
    let by = match way {
        Way::Own => By::Own,
        _ => By::Other,
    };
    let names: Vec<String> = found.due.iter().map(|kept| hex(&kept.digest)).collect();
    let renewal = Renewal::lay(office, &shelf, (found.due, by)).await?;
    let token = match way {
        Way::Dry => return Ok(report),
        Way::Own => renewal.stamp(office).await?,
        Way::Token(place) => token_of(&read(place)?)?,
        Way::Query(place) => {
            fs::create_dir_all(records).map_err(|source| at(records, source))?;
            write(&asked, names.join("\n").as_bytes())?;
            write(place, &Request::new(renewal.root()).encode())?;
            return Ok(report);
        }
    };
    let done = renewal.finish(office, &shelf, &token)?;
    if let Way::Token(_) = way {
        fs::remove_file(&asked).map_err(|source| at(&asked, source))?;
    }
    report.renewed = done.files;
    report.renewed_until = Some(told(done.until));
    Ok(report)
}

impl Report {
    fn of(found: &Survey) -> Self {
        let first = found.due.iter().take(TOLD);
        Self {
            files: found.files,
            without_time_stamp: found.bare,
            unread: found.unread.iter().take(TOLD).cloned().collect(),
            unread_count: found.unread.len(),
            ends: found
                .ends
                .iter()
                .map(|(by, count)| (code(*by), *count))
                .collect(),
            first_end: found.first.map(told),
            due: found.due.len(),
            due_first: first
                .map(|kept| {
                    let (until, by) = (told(kept.life.until), code(kept.life.by));
                    (hex(&kept.digest), until, by)
                })
                .collect(),
            renewed: 0,
            renewed_until: None,
        }
    }
}

/// Those about which the other unit was asked, in that order: the root is the same only over the same.
fn chosen(due: Vec<Kept>, asked: &Path) -> Result<Vec<Kept>, RunError> {
    let names = fs::read_to_string(asked).map_err(|_| RunError::NothingAsked)?;
    let by_name = due.into_iter().map(|kept| (hex(&kept.digest), kept));
    let mut by_name: HashMap<String, Kept> = by_name.collect();
    let found = names.lines().map(|name| by_name.remove(name));
    found.collect::<Option<_>>().ok_or(RunError::NothingAsked)
}

/// The token in a response, or the file itself where it is one.
fn token_of(octets: &[u8]) -> Result<Vec<u8>, RunError> {
    if let Ok(response) = Response::parse(octets) {
        let token = response.token().ok_or(RunError::NoToken)?;
        return Ok(token.der().to_vec());
    }
    let token = Token::parse(octets).map_err(|_| RunError::NoToken)?;
    Ok(token.der().to_vec())
}

fn code(by: Ends) -> &'static str {
    match by {
        Ends::Unit => "unit",
        Ends::Issuer => "issuer",
        Ends::Digest => "digest",
        Ends::Signature => "signature",
    }
}

fn told(moment: UtcDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}

fn read(place: &Path) -> Result<Vec<u8>, RunError> {
    fs::read(place).map_err(|source| at(place, source))
}

fn write(place: &Path, octets: &[u8]) -> Result<(), RunError> {
    fs::write(place, octets).map_err(|source| at(place, source))
}

fn at(place: &Path, source: std::io::Error) -> RunError {
    RunError::File {
        place: place.to_path_buf(),
        source,
    }
}
