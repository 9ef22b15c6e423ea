//! The catalogue as the registry keeps it: the files of an import, and the entries that acts changed since.

use catalogue::{Catalogue, ImportError, Sources, wire};
use registry::catalogues::Kept;

/// The files of a catalogue as they are kept: JSON of four texts.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct StoredSources {
    pub(crate) departments: String,
    pub(crate) types: String,
    pub(crate) matters: String,
    pub(crate) powers: Option<String>,
}

/// What is kept is not what was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadStored {
    /// Not of the form.
    #[error("the stored catalogue is damaged")]
    Damaged(#[from] serde_json::Error),
    /// It does not import.
    #[error("the stored catalogue does not import")]
    Import(#[from] ImportError),
}

impl StoredSources {
    /// The files as they read now: those of the import, with the entries of the acts since.
    pub(crate) fn of(kept: &Kept) -> Result<Self, ReadStored> {
        let mut stored: Self = serde_json::from_slice(&kept.sources)?;
        if kept.entries.is_empty() {
            return Ok(stored);
        }
        let entries = kept.entries.iter().map(|entry| wire(entry));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        stored.matters = stored.sources().with_matters(&entries)?;
        Ok(stored)
    }

    pub(crate) fn sources(&self) -> Sources<'_> {
        Sources {
            departments: self.departments.as_bytes(),
            types: self.types.as_bytes(),
            matters: self.matters.as_bytes(),
            powers: self.powers.as_deref().map(str::as_bytes),
        }
    }

    pub(crate) fn import(&self) -> Result<Catalogue, ImportError> {
        Catalogue::import(&self.sources())
    }
}

fn wire(entry: &[u8]) -> Result<wire::Matter, serde_json::Error> {
    serde_json::from_slice(entry)
}
