//! The picture of a seal as lines and letters in millimetres, for any page format to draw.
//!
//! A picture proves nothing; the signed object does. Letters are placed in em squares, so that no
//! typeface need be known here: whoever draws them centres each glyph in its square.

use thiserror::Error;

mod curve;
mod name;
mod round;
mod window;

pub use name::NameSeal;
pub use round::Organisation;
pub use window::Window;

/// Why a seal cannot be drawn.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DrawSeal {
    /// A text that the picture cannot be without is empty.
    #[error("the seal's {0} is empty")]
    Empty(Inscription),
    /// A text has more characters than stay legible.
    #[error("the seal's {inscription} has {characters} characters, more than {most}")]
    TooLong {
        /// Which text.
        inscription: Inscription,
        /// How many it has.
        characters: usize,
        /// How many it may have.
        most: usize,
    },
    /// A size outside what seals are made in.
    #[error("a seal cannot be {0} micrometres wide")]
    Size(u32),
}

/// The texts on a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inscription {
    /// Name of the organisation.
    Name,
    /// What the seal is for.
    Purpose,
    /// The seal's code.
    Code,
    /// A date filled in at sealing.
    Date,
}

impl std::fmt::Display for Inscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Inscription::Name => "name",
            Inscription::Purpose => "purpose",
            Inscription::Code => "code",
            Inscription::Date => "date",
        })
    }
}

/// A picture: lines and letters of one colour on nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Width in millimetres.
    pub width: f64,
    /// Height in millimetres.
    pub height: f64,
    /// sRGB red, green, blue.
    pub colour: [u8; 3],
    /// Lines and filled shapes.
    pub shapes: Vec<Shape>,
    /// Letters.
    pub letters: Vec<Letter>,
}

/// The red of seals (looks 2, *default*).
pub const RED: [u8; 3] = [0xD7, 0x00, 0x0F];

/// Most characters a name may have (looks 2).
pub const LONGEST_NAME: usize = 40;

/// A line or filled shape, in millimetres from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Its outline.
    pub steps: Vec<Step>,
    /// Width of the line; nothing for a filled shape.
    pub line: Option<f64>,
}

/// A step of an outline; points are (right, down).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Begins a contour.
    Move((f64, f64)),
    /// A straight line.
    Line((f64, f64)),
    /// A cubic Bézier curve: two control points and the end.
    Curve((f64, f64), (f64, f64), (f64, f64)),
    /// Back to the contour's beginning.
    Close,
}

/// The typeface of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// 宋体, made bold.
    Song,
    /// 黑体.
    Hei,
}

/// A character in its em square.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// The character.
    pub character: char,
    /// Its typeface.
    pub style: Style,
    /// Middle of the square, (right, down).
    pub centre: (f64, f64),
    /// Height of the square.
    pub size: f64,
    /// Width of the square over its height: compressed below 1.
    pub stretch: f64,
    /// Clockwise turn in degrees.
    pub turn: f64,
}

/// A text's characters, checked for being there and not too many.
fn characters(text: &str, inscription: Inscription, most: usize) -> Result<Vec<char>, DrawSeal> {
    let characters: Vec<char> = text.chars().collect();
    match characters.len() {
        0 => Err(DrawSeal::Empty(inscription)),
        count if count > most => Err(DrawSeal::TooLong {
            inscription,
            characters: count,
            most,
        }),
        _ => Ok(characters),
    }
}

/// A straight line of letters with its middle at `centre`, compressed to `width` where it is wider.
fn straight(
    characters: &[char],
    style: Style,
    centre: (f64, f64),
    size: f64,
    width: f64,
) -> Vec<Letter> {
    let count = number(characters.len());
    let natural = size * 1.06;
    let pitch = if natural * count > width {
        width / count
    } else {
        natural
    };
    let stretch = (pitch / size * 0.97).min(1.0);
    let begin = centre.0 - pitch * (count - 1.0) / 2.0;
    let letters = characters
        .iter()
        .enumerate()
        .map(|(place, &character)| Letter {
            character,
            style,
            centre: (begin + pitch * number(place), centre.1),
            size,
            stretch,
            turn: 0.0,
        });
    letters.collect()
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
