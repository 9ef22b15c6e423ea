//! Jobs that do not go straight: given up with a reason, forgotten by their caller, released again, two on one file.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what an answer does not have fails its test"
)]

#[path = "jobs/documents.rs"]
mod documents;
#[path = "jobs/given_up.rs"]
mod given_up;
#[path = "thread/house.rs"]
mod house;
#[path = "jobs/rotation.rs"]
mod rotation;
#[path = "jobs/stage.rs"]
mod stage;
#[path = "jobs/waiting.rs"]
mod waiting;
