//! Writing a CRL: prepared to the exact octets, finished with the issuer's signature.

use crypto::{PublicKey, Signature};
use thiserror::Error;
use time::UtcDateTime;

use crate::algorithm::{identifier, key_of};
use crate::certificate::{CheckIssued, SerialNumber};
use crate::extension::{
    AuthorityKeyIdentifier, Extension, IssuingDistributionPoint, PointName, Scope,
};
use crate::general_name::GeneralName;
use crate::identifiers as id;
use crate::profile::Issuer;
use asn1::{Oid, write};
use x509::crl::{Crl, ReadCrl, Reason};

/// What a list is to say beside its entries.
#[derive(Debug, Clone, Copy)]
pub struct CrlDraft<'a> {
    /// Who issues it: the CA of the certificates that it covers.
    pub issuer: &'a Issuer,
    /// cRLNumber, above that of the list before in the same scope (RFC 5280 5.2.3): the register's duty.
    pub number: u64,
    /// The moment whose state it shows.
    pub this_update: UtcDateTime,
    /// By when there will be another.
    pub next_update: UtcDateTime,
    /// Which certificates it covers.
    pub coverage: Coverage<'a>,
    /// Since when entries are kept after their certificate's expiry (X.509 9.5.2.8).
    pub expired_kept_since: Option<UtcDateTime>,
}

/// Which certificates a list covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage<'a> {
    /// All of its issuer's.
    Complete,
    /// Those that name this URI as their distribution point, and are of this kind.
    Partition {
        /// The URI, octet for octet as in the certificates.
        uri: &'a str,
        /// Which kind.
        scope: Scope,
    },
}

/// One certificate to be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// Its serial number.
    pub serial: SerialNumber,
    /// When it was revoked.
    pub since: UtcDateTime,
    /// Why.
    pub reason: Reason,
    /// Since when it is not to be relied upon, where that is earlier.
    pub invalid_since: Option<UtcDateTime>,
}

/// Why no list was prepared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareCrl {
    /// The next update is not after this one.
    #[error("next update is not after this one")]
    Period,
    /// An entry was revoked after the moment that the list shows.
    #[error("certificate {serial} is revoked after the moment of the list")]
    Future {
        /// Which one.
        serial: SerialNumber,
    },
    /// One certificate twice.
    #[error("certificate {serial} is listed twice")]
    Twice {
        /// Which one.
        serial: SerialNumber,
    },
    /// The algorithm is not one of the issuer's key.
    #[error("algorithm does not go with the issuer's key")]
    Algorithm,
    /// Lists for attribute certificates are not made here.
    #[error("no list for attribute certificates")]
    Scope,
}

