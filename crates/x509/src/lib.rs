//! X.509 certificates, names, extensions and revocation lists, read strictly and kept as received.
//!
//! The reader of hostile octets: it knows no anchor, no profile and no moment. What may be relied on is
//! `pki`'s to say, which shows all of this under its own name.

pub mod algorithm;
pub mod certificate;
pub mod crl;
pub mod extension;
pub mod general_name;
pub mod identifiers;
pub mod name;
mod signed;

pub use certificate::Certificate;
pub use crl::Crl;
pub use name::Name;
