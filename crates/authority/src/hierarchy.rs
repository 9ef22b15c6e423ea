//! The certificates of the service's own keys.

use pki::certificate::Certificate;

/// The certificates of the service's own keys.
#[derive(Debug, Clone)]
pub struct Hierarchy {
    /// The root.
    pub root: Certificate,
    /// The issuing CA.
    pub authority: Certificate,
    /// The OCSP responder.
    pub responder: Certificate,
    /// The time-stamping unit.
    pub time_stamps: Certificate,
    /// The signer of printed codes.
    pub credential: Certificate,
    /// The signer of status lists.
    pub status: Certificate,
    /// The signer of the trust bundle.
    pub trust: Certificate,
}

/// The certificates of the keys of the national suite, all in SM2.
#[derive(Debug, Clone)]
pub struct NationalHierarchy {
    /// The root.
    pub root: Certificate,
    /// The issuing CA.
    pub authority: Certificate,
    /// The OCSP responder.
    pub responder: Certificate,
    /// The time-stamping unit.
    pub time_stamps: Certificate,
    /// The maker of electronic seals.
    pub maker: Certificate,
    /// The signer of printed codes of types that ask for this suite alone.
    pub credential: Certificate,
}
