//! What a page shows, as plain values: objects in the order in which they are drawn, each in the space of the object that
//! holds it, and everything that is there and not understood.
//!
//! Read from the same parts by the same parser as what is signed (T-V10). Nothing is drawn here, no glyph looked up and no
//! picture decoded. Lengths are millimetres from the top left corner.

use std::io::{Read, Seek};

use crate::area::Area;
use crate::facts::{Body, Facts};
use crate::fault::{ReadOfd, ReadPart};
use crate::limits::MAX_TEMPLATES;
use crate::parts::Parts;
use crate::survey;
use container::Package;

mod annotated;
mod colour;
mod objects;
mod path;
mod resources;
mod text;
mod values;

pub use colour::Paint;
pub use path::{Path, Step};
pub use text::{Letter, Text};

use objects::Objects;
use resources::Resources;

/// Octets of a font or a picture.
const MAX_FILE: u64 = 32 * 1024 * 1024;

/// A file whose pages are looked at.
#[derive(Debug)]
pub struct Showing<R> {
    facts: Facts,
    parts: Parts<R>,
    resources: Resources,
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Its identifier.
    pub id: String,
    /// Its box; what lies outside is not shown. Objects are placed from its corner.
    pub area: Area,
    /// What is drawn, in this order.
    pub objects: Vec<Object>,
    /// What is there and not among them.
    pub gaps: Vec<Gap>,
}

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its identifier.
    pub id: String,
    /// Its boundary in the space that holds it: what lies outside is not shown (GB/T 33190-2016, 8.5). Without one it lies
    /// where its holder does.
    pub area: Option<Area>,
    /// From its own space to that of its boundary's corner: (x, y) becomes (a·x + c·y + e, b·x + d·y + f).
    pub matrix: [f64; 6],
    /// How much it hides of what is under it, 0 to 1.
    pub opacity: f64,
    /// What it is cut by: each of these.
    pub clips: Vec<Clip>,
    /// What it is.
    pub drawing: Drawing,
}

/// A shape that cuts: all of its areas together.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Paths with their places in the space of the clipped object, or, where `own` is false, of its boundary's corner.
    pub areas: Vec<([f64; 6], Path)>,
    /// Whether the object's matrix moves it too.
    pub own: bool,
}

/// Kinds of objects.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    /// Text.
    Text(Text),
    /// A path.
    Path(Path),
    /// A picture in the square of side 1: identifier of its resource.
    Picture(String),
    /// Others, in its own space.
    Group(Vec<Object>),
}

/// A line along a path or a glyph.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its width.
    pub width: f64,
    /// How its pieces meet.
    pub join: Join,
    /// How it ends.
    pub cap: Cap,
    /// How far a pointed join may reach out, in widths.
    pub miter: f64,
    /// Lengths drawn and left out in turn.
    pub dashes: Vec<f64>,
    /// How far into the pattern it begins.
    pub offset: f64,
}

/// How pieces of a line meet (GB/T 33190-2016, 8.2: Join).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// In a point.
    Miter,
    /// Round.
    Round,
    /// Cut off.
    Bevel,
}

/// How a line ends (GB/T 33190-2016, 8.2: Cap).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    /// Where it ends.
    Butt,
    /// In half a disc.
    Round,
    /// In half a square.
    Square,
}

/// Something on a page that is not read: the object that holds it, by its identifier where it has one, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The object.
    pub object: String,
    /// What is not read of it.
    pub what: Unread,
}

/// What is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unread {
    /// An element whose kind is not known.
    #[error("the element {0}")]
    Element(String),
    /// A colour that is a pattern or changes over its area.
    #[error("a colour of the kind {0}")]
    Colour(String),
    /// A value that is none of its type.
    #[error("the value of {0}")]
    Value(&'static str),
    /// A resource that is not there.
    #[error("the resource {0}")]
    Resource(String),
    /// A clip by the outlines of text.
    #[error("a clip by text")]
    ClipText,
    /// A mask over a picture.
    #[error("the mask of a picture")]
    Mask,
    /// A frame around a picture.
    #[error("the border of a picture")]
    Border,
    /// Text that is read in another direction than to the right; it is placed as if it were.
    #[error("a reading direction of {0} degrees")]
    Direction(i32),
    /// A part that cannot be read.
    #[error("the part {0}: {1}")]
    Part(String, ReadPart),
    /// More of something than is looked at; the page ends there.
    #[error("more than {0} of {1}")]
    TooMany(usize, &'static str),
}

/// A font among the resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFont {
    /// `FontName`.
    pub name: String,
    /// `FamilyName`.
    pub family: String,
    /// Whether it has serifs, as far as it says so.
    pub serif: bool,
    /// Whether it is bold itself.
    pub bold: bool,
    /// Whether it is slanted itself.
    pub italic: bool,
    /// Path of its program.
    pub file: Option<String>,
}

