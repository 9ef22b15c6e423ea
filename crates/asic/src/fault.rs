//! Why a package cannot be read.

use container::ReadPackage;
use thiserror::Error;

/// Why a file is no ASiC package that is read here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadAsic {
    /// The ZIP breaks a rule (T-I4).
    #[error("{0}")]
    Package(#[from] ReadPackage),
    /// EN 319 162-1 A.1: `mimetype` is not the first entry, or is compressed, or has extra fields.
    #[error("mimetype: {0}")]
    Mimetype(&'static str),
    /// EN 319 162-1 4.3.3, 4.4.3: what stands in `META-INF` does not go with the kind of package.
    #[error("META-INF: {0}")]
    Structure(String),
    /// A manifest breaks the rules of its XML or its content (EN 319 162-1 A.4).
    #[error("{name}: {why}")]
    Manifest {
        /// Its name.
        name: String,
        /// Which rule.
        why: &'static str,
    },
    /// More of something than is read.
    #[error("beyond a limit: {0}")]
    Limit(&'static str),
    /// Nothing that signs or stamps.
    #[error("nothing in the package signs it")]
    Unsigned,
}

impl ReadAsic {
    /// The finding's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReadAsic::Package(fault) => package(fault),
            ReadAsic::Mimetype(_) => "asic.mimetype",
            ReadAsic::Structure(_) => "asic.structure",
            ReadAsic::Manifest { .. } => "asic.manifest",
            ReadAsic::Limit(_) => "asic.limit",
            ReadAsic::Unsigned => "asic.unsigned",
        }
    }
}

/// The rules of a ZIP by what breaking them is good for.
fn package(fault: &ReadPackage) -> &'static str {
    match fault {
        ReadPackage::Duplicate { .. } | ReadPackage::FileAndFolder { .. } => "asic.duplicate",
        ReadPackage::Path { .. } | ReadPackage::Name { .. } | ReadPackage::Special { .. } => {
            "asic.path"
        }
        ReadPackage::HeadersDiffer { .. } => "asic.headers-differ",
        ReadPackage::Gap { .. } | ReadPackage::Overlap { .. } | ReadPackage::NoEnd => {
            "asic.stray-octets"
        }
        ReadPackage::Data { .. } | ReadPackage::Checksum { .. } => "asic.damaged",
        ReadPackage::Ratio { .. }
        | ReadPackage::Expanded
        | ReadPackage::Large { .. }
        | ReadPackage::TooManyEntries => "asic.limit",
        _ => "asic.package",
    }
}
