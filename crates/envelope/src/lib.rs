//! A caller's own content sealed, whatever it is: CAdES beside it (EN 319 122-1), JAdES around or beside it (TS 119 182-1),
//! ASiC packages with it (EN 319 162-1), at every baseline level.
//!
//! Bytes and plain values alone; nothing here signs, stamps or asks for status. [`lay`] gives the octets to be signed,
//! [`Laid::finish`] takes the signature with its time-stamp and the receipt of the public log, [`Sealed::keep`] what proves them
//! later, [`Sealed::archive`] gives what the last time-stamp is over. [`pack`] makes of several files the one object that waits,
//! is released by its digest, and is sealed as it was released. [`describe`] makes it of digests alone, where nobody but the caller has the
//! content.

mod content;
mod fault;
mod lay;
mod resting;
mod sealed;
mod unseen;

pub use content::{Item, MAX_ITEMS, MAX_OCTETS, Unfit, UnfitDigest, pack, unpack};
pub use fault::{FinishEnvelope, LayOut};
pub use lay::{Laid, Signer, lay};
pub use resting::resting;
pub use sealed::{Archiving, Proof, Sealed};
pub use unseen::{describe, described, wanted};
