//! The electronic seal and the seal signature as data: GB/T 38540-2020 (V4) and GM/T 0031-2014 (V1) read and written,
//! GM/T 0031-2025 (V5) read.
//!
//! What is read is kept as it was received: whatever was signed is a slice of the input and never an encoding of ours.
//! V5 is read from a public implementation; its standard's text was not seen. Whether the certificates lead to an
//! anchor, and what a time-stamp is worth, is `verify`'s to say.
//!
//! A seal: [`Draft::prepare`], signed by its maker, [`PreparedSeal::finish`]. A use of it: [`Usage::prepare`], signed by
//! its signer, [`PreparedUse::finish`].

mod draft;
mod edition;
mod fault;
mod form;
mod rules;
mod seal;
mod signature;
mod time;
mod usage;

pub use draft::{Draft, Listing, MakeSeal, PreparedSeal};
pub use edition::Edition;
pub use fault::{Part, ReadSeal, SealFault};
pub use form::{
    Extension, MAX_EXTENSIONS, MAX_LIST, MAX_LISTED, MAX_PICTURE, MAX_SEAL, MAX_SIGNATURE,
};
pub use rules::{KIND_ORGANISATION, KIND_PERSON};
pub use seal::{Image, Seal, Signers};
pub use signature::SealSignature;
pub use time::SigningTime;
pub use usage::{PreparedUse, Usage, UseSeal};
