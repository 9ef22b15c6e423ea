//! PDF files as evidence: read revision by revision, signatures found, changes told.
//!
//! Reading is strict and never repairs: a file that breaks the rules of its own cross-reference chain is
//! refused, since what a repairing reader would show was signed by nobody.

mod attachment;
mod chain;
mod compare;
mod file;
mod font;
mod kept;
mod marks;
mod signature;
mod survey;
mod tree;

pub use attachment::{Attachment, Material};
pub use compare::{Change, ChangeKind, Level};
pub use file::{File, SectionAt, View, read};
pub use signature::{
    Coverage, Lock, Permission, SignatureFault, SignatureField, SignatureValue, Standing, SubFilter,
};
pub use survey::Survey;
pub use syntax::{Dictionary, Object, ReadPdf, Reference, SectionKind, Seekable, Source, Stream};
pub use tree::{Field, text};
