//! CMS SignedData (RFC 5652), as CAdES, PAdES and time-stamps use it, and its national sister, GB/T 35275: read, inspect, check, prepare.
//!
//! Reading takes BER as real files have it and keeps the original octets of everything that was
//! signed. Writing is DER. [`SignedData::inspect`] applies the rules that need no key,
//! [`SignerInfo::check`] the one that does.

mod archive;
mod attribute;
mod counter;
mod extend;
mod fault;
mod index;
mod inspect;
mod national;
pub mod oids;
mod prepare;
mod read;
mod signer;

pub use archive::{ArchiveFault, ArchiveStamp, Covered, Indexed, PreparedArchive, prepare_archive};
pub use attribute::{
    AlgorithmProtection, Attribute, CertificateHash, MAX_VALUES, SigningCertificate,
};
pub use extend::{Extended, Material, with_unsigned_attribute};
pub use fault::Fault;
pub use inspect::Form;
pub use national::NationalDraft;
pub use prepare::{Commitment, Draft, PrepareCms, Prepared, Time};
pub use read::{
    MAX_ATTRIBUTES, MAX_CERTIFICATES, MAX_SIGNED_DATA, MAX_SIGNERS, ReadCms, SignedData, Trailing,
};
pub use signer::{SignedAttributes, SignerIdentifier, SignerInfo};

/// The unsigned attribute that holds a receipt of the public log.
pub const RECEIPT_OID: asn1::Oid = oids::RECEIPT;
