//! Revocation lists: as they are read, and as we write them.

mod draft;
mod shard;

pub use draft::{Coverage, CrlDraft, FinishCrl, PrepareCrl, PreparedCrl, Revoked};
pub use shard::shard;
pub use x509::crl::{Crl, DeltaRefused, Entry, MAX_CRL, NotCompetent, ReadCrl, Reason};
