//! The command line of the service: what its operators start, open, back up and renew.
//!
//! [`run`] is the whole of the binary `yinxin`: it opens an office from the configuration and the key store, and hands it to
//! `server`, or does on it what a person asked for.

mod alone;
mod backups;
mod command;
mod compromise;
mod demo;
mod esl;
mod field_keys;
mod line;
mod open;
mod references;
mod rekeying;
mod renewing;
mod resealing;
mod seal_list;
mod secret;

pub use line::run;
