//! PDF files as evidence: read revision by revision, signatures prepared and finished in place, changes told.
//!
//! Reading is strict and never repairs: a file that breaks the rules of its own cross-reference chain is
//! refused, since what a repairing reader would show was signed by nobody.

mod attachment;
mod chain;
mod compare;
pub mod dss;
mod edit;
mod fault;
mod file;
mod filter;
mod lexer;
mod object;
mod packed;
mod parse;
mod predictor;
pub mod preflight;
pub mod seal;
mod signature;
mod source;
mod survey;
mod tree;
mod update;
mod write;
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
pub use xref::SectionKind;
