//! What is wrong with the files.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why files cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// It is not there, or is not read.
    #[error("{} is not read", path.display())]
    Unread {
        /// Which one.
        path: PathBuf,
        /// As the system has it.
        #[source]
        cause: io::Error,
    },
    /// Others than its owner can use it.
    #[error("others can read {}: it has mode 0600", .0.display())]
    Open(PathBuf),
    /// It is larger than such a file is.
    #[error("{} is too large", .0.display())]
    Large(PathBuf),
    /// It holds no certificate in PEM, or one that is not read.
    #[error("{} is no chain of certificates in PEM", .0.display())]
    Certificates(PathBuf),
    /// It holds no private key in PEM.
    #[error("{} is no private key in PEM", .0.display())]
    Key(PathBuf),
    /// The key is not the certificate's, or none of TLS.
    #[error("key and certificate do not belong together, or are of no kind that TLS takes")]
    Pair(#[source] rustls::Error),
    /// It holds no list in PEM or DER.
    #[error("{} is no revocation list", .0.display())]
    List(PathBuf),
}
