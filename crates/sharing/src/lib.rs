//! A licence of the shared library used by a body that its holder did not bring it to (domain.md 1: nobody is asked for
//! what the government itself issued).
//!
//! [`UseOrder`] names purpose, matter, case, person and legal ground (R15); [`take`] judges it on the catalogue, the case
//! and the licences of those whom the case names, answers with no more than the matter's material needs (R16), and keeps
//! what was shown in the same fact. [`file()`] gives the sealed file where the material is the licence itself. [`history`] is
//! what the issuing department, a supervisor and the holder see of it.
//! What makes another region's licence one of these is trust that two people decide: [`exchange`], [`anchors`], and [`standing`] for who decides.

pub mod anchors;
mod answer;
pub mod exchange;
mod file;
pub mod history;
mod order;
mod refused;
mod rule;
mod shown;
pub mod standing;
mod taking;

pub use file::{FileError, FileOutcome, file};
pub use order::{FactAsked, GroundNamed, LicenceNamed, UseOrder};
pub use refused::{Defect, Refused};
pub use taking::{HOLDERS, Outcome, take};
