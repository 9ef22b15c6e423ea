//! Why a page is not drawn, or something on it.

use canvas::{ReadFont, ReadPicture};
use ofd::shown::Gap;
use ofd::{ReadOfd, ReadPart};
use thiserror::Error;

/// Why a page is not drawn.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DrawPage {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] ReadOfd),
    /// It has no page there.
    #[error("there is no such page")]
    NoSuchPage,
    /// At this resolution the page has no point, or more than are drawn.
    #[error("a page of {0} × {1} points")]
    Size(f64, f64),
    /// An embedded typeface is damaged.
    #[error("a font cannot be read")]
    Font(#[from] ReadFont),
}

/// Something on a page that is not drawn, or not as the file means it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Omission {
    /// It is not read: the object, and what of it.
    #[error("of the object {}: {}", .0.object, .0.what)]
    Unread(Gap),
    /// A font brings no program; its text is drawn with one of ours.
    #[error("the font {0} is not in the file")]
    NotEmbedded(String),
    /// A font's program is not read; its text is drawn with one of ours.
    #[error("the font {0}: {1}")]
    Font(String, ReadFont),
    /// A font's program, or a picture, cannot be had.
    #[error("the part {0}: {1}")]
    Part(String, ReadPart),
    /// No typeface at hand has this character; it is not drawn.
    #[error("no font has {0:?}")]
    Character(char),
    /// A picture is not drawn.
    #[error("the picture {0}: {1}")]
    Picture(String, ReadPicture),
    /// A seal is not drawn since its signature value is not read: the signature's identifier.
    #[error("the seal of signature {0} cannot be read")]
    Seal(String),
    /// A seal's picture is not drawn: the signature's identifier, and its format.
    #[error("the picture of the seal of signature {0} is {1}")]
    SealPicture(String, String),
    /// There is more on the page than is drawn (T-I3); it ends there.
    #[error("there is more to draw than is drawn")]
    TooMuch,
}
