//! PDF files as evidence: read revision by revision, signatures found, changes told.
//!
//! Reading is strict and never repairs: a file that breaks the rules of its own cross-reference chain is
//! refused, since what a repairing reader would show was signed by nobody.

mod attachment;
mod chain;
mod compare;
mod fault;
mod file;
mod filter;
mod kept;
mod lexer;
mod object;
mod packed;
mod parse;
mod predictor;
mod signature;
mod source;
mod survey;
mod tree;
mod xref;

pub use attachment::{Attachment, Material};
pub use compare::{Change, ChangeKind, Level};
pub use fault::ReadPdf;
pub use file::{File, SectionAt, View, read};
pub use object::{Dictionary, Object, Reference, Stream};
pub use signature::{
    Coverage, Lock, Permission, SignatureFault, SignatureField, SignatureValue, Standing, SubFilter,
};
pub use source::{Seekable, Source};
pub use survey::Survey;
pub use tree::{Field, text};
pub use xref::SectionKind;
