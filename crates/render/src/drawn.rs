//! What is asked for, and a page as points.

use canvas::{Board, Tint};

use crate::omission::Omission;

/// Points of a page at most: A4 at 600 dpi has 35 million.
pub const MAX_POINTS: f64 = 40_000_000.0;

/// How a page is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Points an inch.
    pub resolution: f64,
    /// Whether its seals are drawn.
    pub seals: Seals,
    /// What it may cost (T-I3): sides of outlines met by rows, points of pictures looked up. Beyond it the page ends.
    pub work: u64,
}

/// What a page may cost where nothing else is said; a licence at 600 dpi costs a tenth of it.
const WORK: u64 = 250_000_000;

impl Settings {
    /// With its seals, at this resolution.
    #[must_use]
    pub fn at(resolution: f64) -> Settings {
        Settings {
            resolution,
            seals: Seals::Shown,
            work: WORK,
        }
    }
}

/// Whether seals are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seals {
    /// From the signature values, where the signatures place them.
    Shown,
    /// The page as it was before it was sealed.
    LeftOut,
}

/// A page as points.
#[derive(Debug, Clone)]
pub struct Drawn {
    pub(crate) board: Board,
    pub(crate) resolution: f64,
    /// What is not drawn, or not as the file means it: each once.
    pub omissions: Vec<Omission>,
}

impl Drawn {
    /// Points across and down.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.board.size()
    }

    /// Red, green and blue of each point, rows from the top.
    #[must_use]
    pub fn points(&self) -> &[[u8; 3]] {
        self.board.points()
    }

    /// The page as a PNG file that tells its resolution: the same bytes for the same page.
    #[must_use]
    pub fn png(&self, tint: Tint) -> Vec<u8> {
        self.board.png(tint, dots_a_metre(self.resolution))
    }
}

/// A page as a drawing.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// SVG 1.1 of shapes, lines and pictures within: no text, no script, no style sheet, no address outside.
    pub svg: String,
    /// Width and height in millimetres.
    pub size: (f64, f64),
    /// What is not drawn, or not as the file means it: each once.
    pub omissions: Vec<Omission>,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a resolution is far below what it holds, and casts of floats saturate"
)]
fn dots_a_metre(resolution: f64) -> u32 {
    (resolution / 0.0254 + 0.5) as u32
}
