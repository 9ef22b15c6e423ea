//! A machine whose power fails: a disk of its own, from which everything that was not synchronised is gone afterwards
//! (T-D2), and a PostgreSQL server on it where one is wanted.
//!
//! The disk is a file with an ext4 file system on a loop device. To cut the power is to have the file system stop without
//! writing its journal out (`tests/faults/power.c`), and then to kill who had files there; to come back is to mount it, which
//! replays the journal as it stood, and to start the server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

use crate::postgres::Own;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/faults/power.c");
/// Room on the disk; the file is a sparse one.
const OCTETS: u64 = 4 << 30;
/// The file system writes nothing out by itself between two cuts.
const MOUNT: &str = "loop,noatime,commit=3600";
/// How often to unmount, and how long to wait in between: the last process may just be going.
const TRIES: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(50);

/// The machine; its disk is gone with this value.
#[derive(Debug)]
pub struct Machine {
    // Before the disk: it has files there.
    postgres: Option<Own>,
    disk: Disk,
}

/// What may stand in the way of a machine.
#[derive(Debug)]
pub enum Made {
    /// There it is.
    Machine(Box<Machine>),
    /// The system lets nobody mount a file system here, and why.
    Refused(String),
}

#[derive(Debug)]
struct Disk {
    mounted: bool,
    folder: TempDir,
}

impl Machine {
    /// Makes one with an empty disk, and a database server on it where one is wanted.
    ///
    /// # Errors
    /// Without a C compiler, `mkfs.ext4`, or the programs of PostgreSQL.
    pub async fn make(with_postgres: bool) -> anyhow::Result<Made> {
        let disk = match Disk::make()? {
            Ok(disk) => disk,
            Err(reason) => return Ok(Made::Refused(reason)),
        };
        let postgres = match with_postgres {
            true => Some(Own::start(Own::folder_in(&disk.path())?, &[]).await?),
            false => None,
        };
        // A cluster is made without waiting for the disk.
        say(Command::new("sync").arg("-f").arg(disk.path()))?;
        Ok(Made::Machine(Box::new(Machine { postgres, disk })))
    }

    /// A folder on another machine, which keeps its power.
    #[must_use]
    pub fn elsewhere(&self) -> PathBuf {
        self.disk.folder.path().join("elsewhere")
    }

    /// A folder on the disk, the same after each cut.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn folder(&self) -> anyhow::Result<PathBuf> {
        let folder = self.disk.path().join("service");
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// An empty database of the server; `None` without one.
    ///
    /// # Errors
    /// What the server says.
    pub async fn database(&self, name: &str) -> anyhow::Result<Option<String>> {
        match &self.postgres {
            Some(own) => Ok(Some(own.server().make(name, None).await?)),
            None => Ok(None),
        }
    }

    /// Cuts the power: from now on nothing reaches the disk, and the database server is gone. Who else has files there has to
    /// be killed before [`Machine::back`].
    ///
    /// # Errors
    /// As the system has it.
    pub fn cut(&mut self) -> anyhow::Result<()> {
        say(Command::new(self.disk.cutter()).arg(self.disk.path()))?;
        match &mut self.postgres {
            Some(own) => own.stop(),
            None => Ok(()),
        }
    }

    /// The power is back: the disk as it was when it stopped, and the server.
    ///
    /// # Errors
    /// A disk that does not mount, a server that does not start.
    pub async fn back(&mut self) -> anyhow::Result<()> {
        self.disk.unmount().await?;
        self.disk.mount()?;
        match &mut self.postgres {
            Some(own) => own.start_again().await,
            None => Ok(()),
        }
    }
}

impl Disk {
    /// Makes an empty one and mounts it; the reason where the system does not mount it.
    fn make() -> anyhow::Result<Result<Disk, String>> {
        let mut disk = Disk {
            mounted: false,
            folder: tempfile::tempdir()?,
        };
        std::fs::create_dir(disk.path())?;
        std::fs::File::create(disk.image())?.set_len(OCTETS)?;
        say(Command::new("cc")
            .args(["-O2", "-Wall", "-Werror", "-o"])
            .args([&disk.cutter(), Path::new(SOURCE)]))?;
        say(Command::new("mkfs.ext4")
            .args(["-q", "-F"])
            .arg(disk.image()))?;
        if let Err(reason) = disk.mount() {
            return Ok(Err(format!("{reason:#}")));
        }
        // A database server runs as another user.
        for folder in [disk.folder.path(), &disk.path()] {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(folder, mode)?;
        }
        Ok(Ok(disk))
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("disk.ext4")
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn cutter(&self) -> PathBuf {
        self.folder.path().join("power")
    }

    fn mount(&mut self) -> anyhow::Result<()> {
        say(Command::new("mount")
            .args(["-o", MOUNT])
            .args([self.image(), self.path()]))?;
        self.mounted = true;
        Ok(())
    }

    async fn unmount(&mut self) -> anyhow::Result<()> {
        for _ in 0..TRIES {
            if say(Command::new("umount").arg(self.path())).is_ok() {
                self.mounted = false;
                return Ok(());
            }
            tokio::time::sleep(BETWEEN).await;
        }
        bail!("somebody has files on a disk without power")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            // Whoever has files there goes with the test.
            let _told = say(Command::new("umount").arg("--lazy").arg(self.path()));
        }
    }
}

/// Runs a program; what it says is in the error.
fn say(command: &mut Command) -> anyhow::Result<()> {
    let done = command.output().with_context(|| format!("{command:?}"))?;
    let told = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{command:?}: {}", told.trim());
    Ok(())
}
