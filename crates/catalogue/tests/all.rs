//! All tests of this crate that can share a process, as one program: each program of tests is linked for itself.

mod import;
mod lives;
#[path = "sample/made.rs"]
mod made;
mod movement;
mod powers;
mod reports;
