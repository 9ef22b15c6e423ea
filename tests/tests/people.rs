//! People with accounts: who is let in, what each role may, what one person may not do twice (T-P1 to T-P3, R3).

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what an answer does not have fails its test"
)]

mod abuse;
mod accounts;
mod alarms;
mod audited;
mod boundary;
mod certified;
mod content;
mod desk;
mod expected;
mod mandates;
mod mutual;
mod pads;
mod pairs;
mod passkeys;
mod pivots;
mod proofs;
mod provided;
mod refusals;
mod regions;
mod repeats;
mod roles;
mod sessions;
mod stage;
mod table;
