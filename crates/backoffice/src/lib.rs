//! What an office has at hand, and what it does beside its main job.
//!
//! An [`office::Office`] is clock, keys, store and catalogue together; no other crate above `registry` opens one. The
//! machines that it is made of are those of `authority`; what it does with them are modules of functions over it:
//! what anybody asks for ([`asked`]), the trace in the public log ([`anchor`]),
//! seals in custody ([`custody`]), seals as files ([`electronic`]) and what they show
//! ([`face`]), accounts of people ([`accounts`]), what it trusts ([`regions`]) and publishes of that
//! ([`bundle`], [`publishing`]), the catalogue ([`import`]). The main job stands
//! above, in `issuance`.

pub use authority::{
    answers, asker, certify, clock, hierarchy, keys, ledger, lists, sequencer, slots, stamps,
};

pub mod accounts;
pub mod anchor;
pub mod anchors;
pub mod asked;
pub mod bundle;
pub mod by_two;
pub mod custody;
pub mod desk;
mod desking;
pub mod dropped;
pub mod electronic;
pub mod face;
pub mod found;
mod fresh;
pub mod import;
pub mod level;
pub mod means;
pub mod national;
pub mod office;
mod opening;
pub mod own_list;
mod parts;
pub mod printed;
pub mod publishing;
pub mod push;
pub mod regions;
pub mod rekeyed;
pub mod relations;
pub mod rotation;
pub mod said;
mod sealed;
pub mod seals;
mod stored;
mod trusted;
mod trusting;
pub mod waiting;
