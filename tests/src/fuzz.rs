//! Mutation fuzzing of every entry that reads what others wrote (T-K7).
//!
//! A [`Target`] gives octets to one entry, or to a few that belong together, and asserts what must hold of
//! whatever is accepted: what is written again reads the same, nothing is *valid* without trust. [`run`] mutates
//! what the fixtures hold and what is made here, seeded, and takes a panic, more time than [`run::SLOW`] or more
//! memory than the target's limit for a failure. The targets of `tests/fuzz` call the same functions.

pub mod dice;
pub mod made;
pub mod mutate;
pub mod run;
pub mod seeds;
pub mod target;
pub mod watch;

pub use target::{Shape, TARGETS, Target};
