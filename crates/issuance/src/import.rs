//! Importing a catalogue: read whole, kept whole, in force at once.

use catalogue::ImportError;
use catalogue::report::feed::{Breach, Change};
use crypto::sha256;
use registry::trace::{Act, Deed};
use registry::{Registry, StoreError};
use thiserror::Error;
use time::UtcDateTime;

use crate::asker::Asker;
use crate::office::{Office, OpenOffice, StoredSources};

/// Why a catalogue is not in force.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportCatalogueError {
    /// The files do not import; every defect is listed.
    #[error("the files do not import")]
    Import(#[from] ImportError),
    /// It may not follow the catalogue in force: a published version would change or go away, or
    /// a matter would take a way that its life does not have.
    #[error("it may not follow the catalogue in force")]
    Breaches(Vec<Breach>),
    /// A file is not UTF-8.
    #[error("{0} is not UTF-8")]
    NotText(&'static str),
    /// What follows from it cannot be put together.
    #[error("what follows from the catalogue cannot be put together")]
    Desk(#[from] OpenOffice),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// The published files (see `catalogue::Sources`).
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    /// `departments.json`.
    pub departments: &'a [u8],
    /// `licence-types.json`.
    pub types: &'a [u8],
    /// `matters-catalogue.json`.
    pub matters: &'a [u8],
    /// `powers.json`.
    pub powers: Option<&'a [u8]>,
}

impl Files<'_> {
    fn stored(&self) -> Result<StoredSources, ImportCatalogueError> {
        let text = |octets: &[u8], name| {
            String::from_utf8(octets.to_vec()).map_err(|_| ImportCatalogueError::NotText(name))
        };
        Ok(StoredSources {
            departments: text(self.departments, "departments")?,
            types: text(self.types, "types")?,
            matters: text(self.matters, "matters")?,
            powers: self
                .powers
                .map(|octets| text(octets, "powers"))
                .transpose()?,
        })
    }
}

/// Keeps the files of a catalogue that imports; returns it and its version. For a registry that no office is open
/// on yet.
///
/// # Errors
/// `Import` with every defect; then nothing is kept.
pub async fn keep(
    registry: &Registry,
    files: &Files<'_>,
    person: &str,
    now: UtcDateTime,
) -> Result<(catalogue::Catalogue, u64), ImportCatalogueError> {
    let stored = files.stored()?;
    let catalogue = stored.import()?;
    let sources = serde_json::to_vec(&stored).unwrap_or_default();
    let digest = sha256(&sources);
    let version = registry
        .catalogues()
        .import(sources, digest, person.to_owned(), now)
        .await?;
    Ok((catalogue, version))
}

/// Imports a catalogue and puts it in force; returns its version.
///
/// # Errors
/// [`ImportCatalogueError`]; then the catalogue before stays in force.
pub async fn import(
    office: &Office,
    asker: &Asker,
    files: &Files<'_>,
) -> Result<u64, ImportCatalogueError> {
    let now = office.clock.now();
    // Published versions never change (domain.md 4.5): a new version stands beside the old one.
    let breaches = office.desk().catalogue.breaches(&files.stored()?.import()?);
    if !breaches.is_empty() {
        return Err(ImportCatalogueError::Breaches(breaches));
    }
    let (catalogue, version) = keep(&office.registry, files, &asker.person, now).await?;
    office.put_in_force(catalogue).await?;
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(now),
        deed: Deed::Import,
        object: "catalogue".to_owned(),
        ground: format!("version {version}"),
        detail: Vec::new(),
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(version)
}

/// What changed from the catalogue of version `since` to the one in force; nothing is said of a
/// version that was never imported.
///
/// # Errors
/// `Store`; `Import` when the kept files do not import any more.
pub async fn changes(
    office: &Office,
    since: u64,
) -> Result<Option<Vec<Change>>, ImportCatalogueError> {
    let Some(kept) = office.registry.catalogues().find(since).await? else {
        return Ok(None);
    };
    let sources: StoredSources =
        serde_json::from_slice(&kept.sources).map_err(|_| OpenOffice::Stored)?;
    let earlier = sources.import()?;
    Ok(Some(earlier.changes_to(&office.desk().catalogue)))
}
