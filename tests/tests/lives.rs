//! A licence's whole life over HTTP, on each database at hand: versions, parts, and every pair of state and event.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

#[path = "lives/batches.rs"]
mod batches;
#[path = "lives/beside.rs"]
mod beside;
#[path = "lives/inputs.rs"]
mod inputs;
#[path = "lives/matters.rs"]
mod matters;
#[path = "lives/notices.rs"]
mod notices;
#[path = "lives/overtaken.rs"]
mod overtaken;
#[path = "lives/packages.rs"]
mod packages;
#[path = "lives/parts.rs"]
mod parts;
#[path = "lives/rules.rs"]
mod rules;
#[path = "lives/seal.rs"]
mod seal;
#[path = "lives/stage.rs"]
mod stage;
#[path = "lives/table.rs"]
mod table;
#[path = "lives/upkeep.rs"]
mod upkeep;
#[path = "lives/versions.rs"]
mod versions;
