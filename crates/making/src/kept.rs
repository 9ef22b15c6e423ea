//! An application as it is kept: what its digest is over.

use catalogue::wire;
use serde::{Deserialize, Serialize};

use crate::fault::MakingError;

/// A file that came with an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptFile {
    /// What it is; empty for the picture.
    pub(crate) name: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// SHA-256, lower-case hexadecimal.
    pub(crate) sha256: String,
    /// Octets.
    pub(crate) length: u64,
    /// Where it lies.
    pub(crate) object: String,
}

/// An application, whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) scope: wire::Seal,
    pub(crate) replaces: Option<String>,
    pub(crate) ground: String,
    pub(crate) picture: Option<KeptFile>,
    pub(crate) documents: Vec<KeptFile>,
    /// The list in which it was asked for with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) list: Option<OfList>,
}

/// The list of an application, and its place there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfList {
    pub(crate) list: String,
    /// From 1.
    pub(crate) line: usize,
    /// SHA-256 of the list, lower-case hexadecimal.
    pub(crate) digest: String,
}

impl Kept {
    pub(crate) fn read(octets: &[u8]) -> Result<Self, MakingError> {
        let read = serde_json::from_slice(octets);
        read.map_err(|_| MakingError::Store(DAMAGED))
    }

    pub(crate) fn scope(&self) -> Vec<u8> {
        // Texts alone: they always write.
        serde_json::to_vec(&self.scope).unwrap_or_default()
    }
}

pub(crate) const DAMAGED: registry::StoreError = registry::StoreError::Damaged {
    table: "seal_application",
};
