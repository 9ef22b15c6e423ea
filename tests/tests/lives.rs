//! A licence's whole life over HTTP, on each database at hand: versions, parts, and every pair of state and event.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

mod batches;
mod beside;
mod digested;
mod digests;
mod envelopes;
mod inputs;
mod ledgers;
mod matters;
mod notices;
mod overtaken;
mod packages;
mod parts;
mod rules;
mod seal;
mod stage;
mod table;
mod upkeep;
mod versions;
