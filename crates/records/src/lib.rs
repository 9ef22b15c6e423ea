//! Evidence records (RFC 4998): one time-stamp over an archive, a short record for each document, renewed without
//! touching any document.
//!
//! Making: leaves into a [`TreeBuilder`], the root of the [`Tree`] stamped, [`Tree::stamped`], and for each leaf an
//! [`ArchiveTimeStamp`] of its own. Renewing: [`EvidenceRecord::stamp_leaf`] while the digest is strong,
//! [`EvidenceRecord::sequence_leaf`] where it is not, as leaves of the next tree. Reading: [`EvidenceRecord::parse`] under
//! limits, [`EvidenceRecord::inspect`] for all that needs no key. Whether the tokens are good is `evidence`'s to check, and
//! whether they were valid until the next came is judged in `verify`.

mod fault;
mod grow;
mod inspect;
mod record;
mod tree;

pub use fault::Fault;
pub use grow::{Grow, Leaf};
pub use inspect::{Inspection, Object, Stamp};
pub use record::{
    ArchiveTimeStamp, EvidenceRecord, MAX_CHAINS, MAX_HASHES, MAX_LISTS, MAX_RECORD, MAX_STAMPS,
    ReadRecord,
};
pub use tree::{Plant, Stamped, Tree, TreeBuilder};
