//! Seals asked for at once, over HTTP: a list is looked through line by line, handed in, examined, granted, made.
//!
//! What a list is and what follows from each word is [`making::lists`]; here it is read and told.

mod body;
mod routes;

pub use routes::{Desk, described};
