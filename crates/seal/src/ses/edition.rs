//! The editions of the structure.

use std::fmt;

/// An edition of the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edition {
    /// GM/T 0031-2014.
    V1,
    /// GB/T 38540-2020.
    V4,
    /// GM/T 0031-2025, by a public implementation.
    V5,
}

impl Edition {
    /// How the signature is called in a report.
    #[must_use]
    pub fn format(self) -> &'static str {
        match self {
            Self::V1 => "GM/T 0031 V1",
            Self::V4 => "GB/T 38540 V4",
            Self::V5 => "GM/T 0031 V5",
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "V1",
            Self::V4 => "V4",
            Self::V5 => "V5",
        })
    }
}
