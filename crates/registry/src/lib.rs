//! Keeps what is true about licences, seals and certificates, and what is still to be done, in
//! SQLite or PostgreSQL.
//!
//! [`open`] gives a [`Registry`]; each of its books has methods that are business facts. One fact
//! is one transaction: all of it is durable when the method answers, or none of it happened. Which
//! database it is, only the crate `store` below knows.
//!
//! What is personal is sealed before it reaches the database, and found by keyed digests
//! ([`Secrets`]).

pub mod asked;
pub mod backup;
pub mod callers;
pub mod catalogues;
pub mod certificates;
mod id;
pub mod jobs;
pub mod journal;
pub mod licences;
pub mod log;
mod migrations;
pub mod outbox;
mod registry;
pub mod seals;
mod secrets;
pub mod status;
pub mod trace;

pub use registry::{Registry, open};
pub use secrets::Secrets;
pub use store::{Cause, OpenStore, StoreError};
pub use vault as objects;
