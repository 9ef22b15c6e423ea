//! Entries of a CRL, and why a certificate was revoked.

use time::UtcDateTime;

use super::ReadCrl;
use crate::extension::Extension;
use crate::identifiers as id;
use asn1::{Element, Fraction, Reader, Tag};

/// removeFromCRL.
pub(super) const REMOVE_FROM_CRL: u8 = 8;

/// CRLReason (RFC 5280 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Not said; never written.
    Unspecified,
    /// The key may be in other hands.
    KeyCompromise,
    /// The issuing CA's key may be in other hands.
    CaCompromise,
    /// The subject's name or position changed.
    AffiliationChanged,
    /// Replaced by another certificate.
    Superseded,
    /// No longer needed.
    CessationOfOperation,
    /// On hold: the only reason that can be taken back.
    CertificateHold,
    /// What the certificate says of its subject was withdrawn.
    PrivilegeWithdrawn,
    /// An attribute authority's key may be in other hands.
    AttributeAuthorityCompromise,
}

impl Reason {
    /// The reason with this code; 7 is not in use, 8 (removeFromCRL) belongs to deltas.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AttributeAuthorityCompromise,
            _ => return None,
        })
    }

    /// The reason of this word in a declaration: as RFC 5280 5.3.1 names it, its words apart by hyphens.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "unspecified" => Self::Unspecified,
            "key-compromise" => Self::KeyCompromise,
            "ca-compromise" => Self::CaCompromise,
            "affiliation-changed" => Self::AffiliationChanged,
            "superseded" => Self::Superseded,
            "cessation-of-operation" => Self::CessationOfOperation,
            "certificate-hold" => Self::CertificateHold,
            "privilege-withdrawn" => Self::PrivilegeWithdrawn,
            _ => return None,
        })
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AttributeAuthorityCompromise => 10,
        }
    }
}

/// One revoked certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Content octets of its serial number.
    pub serial: &'a [u8],
    /// When it was revoked.
    pub revoked: UtcDateTime,
    /// Why; [`Reason::Unspecified`] where nothing is said.
    pub reason: Reason,
    /// Whether it is on the list no longer (removeFromCRL), which a delta alone says.
    pub removed: bool,
    /// Since when it is not to be relied upon, where that is earlier (RFC 5280 5.3.2).
    pub invalid_since: Option<UtcDateTime>,
}

impl<'a> Entry<'a> {
    pub(super) fn read(element: &Element<'a>) -> Result<Self, ReadCrl> {
        let mut fields = element.reader()?;
        let mut entry = Self {
            serial: fields.expect(Tag::INTEGER)?.integer()?,
            revoked: fields.element()?.time()?,
            reason: Reason::Unspecified,
            removed: false,
            invalid_since: None,
        };
        if let Some(list) = fields.optional(Tag::SEQUENCE)? {
            // An empty list is no DER of the profile, but says nothing wrong either: accepted, as others do.
            for extension in Extension::read_any(list.reader()?)? {
                entry.apply(&extension)?;
            }
        }
        fields.end()?;
        Ok(entry)
    }

    fn apply(&mut self, extension: &Extension<'_>) -> Result<(), ReadCrl> {
        match extension.oid {
            id::REASON_CODE => {
                let code = Reader::single(extension.value, Tag::ENUMERATED)?.unsigned()?;
                let code = u8::try_from(code).unwrap_or(u8::MAX);
                self.removed = code == REMOVE_FROM_CRL;
                if self.removed {
                    return Ok(());
                }
                self.reason = Reason::from_code(code).ok_or(ReadCrl::Reason { code })?;
            }
            id::INVALIDITY_DATE => {
                // RFC 5280 5.3.2 wants GeneralizedTime; lists with UTCTime are in use, and no less clear.
                self.invalid_since = Some(match Reader::single(extension.value, Tag::UTC_TIME) {
                    Ok(time) => time.time()?,
                    Err(_) => Reader::single(extension.value, Tag::GENERALIZED_TIME)?
                        .generalized_time(Fraction::Refused)?,
                });
            }
            // RFC 5280 5.3.3: this and later entries are another issuer's.
            id::CERTIFICATE_ISSUER => return Err(ReadCrl::Indirect),
            oid if extension.critical => {
                return Err(ReadCrl::UnknownCritical { oid: Box::new(oid) });
            }
            _ => {}
        }
        Ok(())
    }
}

/// Reads every entry once. Whether one takes a certificate off the list.
pub(super) fn inspect(mut list: Reader<'_>) -> Result<bool, ReadCrl> {
    let mut removes = false;
    while !list.is_empty() {
        removes |= Entry::read(&list.expect(Tag::SEQUENCE)?)?.removed;
    }
    Ok(removes)
}
