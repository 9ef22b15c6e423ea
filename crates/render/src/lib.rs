//! A page of a finished OFD file as points or as a drawing, from the file's bytes alone, and what of it is not drawn.
//!
//! A picture proves nothing: whether what it shows was signed is `verify`'s to say. It shows what the signed parts say,
//! read by the same reader, with the fonts of the file and the seals of its signature values; nothing is fetched, and
//! what cannot be drawn is told.

mod address;
mod drawn;
mod file;
mod glyphs;
mod marks;
mod omission;
mod points;
mod stamps;
mod surface;
mod vector;

pub use address::data_address;
pub use canvas::{ReadFont, ReadPicture, Tint};
pub use drawn::{Drawing, Drawn, MAX_POINTS, Seals, Settings};
pub use file::File;
pub use omission::{DrawPage, Omission};
