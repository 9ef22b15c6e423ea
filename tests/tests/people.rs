//! People with accounts: who is let in, what each role may, what one person may not do twice (T-P1 to T-P3, R3).

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what an answer does not have fails its test"
)]

#[path = "people/accounts.rs"]
mod accounts;
#[path = "people/boundary.rs"]
mod boundary;
#[path = "people/content.rs"]
mod content;
#[path = "people/expected.rs"]
mod expected;
#[path = "people/pairs.rs"]
mod pairs;
#[path = "people/regions.rs"]
mod regions;
#[path = "people/repeats.rs"]
mod repeats;
#[path = "people/roles.rs"]
mod roles;
#[path = "people/sessions.rs"]
mod sessions;
#[path = "people/stage.rs"]
mod stage;
#[path = "people/table.rs"]
mod table;