/// Why a signature makes no list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FinishCrl {
    /// The signature is not the issuer's over these octets.
    #[error("the signature is not the issuer's")]
    Signature(#[from] CheckIssued),
    /// What came out cannot be read.
    #[error("what came out is no list")]
    Unreadable(#[from] ReadCrl),
}

/// The octets that will be signed.
#[derive(Debug, Clone)]
pub struct PreparedCrl {
    to_be_signed: Vec<u8>,
    algorithm: Vec<u8>,
    issuer: PublicKey,
}

impl CrlDraft<'_> {
    /// The exact octets of the list with these entries, which are put in the order of their numbers.
    ///
    /// # Errors
    /// See [`PrepareCrl`].
    pub fn prepare(
        &self,
        entries: impl IntoIterator<Item = Revoked>,
    ) -> Result<PreparedCrl, PrepareCrl> {
        if self.next_update <= self.this_update {
            return Err(PrepareCrl::Period);
        }
        if key_of(self.issuer.algorithm) != self.issuer.key.algorithm() {
            return Err(PrepareCrl::Algorithm);
        }
        if matches!(
            self.coverage,
            Coverage::Partition {
                scope: Scope::Attributes,
                ..
            }
        ) {
            return Err(PrepareCrl::Scope);
        }
        let entries = self.ordered(entries)?;
        // RFC 5280 5.1.2.6: where nothing is revoked, the list is absent, not empty.
        let list = if entries.is_empty() {
            Vec::new()
        } else {
            write::sequence(entries.iter().map(encode_entry))
        };
        let to_be_signed = write::sequence([
            // RFC 5280 5.1.2.1: version 2.
            write::unsigned(1),
            identifier(self.issuer.algorithm),
            self.issuer.name.der().to_vec(),
            write::time(self.this_update),
            write::time(self.next_update),
            list,
            write::context(0, [write::sequence(self.extensions())]),
        ]);
        Ok(PreparedCrl {
            to_be_signed,
            algorithm: identifier(self.issuer.algorithm),
            issuer: self.issuer.key.clone(),
        })
    }

    fn ordered(
        &self,
        entries: impl IntoIterator<Item = Revoked>,
    ) -> Result<Vec<Revoked>, PrepareCrl> {
        let mut entries: Vec<Revoked> = entries.into_iter().collect();
        entries.sort_by_key(|entry| entry.serial);
        if let Some(late) = entries.iter().find(|entry| entry.since > self.this_update) {
            return Err(PrepareCrl::Future {
                serial: late.serial,
            });
        }
        let pairs = entries.iter().zip(entries.iter().skip(1));
        if let Some((twice, _)) = pairs
            .clone()
            .find(|(left, right)| left.serial == right.serial)
        {
            return Err(PrepareCrl::Twice {
                serial: twice.serial,
            });
        }
        Ok(entries)
    }

    fn extensions(&self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let mut add = |oid: Oid, critical: bool, value: Vec<u8>| {
            let extension = Extension {
                oid,
                critical,
                value: &value,
            };
            out.push(extension.encode());
        };
        // RFC 5280 5.2.1, 5.2.3: both always, neither critical.
        let key = AuthorityKeyIdentifier::encode_key(&self.issuer.key_identifier);
        add(id::AUTHORITY_KEY_IDENTIFIER, false, key);
        add(id::CRL_NUMBER, false, write::unsigned(self.number));
        if let Coverage::Partition { uri, scope } = self.coverage {
            let point = IssuingDistributionPoint {
                name: Some(PointName::Full(vec![GeneralName::Uri(uri)])),
                scope,
                reasons: None,
                indirect: false,
            };
            // RFC 5280 5.2.5: critical, so that nobody takes a part for the whole.
            add(id::ISSUING_DISTRIBUTION_POINT, true, point.encode());
        }
        if let Some(since) = self.expired_kept_since {
            let since = since.replace_nanosecond(0).unwrap_or(since);
            // X.509 9.5.2.8: not critical.
            add(
                id::EXPIRED_CERTS_ON_CRL,
                false,
                write::generalized_time(since),
            );
        }
        out
    }
}

fn encode_entry(entry: &Revoked) -> Vec<u8> {
    let mut extensions = Vec::new();
    // RFC 5280 5.3.1: *unspecified* is said by saying nothing.
    if entry.reason != Reason::Unspecified {
        let extension = Extension {
            oid: id::REASON_CODE,
            critical: false,
            value: &write::enumerated(entry.reason.code()),
        };
        extensions.push(extension.encode());
    }
    if let Some(since) = entry.invalid_since {
        let since = since.replace_nanosecond(0).unwrap_or(since);
        let extension = Extension {
            oid: id::INVALIDITY_DATE,
            critical: false,
            value: &write::generalized_time(since),
        };
        extensions.push(extension.encode());
    }
    let list = if extensions.is_empty() {
        Vec::new()
    } else {
        write::sequence(extensions)
    };
    write::sequence([
        write::integer(entry.serial.octets()),
        write::time(entry.since),
        list,
    ])
}

impl PreparedCrl {
    /// What is signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The list with the issuer's signature, which is checked once more.
    ///
    /// # Errors
    /// See [`FinishCrl`].
    pub fn finish(self, signature: &Signature) -> Result<Crl, FinishCrl> {
        let der = write::sequence([
            self.to_be_signed.as_slice(),
            &self.algorithm,
            &write::bit_string(signature.bytes()),
        ]);
        let list = Crl::parse(&der)?;
        list.check_signature(&self.issuer)?;
        Ok(list)
    }
}
