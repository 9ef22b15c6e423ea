//! What was done to a file that was flattened, and why one is not.

use pdf::ReadPdf;
use thiserror::Error;

use crate::preflight::{Active, Finding};

/// Lines of a report. A file that needs more is not flattened: nobody would read them.
pub const MAX_LINES: usize = 10_000;

/// A file with nothing in it but what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flattened {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Its pages.
    pub pages: usize,
    /// Everything that was changed or left out, at most [`MAX_LINES`], in the order in which it was met.
    pub lines: Vec<Line>,
}

/// One thing that was changed or left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was done.
    pub done: Done,
    /// The page it was on, from 1, where it was on one.
    pub page: Option<u32>,
    /// The object that held it, as the given file numbers it.
    pub object: Option<u32>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Done {
    /// Something active was left out.
    Removed(Active),
    /// An annotation, or the widget of a field, was made content of its page by its appearance.
    Painted {
        /// Its kind, as the file names it.
        subtype: String,
    },
    /// An annotation that shows nothing by itself, or is hidden, was left out.
    Dropped {
        /// Its kind, as the file names it.
        subtype: String,
    },
    /// Content that a layer hides was taken out.
    HiddenContent,
    /// Layers were decided as they are by default, and are layers no more.
    LayersDecided,
    /// Earlier revisions were left out.
    EarlierRevisions {
        /// How many.
        count: usize,
    },
    /// Octets behind the end were left out.
    BehindTheEnd,
    /// Objects that the catalog does not reach were left out.
    Unreached {
        /// How many.
        count: usize,
    },
}

impl Done {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Done::Removed(_) => "flatten.removed",
            Done::Painted { .. } => "flatten.painted",
            Done::Dropped { .. } => "flatten.dropped",
            Done::HiddenContent => "flatten.hidden-content",
            Done::LayersDecided => "flatten.layers",
            Done::EarlierRevisions { .. } => "flatten.earlier-revisions",
            Done::BehindTheEnd => "flatten.behind-the-end",
            Done::Unreached { .. } => "flatten.unreached",
        }
    }
}

/// Why a file is not flattened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FlattenPdf {
    /// It cannot be read, is encrypted, or goes beyond a limit.
    #[error("the file cannot be read")]
    Read(#[from] ReadPdf),
    /// It carries, or carried, a signature: what was signed may not be written anew.
    #[error("the file carries a signature, which would be lost")]
    Signed,
    /// What it shows is not the same to every reader.
    #[error("it is not certain what the file shows: {what}")]
    Uncertain {
        /// What.
        what: &'static str,
        /// The page it is on, from 1, where it is on one.
        page: Option<u32>,
        /// The object that holds it.
        object: Option<u32>,
    },
    /// Something that may not be sealed would still be there.
    #[error("{} things would remain that a sealed file may not hold", .0.len())]
    Remains(Vec<Finding>),
}

impl FlattenPdf {
    /// A stable code; that of the reader for what cannot be read.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            FlattenPdf::Read(fault) => fault.code(),
            FlattenPdf::Signed => "flatten.signed",
            FlattenPdf::Uncertain { .. } => "flatten.uncertain",
            FlattenPdf::Remains(_) => "flatten.remains",
        }
    }
}
