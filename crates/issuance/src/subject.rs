//! What is sealed: a licence's page, or a document with the place for the seal on it.

use registry::jobs::Job;
use registry::licences::{Content, Record};

use affix::ofd::Place;

use crate::level::{Level, SealEdition, Shown};

/// Millimetres of a point.
const POINT: f64 = 25.4 / 72.0;

/// What is sealed.
#[derive(Debug)]
pub(crate) enum Subject {
    /// A licence's page.
    Licence(Box<(Record, Content)>),
    /// A document of the caller's own, with the place for the seal.
    Document(Spot),
}

/// What the seal stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// A field made for it on the page.
    #[default]
    Page,
    /// The empty field with which the office made the page.
    Field,
    /// Nothing: it goes over the right edges of all pages.
    Edges,
    /// Nothing: signed without a seal (GB/T 35275).
    Plain,
    /// Nothing: content without pages shows no seal.
    Nowhere,
}

/// Where a seal goes on a document.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Spot {
    /// The page, from 1.
    pub page: u32,
    /// The lower left corner in points of the page as it is seen.
    pub corner: (f64, f64),
    /// How much of the proof goes into the file.
    #[serde(default)]
    pub level: Level,
    /// What it stands in.
    #[serde(default)]
    pub stand: Stand,
    /// In which edition it is.
    #[serde(default)]
    pub edition: SealEdition,
}

impl Spot {
    /// The place that a caller named.
    #[must_use]
    pub fn of(shown: Shown, level: Level, edition: SealEdition) -> Self {
        let (stand, page, corner) = match shown {
            Shown::Page { page, corner } => (Stand::Page, page, corner),
            Shown::Edges { up } => (Stand::Edges, 1, (0.0, up)),
            Shown::Nowhere => (Stand::Plain, 0, (0.0, 0.0)),
        };
        Self {
            page,
            corner,
            level,
            stand,
            edition,
        }
    }

    /// No place: content without pages is sealed at this level.
    #[must_use]
    pub fn nowhere(level: Level) -> Self {
        Self {
            page: 0,
            corner: (0.0, 0.0),
            level,
            stand: Stand::Nowhere,
            edition: SealEdition::V4,
        }
    }

    /// The same place on an OFD document, in millimetres.
    #[must_use]
    pub fn on_package(&self) -> Place {
        let (right, up) = self.corner;
        let (left, up) = (right * POINT, up * POINT);
        match self.stand {
            Stand::Page => Place::OnPage {
                page: self.page,
                left,
                up,
            },
            // Without a seal nothing is shown, and nothing is asked for the place.
            Stand::Field | Stand::Plain | Stand::Nowhere => Place::Declared,
            Stand::Edges => Place::Edges { up },
        }
    }
}

impl Spot {
    /// The page from 1, and the lower left corner of the seal on it; or that it goes over the edges of all.
    #[must_use]
    pub fn told(&self) -> String {
        let (right, up) = self.corner;
        match self.stand {
            Stand::Edges => {
                return format!("over the right edges of all pages, {up:.2} pt from below");
            }
            Stand::Plain => return "signed without a seal (GB/T 35275), shown nowhere".to_owned(),
            Stand::Nowhere => return "not shown".to_owned(),
            Stand::Page | Stand::Field => {}
        }
        format!(
            "page {}, {right:.2} pt from the left, {up:.2} pt from below",
            self.page
        )
    }
}

impl Subject {
    /// The name of the signature's field.
    pub(crate) fn field(&self, job: &Job) -> String {
        match self {
            Self::Document(spot) if spot.stand != Stand::Field => format!("Seal-{}", job.id),
            Self::Licence(_) | Self::Document(_) => "Seal".to_owned(),
        }
    }

    /// Whether it is signed without a seal.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Document(spot) if spot.stand == Stand::Plain)
    }

    /// A licence is sealed for later years; a document as its caller asked.
    pub(crate) fn level(&self) -> Level {
        match self {
            Self::Licence(_) => Level::LongTerm,
            Self::Document(spot) => spot.level,
        }
    }
}
