//! All tests of the whole service that can share a process, as one program: each program of tests is linked for itself, and
//! compiles anew what it waits for.

mod conformance;
mod crash;
mod flow;
mod fuzz;
#[cfg(test)]
mod interop;
mod keys_example;
mod lives;
mod people;
mod push;
mod seals;
mod sequencers;
mod story;
mod turnover;
mod uses;
