//! What the pages of an OFD file look like, for who has the file: drawn from its bytes, kept nowhere (decision 029).

use std::io::Cursor;

use render::{DrawPage, File, Settings, Tint, data_address};
use serde::{Deserialize, Serialize};
use verify::report::Covers;
use verify::{Answer, Kind, Report, Verdict};

/// Pages of one file that a verdict shows.
const MAX_PAGES: usize = 3;
/// Points an inch of a page as points.
const RESOLUTION: f64 = 120.0;
/// T-I3: what one page may cost; a licence of ours costs a tenth of it.
const WORK: u64 = 25_000_000;

/// The first pages of a file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Pictures {
    pub(crate) pages: Vec<Picture>,
    /// Whether it has further pages.
    pub(crate) more: bool,
}

/// One page.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Picture {
    /// Its number, from 1.
    pub(crate) number: String,
    /// The picture itself, as an address (RFC 2397): nothing is kept that a second request could have.
    pub(crate) address: String,
    /// Width and height in tenths of a millimetre.
    pub(crate) size: (u32, u32),
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
        let drawing = file.vector(place, &settings())?;
        let (width, height) = drawing.size;
        pages.push(Picture {
            number: (place + 1).to_string(),
            address: data_address("image/svg+xml", drawing.svg.as_bytes()),
            size: (tenths(width), tenths(height)),
            lacks: !drawing.omissions.is_empty(),
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a side of at most five metres"
)]
fn tenths(side: f64) -> u32 {
    (side * 10.0).round() as u32
}

/// How a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As points: PNG.
    Points,
    /// As a drawing: SVG of shapes, lines and pictures within.
    Drawing,
}

/// The page of this number, from 1.
pub(crate) fn one(octets: &[u8], page: usize, form: Form) -> Result<Vec<u8>, DrawPage> {
    let place = page.checked_sub(1).ok_or(DrawPage::NoSuchPage)?;
    let mut file = File::open(Cursor::new(octets))?;
    Ok(match form {
        Form::Points => file.draw(place, &settings())?.png(Tint::Colour),
        Form::Drawing => file.vector(place, &settings())?.svg.into_bytes(),
    })
}
