//! All tests of this crate that can share a process, as one program: each program of tests is linked for itself.

mod objects;
mod packs;
mod rewrap;
