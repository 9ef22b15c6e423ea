//! What an operator or the service's upkeep asks for, and is told.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use backoffice::ledger::service;
use evidence::tsp::{Request, Response, Token};
use issuance::Office;
use registry::StoreError;
use registry::asked::By as Actor;
use registry::trace::{Act, Deed};
use serde::Serialize;
use thiserror::Error;
use time::Duration;

use crate::alone::Proofs;
use crate::renewing::{By, Done, RenewError, Renewal};
use crate::shelf::{Shelf, ShelfError, hex};
use crate::standing::{Standing, TOLD, told};
use crate::survey::{Kept, Survey, SurveyError, survey};

/// Files under one time-stamp: so many records are in memory at once.
const LOT: usize = 20_000;

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
    /// What was found cannot be kept.
    #[error("what was found cannot be kept")]
    Store(#[from] StoreError),
    /// The same.
    #[error("what was found cannot be written")]
    Told(#[from] serde_json::Error),
}

impl From<ShelfError> for RunError {
    fn from(error: ShelfError) -> Self {
        Self::Renew(error.into())
    }
}

/// What is told of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// What the walk found, of all departments.
    #[serde(flatten)]
    pub found: Standing,
    /// Files of which nothing can be said: SHA-256 and why, the first hundred.
    pub unread_first: Vec<(String, String)>,
    /// Files renewed in this run.
    pub renewed: usize,
    /// Until when these are proven, RFC 3339.
    pub renewed_until: Option<String>,
    /// Records that got their second time-stamp in this run.
    pub seconded: usize,
    /// Records that got the lists of the roots, and are proof by themselves since.
    pub completed: usize,
    /// When the office's own unit ends, where that is too early for what is due: another unit has to stamp.
    pub short: Option<String>,
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
    let margin = match way {
        // What was asked for is renewed, whatever else has come due since.
        Way::Token(_) => Duration::MAX,
        _ => margin,
    };
    let found = survey(office, &shelf, margin).await?;
    let mut report = Report {
        found: found.whole(),
        unread_first: found.unread.iter().take(TOLD).cloned().collect(),
        ..Report::default()
    };
    match way {
        Way::Dry => return Ok(report),
        Way::Query(place) => {
            asks(office, (&shelf, records), (found.due, place)).await?;
            return Ok(report);
        }
        Way::Token(place) => {
            let done = answered(office, (&shelf, records), (found.due, place)).await?;
            report.renews(done);
        }
        Way::Own => own(office, &shelf, (found, margin), &mut report).await?,
    }
    Ok(report)
}

/// The office's own unit: records are made proof by themselves, and what is due is renewed. What was found is kept for who asks.
async fn own(
    office: &Office,
    shelf: &Shelf,
    (mut found, margin): (Survey, Duration),
    report: &mut Report,
) -> Result<(), RunError> {
    if let Some(proofs) = Proofs::of(office) {
        for digest in &found.completable {
            if let Some(record) = shelf.find(digest)? {
                let record = proofs.complete(record).map_err(RenewError::from)?;
                shelf.keep(digest, &record)?;
                report.completed = report.completed.saturating_add(1);
            }
        }
    }
    for lot in found.wanting.chunks(LOT) {
        let done = stamped(office, shelf, lot.to_vec()).await?;
        report.seconded = report.seconded.saturating_add(done.files);
    }
    for lot in found.due.chunks(LOT) {
        match stamped(office, shelf, lot.to_vec()).await {
            Ok(done) => report.renews(done),
            Err(RenewError::Short { until }) => {
                report.short = Some(told(until));
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    if report.changed() {
        found = survey(office, shelf, margin).await?;
        report.found = found.whole();
    }
    keep(office, &found, report).await
}

async fn stamped(office: &Office, shelf: &Shelf, lot: Vec<Kept>) -> Result<Done, RenewError> {
    let renewal = Renewal::lay(office, shelf, (lot, By::Own)).await?;
    let token = renewal.stamp(office).await?;
    renewal.finish(office, shelf, &token)
}

/// What was found, in the register and in the trace.
async fn keep(office: &Office, found: &Survey, report: &Report) -> Result<(), RunError> {
    let each = found.standing.iter();
    let each = each.map(|(key, one)| Ok((key.clone(), serde_json::to_string(one)?)));
    let each = each.collect::<Result<_, serde_json::Error>>()?;
    let whole = serde_json::to_string(&report.found)?;
    let act = Act {
        department: service(),
        by: Actor::new("service", office.now()),
        deed: Deed::Renew,
        object: "portfolio".to_owned(),
        ground: String::new(),
        detail: vec![
            ("files", report.found.files.to_string()),
            ("due", report.found.due.to_string()),
            ("renewed", report.renewed.to_string()),
            ("seconded", report.seconded.to_string()),
            ("completed", report.completed.to_string()),
        ],
        key: None,
    };
    Ok(office.registry.portfolio().keep((whole, each), act).await?)
}

/// Writes the request for another unit, and what it is about.
async fn asks(
    office: &Office,
    (shelf, records): (&Shelf, &Path),
    (due, place): (Vec<Kept>, &Path),
) -> Result<(), RunError> {
    if due.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = due.iter().map(|kept| hex(&kept.digest)).collect();
    let renewal = Renewal::lay(office, shelf, (due, By::Other)).await?;
    fs::create_dir_all(records).map_err(|source| at(records, source))?;
    write(&records.join("asked"), names.join("\n").as_bytes())?;
    write(place, &Request::new(renewal.root()).encode())
}

/// Takes its answer.
async fn answered(
    office: &Office,
    (shelf, records): (&Shelf, &Path),
    (all, place): (Vec<Kept>, &Path),
) -> Result<Done, RunError> {
    let asked = records.join("asked");
    let chosen = chosen(all, &asked)?;
    let renewal = Renewal::lay(office, shelf, (chosen, By::Other)).await?;
    let done = renewal.finish(office, shelf, &token_of(&read(place)?)?)?;
    fs::remove_file(&asked).map_err(|source| at(&asked, source))?;
    Ok(done)
}

impl Report {
    /// Whether a record is another since the walk.
    fn changed(&self) -> bool {
        self.renewed > 0 || self.seconded > 0 || self.completed > 0
    }

    fn renews(&mut self, done: Done) {
        self.renewed = self.renewed.saturating_add(done.files);
        let until = told(done.until);
        let earlier = self.renewed_until.take().filter(|known| *known < until);
        self.renewed_until = Some(earlier.unwrap_or(until));
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
