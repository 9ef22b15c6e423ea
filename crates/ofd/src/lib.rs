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
mod location;
mod package;
mod parts;
mod place;
pub mod shown;
mod signature;
mod signed;
mod survey;
mod tree;
mod write;

pub use area::Area;
pub use facts::{
    AnnotationFact, AttachmentFact, Body, EntryFact, Facts, FontFact, Information, PageFact,
    PartFault,
};
pub use fault::{ReadOfd, ReadPackage, ReadPart, ReadXml};
pub use package::{Entry, Package};
pub use place::SealPlace;
pub use signed::{
    CheckMethod, Coverage, ListState, Outcome, Part, Reference, Signature, SignatureKind,
    Signatures, Signed, Stamp, StampPlace, Uncovered,
};
pub use survey::{read, read_back, read_digested};
pub use tree::NAMESPACE;
pub use write::change::{Change, WritePackage, with_signatures};
