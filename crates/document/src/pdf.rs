//! PDF: pages written, sealed in place and read back. Lengths here are points.

pub(crate) mod appearance;
pub(crate) mod write;
