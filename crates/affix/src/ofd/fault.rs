//! Why a package is not sealed.

use container::{ReadPackage, WritePackage};
use evidence::cms::PrepareCms;
use ofd::{ReadOfd, ReadXml};
use seal::ses::UseSeal;
use thiserror::Error;

/// Why a package is not sealed or signed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SealOfd {
    /// It cannot be read.
    #[error("the package cannot be read")]
    Read(#[from] ReadOfd),
    /// A part of it cannot be read: what would be sealed is not known.
    #[error("the part {path} cannot be read")]
    Part {
        /// Which.
        path: String,
    },
    /// It has no document, several, or versions of one: readers would show something else than what is sealed.
    #[error("the package has not one document in one version")]
    Documents,
    /// A signature in it left no room for others.
    #[error("the list of signatures is signed already")]
    Closed,
    /// A signature in it does not hold over what it names, or leaves out what it may not.
    #[error("the signature {id} does not hold")]
    Broken {
        /// Its identifier.
        id: String,
    },
    /// A seal that is shown nowhere.
    #[error("the seal is shown nowhere")]
    NotShown,
    /// No such page, or the place is not on it.
    #[error("the place on page {page} is not on a page")]
    Place {
        /// The page's identifier.
        page: String,
    },
    /// A seal over the edges of one page, or of so many that a strip would be narrower than a millimetre.
    #[error("a seal does not go over the edges of {pages} pages")]
    Edges {
        /// How many there are.
        pages: usize,
    },
    /// `Signature.xml` has no word for the algorithm.
    #[error("there is no word for the algorithm")]
    Algorithm,
    /// `OFD.xml` takes no list of signatures.
    #[error("the package takes no list of signatures")]
    Root(#[from] ReadXml),
    /// An entry cannot be read.
    #[error("an entry cannot be read")]
    Entry(#[from] ReadPackage),
    /// The new package would break a limit.
    #[error("the new package would not be read")]
    Write(#[from] WritePackage),
    /// The seal is not used so.
    #[error("the seal is not used so")]
    Usage(#[from] UseSeal),
    /// No message is made so.
    #[error("no message is made so")]
    Message(#[from] PrepareCms),
    /// The value does not hold (T-C3).
    #[error("the signature does not hold")]
    Value,
    /// What was made is read as something else.
    #[error("what was made is read as something else")]
    Unlike,
}
