//! Licences asked for at once: one request, one release, many jobs.
//!
//! [`door::begin`] checks every licence of a batch before any is taken, and reserves all of them in one fact. From then
//! on each is a job like any other: a lost process finds it, upkeep takes it up, nothing is issued twice. [`Carrying`]
//! is the work that follows a step at once. [`release`] shows a second person what waits, and takes one release over
//! exactly that list; what a rule holds back waits on with its reason. [`told`] says how far a batch is. [`apart`] makes
//! a licence for each of several addresses out of one entry. [`package`] is one application for several matters, whose
//! results are one batch.
//!
//! The main job itself is `issuance`'s; nothing here signs.

pub mod apart;
mod carry;
pub mod door;
pub mod package;
pub mod release;
mod together;
pub mod told;

pub use carry::Carrying;
pub use together::MAX_LICENCES;
