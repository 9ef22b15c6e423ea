//! The office's cases: what an approval system reports is judged in its scene and recorded with what others are
//! told of it; what is shown of a case; what time alone brings.
//!
//! [`take`] is the way of an event: checked against who sends it and what the register holds, judged by
//! [`dossier`] under the lock of its case, kept with trace and outbox in one fact. [`look`] shows a case,
//! persons masked, to the bodies concerned. [`due`] is upkeep: cards of the clock, items that ran out, checks that
//! are due. [`grant`] is what a seal may rest on.
//!
//! Moments are arguments; the registry is the only thing outside that is asked.

mod act;
mod concern;
pub mod due;
mod ground;
pub mod look;
pub mod package;
mod publicise;
mod room;
pub mod take;
pub mod tell;
pub mod together;

pub use concern::is_concerned;
pub use ground::{CaseGround, grant};
pub use room::Room;
