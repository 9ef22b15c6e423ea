//! A licence of the shared library used by another department under a stated purpose, over HTTP and on both databases: what
//! has to be named (R15), what is shown (R16), who sees that it was.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

mod refusals;
mod seen;
mod shown;
mod stage;
