//! What can be wrong with a record that can be read.

use thiserror::Error;

/// A departure of a record from RFC 4998, or from what it is said to be about. Each keeps the record from proving anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Another version than 1 (3.1).
    #[error("version {0} of the record")]
    Version(u64),
    /// The documents are said to have been encrypted before they were stamped: what was encrypted is not looked into (6).
    #[error("the record is about encrypted documents")]
    Encrypted,
    /// No document was given to compare with.
    #[error("no document was given")]
    NoObject,
    /// A digest algorithm that is used and not listed (3.1).
    #[error("time-stamp {0}: its digest algorithm is not listed")]
    AlgorithmUnlisted(usize),
    /// A digest algorithm that is unknown.
    #[error("time-stamp {0}: its digest algorithm is unknown")]
    AlgorithmUnknown(usize),
    /// A digest algorithm that binds nothing any more.
    #[error("time-stamp {0}: its digest algorithm is too weak")]
    AlgorithmWeak(usize),
    /// Another digest algorithm than the chain's (5.2, 5.3 point 2).
    #[error("time-stamp {0}: its digest algorithm is not its chain's")]
    AlgorithmDiffers(usize),
    /// A hash value that is not as long as its algorithm makes it.
    #[error("time-stamp {0}: a hash value of another length than its algorithm's")]
    HashLength(usize),
    /// The token cannot be read.
    #[error("time-stamp {0}: its token cannot be read")]
    Token(usize),
    /// The token's imprint is by another algorithm than the tree (4.3 point 4).
    #[error("time-stamp {0}: its imprint is by another algorithm than its tree")]
    ImprintAlgorithm(usize),
    /// The lists lead to something else than what the token is over (4.3 point 4).
    #[error("time-stamp {0}: it is not over the root of its lists")]
    ImprintDiffers(usize),
    /// The first list of the record lacks the hash of a document (4.3 point 2, 5.3 point 1).
    #[error("the record is not about document {0}")]
    ObjectAbsent(usize),
    /// The first list of a chain holds hashes of other things than the documents given (5.3, last paragraph).
    #[error("time-stamp {0}: it is about further documents that were not given")]
    ObjectOther(usize),
    /// A renewed time-stamp that does not cover the one before (5.3 point 2).
    #[error("time-stamp {0}: it is not over the time-stamp before it")]
    StampUnbound(usize),
    /// A new chain that does not cover documents and chains before (5.3 point 3).
    #[error("time-stamp {0}: it is not over the documents and the chains before it")]
    SequenceUnbound(usize),
    /// A time-stamp that is older than the one before it (5.1: ascending).
    #[error("time-stamp {0}: it is older than the one before it")]
    Order(usize),
}

impl Fault {
    /// A stable name of the fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Version(_) => "record.version",
            Self::Encrypted => "record.encrypted",
            Self::NoObject => "record.no-object",
            Self::AlgorithmUnlisted(_) => "record.algorithm-unlisted",
            Self::AlgorithmUnknown(_) => "record.algorithm-unknown",
            Self::AlgorithmWeak(_) => "record.algorithm-weak",
            Self::AlgorithmDiffers(_) => "record.algorithm-differs",
            Self::HashLength(_) => "record.hash-length",
            Self::Token(_) => "record.token",
            Self::ImprintAlgorithm(_) => "record.imprint-algorithm",
            Self::ImprintDiffers(_) => "record.imprint-differs",
            Self::ObjectAbsent(_) => "record.object-absent",
            Self::ObjectOther(_) => "record.object-other",
            Self::StampUnbound(_) => "record.stamp-unbound",
            Self::SequenceUnbound(_) => "record.sequence-unbound",
            Self::Order(_) => "record.order",
        }
    }
}
