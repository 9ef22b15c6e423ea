//! Vectors of standards and of other projects, each with the list of where we differ and why.

mod x509_limbo;
