//! Importing a catalogue: read whole, kept whole, in force at once.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use catalogue::key::SealCode;
use catalogue::report::feed::{Breach, Change};
use catalogue::{Catalogue, ImportError};
use crypto::sha256;
use registry::catalogues::Kept;
use registry::trace::{Act, Deed};
use registry::{Registry, StoreError};
use thiserror::Error;
use time::UtcDateTime;

use crate::asker::Asker;
use crate::desk::Desk;
use crate::office::{Office, OpenOffice};
use crate::stored::{ReadStored, StoredSources};

pub mod matters;

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
) -> Result<(Catalogue, u64), ImportCatalogueError> {
    let stored = files.stored()?;
    let catalogue = stored.import()?;
    let version = store(registry, &stored, person, now).await?;
    Ok((catalogue, version))
}

async fn store(
    registry: &Registry,
    stored: &StoredSources,
    person: &str,
    now: UtcDateTime,
) -> Result<u64, StoreError> {
    let sources = serde_json::to_vec(stored).unwrap_or_default();
    let digest = sha256(&sources);
    let catalogues = registry.catalogues();
    catalogues
        .import(sources, digest, person.to_owned(), now)
        .await
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
    let stored = files.stored()?;
    let reading = tokio::task::spawn_blocking(move || stored.import().map(|read| (stored, read)));
    let (stored, catalogue) = reading.await.map_err(|_| OpenOffice::Stored)??;
    // Published versions never change (domain.md 4.5): a new version stands beside the old one.
    let breaches = office.desk().catalogue.breaches(&catalogue);
    if !breaches.is_empty() {
        return Err(ImportCatalogueError::Breaches(breaches));
    }
    let taking_over = office.taking_over.lock().await;
    let version = store(&office.registry, &stored, &asker.person, now).await?;
    office.put_in_force((catalogue, version)).await?;
    drop(taking_over);
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
    let earlier = read(kept).await?;
    Ok(Some(earlier.changes_to(&office.desk().catalogue)))
}

/// Puts the latest catalogue in force when another process imported it, or somebody there acted on a matter, or made a seal or
/// gave one another scope; whether there was anything.
///
/// # Errors
/// [`ImportCatalogueError`]; then the catalogue before stays in force.
pub async fn catch_up(office: &Office) -> Result<bool, ImportCatalogueError> {
    // Many may find at once that something else is in force: one reads it, and the others find it read.
    let _one_at_a_time = office.taking_over.lock().await;
    let catalogues = office.registry.catalogues();
    if catalogues.newest().await? <= office.desk().version {
        return follow(office).await;
    }
    let Some(latest) = catalogues.latest().await? else {
        return Ok(false);
    };
    let version = latest.version;
    office.put_in_force((read(latest).await?, version)).await?;
    Ok(true)
}

/// The same where something is refused by what was in force here: whether something else is by now, by which it may be asked once
/// more (T-S6). What cannot be taken over is told to the operator, and the refusal stands.
pub async fn heard(office: &Office, refused_by: &Arc<Desk>) -> bool {
    if let Err(error) = catch_up(office).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "what another process decided is not in force here");
    }
    !Arc::ptr_eq(refused_by, &office.desk())
}

/// What is in force, with this seal as the register has it: what was made, or was given another scope, in another process is
/// taken over at once (T-S6).
///
/// # Errors
/// The store.
pub async fn desk_with(office: &Office, seal: &SealCode) -> Result<Arc<Desk>, StoreError> {
    let scope = office.registry.seals().scope(seal).await?;
    Ok(desk_under(office, seal, scope).await)
}

/// The same where the version of its scope was asked for already.
pub async fn desk_under(office: &Office, seal: &SealCode, scope: Option<u64>) -> Arc<Desk> {
    let desk = office.desk();
    if scope != desk.seals.get(seal).map(|seal| seal.scope) {
        heard(office, &desk).await;
    }
    office.desk()
}

/// Takes over seals and scopes that were decided in another process, or here; their keys come with them.
async fn follow(office: &Office) -> Result<bool, ImportCatalogueError> {
    let desk = office.desk();
    if office.registry.applications().scopes_made().await? == desk.scopes {
        return Ok(false);
    }
    follow_keys(office).await;
    office.follow_scopes().await?;
    Ok(true)
}

/// Takes over what another process put into the key store; what cannot be read is told in the next round of upkeep.
pub async fn follow_keys(office: &Office) {
    let keys = Arc::clone(&office.keys);
    let read = tokio::task::spawn_blocking(move || keys.follow()).await;
    if matches!(read, Ok(Ok(true))) {
        // Seals are put together anew by it in the next round.
        office.rekeyed.store(true, Ordering::Release);
    }
}

/// A kept catalogue, read beside the work on requests: 95,000 matters take more than a second.
async fn read(kept: Kept) -> Result<Catalogue, ImportCatalogueError> {
    let reading = tokio::task::spawn_blocking(move || -> Result<Catalogue, ReadStored> {
        Ok(StoredSources::of(&kept)?.import()?)
    });
    let read = reading.await.map_err(|_| OpenOffice::Stored)?;
    Ok(read.map_err(OpenOffice::from)?)
}
