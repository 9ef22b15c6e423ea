//! How licences look: two of each type as PDF and as OFD, poppler's picture of the one beside ours of the other, and what
//! differs between them; and our drawing of the OFD as librsvg shows it.
//!
//! The first of a type is its sample, the second has names of forty characters. The PDF has the picture of the seal in its
//! field and nothing signed; the OFD is sealed.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use canvas::{Blend, Board, Clip, Matrix, Picture, Work};
use document::{Appearance, Edition};
use render::{File, Seals, Settings};
use seal::picture::{Organisation, RED};

use crate::packages::under;

mod measured;
mod sheet;

#[path = "../../crates/document/examples/looks/picture.rs"]
mod picture;
#[path = "../../crates/document/tests/pages/samples.rs"]
#[expect(dead_code, reason = "the tests of pages use more of it")]
mod samples;

pub use measured::{Measured, compare};

/// Points an inch.
const RESOLUTION: f64 = 150.0;

/// A picture: points across, and red, green and blue of each, rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Points {
    /// Points across.
    pub width: usize,
    /// Each point.
    pub all: Vec<[u8; 3]>,
}

impl Points {
    /// Points down.
    #[must_use]
    pub fn height(&self) -> usize {
        self.all.len() / self.width.max(1)
    }

    /// The upper left part of it.
    fn cropped(&self, width: usize, height: usize) -> Points {
        let rows = self.all.chunks(self.width.max(1)).take(height);
        let all = rows.flat_map(|row| row.iter().take(width).copied());
        Points {
            width,
            all: all.collect(),
        }
    }
}

/// A licence as both files show it, with its seal and without.
#[derive(Debug)]
pub struct Look {
    /// Type, and which of the two.
    pub name: String,
    /// The PDF, by poppler: sealed, not sealed.
    pub pdf: [Points; 2],
    /// The OFD, by us: sealed, its seal left out.
    pub ofd: [Points; 2],
    /// The sealed OFD as our drawing (SVG), by librsvg.
    pub drawing: Points,
}

/// Gives each licence to `taker`, one after the other; the files stay in `folder`.
///
/// # Errors
/// What stands in the way: a page of OFD of which something is not drawn does.
pub fn each(
    folder: &Path,
    mut taker: impl FnMut(Look) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for sample in samples::all() {
        for second in [false, true] {
            taker(look(&sample, second, folder)?)?;
        }
    }
    Ok(())
}

fn look(sample: &samples::Sample, second: bool, folder: &Path) -> anyhow::Result<Look> {
    let mut sample = sample.clone();
    if second {
        sample.lengthen();
    }
    let name = format!("{}-{}", sample.key(), 1 + u8::from(second));
    let blank = sample.blank(Edition::Sample);
    let issuer = sample.issuer().to_owned();
    let purpose = issuer.ends_with("行政审批服务局");
    let organisation = Organisation {
        name: &issuer,
        purpose: purpose.then_some("行政审批专用章"),
        code: "9901020000018",
        diameter: 42.0,
        colour: RED,
    };
    let bare = sample.render(&blank)?;
    let appearance = Appearance::draw(&organisation.draw()?)?;
    let pdf = picture::put(&bare, &appearance).context("a page of ours")?;
    let ofd = blank.render_ofd(&sample.shown().page())?;
    let ofd = under(ofd, &organisation)?;
    fs::write(folder.join(format!("{name}.ofd")), &ofd)?;
    let by_poppler = |kind: &str, octets: &[u8]| {
        let path = folder.join(format!("{name}{kind}.pdf"));
        fs::write(&path, octets)?;
        poppler(&path)
    };
    let pdf = [by_poppler("", &pdf)?, by_poppler("-bare", &bare.bytes)?];
    let mut file = File::open(Cursor::new(ofd))?;
    let mut ours = |seals| {
        let settings = Settings {
            seals,
            ..Settings::at(RESOLUTION)
        };
        let drawn = file.draw(0, &settings)?;
        anyhow::ensure!(drawn.omissions.is_empty(), "{name}: {:?}", drawn.omissions);
        Ok(Points {
            width: drawn.size().0,
            all: drawn.points().to_vec(),
        })
    };
    let ofd = [ours(Seals::Shown)?, ours(Seals::LeftOut)?];
    let drawing = file.vector(0, &Settings::at(RESOLUTION))?;
    anyhow::ensure!(
        drawing.omissions.is_empty(),
        "{name}: {:?}",
        drawing.omissions
    );
    let path = folder.join(format!("{name}.svg"));
    fs::write(&path, drawing.svg)?;
    let drawing = librsvg(&path)?;
    Ok(Look {
        name,
        pdf,
        ofd,
        drawing,
    })
}

/// A drawing as librsvg draws it.
fn librsvg(path: &Path) -> anyhow::Result<Points> {
    let resolution = RESOLUTION.to_string();
    let answer = Command::new("rsvg-convert")
        .args(["-d", &resolution, "-p", &resolution, "-b", "white"])
        .arg(path)
        .output()
        .context("rsvg-convert of librsvg2-bin")?;
    let picture = Picture::decode(&answer.stdout, 100_000_000);
    let picture = picture.with_context(|| format!("{}: librsvg drew nothing", path.display()))?;
    let (width, height) = picture.size();
    let side = |side: usize| u32::try_from(side).map(f64::from);
    let map = Matrix::scale(side(width)?, side(height)?);
    let mut board = Board::white(width, height);
    let on = (&Clip::board(width, height), Blend::Over);
    board.picture(&picture, &map, 1.0, on, &mut Work(u64::MAX))?;
    Ok(Points {
        width,
        all: board.points().to_vec(),
    })
}

/// The first page as poppler draws it.
fn poppler(path: &Path) -> anyhow::Result<Points> {
    let resolution = RESOLUTION.to_string();
    let answer = Command::new("pdftoppm")
        .args(["-r", &resolution, "-f", "1", "-l", "1"])
        .arg(path)
        .output()
        .context("pdftoppm of poppler-utils")?;
    let head = answer.stdout.splitn(4, |octet| octet.is_ascii_whitespace());
    let words: Vec<&[u8]> = head.collect();
    let [b"P6", width, _, rest] = words.as_slice() else {
        anyhow::bail!("{}: poppler drew nothing", path.display());
    };
    let width = std::str::from_utf8(width)?.parse()?;
    // Behind the greatest value, 255, and a line break.
    let octets = rest.get(4..).context("points")?;
    let (all, _) = octets.as_chunks::<3>();
    Ok(Points {
        width,
        all: all.to_vec(),
    })
}

/// A sheet for people: the PDF and the OFD of each licence beside each other, a third as large, as a PNG file.
#[must_use]
pub fn sheet(looks: &[Look]) -> Vec<u8> {
    let pages = looks.iter().flat_map(|look| {
        let [pdf, _] = &look.pdf;
        let [ofd, _] = &look.ofd;
        [pdf, ofd]
    });
    sheet::beside(&pages.collect::<Vec<_>>())
}
