//! The sheets that PDF is made from, as OFD (GB/T 33190).

pub(crate) mod document;
pub(crate) mod fonts;
pub(crate) mod ground;
pub(crate) mod marks;
