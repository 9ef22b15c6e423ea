//! Affixes signatures, time-stamps and validation material to PDF files in place, behind bytes that never change; seals
//! and signs OFD packages, whose other entries never change.
//!
//! Files are read with `pdf`, strictly and never repaired; what comes back are the bytes to append. A caller's own
//! file is looked through for active content before it is sealed, and made fit for it when that is asked. Nothing
//! signs here.

pub mod dss;
mod edit;
pub mod flatten;
pub mod ofd;
pub mod preflight;
pub mod renewal;
pub mod seal;
mod update;
mod write;
