//! What the register knows of one certificate.

use pki::certificate::SerialNumber;
use pki::crl::{Reason, Revoked};
use thiserror::Error;
use time::UtcDateTime;

use store::Row;
use store::StoreError;

/// One certificate before its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The CA's key.
    pub issuer: crypto::KeyId,
    /// The serial number; no second certificate of the issuer ever has it (T-C1).
    pub serial: SerialNumber,
    /// SHA-256 of the octets that will be signed.
    pub tbs_digest: [u8; 32],
    /// The profile's name.
    pub profile: String,
    /// The shard of the revocation list, chosen now and kept (ades-pki 11).
    pub shard: u32,
    /// The department for which it is made.
    pub department: String,
    /// When this is recorded.
    pub moment: UtcDateTime,
}

/// Where a certificate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Recorded and not yet signed, or its signature was lost: never *good* (T-C9).
    Intended,
    /// Given up; it never left, and its serial number is not used again.
    Voided,
    /// Issued and not revoked.
    Good,
    /// Issued and revoked, or on hold.
    Revoked(Revoked),
}

/// A certificate in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The serial number.
    pub serial: SerialNumber,
    /// The profile's name.
    pub profile: String,
    /// The department for which it was made.
    pub department: String,
    /// The shard of its revocation list.
    pub shard: u32,
    /// SHA-256 of the octets to be signed.
    pub tbs_digest: [u8; 32],
    /// When it was intended.
    pub intended: UtcDateTime,
    /// The certificate, once issued.
    pub der: Option<Vec<u8>>,
    /// Where it stands.
    pub standing: Standing,
}

/// What revoking did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The certificate is revoked from now on; lists and answers are due.
    Recorded,
    /// It was revoked before, as told; nothing changed.
    Already(Revoked),
}

/// Why a fact of a certificate was not recorded.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The issuer has used this serial number; draw another and prepare anew.
    #[error("serial number {0} is taken")]
    SerialTaken(SerialNumber),
    /// There is no open intent of this serial number with this digest.
    #[error("no open intent for serial number {0}")]
    NotIntended(SerialNumber),
    /// No such certificate was issued.
    #[error("no certificate with serial number {0} was issued")]
    NotIssued(SerialNumber),
    /// Only a hold can be taken back (RFC 5280 5.3.1).
    #[error("certificate {0} is not on hold")]
    NotHeld(SerialNumber),
    /// Another process makes the list of this scope.
    #[error("the list of this scope is being made")]
    Leased,
    /// A later list number was given out meanwhile; this list must not appear.
    #[error("list number {0} was overtaken")]
    Overtaken(u64),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A serial number from its column.
pub(super) fn serial(octets: &[u8]) -> Result<SerialNumber, StoreError> {
    SerialNumber::from_octets(octets).map_err(|_| DAMAGED)
}

/// `revoked, reason, invalid` from three columns; nothing where the certificate is not revoked.
pub(super) fn revoked(serial: SerialNumber, row: &mut Row) -> Result<Option<Revoked>, StoreError> {
    let (since, code, invalid_since) = (
        row.maybe_moment()?,
        row.maybe_integer()?,
        row.maybe_moment()?,
    );
    let Some(since) = since else {
        return Ok(None);
    };
    let reason = code
        .and_then(|code| u8::try_from(code).ok())
        .and_then(Reason::from_code)
        .ok_or(DAMAGED)?;
    Ok(Some(Revoked {
        serial,
        since,
        reason,
        invalid_since,
    }))
}

pub(super) fn small(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| DAMAGED)
}

const DAMAGED: StoreError = StoreError::Damaged {
    table: "certificate",
};

/// When half of what lies between the two moments is over (T-A2).
pub fn half_life(from: UtcDateTime, until: UtcDateTime) -> UtcDateTime {
    from + (until - from) / 2
}
