//! From a template to a sheet: what all its pages share is laid out once, a page's values are set
//! into the places left for them.

use thiserror::Error;

pub(crate) mod fill;
pub(crate) mod flow;
pub(crate) mod frame;
pub(crate) mod leaves;
pub(crate) mod paragraphs;
pub(crate) mod plan;
pub(crate) mod region;
pub(crate) mod set;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod value;

/// Why a page cannot be rendered.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RenderPage {
    /// The licence data are not what `licence.json` has to be.
    #[error("the licence data cannot be read")]
    Licence(#[source] serde_json::Error),
    /// The data name another template or another version of it.
    #[error("the licence data are for template `{key}` version `{version}`")]
    OtherTemplate {
        /// The template that the data name.
        key: String,
        /// Its version.
        version: String,
    },
    /// A value that the template needs is missing.
    #[error("field `{field}` is missing")]
    Missing {
        /// Name in the licence data.
        field: String,
    },
    /// The data hold a field for which the template has no place: the page would show less than is
    /// signed (R8).
    #[error("the template has no place for field `{field}`")]
    Unplaced {
        /// Name in the licence data.
        field: String,
    },
    /// A value is not of the kind that the template expects.
    #[error("field `{field}` is not of the kind the template expects")]
    WrongShape {
        /// Name in the licence data.
        field: String,
    },
    /// No typeface has this character; an empty box is never printed.
    #[error("no font has the character {character:?} (U+{:04X}) of field `{field}`", u32::from(*character))]
    UnknownCharacter {
        /// The character.
        character: char,
        /// Name in the licence data, or the part of the page.
        field: String,
    },
    /// A value does not fit its place at the smallest size.
    #[error("field `{field}` does not fit its place on the page")]
    DoesNotFit {
        /// Name in the licence data.
        field: String,
    },
    /// A row of a table is taller than a page at the smallest size, or than what the seal leaves of one where it is
    /// the last: rows are never broken.
    #[error("row {row} of field `{field}` is taller than a page")]
    RowTooTall {
        /// Name of the list in the data.
        field: String,
        /// Which of its rows, from 1.
        row: usize,
    },
    /// The document has more pages than one may have.
    #[error("the document has more than {most} pages at the smallest size")]
    TooManyPages {
        /// How many it may have.
        most: usize,
    },
    /// The code's modules would be smaller than a copier and a 200 dpi scan can keep.
    #[error("a code of {side} modules does not fit: modules would be smaller than 0.4 mm")]
    CodeTooDense {
        /// Modules along one side.
        side: usize,
    },
    /// The template shows a code and none was given.
    #[error("the page needs its printed code")]
    NoCode,
    /// The template shows a photograph and none was given, or the reverse.
    #[error("the page {} a photograph", if *.wanted { "needs" } else { "has no place for" })]
    Photo {
        /// Whether the template has a place for one.
        wanted: bool,
    },
    /// The photograph is not the one whose digest the licence data name.
    #[error("the photograph's digest is not that of field `{field}`")]
    OtherPhoto {
        /// The field that holds the digest.
        field: String,
    },
    /// The data cannot be put into a package.
    #[error("the package cannot be written")]
    Package(#[source] ofd::draw::WriteOfd),
}

impl RenderPage {
    /// Layout has measured every character before painting; this names one that it has not.
    pub(crate) fn unknown(character: char) -> RenderPage {
        RenderPage::UnknownCharacter {
            character,
            field: "page".to_owned(),
        }
    }
}
