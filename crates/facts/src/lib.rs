//! What is in an artefact, and what came with it: plain values, read and recomputed, nothing judged (ades-pki 14.3 a).
//!
//! [`Case`] is the evidence in one artefact, whatever [`Kind`] it is of; [`Material`] is status and content from beside
//! it. Who judges, under which policy and at which moment, is above.

mod case;
mod described;
mod digested;
mod document;
mod kind;
mod material;
mod package;
pub mod pem;
mod stream;
mod told;

pub use case::{Body, Case, MAX_ARTEFACT, digests};
pub use described::Described;
pub use digested::{ContentDigest, NoDigest, WEAK, described_by};
pub use document::{
    DocumentFacts, Embedded, LICENCE, Lines, MAX_MATERIAL, MAX_SIGNATURES, STATUS, SignatureFacts,
};
pub use kind::Kind;
pub use material::{Live, MAX_FILES, MAX_OCTETS, Material, Supplied};
pub use package::{Listed, Manifest, Package};
pub use pdf::{Seekable, Source};
pub use told::{ChangeTold, Covers, Refused, Successor, hex};
