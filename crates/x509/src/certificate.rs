//! Certificates: strict reading, kept octets, typed extensions.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::extension::{Extension, ReadExtension};
use crate::name::{Name, ReadName};
use crate::signed::{Frame, content_range, range};
use asn1::{Element, Oid, ReadAsn1, Reader, Tag};

mod extensions;
mod key;
mod second_reader;
mod serial;

pub use extensions::UNDERSTOOD;
pub use key::CheckIssued;
pub(crate) use key::check_issued;
pub use serial::{ReadSerial, SerialNumber};

/// Octets of one certificate; larger ones are not looked at.
pub const MAX_CERTIFICATE: usize = 1 << 20;

/// A certificate, read and kept as it was received (RFC 5280 4.1).
///
/// A value of this type is DER throughout, of version 3 where it has extensions, with a positive serial
/// number (zero on an old root alone) of at most 20 octets, each extension at most once, and the same signature algorithm inside and
/// outside. Nothing is said about its signature: that is `path::validate`'s.
#[derive(Clone)]
pub struct Certificate(Arc<Fields>);

struct Fields {
    der: Box<[u8]>,
    version: u8,
    serial: SerialNumber,
    issuer: Name,
    validity: Validity,
    subject: Name,
    extensions: Vec<Kept>,
    tbs: Range<usize>,
    spki: Range<usize>,
    algorithm: Range<usize>,
    signature: Range<usize>,
}

struct Kept {
    oid: Oid,
    critical: bool,
    value: Range<usize>,
}

/// When a certificate is valid: from its first moment to the end of the second it names last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// notBefore.
    pub from: UtcDateTime,
    /// notAfter, which RFC 5280 4.1.2.5 includes.
    pub last: UtcDateTime,
}

/// Why octets are no certificate that we accept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadCertificate {
    /// More than [`MAX_CERTIFICATE`] octets.
    #[error("certificate of {octets} octets")]
    TooLarge {
        /// How many there are.
        octets: usize,
    },
    /// Not DER, or another structure.
    #[error("certificate is malformed")]
    Encoding(#[from] ReadAsn1),
    /// A version that is none of 1, 2, 3.
    #[error("certificate of unknown version")]
    Version,
    /// Unique identifiers or extensions in a version that has none (RFC 5280 4.1.2.8, 4.1.2.9).
    #[error("certificate of version {version} with parts of a later one")]
    VersionTooLow {
        /// The version, counted from 1.
        version: u8,
    },
    /// The serial number is not one.
    #[error("serial number is malformed")]
    Serial(#[from] ReadSerial),
    /// The issuer's name is malformed.
    #[error("issuer is malformed")]
    Issuer(#[source] ReadName),
    /// The issuer has no name (RFC 5280 4.1.2.4).
    #[error("issuer is empty")]
    IssuerEmpty,
    /// The subject's name is malformed.
    #[error("subject is malformed")]
    Subject(#[source] ReadName),
    /// The extensions are malformed, empty, or one occurs twice.
    #[error("extensions are malformed")]
    Extensions(#[from] ReadExtension),
    /// The algorithm inside is not the one outside (RFC 5280 4.1.1.2).
    #[error("signature algorithms inside and outside differ")]
    AlgorithmsDiffer,
    /// The second reader sees another certificate in the same octets, or none.
    #[error("two readers do not agree about the certificate")]
    ReadersDisagree,
}

impl Certificate {
    /// Reads the DER octets of one certificate and nothing after it.
    ///
    /// # Errors
    /// What is wrong, by place.
    pub fn parse(der: &[u8]) -> Result<Self, ReadCertificate> {
        let (certificate, faults) = Self::read(der)?;
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        if second_reader::agrees(&certificate) {
            Ok(certificate)
        } else {
            Err(ReadCertificate::ReadersDisagree)
        }
    }

    /// Reads what can be read, and beside it what [`Certificate::parse`] would refuse although it can be: for
    /// whoever has to name every fault. Where the serial number is one of them, 1 stands in its place. Nothing is
    /// to rest on a certificate with faults.
    ///
    /// # Errors
    /// What cannot be read at all.
    pub fn read(der: &[u8]) -> Result<(Self, Vec<ReadCertificate>), ReadCertificate> {
        if der.len() > MAX_CERTIFICATE {
            return Err(ReadCertificate::TooLarge { octets: der.len() });
        }
        let frame = Frame::read(der)?;
        let mut inner = Inner::read(&frame.to_be_signed)?;
        // RFC 5280 4.1.1.2: or the outer one could be swapped without breaking the signature.
        if inner.algorithm.raw() != frame.algorithm.raw() {
            inner.faults.push(ReadCertificate::AlgorithmsDiffer);
        }
        let fields = Fields {
            version: inner.version,
            serial: inner.serial,
            issuer: inner.issuer,
            validity: inner.validity,
            subject: inner.subject,
            extensions: inner.extensions,
            tbs: range(&frame.to_be_signed),
            spki: range(&inner.spki),
            algorithm: range(&frame.algorithm),
            signature: frame.signature,
            der: der.into(),
        };
        Ok((Self(Arc::new(fields)), inner.faults))
    }

    /// Its octets as they were received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The octets that were signed: `TBSCertificate`.
    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        self.part(&self.0.tbs)
    }

    /// Version, counted from 1.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.0.version
    }

    /// Serial number.
    #[must_use]
    pub fn serial(&self) -> &SerialNumber {
        &self.0.serial
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// Whom it is about; may be empty for an end entity.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.0.subject
    }

    /// When it is valid.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.0.validity
    }

    /// Whether issuer and subject are the same name (RFC 5280 6.1).
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.0.issuer == self.0.subject
    }

    /// The DER octets of `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        self.part(&self.0.spki)
    }

    /// The DER octets of the signature's `AlgorithmIdentifier`.
    #[must_use]
    pub fn algorithm_der(&self) -> &[u8] {
        self.part(&self.0.algorithm)
    }

    /// The octets of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.part(&self.0.signature)
    }

    /// Its extensions in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.0.extensions.iter().map(|kept| Extension {
            oid: kept.oid,
            critical: kept.critical,
            value: self.part(&kept.value),
        })
    }

    /// The extension `oid`, if it is there.
    #[must_use]
    pub fn extension(&self, oid: &Oid) -> Option<Extension<'_>> {
        self.extensions().find(|extension| extension.oid == *oid)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        // Ranges were taken from these octets.
        self.0.der.get(range.clone()).unwrap_or_default()
    }
}

