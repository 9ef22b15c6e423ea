//! Imports of the catalogue, each kept whole as it was published.

use std::sync::Arc;

use time::UtcDateTime;

use store::Store;
use store::StoreError;
use store::{Link, Row};

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its number, from 1 on.
    pub version: u64,
    /// SHA-256 of the sources.
    pub digest: [u8; 32],
    /// The published files, in the form that the importer packed them.
    pub sources: Vec<u8>,
    /// When.
    pub imported: UtcDateTime,
    /// By whom.
    pub person: String,
}

/// The catalogues of a registry.
#[derive(Debug, Clone)]
pub struct Catalogues {
    store: Arc<Store>,
}

impl Catalogues {
    pub(crate) fn new(store: Arc<Store>) -> Catalogues {
        Catalogues { store }
    }

    /// Keeps an import that was read and found good; returns its number. The same sources as the
    /// latest make no new version, so that importing can be repeated.
    ///
    /// # Errors
    /// `Conflict` or `Constraint` when two imports meet: import again.
    pub async fn import(
        &self,
        sources: Vec<u8>,
        digest: [u8; 32],
        person: String,
        now: UtcDateTime,
    ) -> Result<u64, StoreError> {
        const IMPORT: &str = "INSERT INTO catalogue_import \
             (version, digest, sources, imported, person) VALUES ($1, $2, $3, $4, $5)";
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let before = newest(link).await?;
                    if let Some((version, same)) = before
                        && same == digest
                    {
                        return Ok(version);
                    }
                    let version = before.map_or(1, |(version, _)| version + 1);
                    let values = [
                        version.into(),
                        (&digest).into(),
                        (&sources).into(),
                        now.into(),
                        (&person).into(),
                    ];
                    link.run(IMPORT, &values).await?;
                    Ok(version)
                })
            })
            .await
    }

    /// The latest import.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn latest(&self) -> Result<Option<Import>, StoreError> {
        const LATEST: &str = "SELECT version, digest, sources, imported, person \
             FROM catalogue_import ORDER BY version DESC LIMIT 1";
        let mut link = self.store.reader().await?;
        link.row(LATEST, &[]).await?.map(import).transpose()
    }

    /// The import of this number, by which an earlier decision is looked at again.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn find(&self, version: u64) -> Result<Option<Import>, StoreError> {
        const FIND: &str = "SELECT version, digest, sources, imported, person \
             FROM catalogue_import WHERE version = $1";
        let mut link = self.store.reader().await?;
        let row = link.row(FIND, &[version.into()]).await?;
        row.map(import).transpose()
    }
}

async fn newest(link: &mut Link) -> Result<Option<(u64, [u8; 32])>, StoreError> {
    const NEWEST: &str =
        "SELECT version, digest FROM catalogue_import ORDER BY version DESC LIMIT 1";
    match link.row(NEWEST, &[]).await? {
        None => Ok(None),
        Some(mut row) => Ok(Some((row.count()?, row.digest()?))),
    }
}

fn import(mut row: Row) -> Result<Import, StoreError> {
    Ok(Import {
        version: row.count()?,
        digest: row.digest()?,
        sources: row.bytes()?,
        imported: row.moment()?,
        person: row.text()?,
    })
}
