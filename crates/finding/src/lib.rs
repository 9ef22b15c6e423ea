//! What a verifier can say: every finding code, what follows from it, its clause and its text.
//!
//! Words alone: nothing here reaches evidence, keys or trust.

mod effect;
mod finding;
mod table;

pub use effect::{Effect, Indication, Severity, SubIndication};
pub use finding::{Finding, conclude};
pub use table::{Row, TABLE};
