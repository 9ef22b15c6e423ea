//! All tests of this crate that can share a process, as one program: each program of tests is linked for itself.

#[path = "thread/house.rs"]
mod house;
mod jobs;
mod thread;
