//! OFD files as evidence: the package and its XML read strictly, signatures found; packages written and changed.
//!
//! Reading gives facts and judges nothing: this crate knows neither keys nor the structures of seals. It never
//! repairs and never searches; a package that two readers could read differently is refused (T-I4, T-V10).

mod ahead;
mod area;
mod document;
pub mod draw;
mod facts;
mod fault;
mod identifiers;
mod known;
mod limits;
mod listed;
mod location;
pub mod metadata;
mod parts;
mod place;
pub mod shown;
mod signature;
mod signed;
mod survey;
mod tree;

pub use area::Area;
/// What a file is read from, and what one is changed as.
pub use container::{Change, Package};
pub use facts::{
    AnnotationFact, AttachmentFact, Body, EntryFact, Facts, FontFact, Information, PageFact,
    PartFault,
};
pub use fault::{ReadOfd, ReadPart, ReadXml, package_code};
pub use listed::with_signatures;
pub use place::SealPlace;
pub use signed::{
    CheckMethod, Coverage, ListState, Outcome, Part, Reference, Signature, SignatureKind,
    Signatures, Signed, Stamp, StampPlace, Uncovered,
};
pub use survey::{read, read_back, read_digested};
pub use tree::NAMESPACE;
