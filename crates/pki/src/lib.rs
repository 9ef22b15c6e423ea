//! What may be relied on, and what we issue: profiles, lint, lists, hierarchies, path validation at a moment.
//!
//! The words for what a certificate is are `x509`'s, shown here under this name too.

pub mod crl;
pub mod hierarchy;
pub mod lint;
pub mod path;
pub mod profile;
pub mod tls;

pub use x509::algorithm;
pub use x509::certificate;
pub use x509::extension;
pub use x509::general_name;
pub use x509::identifiers;
pub use x509::name;
pub use x509::{Certificate, Crl, Name};
