//! What is asked for: the subject and its key, and the addresses that the certificate carries.

use crypto::PublicKey;

use crate::certificate::{SerialNumber, Validity};
use crate::general_name::GeneralName;
use crate::name::Name;
use asn1::Oid;

/// What a certificate is to say of its subject.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Whom it is about.
    pub subject: &'a Name,
    /// The subject's key.
    pub key: &'a PublicKey,
    /// Its number, of 16 random octets (T-C1), unique per issuer: the register's duty.
    pub serial: SerialNumber,
    /// When it is valid; fractions of seconds are dropped (RFC 5280 4.1.2.5).
    pub validity: Validity,
    /// Policies under which it is issued (RFC 5280 4.2.1.4).
    pub policies: &'a [Oid],
    /// subjectAltName.
    pub alternative_names: &'a [GeneralName<'a>],
}

/// Where a certificate says that things are had; what its profile does not carry is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Addresses<'a> {
    /// The CRL that covers it, the one of its shard: octet for octet the list's own distribution point.
    pub crl: Option<&'a str>,
    /// The OCSP responder.
    pub ocsp: Option<&'a str>,
    /// The issuer's certificate, DER.
    pub issuer: Option<&'a str>,
}
