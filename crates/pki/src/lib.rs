//! X.509, CRL, OCSP, CMS and RFC 3161 as bytes; issue from a profile; validate a path at a moment.

pub mod asn1;
