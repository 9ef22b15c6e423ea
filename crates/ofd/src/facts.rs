//! What is in a file, as plain values: read and recomputed, nothing judged.

use std::collections::BTreeSet;

use crate::area::Area;
use crate::fault::ReadPart;
use crate::signed::Signatures;

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
    /// Paths of the parts that hold its resources, in the order in which they are found.
    pub(crate) resources: Vec<String>,
    /// Pages under or over its pages.
    pub(crate) templates: Vec<TemplateFact>,
    /// Path of the list of its annotations.
    pub(crate) annotated: Option<String>,
    /// The greatest identifier of it, where that is greater than it says any is (`MaxUnitID`).
    pub beyond: Option<u64>,
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
    /// Its physical box; where it has none, that of its template, or the document's.
    pub area: Option<Area>,
}

impl PageFact {
    /// Whether what is shown of a stamp lies on the page: its whole box, or what `clip`, from the box's corner, leaves of
    /// it. A page without a box shows nothing that can be placed.
    #[must_use]
    pub fn shows(&self, stamp: Area, clip: Option<Area>) -> bool {
        let shown = stamp.cut(clip);
        // Stamps are placed from the corner of the page's box, wherever that lies.
        let sheet = self.area.map(|area| Area {
            x: 0.0,
            y: 0.0,
            ..area
        });
        sheet.is_some_and(|sheet| sheet.holds(&shown))
    }
}

/// A page that others lie on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TemplateFact {
    pub(crate) id: String,
    pub(crate) path: String,
    /// `ZOrder`.
    pub(crate) order: Option<String>,
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
