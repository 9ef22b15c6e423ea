//! Shares of a key store's passphrase as files: given out, and brought together again.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crypto::{KeyStore, KeyStoreError, Random};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::split::{LONGEST_SHARE, SECRET, Share, ShareError, join, split};

/// Why shares were not given out, or do not open.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HolderError {
    /// A file cannot be read or written.
    #[error("{} cannot be used", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is no share.
    #[error("{} is no good share", path.display())]
    Share {
        /// Which.
        path: PathBuf,
        /// Why.
        source: ShareError,
    },
    /// The shares do not open together.
    #[error("the shares do not open")]
    Join(#[from] ShareError),
    /// The key store refuses.
    #[error("the key store refuses")]
    KeyStore(#[from] KeyStoreError),
}

/// Seals the store, which is unlocked, under a fresh secret, and writes its shares into `folder`: `share-1` and so on, mode
/// 0600. The shares and their names are on the disk before the store is sealed under them.
///
/// # Errors
/// [`HolderError`]; the store then opens as before, and the shares are taken away again. Only where the file system failed
/// while the store was replaced (`KeyStore` with `File`) nobody knows which of both opens it: then they stay.
pub fn give_out(
    keys: &KeyStore,
    folder: &Path,
    numbers: (u8, u8),
    random: &dyn Random,
) -> Result<Vec<PathBuf>, HolderError> {
    let mut secret = Zeroizing::new([0; SECRET]);
    random
        .fill(secret.as_mut())
        .map_err(|_| ShareError::NoRandomness)?;
    let mut written = Vec::new();
    let done = split(&secret, numbers, random)
        .map_err(HolderError::Join)
        .and_then(|shares| {
            for share in shares {
                let path = folder.join(format!("share-{}", share.index()));
                write(&path, share.text().as_bytes())?;
                written.push(path);
            }
            sync(folder)?;
            Ok(keys.change_passphrase(words(&secret).as_bytes(), random)?)
        });
    match done {
        Ok(()) => Ok(written),
        Err(error @ HolderError::KeyStore(KeyStoreError::File { .. })) => Err(error),
        Err(error) => {
            for path in &written {
                let _away = std::fs::remove_file(path);
            }
            Err(error)
        }
    }
}

/// A name is durable when its folder is.
fn sync(folder: &Path) -> Result<(), HolderError> {
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| HolderError::File {
        path: folder.to_owned(),
        source,
    })
}

/// The passphrase that these shares open.
///
/// # Errors
/// `File`, `Share`, `Join`.
pub fn passphrase(paths: &[PathBuf]) -> Result<Zeroizing<String>, HolderError> {
    let shares: Result<Vec<Share>, HolderError> = paths.iter().map(|path| read(path)).collect();
    Ok(words(&*join(&shares?)?))
}

/// A secret as a passphrase: lower-case hexadecimal.
#[must_use]
pub fn words(secret: &[u8; SECRET]) -> Zeroizing<String> {
    let mut words = Zeroizing::new(String::with_capacity(2 * SECRET));
    for octet in secret {
        for half in [octet >> 4, octet & 15] {
            words.push(char::from_digit(half.into(), 16).unwrap_or_default());
        }
    }
    words
}

/// The share in a file.
///
/// # Errors
/// `File`, `Share`.
pub fn read(path: &Path) -> Result<Share, HolderError> {
    let unreadable = |source| HolderError::File {
        path: path.to_owned(),
        source,
    };
    let no_share = |source| HolderError::Share {
        path: path.to_owned(),
        source,
    };
    let mut text = Zeroizing::new(String::with_capacity(LONGEST_SHARE + 1));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    // One octet more than a share has shows that there is more.
    let most = u64::try_from(LONGEST_SHARE).unwrap_or(u64::MAX) + 1;
    match file.take(most).read_to_string(&mut text) {
        Ok(_) => Share::parse(&text).map_err(no_share),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(no_share(ShareError::Malformed))
        }
        Err(error) => Err(unreadable(error)),
    }
}

/// Writes a new file that its owner alone may read, and waits until it is on the disk.
///
/// # Errors
/// `File`, also where there is one of this name.
pub fn write(path: &Path, octets: &[u8]) -> Result<(), HolderError> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| {
        file.write_all(octets)?;
        file.sync_all()
    });
    written.map_err(|source| HolderError::File {
        path: path.to_owned(),
        source,
    })
}
