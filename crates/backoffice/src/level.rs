//! What a caller may ask of a seal on a file of its own: how much of the proof goes into it (EN 319 142-1 6.1), in which
//! edition the seal is, and whether it stands on a page or over the edges of all.

use serde::{Deserialize, Serialize};

/// The baseline level of a seal signature on a caller's document. All are logged, and carry the log's receipt (D3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Level {
    /// B-B: the signature alone. It is judged by the signer's own word for its moment, while the certificate lives.
    #[serde(rename = "B-B")]
    Basic,
    /// B-T: with a time-stamp.
    #[serde(rename = "B-T")]
    Stamped,
    /// B-LT: with a time-stamp, and with chain, status answers and lists for later years.
    #[default]
    #[serde(rename = "B-LT")]
    LongTerm,
    /// B-LTA: with a time-stamp over all of that.
    #[serde(rename = "B-LTA")]
    Archived,
}

impl Level {
    /// `B-B`, `B-T`, `B-LT` or `B-LTA`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Basic => "B-B",
            Self::Stamped => "B-T",
            Self::LongTerm => "B-LT",
            Self::Archived => "B-LTA",
        }
    }

    /// Whether what proves it for later years goes into the file.
    #[must_use]
    pub fn keeps_proof(self) -> bool {
        matches!(self, Self::LongTerm | Self::Archived)
    }

    /// The level of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        [Self::Basic, Self::Stamped, Self::LongTerm, Self::Archived]
            .into_iter()
            .find(|level| level.code() == code)
    }
}

/// The edition of an electronic seal on an OFD file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SealEdition {
    /// GB/T 38540-2020.
    #[default]
    V4,
    /// GM/T 0031-2014, for readers that know no other; it has no place for a time-stamp, nor for a receipt.
    V1,
}

impl SealEdition {
    /// The edition of this code: `V4` or `V1`.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        match code {
            "V4" => Some(Self::V4),
            "V1" => Some(Self::V1),
            _ => None,
        }
    }
}

/// Where a seal is shown on a caller's file, if one is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shown {
    /// On a page.
    Page {
        /// Which, from 1.
        page: u32,
        /// The lower left corner of the seal, in points of the page as it is seen.
        corner: (f64, f64),
    },
    /// Over the right edges of all pages (骑缝章), in OFD alone.
    Edges {
        /// From the lower edge of the first page to the seal's, in points.
        up: f64,
    },
    /// Nowhere: signed with the seal's key and without its seal (GB/T 35275), in OFD alone.
    Nowhere,
}
