//! Signatures by a person's own token, over HTTP: what was prepared is told, the value that was made elsewhere is taken.
//!
//! What is prepared and what follows from a value is [`papers::elsewhere`]; here it is read and told.

mod body;
mod routes;

pub use body::{PreparedBody, digest, malformed};
pub use routes::{Desk, described, watch};
