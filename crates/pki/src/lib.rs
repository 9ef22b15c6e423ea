//! X.509, CRL, OCSP, CMS and RFC 3161 as bytes; issue from a profile; validate a path at a moment.

pub mod algorithm;
pub mod asn1;
pub mod certificate;
pub mod cms;
pub mod crl;
pub mod extension;
pub mod general_name;
pub mod identifiers;
pub mod lint;
pub mod name;
pub mod ocsp;
mod signed;
pub mod tsp;

pub use certificate::Certificate;
pub use crl::Crl;
pub use name::Name;