impl<R: Read + Seek> Showing<R> {
    /// Reads all of the file but what its pages show.
    ///
    /// # Errors
    /// [`ReadOfd`].
    pub fn open(mut reader: R) -> Result<Showing<R>, ReadOfd> {
        let facts = survey::read(&mut reader)?;
        let mut parts = Parts::new(Package::open(reader)?, Vec::new());
        let mut resources = Resources::default();
        for body in &facts.bodies {
            for path in &body.resources {
                resources.read(&mut parts, path);
            }
        }
        if let Some(fault) = parts.stop.take() {
            return Err(ReadOfd::Package(fault));
        }
        Ok(Showing {
            facts,
            parts,
            resources,
        })
    }

    /// What was found in the file: its pages and signatures.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The document whose pages are shown: the first, which is the one that is judged.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        self.facts.bodies.first()
    }

    /// The page at this place, from 0; `None` if there is none.
    pub fn page(&mut self, place: usize) -> Option<Leaf> {
        let body = self.facts.bodies.first()?;
        let page = body.pages.get(place)?;
        let mut objects = Objects::new(&self.resources);
        let own = self.parts.tree(&page.path, "Page");
        let mut under = Vec::new();
        let mut over = Vec::new();
        match &own {
            Ok(tree) => {
                // GB/T 33190-2016, 7.7: a template lies under the page unless it says Foreground.
                for (count, one) in tree.all("Template").enumerate() {
                    let id = one.attribute("TemplateID").unwrap_or_default();
                    if count >= MAX_TEMPLATES {
                        objects.gap(id, Unread::TooMany(MAX_TEMPLATES, "templates"));
                        break;
                    }
                    let Some(template) = body.templates.iter().find(|known| known.id == id) else {
                        objects.gap(id, Unread::Resource(id.to_owned()));
                        continue;
                    };
                    let front = one.attribute("ZOrder").or(template.order.as_deref());
                    match self.parts.tree(&template.path, "Page") {
                        Ok(found) if front == Some("Foreground") => over.push(found),
                        Ok(found) => under.push(found),
                        Err(fault) => objects.gap(id, Unread::Part(template.path.clone(), fault)),
                    }
                }
            }
            Err(fault) => objects.gap(&page.id, Unread::Part(page.path.clone(), fault.clone())),
        }
        let mut drawn = Vec::new();
        for tree in under.iter().chain(own.as_ref().ok()).chain(&over) {
            drawn.extend(objects.layers(tree));
        }
        let annotations = annotated::appearances(&mut self.parts, body, &page.id, &mut objects);
        drawn.extend(annotations);
        Some(Leaf {
            id: page.id.clone(),
            area: page.area.unwrap_or(A4),
            objects: drawn,
            gaps: objects.gaps(),
        })
    }

    /// The font of this identifier.
    #[must_use]
    pub fn font(&self, id: &str) -> Option<&ShownFont> {
        self.resources.fonts.get(id)
    }

    /// The path of the picture of this identifier.
    #[must_use]
    pub fn picture(&self, id: &str) -> Option<&str> {
        self.resources.pictures.get(id).map(String::as_str)
    }

    /// The octets of a font or a picture.
    ///
    /// # Errors
    /// [`ReadPart`].
    pub fn octets(&mut self, path: &str) -> Result<Vec<u8>, ReadPart> {
        self.parts.octets(path, MAX_FILE)
    }
}

/// What a page without a box is shown on.
const A4: Area = Area {
    x: 0.0,
    y: 0.0,
    width: 210.0,
    height: 297.0,
};

#[cfg(test)]
mod tests;
