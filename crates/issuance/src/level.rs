//! How much of a signature's proof goes into a caller's file (EN 319 142-1 6.1).

use serde::{Deserialize, Serialize};

/// The baseline level of a seal signature on a caller's document. Both are logged, and carry the log's receipt (D3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Level {
    /// B-B: the signature alone. It is judged by the signer's own word for its moment, while the certificate lives.
    #[serde(rename = "B-B")]
    Basic,
    /// B-LT: with a time-stamp, and with chain, status answers and lists for later years.
    #[default]
    #[serde(rename = "B-LT")]
    LongTerm,
}

impl Level {
    /// `B-B` or `B-LT`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Basic => "B-B",
            Self::LongTerm => "B-LT",
        }
    }

    /// The level of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        [Self::Basic, Self::LongTerm]
            .into_iter()
            .find(|level| level.code() == code)
    }
}
