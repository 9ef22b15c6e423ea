//! What the pages of an OFD file look like, for who has the file: drawn from its bytes, kept nowhere (decision 029).

use std::io::Cursor;

use render::{DrawPage, Drawn, File, Settings, Tint, data_address};
use verify::report::Covers;
use verify::{Answer, Kind, Report, Verdict};
use wire::problem::{Code, Problem};

use crate::counter::Counter;
use crate::verifications::here;

/// Pages of one file that a verdict shows.
const MAX_PAGES: usize = 3;
/// Points an inch.
const RESOLUTION: f64 = 120.0;
/// T-I3: what one page may cost; a licence of ours costs a tenth of it.
const WORK: u64 = 25_000_000;

/// The first pages of a file.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    pub(crate) pages: Vec<Picture>,
    /// Whether it has further pages.
    pub(crate) more: bool,
}

/// One page.
#[derive(Debug)]
pub(crate) struct Picture {
    /// Its number, from 1.
    pub(crate) number: String,
    /// The picture itself, as an address (RFC 2397): nothing is kept that a second request could have.
    pub(crate) address: String,
    /// Points across and down.
    pub(crate) size: (usize, usize),
    /// Whether something on it is not drawn, or not as the file means it.
    pub(crate) lacks: bool,
}

/// What a judged file looks like, if its seals hold.
pub(crate) fn pictures(report: &Report, octets: &[u8]) -> Pictures {
    match holds(report) {
        true => drawn(octets).unwrap_or_default(),
        false => Pictures::default(),
    }
}

/// Whether what the file shows is all sealed, by whom we trust. The page of an office shows no forged licence, and nobody
/// without such a seal has it draw anything; a licence that has ended is shown, below the answer that says so.
fn holds(report: &Report) -> bool {
    let seals = &report.signatures;
    let sealed = seals.iter().all(|one| one.verdict == Verdict::Valid)
        && seals.iter().any(|one| one.covers == Covers::WholeFile);
    let whole = match report.answer {
        None => report.verdict == Verdict::Valid,
        Some(answer) => !matches!(
            answer,
            Answer::Altered | Answer::Untrusted | Answer::Unknown
        ),
    };
    report.kind == Kind::Ofd && sealed && whole
}

fn drawn(octets: &[u8]) -> Result<Pictures, DrawPage> {
    let mut file = File::open(Cursor::new(octets))?;
    let count = file.pages();
    let mut pages = Vec::new();
    for place in 0..count.min(MAX_PAGES) {
        let drawn = file.draw(place, &settings())?;
        pages.push(Picture {
            number: (place + 1).to_string(),
            address: data_address("image/png", &drawn.png(Tint::Colour)),
            size: drawn.size(),
            lacks: !drawn.omissions.is_empty(),
        });
    }
    let more = count > pages.len();
    Ok(Pictures { pages, more })
}

fn settings() -> Settings {
    Settings {
        work: WORK,
        ..Settings::at(RESOLUTION)
    }
}

/// The page of this number, from 1, of an OFD file, as PNG.
///
/// # Errors
/// `NotFound` if it has no such page; `Busy` if as many files are looked at as may be; `Internal` for what is no OFD.
pub async fn picture(counter: &Counter, octets: &[u8], page: usize) -> Result<Vec<u8>, Problem> {
    let place = counter.place().await?;
    let drawn = here(|| one(octets, page))?;
    drop(place);
    drawn.map_err(|error| match error {
        DrawPage::NoSuchPage => Problem::new(Code::NotFound),
        _ => Problem::new(Code::Internal),
    })
}

fn one(octets: &[u8], page: usize) -> Result<Vec<u8>, DrawPage> {
    let place = page.checked_sub(1).ok_or(DrawPage::NoSuchPage)?;
    let drawn: Drawn = File::open(Cursor::new(octets))?.draw(place, &settings())?;
    Ok(drawn.png(Tint::Colour))
}
