//! Whether a certificate can be relied on: chains built and validated at a moment, within a budget.
//!
//! RFC 5280 clause 6 with the policy graph of RFC 9618. What was received are candidates; trust comes from
//! the anchors alone. Status is handed in: lists, which are judged here, and answers that the caller has
//! judged already (OCSP). Pure: no clock, no network.

mod anchor;
mod budget;
mod build;
mod chain;
mod check;
mod constraint;
mod fault;
mod form;
mod memory;
mod policy;
mod purpose;
mod question;
mod status;

pub use anchor::{Anchor, AnchorPurposes, AnchorRules};
pub use budget::{Budget, Limit};
pub use build::validate;
pub use chain::Chain;
pub use fault::{PathError, PathFault};
pub use form::NameForm;
pub use memory::Memory;
pub use purpose::Purpose;
pub use question::{PolicyDemand, Question, Strength};
pub use status::{
    Answers, CertificateStatus, ListRefused, NotAsked, Source, State, StatusAsked, StatusAt,
    StatusDemand, StatusMaterial,
};
