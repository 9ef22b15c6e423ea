//! What a verifier can say: every answer, every finding code, what follows from it, its clause and its text.
//!
//! Words alone: nothing here reaches evidence, keys or trust.

mod advice;
mod answer;
mod effect;
mod finding;
mod sentence;
mod table;

pub use advice::Advice;
pub use answer::{Answer, Verdict};
pub use effect::{Effect, Indication, Severity, SubIndication};
pub use finding::{Finding, conclude};
pub use sentence::sentence;
pub use table::{Row, TABLE};
