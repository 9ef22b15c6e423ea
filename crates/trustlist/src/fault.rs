//! Why a list is not relied on.

use thiserror::Error;
use xml::{ReadXml, Shape};

/// Why the signature of a list does not hold, or does not say what it has to (TS 119 612 5.7.1, annex B).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckList {
    /// There is none as a child of the root.
    #[error("the list is not signed")]
    Absent,
    /// There is more than one, or one elsewhere than as the last child of the root.
    #[error("a signature where none belongs")]
    Place,
    /// An element of the signature is missing, repeated, or where it does not belong.
    #[error("the signature is malformed at {0}")]
    Form(&'static str),
    /// Another canonicalisation than the exclusive one, or one with parameters.
    #[error("another canonicalisation than the exclusive one")]
    Canonicalisation,
    /// Other transforms than the two.
    #[error("other transforms than enveloped signature and exclusive canonicalisation")]
    Transform,
    /// A reference beside that to the list and that to the signed properties.
    #[error("more references than to the list and to the signed properties")]
    References,
    /// The reference does not mean the whole list.
    #[error("the signature does not cover the list but {0}")]
    Covers(String),
    /// The signed properties are not the ones that are signed, or are not of this signature.
    #[error("the signed properties are not those of the signature")]
    Properties,
    /// A digest or signature algorithm that is not accepted.
    #[error("the algorithm {0} is not accepted")]
    Algorithm(String),
    /// The list is not what was signed.
    #[error("the list is not what was signed")]
    Changed,
    /// The signed properties are not what was signed.
    #[error("the signed properties are not what was signed")]
    PropertiesChanged,
    /// No certificate of those that may sign the list is the one that the signature names.
    #[error("the signer is none of those that may sign the list")]
    Signer,
    /// The signer's certificate was not valid when the list was issued.
    #[error("the certificate of the signer was not valid when the list was issued")]
    SignerPeriod,
    /// The signature value is not one of the key over what is signed.
    #[error("the signature value is not good")]
    Value,
}

/// Why a list is not relied on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadList {
    /// It is not XML as it is read here.
    #[error("the xml of the list is refused")]
    Xml(#[from] ReadXml),
    /// Its signature.
    #[error("the signature of the list is refused")]
    Signature(#[from] CheckList),
    /// The root is another element.
    #[error("the root is {0}")]
    Root(String),
    /// An edition that is not read (TS 119 612 5.3.1).
    #[error("an edition that is not read")]
    Version,
    /// An element that has to be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An element that may occur once occurs again.
    #[error("{0} occurs more than once")]
    Repeated(&'static str),
    /// A value that is none of its type.
    #[error("{0} cannot be read")]
    Value(&'static str),
    /// More of something than is read.
    #[error("too many of {0}")]
    TooMany(&'static str),
    /// The list as a whole has a critical extension that is not understood (TS 119 612 5.3.17).
    #[error("a critical extension is not understood: {0}")]
    Critical(String),
    /// The next update does not follow the issue within six months (TS 119 612 5.3.15).
    #[error("the next update does not follow the issue within six months")]
    Period,
    /// A list whose number does not follow that of the list before it.
    #[error("list {found} does not follow list {before}")]
    Order {
        /// Its number.
        found: u64,
        /// The number of the one before it.
        before: u64,
    },
    /// A list on the way to another one that does not say who may sign the next.
    #[error("a list on the way does not point to itself")]
    NoSelf,
    /// A list of another kind or place than the one that it is to follow.
    #[error("the list is of another kind or place than the one before it")]
    Other,
}

impl From<Shape> for ReadList {
    fn from(shape: Shape) -> ReadList {
        match shape {
            Shape::Missing(name) => ReadList::Missing(name),
            Shape::Repeated(name) => ReadList::Repeated(name),
        }
    }
}
