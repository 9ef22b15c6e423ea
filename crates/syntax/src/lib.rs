//! What a PDF file is made of: tokens, objects, streams behind their filters, and operators of content
//! (ISO 32000-2, 7.2 to 7.4, 7.8.2).
//!
//! Reading is strict, has its limits before it takes memory, and never repairs. What the objects of a file mean is
//! for `pdf`.

mod content;
mod fault;
mod filter;
mod lexer;
mod object;
mod parse;
mod predictor;
mod source;

pub use content::{Each, Operation, Visit, operations, operators};
pub use fault::ReadPdf;
pub use filter::{Filter, MAX_EXPANDED, MAX_FILTERS, collect, decoder, fault, filters};
pub use lexer::{Lexer, MAX_DIGITS, Token, hex_digit, is_white};
pub use object::{Dictionary, Object, Reference, Stream};
pub use parse::{Indirect, Length, MAX_OBJECTS, Parser};
pub use predictor::Shape;
pub use source::{Seekable, Source};