impl PartialEq for Certificate {
    /// The same octets.
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.0.subject)
            .field("issuer", &self.0.issuer)
            .field("serial", &self.0.serial)
            .finish_non_exhaustive()
    }
}

impl Validity {
    /// Whether the certificate is valid at `at`.
    #[must_use]
    pub fn contains(&self, at: UtcDateTime) -> bool {
        // RFC 5280 4.1.2.5: both ends included, and a second lasts until the next.
        self.from <= at && at.replace_nanosecond(0).unwrap_or(at) <= self.last
    }

    /// The first moment after; `None` for the last moment that a calendar has (RFC 5280 4.1.2.5: no
    /// well-defined end).
    #[must_use]
    pub fn until(&self) -> Option<UtcDateTime> {
        self.last.checked_add(Duration::SECOND)
    }
}

/// The parts of `TBSCertificate`.
struct Inner<'a> {
    version: u8,
    serial: SerialNumber,
    algorithm: Element<'a>,
    issuer: Name,
    validity: Validity,
    subject: Name,
    spki: Element<'a>,
    extensions: Vec<Kept>,
    faults: Vec<ReadCertificate>,
}

impl<'a> Inner<'a> {
    fn read(tbs: &Element<'a>) -> Result<Self, ReadCertificate> {
        let mut fields = tbs.reader()?;
        let mut faults = Vec::new();
        let version = version(&mut fields)?;
        let number = fields.expect(Tag::INTEGER)?.integer()?;
        let serial = SerialNumber::from_octets(number).unwrap_or_else(|error| {
            faults.push(error.into());
            SerialNumber::ONE
        });
        let algorithm = fields.expect(Tag::SEQUENCE)?;
        let issuer =
            Name::parse(fields.expect(Tag::SEQUENCE)?.raw()).map_err(ReadCertificate::Issuer)?;
        if issuer.is_empty() {
            faults.push(ReadCertificate::IssuerEmpty);
        }
        let mut period = fields.sequence()?;
        // RFC 5280 4.1.2.5: UTCTime until 2049, GeneralizedTime after; seconds, `Z`, no fractions.
        let validity = Validity {
            from: period.element()?.time()?,
            last: period.element()?.time()?,
        };
        period.end()?;
        let subject =
            Name::parse(fields.expect(Tag::SEQUENCE)?.raw()).map_err(ReadCertificate::Subject)?;
        // RFC 5280 4.1.2.2: serial numbers are positive. A few roots in wide use have zero; nobody below
        // them may.
        if serial.is_zero() && subject != issuer {
            faults.push(ReadSerial::NotPositive.into());
        }
        let spki = fields.expect(Tag::SEQUENCE)?;
        let identifiers = [
            fields.optional(Tag::context_primitive(1))?,
            fields.optional(Tag::context_primitive(2))?,
        ];
        // RFC 5280 4.1.2.8: unique identifiers from version 2 on.
        if version < 2 && identifiers.iter().any(Option::is_some) {
            return Err(ReadCertificate::VersionTooLow { version });
        }
        let extensions = match fields.optional(Tag::context(3))? {
            None => Vec::new(),
            // RFC 5280 4.1.2.9: extensions in version 3 alone.
            Some(_) if version < 3 => return Err(ReadCertificate::VersionTooLow { version }),
            Some(outer) => kept(&outer)?,
        };
        fields.end()?;
        Ok(Self {
            version,
            serial,
            algorithm,
            issuer,
            validity,
            subject,
            spki,
            extensions,
            faults,
        })
    }
}

/// `[0] EXPLICIT INTEGER DEFAULT v1`, counted from 1.
fn version(fields: &mut Reader<'_>) -> Result<u8, ReadCertificate> {
    let Some(outer) = fields.optional(Tag::context(0))? else {
        return Ok(1);
    };
    match outer.only(Tag::INTEGER)?.integer()? {
        // X.690 11.5: the default is left out.
        [0] => Err(ReadAsn1::Default { at: outer.at() }.into()),
        [1] => Ok(2),
        [2] => Ok(3),
        _ => Err(ReadCertificate::Version),
    }
}

fn kept(outer: &Element<'_>) -> Result<Vec<Kept>, ReadCertificate> {
    let list = outer.only(Tag::SEQUENCE)?;
    let end = content_range(&list).end;
    let checked = Extension::read_list(list.reader()?)?;
    // The same elements once more, for where they stand: each value is the last part of its extension.
    let mut elements = list.reader()?;
    let mut out = Vec::with_capacity(checked.len());
    for extension in checked {
        let element = elements.element()?;
        let value_end = range(&element).end.min(end);
        out.push(Kept {
            oid: extension.oid,
            critical: extension.critical,
            value: value_end.saturating_sub(extension.value.len())..value_end,
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests;
