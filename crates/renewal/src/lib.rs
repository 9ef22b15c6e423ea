//! Until when what is kept can be proven, what is due, and one time-stamp that renews all of it.
//!
//! [`Life::of`] reads from the token on which a proof rests when that ends and by what; [`due`] puts first what ends first;
//! [`prepare`] lays out the renewal of any number of documents under one root, [`Prepared::finish`] takes the token and
//! gives out each document's record. No clock, no keys, no store: the moment, the certificates at hand and the dates of
//! algorithms come in.

mod life;
mod plan;

pub use life::{Ends, Life, Relied, Unprovable, due};
pub use plan::{Item, Plan, Prepared, Renewed, prepare};
