//! A document to be written: pages of text, paths and pictures in millimetres from the top left corner, with all that
//! they are drawn with.
//!
//! Same document, same octets. The list of signatures is named and empty, since `OFD.xml` is itself signed
//! (spec 3.2: it has to be in place before the first signature).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::Information;
use container::Packed;
use container::ReadPackage;
use container::{WritePackage, written};
use thiserror::Error;

mod content;
mod parts;
mod templates;

pub use crate::area::Area;
pub use templates::Templates;

/// Why a document is not written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteOfd {
    /// The package would not be read, or is too large.
    #[error(transparent)]
    Package(#[from] WritePackage),
    /// Template pages that were drawn for fewer fonts than the document has.
    #[error("the template pages are of another document")]
    Templates,
}

/// A document.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What it says about itself; `created` as `yyyy-MM-dd`.
    pub information: Information,
    /// Fonts, which texts name by their place.
    pub fonts: Vec<Font>,
    /// Pictures, which pages name by their place.
    pub images: Vec<Image>,
    /// Pages that others lie on.
    pub templates: Templates,
    /// Pages.
    pub pages: Vec<Page>,
    /// What is attached.
    pub attachments: Vec<Attached>,
}

/// A font with its program.
#[derive(Debug, Clone)]
pub struct Font {
    /// Its name, which no other font of the document has.
    pub name: String,
    /// The name of its typeface.
    pub family: String,
    /// TrueType, with a character map.
    pub program: Resource,
}

/// A file that documents are drawn with, compressed once for all that have it. A copy is another name for the same file.
#[derive(Debug, Clone)]
pub struct Resource(Arc<Packed>);

impl Resource {
    /// A file of this content.
    #[must_use]
    pub fn of(content: Vec<u8>) -> Resource {
        Resource(Arc::new(Packed::of(content)))
    }
}

/// A picture.
#[derive(Debug, Clone)]
pub struct Image {
    /// How it is coded.
    pub format: ImageFormat,
    /// The file.
    pub octets: Vec<u8>,
}

/// How a picture is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Template pages that it lies on, by their places; a place without one counts for nothing.
    pub templates: Vec<usize>,
    /// What is drawn, in this order.
    pub marks: Vec<Mark>,
}

/// An sRGB colour.
pub type Colour = [u8; 3];

/// Something drawn.
#[derive(Debug, Clone)]
pub enum Mark {
    /// A line of text.
    Text(Text),
    /// A path.
    Path(Path),
    /// A picture that fills an area.
    Picture(usize, Area),
    /// A square of modules.
    Grid(Grid),
}

/// A line of text.
#[derive(Debug, Clone)]
pub struct Text {
    /// Place of its font.
    pub font: usize,
    /// Side of the em square.
    pub size: f64,
    /// The characters, and how far along the baseline from the first place each begins.
    pub characters: Vec<(char, f64)>,
    /// Where the baseline begins.
    pub at: (f64, f64),
    /// Anti-clockwise turn about `at`, in degrees.
    pub turn: f64,
    /// Colour.
    pub colour: Colour,
    /// Width of a line of the same colour along the outlines, which makes it bolder.
    pub outline: Option<f64>,
}

/// A path.
#[derive(Debug, Clone)]
pub struct Path {
    /// Its steps.
    pub steps: Vec<Step>,
    /// Colour inside, by the non-zero rule.
    pub fill: Option<Colour>,
    /// Colour and width of the line.
    pub line: Option<(Colour, f64)>,
}

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Begins a contour.
    Move(f64, f64),
    /// A straight line.
    Line(f64, f64),
    /// A cubic Bézier curve: two control points and the end.
    Curve([(f64, f64); 3]),
    /// Back to the beginning of the contour.
    Close,
}

/// A square of dark and light modules, of which the dark ones are drawn in black.
#[derive(Debug, Clone)]
pub struct Grid {
    /// What it fills.
    pub area: Area,
    /// Rows from the top.
    pub rows: Vec<Vec<bool>>,
}

/// Something attached.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Name that readers show.
    pub name: String,
    /// Name of its file, plain and of ASCII.
    pub file: String,
    /// Its format, such as `json`.
    pub format: String,
    /// Its content.
    pub octets: Vec<u8>,
}

impl Draft {
    /// The file.
    ///
    /// # Errors
    /// [`WriteOfd`] for names of attachments that are not plain or collide, or too much of anything.
    pub fn write(&self) -> Result<Vec<u8>, WriteOfd> {
        if !self.templates.admits(self.fonts.len()) {
            return Err(WriteOfd::Templates);
        }
        let parts = parts::parts(self);
        let mut names = BTreeSet::new();
        if let Some(twice) = parts.iter().find(|(name, _)| !names.insert(name)) {
            let name = twice.0.clone();
            let twice = WritePackage::from(ReadPackage::Duplicate { name });
            return Err(twice.into());
        }
        let parts = parts.iter();
        let entries = parts.map(|(name, packed)| (name.as_str(), packed.as_ref()));
        Ok(written(entries)?)
    }

    /// The identifier of the picture at this place, behind those of fonts and template pages.
    fn image_identifier(&self, place: usize) -> usize {
        self.templates.last().max(self.fonts.len()) + 1 + place
    }
}

/// The identifier of the page at this place, from 0.
///
/// Fonts come first, then template pages with all that is on them, then pictures, then pages, so that a stamp can name a page
/// of a draft.
#[must_use]
pub fn page_identifier(draft: &Draft, place: usize) -> usize {
    draft.image_identifier(draft.images.len()) + place
}

#[cfg(test)]
mod tests;
