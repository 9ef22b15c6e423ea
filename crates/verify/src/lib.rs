//! Gathers the evidence in any artefact, judges it under a policy at a moment, and reports every finding.
//!
//! [`open`] reads and recomputes and judges nothing; [`judge`] is a pure function of evidence, trust, material,
//! policy and moment; [`examine`] is both. Offline is supplying nothing. Anything unexpected ends in *not
//! processed* or *indeterminate*, never in *valid* (T-V1). Every finding code stands in [`TABLE`] and in
//! `docs/findings.md`.

pub mod facts;
mod judge;
mod kind;
mod material;
mod package;
mod pem;
mod policy;
pub mod report;
mod trust;

pub use facts::{Case, MAX_ARTEFACT};
pub use finding::{Answer, Effect, Finding, Severity, SubIndication, TABLE, Verdict};
pub use judge::{examine, judge, unreadable};
pub use kind::Kind;
pub use material::{MAX_FILES, MAX_OCTETS, Material, Supplied};
pub use pdf::{Seekable, Source};
pub use pem::certificate_pem;
pub use policy::{Anchors, Demand, Policy, ReadPolicy};
pub use report::{Origin, Report, SignatureReport};
pub use trust::{
    Bundle, BundleAnchor, BundleLog, MAX_TRUST, Office, OfficeType, ReadTrust, Term, Trust,
};

/// Gathers the evidence in an artefact. Never fails: what cannot be read is evidence too.
#[must_use]
pub fn open(source: &dyn Source) -> Case {
    Case::open(source)
}
