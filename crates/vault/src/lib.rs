//! Keeps files at rest: documents, each encrypted under a key of its own, and the folder of a backup.
//!
//! A document is written beside its place, synced, renamed and its directory synced before its name
//! is told to anyone. The name is random, so a file that a crash left behind is one that no record
//! names: harmless, and found by comparing [`Objects::each`] with the records.
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
mod reader;
mod wrapping;

pub use directory::{Copied, Swept};
pub use draft::Draft;
pub use fault::ObjectError;
pub use form::{CHUNK, MAX_OBJECT};
pub use name::{ObjectId, ReadObjectId};
pub use objects::Objects;
pub use reader::Reader;
pub use wrapping::Wrapping;
