//! What proves a signature later: signed messages (CMS), time-stamp tokens (RFC 3161), certificate status (OCSP).
//!
//! Each is read, inspected, checked with a key, prepared and finished here, as bytes. Whether the signer is
//! trusted is path validation and stands in `pki`; what follows from all of it together is judged in `verify`.

pub mod cms;
pub mod ocsp;
pub mod tsp;
