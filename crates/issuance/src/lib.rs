//! Carries out the office's work; the only place where clock, keys, store and network meet.
//!
//! An [`Office`] is what is at hand. [`begin`] and [`complete`] are the main job, in the order of the table of
//! `docs/issuance.md`; [`release`] stands between them. The other modules are the office's other work, each a set of
//! functions over `&Office`.

mod anchor;
pub mod answers;
pub mod asked;
mod asker;
mod bundle;
pub mod cases;
mod certify;
pub mod change;
mod clock;
pub mod custody;
mod desk;
mod draft;
mod dropped;
pub mod found;
mod give_up;
mod hierarchy;
pub mod import;
mod issue;
mod keys;
mod ledger;
mod level;
pub mod lists;
pub mod look;
pub mod office;
pub mod papers;
pub mod people;
mod printed;
pub mod push;
mod recheck;
pub mod release;
mod said;
mod sealing;
mod seals;
pub mod sequencer;
mod slots;
pub mod stamps;
mod stored;
pub mod upkeep;

pub use asker::{Asker, Once};
pub use certify::CertifyError;
pub use clock::{Clock, FixedClock, SystemClock};
pub use credential::inspect_json;
pub use document::{Edition, sample_photo};
pub use draft::DraftError;
pub use issue::{Begun, IssueError, IssueOrder, begin, complete};
pub use keys::{ServiceKey, seal_key};
pub use level::Level;
pub use office::{Office, Parts, Settings};
pub use said::Waits;
pub use sealing::SealingError;
