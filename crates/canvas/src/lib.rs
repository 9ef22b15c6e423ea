//! Pages as points: typefaces, outlines, fills, lines and pictures, for whoever draws; knows no page format.
//!
//! Lengths are in points of the board unless a function says otherwise, from the upper left corner, to the right and down.
//! Same arguments, same points. Nothing here panics on what others wrote, and whatever costs time takes it from a [`Work`].

mod board;
mod brought;
mod clip;
mod cover;
mod font;
mod matrix;
mod outline;
mod picture;
mod stroke;
mod tinted;

pub use board::{Blend, Board, Shade, Tint};
pub use clip::{Clip, Mask};
pub use cover::{Place, Rule, Spent, Work};
pub use font::cut::Cut;
pub use font::program::program;
pub use font::{Face, GlyphId, ReadFont, Typeface, Typefaces};
pub use matrix::Matrix;
pub use outline::{Contour, Outline};
pub use picture::{Picture, ReadPicture};
pub use stroke::{Cap, Join, Line};
pub use tinted::{is_tinted, tinted_png};
