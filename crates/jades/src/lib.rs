//! JAdES signatures (TS 119 182-1 v1.2.1): prepared, finished, extended, read.
//!
//! Bytes and plain values alone. [`Draft::prepare`] gives the exact bytes to be signed, [`Prepared::finish`] takes the
//! signature; what comes later (a time-stamp, validation data, a time-stamp over all of it) is an [`Element`] put into
//! `etsiU`. Readers refuse first and explain why; whether the signer is trusted is path validation's to say.

mod commitment;
mod detached;
mod draft;
mod fault;
mod header;
mod read;
mod text;
mod token;
mod unsigned;

pub use commitment::{Commitment, SignaturePolicy};
pub use detached::{Detached, Mechanism};
pub use draft::{Content, Draft, Named, Object, PrepareJades, Prepared};
pub use fault::{Fault, ReadJades};
pub use header::{CertificateDigest, Header};
pub use read::{Jades, MAX_HEADER, MAX_SIGNATURES, Signature};
pub use token::{Contents, Token};
pub use unsigned::{Element, MAX_DEPTH, MAX_ELEMENTS, RECEIPT, Unsigned, Values};
