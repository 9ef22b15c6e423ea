//! What a PDF file is made of: tokens, objects, streams behind their filters, cross-reference sections, object streams,
//! operators of content, and what codes of text stand for (ISO 32000-2, 7.2 to 7.5, 7.8.2, annex D).
//!
//! Reading is strict, has its limits before it takes memory, and never repairs. What the objects of a file mean, and
//! which section follows which, is for `pdf`.

mod content;
mod encoding;
mod fault;
mod filter;
mod lexer;
mod object;
mod packed;
mod parse;
mod predictor;
mod source;
mod xref;

pub use content::{Each, Operation, Visit, operations, operators};
pub use encoding::{document_sign, glyph_names};
pub use fault::ReadPdf;
pub use filter::{Filter, MAX_EXPANDED, MAX_FILTERS, collect, decoder, fault, filters};
pub use lexer::{Lexer, MAX_DIGITS, Token, hex_digit, is_white};
pub use object::{Dictionary, Object, Reference, Stream};
pub use packed::{MAX_PACKED, Packed};
pub use parse::{Indirect, Length, MAX_OBJECTS, Parser};
pub use predictor::Shape;
pub use source::{Seekable, Source};
pub use xref::{Entry, Footer, Place, Section, SectionKind, footer, section};
