//! Vectors of standards and of other projects, each with the list of where we differ and why.

#[path = "conformance/x509_limbo.rs"]
mod x509_limbo;
