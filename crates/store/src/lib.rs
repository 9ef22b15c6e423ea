//! Writes facts in transactions and reads rows, in SQLite or PostgreSQL.
//!
//! A fact is what [`Store::write`] runs in one transaction: all of it is durable when it answers, or
//! none of it happened. Statements exist once and serve both databases; only this crate knows which
//! one it is, and nobody above it can reach the driver.

mod deferred;
mod durable;
pub mod error;
mod fact;
mod facts;
mod file;
mod later;
pub mod link;
mod migration;
mod postgres;
mod readers;
mod row;
mod settling;
mod sqlite;
mod value;

pub use error::{Cause, OpenStore, StoreError};
pub use facts::Store;
pub use later::Later;
pub use link::{Link, Row, Statement, Value};
pub use migration::Migration;
