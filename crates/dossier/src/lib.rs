//! A case's papers: what happened to it, materials and how each is had, commitments, deferred items,
//! consents, notices.
//!
//! Approval systems decide cases; here their events are judged against the tables of domain.md 4 and
//! folded. [`CaseFile::take`] takes an event as it arrives and gives the file afterwards, or parks it
//! until its turn, or refuses it with its rule; nothing is ever half applied. [`Dossier`] is the fold:
//! [`Dossier::grant`] is what a seal may rest on, [`progress`](progress::progress) what the applicant
//! sees, [`stage`] what the office's documents say of it.
//!
//! Pure: catalogue, calendar, restrictions and moment come in a [`Scene`].

pub mod archive;
pub mod card;
pub mod clock;
pub mod commitment;
pub mod decision;
pub mod deferral;
pub mod event;
pub mod library;
pub mod mandate;
pub mod material;
pub mod notice;
pub mod number;
pub mod package;
pub mod person;
pub mod progress;
pub mod scene;
pub mod signed;
pub mod stage;
pub mod state;
pub mod step;
pub mod table;
pub mod told;

mod asking;
mod deciding;
mod dossier;
mod intake;
mod papers;
mod refused;
mod text;
mod using;

pub use dossier::{Allowance, CaseTerms, Dossier, Forwarding, Grant, Part, StopNote, Supplement};
pub use intake::{CaseFile, Fate, TakeRefused, Took};
pub use refused::Refused;
pub use scene::{Effect, Scene};
pub use text::{ReadWords, Words, day};
