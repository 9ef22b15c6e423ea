//! Files with secrets: nobody else may read them (T-K1).

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a secret is not taken.
#[derive(Debug, Error)]
pub(crate) enum SecretError {
    /// It cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may read it (T-K1).
    #[error("{} may be read by others: mode {mode:04o}, 0600 is needed", path.display())]
    Mode {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
}

/// The octets of a secret's file, which nobody else may read (T-K1).
pub(crate) fn secret(path: &Path) -> Result<Vec<u8>, SecretError> {
    let unreadable = |source| SecretError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(unreadable)?.mode() & 0o777;
    if mode & 0o177 != 0 {
        return Err(SecretError::Mode {
            path: path.to_owned(),
            mode,
        });
    }
    fs::read(path).map_err(unreadable)
}

/// Writes a new secret's file, mode 0600, durable.
pub(crate) fn write_secret(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(octets)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("field.key");
        write_secret(&path, &[7; 128]).expect("written");
        assert!(secret(&path).is_ok());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
        assert!(matches!(
            secret(&path),
            Err(SecretError::Mode { mode: 0o640, .. })
        ));
    }
}
