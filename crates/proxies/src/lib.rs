//! Mandates by which one person signs for another (domain.md 3 and 4.5, R4, R15, R18), over HTTP: guardian, proxy, agent.
//!
//! What one allows is [`signing::mandate`], where it is kept `roster::mandates`; how it is used stands in `papers`, which asks for it before a
//! key signs. Here it is written down, its ground is shown, it is read and taken back.

mod acts;
mod body;
mod routes;
mod told;

pub use body::MandatePart;
pub use routes::{Desk, described};
