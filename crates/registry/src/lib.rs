//! Keeps what is true about licences, seals and certificates, and what is still to be done, in
//! SQLite or PostgreSQL.
//!
//! [`open`] gives a [`Registry`]; each of its books has methods that are business facts. One fact
//! is one transaction: all of it is durable when the method answers, or none of it happened. Which
//! database it is, only the crate `store` below knows.
//!
//! What is personal is sealed before it reaches the database, and found by keyed digests
//! ([`Secrets`]).

pub mod backup;
pub mod batches;
pub mod cases;
pub mod copies;
pub mod jobs;
pub mod licences;
mod migrations;
mod registry;
pub mod uses;

pub use applications;
pub use notices;
pub use registry::{Registry, open};
pub use rolls::{
    accounts, callers, catalogues, certificates, drills, links, own_anchors, own_lists, portfolio,
    regions, restrictions, seals, status,
};
pub use roster::{rounds, signers};
pub use store::{Cause, Later, OpenStore, StoreError};
pub use trail::secrets::Secrets;
pub use trail::{anchor, asked, audit, journal, log, outbox, suites, trace};
pub use vault as objects;
