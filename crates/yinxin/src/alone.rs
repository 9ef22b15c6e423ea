//! Who has the keys of an installation at hand: processes with its office open, beside each other; one that puts another key in
//! the place of one, alone.
//!
//! It is a lock on a file beside the key store, which is empty and stays. The system gives it up with the process that has it,
//! however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

/// A process has the keys alone.
#[derive(Debug, Error)]
#[error("a key of the service is being replaced (yinxin rekey): wait until that has ended")]
pub(crate) struct Rekeying;

/// What this process has, until it ends.
static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// Takes the keys at this path beside others, until the process ends. Where no file can be locked nobody can put a key there
/// either, and it goes on.
///
/// # Errors
/// [`Rekeying`].
pub(crate) fn beside_others(keys: &Path) -> Result<(), Rekeying> {
    let locked = file(keys).map_err(TryLockError::Error);
    let locked = locked.and_then(|file| file.try_lock_shared().map(|()| file));
    match locked {
        Ok(file) => HELD
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(file),
        Err(TryLockError::WouldBlock) => return Err(Rekeying),
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "no lock is had beside the key store: stop every node before a key is replaced");
        }
    }
    Ok(())
}

/// Takes the keys at this path alone, until what is given back is dropped; nothing where somebody has them.
///
/// # Errors
/// As the file system has it: then nobody can tell.
pub(crate) fn alone(keys: &Path) -> io::Result<Option<File>> {
    let file = file(keys)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn file(keys: &Path) -> io::Result<File> {
    let mut name = keys.as_os_str().to_owned();
    name.push(".lock");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options.open(PathBuf::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_an_office_open_keeps_others_from_replacing_its_keys_and_the_other_way_round() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = folder.path().join("keys");
        let own = alone(&keys).expect("a file").expect("nobody has them");
        assert!(alone(&keys).expect("a file").is_none(), "one at a time");
        let refused = beside_others(&keys);
        assert!(matches!(refused, Err(Rekeying)), "{refused:?}");
        drop(own);
        assert!(beside_others(&keys).is_ok());
        assert!(beside_others(&keys).is_ok(), "beside each other");
        assert!(alone(&keys).expect("a file").is_none());
        // Another installation's are another file's.
        let others = alone(&folder.path().join("others"));
        assert!(others.expect("a file").is_some());
    }

    #[test]
    fn where_no_file_can_be_made_an_office_opens_and_no_key_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = folder.path().join("none").join("keys");
        assert!(beside_others(&keys).is_ok());
        let refused = alone(&keys).map(|_| ()).map_err(|error| error.kind());
        assert_eq!(refused, Err(io::ErrorKind::NotFound));
    }
}
