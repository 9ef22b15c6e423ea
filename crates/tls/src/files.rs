//! Which files, and whether they changed.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::fault::Fault;

/// The files of a service that speaks TLS itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Its certificate and those above it, PEM, its own first.
    pub certificate: PathBuf,
    /// The certificate's key, PEM, mode 0600.
    pub key: PathBuf,
    /// Certificates in PEM from which those of machines hang; without any, nobody is asked for one.
    #[serde(default)]
    pub clients: Vec<PathBuf>,
    /// Revocation lists of who issues those, PEM or DER. Where one is named, every certificate of a machine has to be on none.
    #[serde(default)]
    pub client_lists: Vec<PathBuf>,
}

/// Octets of a chain or a key, at most.
const MAX_FILE: u64 = 1 << 20;
/// Octets of a list, at most (T-I8).
const MAX_LIST: u64 = 64 << 20;

/// What tells one state of a file from another: where it lies, how long it is, when it was written and when anything of it was
/// changed, its mode among that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp([i128; 5]);

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        let moment = |seconds: i64, nanos: i64| i128::from(seconds) << 32 | i128::from(nanos);
        Some(Self([
            i128::from(found.dev()),
            i128::from(found.ino()),
            i128::from(found.size()),
            moment(found.mtime(), found.mtime_nsec()),
            moment(found.ctime(), found.ctime_nsec()),
        ]))
    }
}

impl Files {
    /// The state of all of them.
    pub(crate) fn stamps(&self) -> Vec<Option<Stamp>> {
        let both = [&self.certificate, &self.key].into_iter();
        let all = both.chain(&self.clients).chain(&self.client_lists);
        all.map(|path| Stamp::of(path)).collect()
    }
}

/// The octets of a file.
pub(crate) fn octets(path: &Path) -> Result<Vec<u8>, Fault> {
    let mut octets = Vec::new();
    bounded(path, MAX_FILE, &mut octets)?;
    Ok(octets)
}

/// The octets of a list.
pub(crate) fn list(path: &Path) -> Result<Vec<u8>, Fault> {
    let mut octets = Vec::new();
    bounded(path, MAX_LIST, &mut octets)?;
    Ok(octets)
}

/// The octets of a file that its owner alone can use (T-K1).
pub(crate) fn secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let unread = |cause| Fault::Unread {
        path: path.to_owned(),
        cause,
    };
    let mode = fs::metadata(path).map_err(unread)?.mode();
    if mode & 0o077 != 0 {
        return Err(Fault::Open(path.to_owned()));
    }
    // With room for all of it: no copy is left behind where it grew.
    let mut octets = Zeroizing::new(Vec::with_capacity(1 << 16));
    bounded(path, 1 << 16, &mut octets)?;
    Ok(octets)
}

fn bounded(path: &Path, limit: u64, into: &mut Vec<u8>) -> Result<(), Fault> {
    let unread = |cause| Fault::Unread {
        path: path.to_owned(),
        cause,
    };
    let file = File::open(path).map_err(unread)?;
    let mut file = file.take(limit);
    let read = file.read_to_end(into).map_err(unread)?;
    if u64::try_from(read).is_ok_and(|read| read >= limit) {
        return Err(Fault::Large(path.to_owned()));
    }
    Ok(())
}
