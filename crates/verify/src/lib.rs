//! Gathers the evidence in any artefact, judges it under a policy at a moment, and reports every finding.
//!
//! [`open`] reads and recomputes and judges nothing (all of [`facts`]); [`judge`] is a pure function of evidence, trust, material,
//! policy and moment; [`examine`] is both. Offline is supplying nothing. Anything unexpected ends in *not
//! processed* or *indeterminate*, never in *valid* (T-V1). Every finding code stands in [`TABLE`] and in
//! `docs/findings.md`.

mod judge;
mod policy;
pub mod report;
mod trust;

pub use ::facts;
pub use facts::pem::certificate_pem;
pub use facts::{
    Case, Kind, MAX_ARTEFACT, MAX_FILES, MAX_OCTETS, Material, Seekable, Source, Supplied,
};
pub use finding::{Answer, Effect, Finding, Severity, SubIndication, TABLE, Verdict};
pub use judge::{examine, judge, licence_said, not_judged};
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
