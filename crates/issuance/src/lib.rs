//! Carries out the office's work; the only place where clock, keys, store and network meet.
//!
//! An [`Office`] is what is at hand. [`begin`] and [`issue::complete`] are the main job, in the order of the table of
//! `docs/issuance.md`; [`release`] stands between them. The other modules are the office's other work, each a set of
//! functions over `&Office`.

pub mod cases;
mod draft;
mod finishing;
mod give_up;
mod incoming;
pub mod issue;
pub mod lives;
pub mod look;
mod not_issued;
pub mod people;
mod recheck;
pub mod release;
mod resealed;
mod ruling;
mod sealing;
mod subject;
mod superseding;
mod unseen;
pub mod upkeep;

pub use backoffice::{
    accounts, answers, asked, custody, electronic, found, import, lists, office, push, sequencer,
    stamps,
};
use backoffice::{
    anchor, asker, clock, desk, dropped, keys, level, means, printed, relations, said, seals,
    slots, waiting,
};

pub use asker::{Asker, Once};
pub use clock::{Clock, FixedClock, SystemClock};
pub use document::{Edition, sample_photo};
pub use draft::DraftError;
pub use incoming::inspect_json;
pub use issue::{Begun, IssueError, IssueOrder, begin};
pub use keys::{ServiceKey, seal_key};
pub use level::Level;
pub use office::{Office, Parts, Settings};
pub use said::Waits;
pub use sealing::SealingError;
