//! Keeps files at rest: documents, each encrypted under a key of its own, and the folder of a backup.
//!
//! A small document is written behind others into a pack, and one sync serves all who wait. A larger one is written
//! beside its place, synced, renamed and its directory synced. Only then is its name told to anyone, so what a crash
//! left behind is what no record names: harmless, and found by comparing [`Objects::each`] with the records.
//!
//! The directory holds ciphertext alone (D8). Who wants a document needs its name from the records and
//! the wrapping key from its holder. This crate reaches neither.

pub mod backup;
mod directory;
mod draft;
mod fault;
mod form;
mod name;
mod objects;
mod pack;
mod packing;
mod reader;
mod rewrap;
mod standing;
mod turns;
mod whole;
mod wrapping;

pub use directory::{Copied, Swept};
pub use draft::Draft;
pub use fault::ObjectError;
pub use form::{CHUNK, MAX_OBJECT};
pub use name::{ObjectId, ReadObjectId};
pub use objects::Objects;
pub use reader::Reader;
pub use rewrap::Rewrapped;
pub use wrapping::Wrapping;
