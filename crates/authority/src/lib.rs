//! The machines of a trust service: each runs by itself, with what it is given, and knows no office.
//!
//! Time that is watched ([`clock`]), keys by their names ([`keys`]) and their certificates ([`hierarchy`], [`certify`]),
//! status ([`answers`], [`lists`], [`slots`]), time-stamps ([`stamps`]), the sequencers of the two logs ([`sequencer`]),
//! and the line in the journal that each use of a key leaves ([`ledger`]). Who asks for something is an [`asker`].

pub mod answers;
mod arrivals;
pub mod asker;
pub mod certify;
pub mod clock;
pub mod hierarchy;
pub mod keys;
pub mod ledger;
pub mod lists;
mod seen;
pub mod sequencer;
pub mod slots;
pub mod stamps;
pub mod standing;
