//! ASiC packages (EN 319 162-1 v1.1.1) with CAdES and time-stamps: made, extended, read.
//!
//! The ZIP reader is the strict one of `container`: nothing is repaired, and a package that two readers could read differently is
//! refused (T-I4, T-V10). Here only files and what lists them; signatures, tokens and records are octets.

mod container;
mod content;
mod draft;
mod fault;
mod listed;
mod manifest;

pub use container::{Asic, Form, MAX_FILE, MAX_SIGNATURES, Proof, ProofKind};
pub use draft::{File, Prepared, WriteAsic, is_content, with_replaced};
pub use fault::ReadAsic;
pub use listed::{Listed, ListedFault};
pub use manifest::{Manifest, Reference};
