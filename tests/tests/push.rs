//! Events go out (R22, R23): nothing lost, nothing twice, in order for each licence, signed, and only where they may.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

mod away;
mod stage;
mod webhook;
