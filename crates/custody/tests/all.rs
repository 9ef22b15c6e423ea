//! All tests of this crate, as one program: each program of tests is linked for itself.

mod answers;
mod limits;
mod softhsm;
mod stores;
mod succession;
mod token;
