//! A judgement told at length: every constraint with its level and result, the report of ETSI TS 119 102-2, the evidence
//! written down, and the bundle by which others judge again.
//!
//! Nothing is judged here. Same evidence, trust, material, policy and moment give the same octets (ades-pki 14.3 e).

pub mod bundle;
mod constraint;
mod detailed;
mod etsi;
pub mod inventory;
pub mod replay;
pub mod revision;
mod spelling;
mod xml;

use verify::{Case, Material, Policy, Report, Trust};

pub use constraint::{Constraint, Level, Outcome, constraints};
pub use detailed::detailed;
pub use etsi::etsi;

/// A judgement, and what it was made of.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'a> {
    /// The evidence.
    pub case: &'a Case,
    /// Whom was trusted.
    pub trust: &'a Trust,
    /// What status was handed in.
    pub material: &'a Material,
    /// By which policy.
    pub policy: &'a Policy,
    /// What came of it.
    pub report: &'a Report,
}
