//! Jobs that do not go straight: given up with a reason, forgotten by their caller, released again, two on one file.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what an answer does not have fails its test"
)]

mod documents;
mod given_up;
mod resting;
mod rotation;
mod stage;
mod waiting;
