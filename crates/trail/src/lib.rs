//! What every book of the registry writes beside its own rows: who asked and when, the entry of the
//! trace, leaves of the two logs, the line of the key journal, events on their way out, and the keys
//! under which personal values stand.
//!
//! Two halves. The books ([`trace::Trace`], [`log::Logs`], [`journal::Journal`], [`outbox::Outbox`])
//! have facts of their own, each one transaction. The functions over a [`store::Link`]
//! ([`trace::write`], [`log::submit`], [`outbox::push`], [`asked::note`]) are parts of the facts of
//! the books above: they write in that fact's transaction, so that act, entry, leaf and event are
//! true together or not at all (D13, R23, T-L1).

pub mod anchor;
pub mod asked;
pub mod audit;
pub mod id;
pub mod journal;
pub mod log;
pub mod outbox;
pub mod secrets;
pub mod suites;
pub mod trace;
