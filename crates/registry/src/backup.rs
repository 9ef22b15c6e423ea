//! Backup and restore: everything of one moment in a folder, in one form for both databases.
//!
//! Rows are read in one snapshot, so that they agree with each other; objects are copied after it, so
//! that every file which a row names is there. The folder says last that it is whole. What it holds
//! of persons is sealed as in the store: keys are not in it and have to be kept elsewhere.
//!
//! A backup is older than the log. What was published since is found by [`Logs::compare`] with a
//! checkpoint that others have seen (T-D8); until it agrees nothing may be signed.
//!
//! [`Logs::compare`]: trail::log::Logs::compare

mod fault;
mod tables;

use std::path::Path;
use std::sync::Arc;

use time::UtcDateTime;
use vault::backup::{Folder, Manifest};
use vault::{Copied, ObjectId, Objects};

use store::Link;
use store::Store;
use store::StoreError;
use trail::log::{Log, latest};
use trail::secrets::hex;

use tables::Table;

pub use fault::BackupError;
pub use vault::backup::{FolderError, LogPosition, Report};

/// Backups of a registry.
#[derive(Debug, Clone)]
pub struct Backups {
    store: Arc<Store>,
}

impl Backups {
    pub(crate) fn new(store: Arc<Store>) -> Backups {
        Backups { store }
    }

    /// Writes a backup of this moment into `folder`, which is made and must be empty. The service
    /// goes on meanwhile. When this returns, the backup outlives a power cut.
    ///
    /// # Errors
    /// `NotEmpty`; `ObjectMissing` when a row names a file that the object store does not have;
    /// `Write`, `Object`, `Store`. What was written then is no backup: it has no `backup.json`.
    pub async fn write(
        &self,
        objects: &Objects,
        folder: &Path,
        now: UtcDateTime,
    ) -> Result<Report, BackupError> {
        let (store, objects, folder) = (
            Arc::clone(&self.store),
            objects.clone(),
            folder.to_path_buf(),
        );
        // A task of its own: an asker that goes away leaves no open snapshot behind.
        let work = tokio::spawn(async move {
            let folder = Folder::begin(&folder)?;
            let mut link = store.scanner().await?;
            link.run(snapshot(&link), &[]).await?;
            let written = dump(&mut link, &folder, now).await;
            let ended = link.run("COMMIT", &[]).await;
            let (mut manifest, named) = written?;
            ended?;
            let copied = objects.copy_to(&folder.objects()).await?;
            all_there(named, &copied)?;
            manifest.objects = copied.names.len() as u64;
            manifest.object_octets = copied.octets;
            folder.seal(&manifest)?;
            Ok(manifest.report())
        });
        work.await.map_err(|_| BackupError::Interrupted)?
    }

    /// Fills this empty store and its object store from the backup in `folder`, all or nothing, and
    /// says where the logs stand.
    ///
    /// # Errors
    /// `Folder` for one that is no whole backup; `OtherSchema` for one of another edition of the
    /// schema: restore with that edition, then bring the store up to date; `NotEmpty` when the store
    /// is in use; `ObjectMissing`, `OtherPosition`, `Object`, `Store`.
    pub async fn restore(&self, objects: &Objects, folder: &Path) -> Result<Report, BackupError> {
        let (folder, manifest) = Folder::open(folder)?;
        let copied = objects.copy_from(&folder.objects()).await?;
        let report = manifest.report();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    load(link, &folder, &manifest).await?;
                    all_there(named_objects(link).await?, &copied)?;
                    if position(link).await? != manifest.logs {
                        return Err(BackupError::OtherPosition);
                    }
                    Ok(report)
                })
            })
            .await
    }

    /// Where the logs stand now, as a backup of this moment would say.
    ///
    /// # Errors
    /// `Store`.
    pub async fn position(&self) -> Result<Vec<LogPosition>, BackupError> {
        Ok(position(&mut self.store.reader().await?).await?)
    }
}

/// Everything after it is of one moment.
fn snapshot(link: &Link) -> &'static str {
    if link.has_rivals() {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    } else {
        "BEGIN"
    }
}

async fn dump(
    link: &mut Link,
    folder: &Folder,
    now: UtcDateTime,
) -> Result<(Manifest, Vec<String>), BackupError> {
    let mut manifest = Manifest::new(now, position(link).await?);
    for table in Table::all(link).await? {
        let mut writer = folder.write_rows(table.name(), table.columns())?;
        table
            .read_all(link, &mut |row| Ok(writer.write(&row)?))
            .await?;
        manifest.tables.push(writer.finish(table.name())?);
    }
    Ok((manifest, named_objects(link).await?))
}

async fn load(link: &mut Link, folder: &Folder, manifest: &Manifest) -> Result<(), BackupError> {
    let tables = Table::all(link).await?;
    let known: Vec<&str> = tables.iter().map(Table::name).collect();
    let found: Vec<&str> = manifest
        .tables
        .iter()
        .map(|note| note.table.as_str())
        .collect();
    let (mut sorted_known, mut sorted_found) = (known.clone(), found.clone());
    sorted_known.sort_unstable();
    sorted_found.sort_unstable();
    if sorted_known != sorted_found {
        return Err(BackupError::OtherSchema);
    }
    // In the order of their creation: a row's parents are there before it.
    for table in &tables {
        if !table.is_empty(link).await? {
            return Err(BackupError::NotEmpty);
        }
        let Some(note) = manifest
            .tables
            .iter()
            .find(|note| note.table == table.name())
        else {
            return Err(BackupError::OtherSchema);
        };
        let mut reader = folder.read_rows(note)?;
        if reader.columns() != table.columns() {
            return Err(BackupError::OtherSchema);
        }
        while let Some(rows) = reader.read(table.rows_at_once())? {
            table.write_all(link, &rows).await?;
        }
        reader.finish()?;
        table.restart_numbers(link).await?;
    }
    Ok(())
}

/// Where the logs stand, in the snapshot.
async fn position(link: &mut Link) -> Result<Vec<LogPosition>, StoreError> {
    let mut found = Vec::new();
    for log in Log::ALL {
        if let Some(head) = latest(link, log).await? {
            found.push(LogPosition {
                log: log.code().to_owned(),
                size: head.head.size,
                root: hex(head.head.root.bytes()),
                checkpoint: String::from_utf8_lossy(&head.checkpoint).into_owned(),
            });
        }
    }
    Ok(found)
}

/// The objects that rows name.
async fn named_objects(link: &mut Link) -> Result<Vec<String>, StoreError> {
    const NAMED: &str = "SELECT object FROM file \
         UNION SELECT unsealed_object FROM job WHERE unsealed_object IS NOT NULL \
         UNION SELECT unsealed_ofd FROM job WHERE unsealed_ofd IS NOT NULL \
         UNION SELECT unsealed_content FROM job WHERE unsealed_content IS NOT NULL";
    let rows = link.rows(NAMED, &[]).await?;
    rows.into_iter().map(|mut row| row.text()).collect()
}

fn all_there(named: Vec<String>, copied: &Copied) -> Result<(), BackupError> {
    let missing = named.into_iter().find(|name| {
        let id = ObjectId::parse(name);
        !id.is_ok_and(|id| copied.names.contains(&id))
    });
    match missing {
        None => Ok(()),
        Some(name) => Err(BackupError::ObjectMissing(name)),
    }
}
