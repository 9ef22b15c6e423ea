//! The layer of `tests/faults/files.c` between a process and its files: no room, or syncs that fail.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/faults/files.c");

/// What the layer counts in, by the place of each number.
#[derive(Debug, Clone, Copy)]
enum Line {
    Room,
    Pass,
    Fail,
    Refused,
}

/// One layer, for the files below a folder.
#[derive(Debug)]
pub(crate) struct Layer {
    library: PathBuf,
    control: File,
    place: PathBuf,
    below: PathBuf,
}

impl Layer {
    /// Builds it in `folder` with the C compiler that the workspace needs anyway; it means the files below `below`.
    ///
    /// # Errors
    /// Without a compiler.
    pub(crate) fn make(folder: &Path, below: &Path) -> anyhow::Result<Layer> {
        let library = folder.join("files.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"])
            .args([&library, Path::new(SOURCE)])
            .arg("-ldl")
            .status()
            .context("a C compiler, `cc`, is needed")?;
        ensure!(built.success(), "the layer does not compile");
        let place = folder.join("control");
        let mut open = OpenOptions::new();
        let control = open.read(true).write(true).create_new(true).open(&place)?;
        // A database server runs as another user.
        control.set_permissions(std::fs::Permissions::from_mode(0o666))?;
        let layer = Layer {
            library,
            control,
            place,
            below: below.to_owned(),
        };
        layer.heal()?;
        layer.write(Line::Refused, 0)?;
        Ok(layer)
    }

    /// The variables of a process that has the layer.
    #[must_use]
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.display().to_string();
        vec![
            ("LD_PRELOAD".to_owned(), text(&self.library)),
            ("FAULT_CONTROL".to_owned(), text(&self.place)),
            ("FAULT_FILES".to_owned(), text(&self.below)),
        ]
    }

    /// From now on files may grow by so many octets and no further.
    ///
    /// # Errors
    /// As the file system has it.
    pub(crate) fn leave_room(&self, octets: u32) -> anyhow::Result<()> {
        self.write(Line::Room, i64::from(octets))
    }

    /// After `pass` more syncs, `fail` fail.
    ///
    /// # Errors
    /// As the file system has it.
    pub(crate) fn fail_syncs(&self, pass: u32, fail: u32) -> anyhow::Result<()> {
        self.write(Line::Pass, i64::from(pass))?;
        self.write(Line::Fail, i64::from(fail))
    }

    /// There is room again, and syncs succeed.
    ///
    /// # Errors
    /// As the file system has it.
    pub(crate) fn heal(&self) -> anyhow::Result<()> {
        self.write(Line::Room, -1)?;
        self.write(Line::Fail, 0)?;
        self.write(Line::Pass, 0)
    }

    /// Writes and syncs that were refused so far.
    ///
    /// # Errors
    /// As the file system has it.
    pub(crate) fn refused(&self) -> anyhow::Result<u64> {
        Ok(self.read(Line::Refused)?.unsigned_abs())
    }

    fn write(&self, line: Line, number: i64) -> anyhow::Result<()> {
        Ok(self
            .control
            .write_all_at(&number.to_ne_bytes(), place(line))?)
    }

    fn read(&self, line: Line) -> anyhow::Result<i64> {
        let mut octets = [0; 8];
        self.control.read_exact_at(&mut octets, place(line))?;
        Ok(i64::from_ne_bytes(octets))
    }
}

fn place(line: Line) -> u64 {
    8 * match line {
        Line::Room => 0,
        Line::Pass => 1,
        Line::Fail => 2,
        Line::Refused => 3,
    }
}
