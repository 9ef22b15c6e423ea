//! Keeps what is true about licences, seals and certificates, and what is still to be done, in
//! SQLite or PostgreSQL.
//!
//! [`open`] gives a [`Registry`]; each of its books has methods that are business facts. One fact
//! is one transaction: all of it is durable when the method answers, or none of it happened. The
//! statements exist once and serve both databases; only opening, committing and the classes of
//! errors know which one it is.
//!
//! What is personal is sealed before it reaches the database, and found by keyed digests
//! ([`Secrets`]).

pub mod asked;
pub mod backup;
pub mod callers;
pub mod catalogues;
pub mod certificates;
mod deferred;
mod error;
mod id;
pub mod jobs;
pub mod journal;
pub mod licences;
mod link;
pub mod log;
mod migrations;
pub mod outbox;
mod postgres;
mod registry;
mod secrets;
mod sqlite;
pub mod status;
mod store;
pub mod trace;
mod value;

pub use error::{Cause, OpenStore, StoreError};
pub use registry::{Registry, open};
pub use secrets::Secrets;
pub use vault as objects;
