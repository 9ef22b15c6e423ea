//! X.509 certificates and revocation lists as bytes; issue from a profile; validate a path at a moment.

pub mod algorithm;
pub mod certificate;
pub mod crl;
pub mod extension;
pub mod general_name;
pub mod hierarchy;
pub mod identifiers;
pub mod lint;
pub mod name;
pub mod path;
pub mod profile;
mod signed;
pub mod tls;

pub use certificate::Certificate;
pub use crl::Crl;
pub use name::Name;
