//! What a caller asks for when it has a file sealed, and why it may be refused.

use pdf::ReadPdf;
use thiserror::Error;
use time::OffsetDateTime;

use crate::update::WriteUpdate;

/// A signature to be prepared.
#[derive(Clone, Copy, Debug)]
pub struct SealRequest<'a> {
    /// The field.
    pub place: Place<'a>,
    /// What the field shows. Nothing leaves an existing field as it looks; a new one on a page needs it.
    pub appearance: Option<Appearance<'a>>,
    /// Whether the signature certifies the document.
    pub certification: Certification,
    /// The claimed moment, written to /M with this offset.
    pub claimed: OffsetDateTime,
    /// /Name: the signer in words. It proves nothing.
    pub name: Option<&'a str>,
    /// /Reason. Not together with a commitment type or policy in the message (EN 319 142-1, 6.3).
    pub reason: Option<&'a str>,
    /// /Location.
    pub location: Option<&'a str>,
    /// /ContactInfo.
    pub contact: Option<&'a str>,
    /// Octets kept for the message, at most [`MAX_RESERVE`](crate::seal::MAX_RESERVE).
    pub reserve: usize,
}

/// Where the signature stands.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// In an empty signature field that the file has.
    Field {
        /// Its name: the parts of all its ancestors and its own, with periods between.
        name: &'a str,
        /// How the appearance is put into its rectangle.
        fit: Fit,
    },
    /// In a new field on a page.
    Page(NewField<'a>),
    /// In a new field that shows nothing.
    Invisible {
        /// Its name, without periods.
        name: &'a str,
    },
}

impl Place<'_> {
    /// The name of the field.
    pub(crate) fn name(&self) -> &str {
        match self {
            Place::Field { name, .. } | Place::Invisible { name } => name,
            Place::Page(place) => place.name,
        }
    }
}

/// How an appearance is put into the rectangle of a field. It always keeps its shape and stands in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fit {
    /// In its own size; the rectangle becomes as large. In a file that is signed already the rectangle stays,
    /// and must be large enough.
    Natural,
    /// As large as the rectangle allows; the rectangle stays.
    Within,
    /// As large as this rectangle allows, which becomes the field's: left, bottom, right, top in points of the
    /// page as it is seen. Not in a file that is signed already.
    At([f64; 4]),
}

/// A new field. What is said in points is said of the page as it is seen: turned, cropped, and with its unit.
#[derive(Clone, Copy, Debug)]
pub struct NewField<'a> {
    /// Its name: not empty, without periods, not yet in use.
    pub name: &'a str,
    /// The page, from 1.
    pub page: u32,
    /// Lower left corner, in points from that of the page.
    pub corner: (f64, f64),
    /// Width and height in points.
    pub size: (f64, f64),
    /// /TU: what a screen reader says (ISO 14289-1, 7.18.4).
    pub described: &'a str,
}

/// A form XObject and what it needs, as objects without numbers.
#[derive(Clone, Copy)]
pub struct Appearance<'a> {
    /// Width of its /BBox, which begins at `0 0`, in points.
    pub width: f64,
    /// Height of its /BBox.
    pub height: f64,
    /// The bodies of the objects when the first has this number and the others follow; the first is the form.
    pub bodies: &'a dyn Fn(u32) -> Vec<Vec<u8>>,
}

impl std::fmt::Debug for Appearance<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Appearance")
            .field("width", &self.width)
            .field("height", &self.height)
            .finish_non_exhaustive()
    }
}

/// What a signature says about later changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certification {
    /// Nothing.
    Approval,
    /// It is the first, and certifies: after it forms may be filled and signatures added (DocMDP, /P 2).
    Certify,
}

/// Why a file is not sealed. Nothing of it was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareSeal {
    /// The file, or a part that must be understood, cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] ReadPdf),
    /// The update cannot be written.
    #[error("the update cannot be written")]
    Update(#[from] WriteUpdate),
    /// No octets are to be kept for the message, or too many.
    #[error("{reserve} octets cannot be kept for the message")]
    Reserve {
        /// Octets asked for.
        reserve: usize,
    },
    /// No field has this name.
    #[error("no field has this name")]
    NoField,
    /// The field is of another kind.
    #[error("the field is not for signatures")]
    OtherField,
    /// The field is signed.
    #[error("the field is signed already")]
    Signed,
    /// A signature says that this field does not change.
    #[error("an earlier signature locks the field")]
    Locked,
    /// A signature says that nothing changes after it.
    #[error("an earlier signature forbids every change")]
    Final,
    /// A certification permits signatures, but no new annotation, which a new field that is seen has
    /// (ISO 32000-2, table 257): use a field that is there, or one that shows nothing.
    #[error("an earlier signature forbids new annotations, and with them a new visible field")]
    NewAnnotation,
    /// Only the first signature certifies (ISO 32000-2, 12.8.2.2).
    #[error("the file is signed, and only the first signature can certify it")]
    NotFirst,
    /// The field wants of a signature what is not offered here (/SV, ISO 32000-2, 12.7.5.5).
    #[error("the field has seed values that a signature must obey")]
    SeedValue,
    /// The field shows itself in several places, or in none where a place is needed.
    #[error("the field has {widgets} widgets")]
    Widgets {
        /// How many.
        widgets: usize,
    },
    /// The field is too small for the appearance, and an earlier signature forbids that it grow.
    #[error("the appearance does not fit the field's rectangle")]
    TooSmall,
    /// An earlier signature forbids that the field get another rectangle.
    #[error("the file is signed, and the field cannot be moved")]
    Moved,
    /// A new field's name is empty, has a period, or is in use.
    #[error("a new field cannot have this name")]
    Name,
    /// A new field on a page needs something to show.
    #[error("a field on a page needs an appearance")]
    NoAppearance,
    /// The appearance has no objects or no size.
    #[error("the appearance is empty")]
    EmptyAppearance,
    /// There is no such page.
    #[error("page {page} of {pages}")]
    NoPage {
        /// The page asked for.
        page: u32,
        /// How many there are.
        pages: usize,
    },
    /// The page's boxes, turn or unit make no sense.
    #[error("the page has no frame")]
    NoFrame,
    /// The rectangle reaches beyond what is seen of the page.
    #[error("the place is not within the page as it is seen")]
    Outside,
}

/// Why a message is not put into its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FinishSeal {
    /// It is too long: prepare again with `needs`, and sign again.
    #[error("the message has {needs} octets, {has} are kept for it")]
    TooLarge {
        /// Octets of the message.
        needs: usize,
        /// Octets kept.
        has: usize,
    },
    /// It is not one DER element and nothing else (EN 319 142-1, 6.3).
    #[error("the message is not one DER element")]
    NotDer,
}
