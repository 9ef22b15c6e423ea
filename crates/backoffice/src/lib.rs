//! What an office has at hand, and what it does beside its main job.
//!
//! An [`office::Office`] is clock, keys, store and catalogue together; no other crate above `registry` opens one. Its
//! services are modules of functions over it: certificates ([`certify`], [`people`]), status ([`answers`], [`lists`]),
//! time-stamps ([`stamps`]), the two logs ([`sequencer`], [`anchor`]), seals in custody ([`custody`]), accounts
//! of people ([`accounts`]), the
//! catalogue ([`import`]). The main job stands above, in `issuance`.

pub mod accounts;
pub mod anchor;
pub mod answers;
mod arrivals;
pub mod asked;
pub mod asker;
pub mod bundle;
pub mod certify;
pub mod clock;
pub mod custody;
pub mod desk;
pub mod dropped;
pub mod found;
pub mod fresh;
pub mod hierarchy;
pub mod import;
pub mod keys;
pub mod ledger;
pub mod level;
pub mod lists;
pub mod means;
pub mod national;
pub mod office;
mod opening;
mod parts;
pub mod people;
pub mod printed;
pub mod push;
pub mod regions;
pub mod relations;
pub mod said;
pub mod seals;
pub mod sequencer;
pub mod slots;
pub mod stamps;
mod stored;
pub mod waiting;
