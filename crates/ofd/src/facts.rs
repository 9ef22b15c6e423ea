//! What is in a file, as plain values: read and recomputed, nothing judged.

use std::collections::BTreeSet;

use crate::fault::ReadPart;
use crate::signature::Signatures;

/// A file.
#[derive(Debug, Clone)]
pub struct Facts {
    /// All entries, in the order in which they lie in the file.
    pub entries: Vec<EntryFact>,
    /// Its documents; a licence has one.
    pub bodies: Vec<Body>,
    /// Parts that something leads to and that cannot be read.
    pub faults: Vec<PartFault>,
}

/// An entry of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFact {
    /// Path in the package.
    pub name: String,
    /// Octets of its content.
    pub size: u64,
}

/// A part that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartFault {
    /// The part's path, or the location as it is written where it leads nowhere.
    pub path: String,
    /// Why.
    pub fault: ReadPart,
}

/// A document of the file (`DocBody`).
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// What it says about itself.
    pub information: Information,
    /// Path of `Document.xml`.
    pub root: Option<String>,
    /// Its versions: a document with any shows something else to who reads versions.
    pub versions: usize,
    /// Its pages, in their order.
    pub pages: Vec<PageFact>,
    /// Its fonts.
    pub fonts: Vec<FontFact>,
    /// What is attached.
    pub attachments: Vec<AttachmentFact>,
    /// What stands on its pages as annotations.
    pub annotations: Vec<AnnotationFact>,
    /// Every path that is found by following locations from `OFD.xml`.
    pub reachable: BTreeSet<String>,
    /// Its signatures; `None` if it has no list of them.
    pub signatures: Option<Signatures>,
}

/// What a document says about itself (`DocInfo`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Information {
    /// `DocID`.
    pub document: Option<String>,
    /// `Title`.
    pub title: Option<String>,
    /// `Author`.
    pub author: Option<String>,
    /// `Subject`.
    pub subject: Option<String>,
    /// `Creator`.
    pub creator: Option<String>,
    /// `CreationDate`, as written.
    pub created: Option<String>,
    /// `CustomDatas`: names and values, in their order.
    pub custom: Vec<(String, String)>,
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageFact {
    /// `ID`.
    pub id: String,
    /// Path of its content.
    pub path: String,
    /// Its physical box, or the document's where it has none.
    pub area: Option<Area>,
}

/// An upright rectangle in millimetres, from the top left corner.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Extent to the right.
    pub width: f64,
    /// Extent downwards.
    pub height: f64,
}

/// Millimetres by which a rectangle may stand out of another and still lie in it: writers round.
const SLACK: f64 = 0.01;

impl Area {
    /// The rectangle of four numbers, of which the last two are above 0 (GB/T 33190-2016, 7.3: ST_Box).
    pub(crate) fn parse(text: &str) -> Option<Area> {
        let mut numbers = text.split_ascii_whitespace().map(str::parse::<f64>);
        let mut next = || numbers.next()?.ok().filter(|number| number.is_finite());
        let (x, y, width, height) = (next()?, next()?, next()?, next()?);
        let whole = width > 0.0 && height > 0.0 && numbers.next().is_none();
        whole.then_some(Area {
            x,
            y,
            width,
            height,
        })
    }

    /// Whether `other` lies in this rectangle.
    #[must_use]
    pub fn holds(&self, other: &Area) -> bool {
        other.x >= self.x - SLACK
            && other.y >= self.y - SLACK
            && other.x + other.width <= self.x + self.width + SLACK
            && other.y + other.height <= self.y + self.height + SLACK
    }

    /// Whether the two have a place in common.
    #[must_use]
    pub fn meets(&self, other: &Area) -> bool {
        other.x < self.x + self.width
            && self.x < other.x + other.width
            && other.y < self.y + self.height
            && self.y < other.y + other.height
    }
}

/// A font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontFact {
    /// `ID`.
    pub id: String,
    /// `FontName`.
    pub name: String,
    /// Path of its program; without one each reader shows glyphs of its own.
    pub file: Option<String>,
}

/// Something attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentFact {
    /// `ID`.
    pub id: String,
    /// `Name`.
    pub name: String,
    /// `Format`.
    pub format: Option<String>,
    /// Path of its content.
    pub path: String,
    /// Its content, where it is JSON or XML of at most a mebibyte.
    pub octets: Option<Vec<u8>>,
}

/// Octets of an attachment that is kept.
pub(crate) const MAX_ATTACHED: u64 = 1024 * 1024;

/// An annotation.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnotationFact {
    /// `ID` of the page.
    pub page: String,
    /// Its own `ID`.
    pub id: String,
    /// `Type`.
    pub kind: String,
    /// Where it stands, if it says so.
    pub area: Option<Area>,
    /// Whether it is shown.
    pub visible: bool,
}
