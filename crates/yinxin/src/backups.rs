//! `yinxin backup` and `yinxin restore` (T-D8).

use std::path::Path;

use anyhow::{Context as _, bail};
use issuance::{Clock, SystemClock};
use registry::log::{Agreement, Log};
use tlog::{Checkpoint, Note, TreeHead};

use crate::open;
use server::Config;

/// Writes everything of one moment into an empty folder and says at which log position it is.
///
/// # Errors
/// What cannot be read or written; then the folder holds no backup.
pub(crate) async fn backup(config: &Path, folder: &Path) -> anyhow::Result<()> {
    let config = Config::read(config)?;
    let registry = open::registry(&config).await?;
    let objects = open::objects(&config)?;
    let now = SystemClock.now();
    let report = registry.backups().write(&objects, folder, now).await?;
    println!("{} rows, {} objects", report.rows, report.objects);
    for log in &report.logs {
        println!("log {}: {} entries, root {}", log.log, log.size, log.root);
    }
    println!(
        "keys are not in it: keep {} and {} elsewhere",
        config.keys.display(),
        config.field_key.display()
    );
    Ok(())
}

/// Fills an empty installation from a backup, and compares its log with the newest checkpoint that others have seen.
///
/// # Errors
/// A folder that is no whole backup, a store in use, or a log that does not agree.
pub(crate) async fn restore(
    config: &Path,
    folder: &Path,
    checkpoint: Option<&Path>,
) -> anyhow::Result<()> {
    let config = Config::read(config)?;
    let registry = open::registry(&config).await?;
    let objects = open::objects(&config)?;
    let report = registry.backups().restore(&objects, folder).await?;
    println!("{} rows, {} objects", report.rows, report.objects);
    for log in &report.logs {
        println!("log {}: {} entries, root {}", log.log, log.size, log.root);
    }
    let Some(path) = checkpoint else {
        println!(
            "no checkpoint from outside was given (--checkpoint): whether the log is the one that others know was not compared"
        );
        return Ok(());
    };
    let seen = seen(path)?;
    match registry.logs().compare(Log::Public, seen).await? {
        Agreement::Holds => {
            println!("the log begins with everything that the checkpoint saw");
            Ok(())
        }
        Agreement::Behind { size } => bail!(
            "the restored log has {size} entries, the checkpoint {}: sign nothing, see docs/operations/backup.md",
            seen.size
        ),
        Agreement::Forked => {
            bail!("the restored log is another one: sign nothing, see docs/operations/backup.md")
        }
    }
}

/// The head of a checkpoint that others have seen, from its file.
pub(crate) fn seen(path: &Path) -> anyhow::Result<TreeHead> {
    let octets =
        std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let note = Note::parse(&octets).context("the checkpoint is no signed note")?;
    let seen = Checkpoint::parse(note.text()).context("the note is no checkpoint")?;
    Ok(seen.head())
}
