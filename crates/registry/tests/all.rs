//! All tests of this crate that can share a process, as one program: each program of tests is linked for itself.

mod licences;
mod lists;
#[path = "lists/stage.rs"]
mod stage;
