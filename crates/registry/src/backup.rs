//! Backup and restore: everything of one moment in a folder, in one form for both databases.
//!
//! Rows are read in one snapshot, so that they agree with each other; objects are copied after it, so
//! that every file which a row names is there. The folder says last that it is whole. What it holds
//! of persons is sealed as in the store: keys are not in it and have to be kept elsewhere.
//!
//! A backup is older than the log. What was published since is found by [`Logs::compare`] with a
//! checkpoint that others have seen (T-D8); until it agrees nothing may be signed.
//!
//! [`Logs::compare`]: crate::log::Logs::compare

mod fault;
mod manifest;
mod rows;
mod tables;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use time::UtcDateTime;

use crate::error::StoreError;
use crate::link::Link;
use crate::log::{Log, latest};
use crate::objects::{Copied, ObjectId, Objects};
use crate::secrets::hex;
use crate::store::Store;

use manifest::{Manifest, Position};
use rows::{RowReader, RowWriter};
use tables::Table;

pub use fault::BackupError;
pub use manifest::{LogPosition, Report};

const MANIFEST: &str = "backup.json";
const TABLES: &str = "tables";
const OBJECTS: &str = "objects";

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
            prepare(&folder)?;
            let tables = folder.join(TABLES);
            let (mut manifest, named) = store
                .read(move |link| {
                    Box::pin(async move {
                        link.run(snapshot(link), &[]).await?;
                        let written = dump(link, &tables).await;
                        let ended = link.run("COMMIT", &[]).await;
                        written.and_then(|written| {
                            ended?;
                            Ok::<_, BackupError>(written)
                        })
                    })
                })
                .await?;
            let copied = objects.copy_to(&folder.join(OBJECTS)).await?;
            all_there(named, &copied)?;
            manifest.taken = now.unix_timestamp();
            manifest.objects = copied.names.len() as u64;
            manifest.object_octets = copied.octets;
            seal(&folder, &manifest)?;
            Ok(manifest.report())
        });
        work.await.map_err(|_| BackupError::Interrupted)?
    }

    /// Fills this empty store and its object store from the backup in `folder`, all or nothing, and
    /// says where the logs stand.
    ///
    /// # Errors
    /// `NotWhole`, `Altered` for a folder that is no whole backup; `OtherSchema` for one of another
    /// edition of the schema: restore with that edition, then bring the store up to date; `NotEmpty`
    /// when the store is in use; `ObjectMissing`, `Object`, `Store`.
    pub async fn restore(&self, objects: &Objects, folder: &Path) -> Result<Report, BackupError> {
        let manifest = Manifest::read(&folder.join(MANIFEST))?;
        let copied = objects.copy_from(&folder.join(OBJECTS)).await?;
        let (tables, expected) = (folder.join(TABLES), manifest.clone());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    load(link, &tables, &expected).await?;
                    all_there(named_objects(link).await?, &copied)?;
                    if position(link).await? != expected.logs {
                        return Err(BackupError::Altered {
                            table: "log_head".to_owned(),
                        });
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(manifest.report())
    }

    /// Where the logs stand now, as a backup of this moment would say.
    ///
    /// # Errors
    /// `Store`.
    pub async fn position(&self) -> Result<Vec<LogPosition>, BackupError> {
        let found = self
            .store
            .read(|link| Box::pin(async move { Ok::<_, BackupError>(position(link).await?) }))
            .await?;
        Ok(found.iter().map(Position::report).collect())
    }
}

/// The folder is made and empty.
fn prepare(folder: &Path) -> Result<(), BackupError> {
    fs::create_dir_all(folder).map_err(BackupError::Write)?;
    let mut inside = fs::read_dir(folder).map_err(BackupError::Write)?;
    if inside.next().is_some() {
        return Err(BackupError::NotEmpty);
    }
    fs::create_dir(folder.join(TABLES)).map_err(BackupError::Write)
}

/// Everything after it is of one moment.
fn snapshot(link: &Link) -> &'static str {
    if link.has_rivals() {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    } else {
        "BEGIN"
    }
}

async fn dump(link: &mut Link, folder: &Path) -> Result<(Manifest, Vec<String>), BackupError> {
    let mut manifest = Manifest::new(position(link).await?);
    for table in Table::all(link).await? {
        let path = folder.join(format!("{}.rows", table.name()));
        let mut writer = RowWriter::create(&path, table.columns())?;
        table.read_all(link, &mut |row| writer.write(&row)).await?;
        manifest.tables.push(writer.finish(table.name())?);
    }
    Ok((manifest, named_objects(link).await?))
}

async fn load(link: &mut Link, folder: &Path, manifest: &Manifest) -> Result<(), BackupError> {
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
        let path = folder.join(format!("{}.rows", table.name()));
        let mut reader = RowReader::open(&path, note)?;
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
async fn position(link: &mut Link) -> Result<Vec<Position>, StoreError> {
    let mut found = Vec::new();
    for log in Log::ALL {
        if let Some(head) = latest(link, log).await? {
            found.push(Position {
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
         UNION SELECT unsealed_object FROM job WHERE unsealed_object IS NOT NULL";
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

/// Says, durably and last, that the backup is whole.
fn seal(folder: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let sync = |folder: &Path| File::open(folder).and_then(|folder| folder.sync_all());
    sync(&folder.join(TABLES)).map_err(BackupError::Write)?;
    let draft = folder.join("backup.json.draft");
    let mut file = File::create_new(&draft).map_err(BackupError::Write)?;
    file.write_all(&manifest.encode())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&draft, folder.join(MANIFEST)))
        .and_then(|()| sync(folder))
        .map_err(BackupError::Write)
}
