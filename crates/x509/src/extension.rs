//! Extensions of certificates and CRLs: the envelope, and the typed values inside.

use thiserror::Error;

use crate::general_name::ReadGeneralName;
use crate::name::ReadName;
use asn1::{Element, Oid, ReadAsn1, Reader, Tag, write};

mod access;
mod constraint;
mod point;
mod policy;
mod qualified;
mod usage;

pub use access::{AccessDescription, AuthorityKeyIdentifier};
pub use constraint::NameConstraints;
pub use point::{DistributionPoint, IssuingDistributionPoint, PointName, Reasons, Scope};
pub use policy::{PolicyConstraints, PolicyInformation, PolicyMapping};
pub use qualified::{QcStatement, Statement};
pub use usage::{BasicConstraints, KeyUsage, PrivateKeyUsagePeriod, Purposes};

/// Extensions of one certificate, CRL or entry.
pub const MAX_EXTENSIONS: usize = 128;

/// One extension as it stands in the octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Which extension.
    pub oid: Oid,
    /// Whether who does not know it must refuse the whole.
    pub critical: bool,
    /// The DER octets of its value: the content of extnValue.
    pub value: &'a [u8],
}

/// Why an extension, or the list of them, is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadExtension {
    /// The encoding is wrong.
    #[error("extension is malformed")]
    Encoding(#[from] ReadAsn1),
    /// A general name inside is wrong.
    #[error("general name in extension is malformed")]
    GeneralName(#[from] ReadGeneralName),
    /// A list that needs an element has none.
    #[error("extension holds an empty list")]
    Empty,
    /// More than [`MAX_EXTENSIONS`].
    #[error("more than {MAX_EXTENSIONS} extensions")]
    TooMany,
    /// The same extension twice (RFC 5280 4.2).
    #[error("extension {oid} occurs twice")]
    Duplicate {
        /// Which one.
        oid: Box<Oid>,
    },
    /// The same policy twice (RFC 5280 4.2.1.4).
    #[error("policy {policy} occurs twice")]
    DuplicatePolicy {
        /// Which one.
        policy: Box<Oid>,
    },
    /// A general subtree with a minimum or maximum (RFC 5280 4.2.1.10).
    #[error("name constraint with a minimum or maximum")]
    SubtreeBounds,
    /// A distribution point with neither name nor CRL issuer (RFC 5280 4.2.1.13), or with an
    /// unknown part.
    #[error("distribution point names nothing")]
    PointWithoutName,
    /// More than one of onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts
    /// (RFC 5280 5.2.5).
    #[error("issuing distribution point with more than one scope")]
    ManyScopes,
    /// An address that has to be 8 or 32 octets (RFC 5280 4.2.1.10), or 4 or 16 (4.2.1.6).
    #[error("address of {octets} octets")]
    AddressLength {
        /// How many octets it has.
        octets: usize,
    },
}

impl From<ReadName> for ReadExtension {
    fn from(error: ReadName) -> Self {
        Self::GeneralName(error.into())
    }
}

impl<'a> Extension<'a> {
    /// Reads one Extension.
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn read(element: &Element<'a>) -> Result<Self, ReadAsn1> {
        let mut fields = element.reader()?;
        let oid = fields.oid()?;
        let critical = default_false(&mut fields, Tag::BOOLEAN)?;
        let value = fields.expect(Tag::OCTET_STRING)?.content();
        fields.end()?;
        Ok(Self {
            oid,
            critical,
            value,
        })
    }

    /// Reads Extensions: at least one, each at most once.
    pub(crate) fn read_list(list: Reader<'a>) -> Result<Vec<Self>, ReadExtension> {
        let out = Self::read_any(list)?;
        if out.is_empty() {
            // RFC 5280 4.1.2.9: SEQUENCE SIZE (1..MAX).
            return Err(ReadExtension::Empty);
        }
        Ok(out)
    }

    /// Reads Extensions, each at most once.
    pub(crate) fn read_any(mut list: Reader<'a>) -> Result<Vec<Self>, ReadExtension> {
        let mut out: Vec<Self> = Vec::new();
        while !list.is_empty() {
            let extension = Self::read(&list.expect(Tag::SEQUENCE)?)?;
            // RFC 5280 4.2: no more than one instance of a particular extension.
            if out.iter().any(|other| other.oid == extension.oid) {
                return Err(ReadExtension::Duplicate {
                    oid: Box::new(extension.oid),
                });
            }
            if out.len() == MAX_EXTENSIONS {
                return Err(ReadExtension::TooMany);
            }
            out.push(extension);
        }
        Ok(out)
    }

    /// Its DER octets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        // X.690 11.5: the default, not critical, is left out.
        let critical = if self.critical {
            write::boolean(true)
        } else {
            Vec::new()
        };
        write::sequence([
            write::oid(&self.oid),
            critical,
            write::octet_string(self.value),
        ])
    }
}

/// A BOOLEAN DEFAULT FALSE under `tag`: DER leaves FALSE out (X.690 11.5).
fn default_false(fields: &mut Reader<'_>, tag: Tag) -> Result<bool, ReadAsn1> {
    match fields.optional(tag)? {
        None => Ok(false),
        Some(element) if element.boolean()? => Ok(true),
        Some(element) => Err(ReadAsn1::Default { at: element.at() }),
    }
}

/// A BIT STRING of named bits as a number whose bit *n* is named bit *n*; at most sixteen of them.
fn named_bits(element: &Element<'_>) -> Result<u16, ReadAsn1> {
    let malformed = ReadAsn1::BitString { at: element.at() };
    let (unused, octets) = element.bit_string()?;
    // X.690 11.2.2: no trailing zero bits.
    let ends_in_one = octets
        .last()
        .is_none_or(|last| u32::from(unused) == last.trailing_zeros());
    let bits = match *octets {
        [] => 0,
        [first] => u16::from_be_bytes([first, 0]),
        [first, second] => u16::from_be_bytes([first, second]),
        _ => return Err(malformed),
    };
    if ends_in_one {
        Ok(bits.reverse_bits())
    } else {
        Err(malformed)
    }
}

/// The SEQUENCE OF that `value` is, with at least one element.
fn filled_sequence(value: &[u8]) -> Result<Reader<'_>, ReadExtension> {
    let list = Reader::single(value, Tag::SEQUENCE)?.reader()?;
    if list.is_empty() {
        return Err(ReadExtension::Empty);
    }
    Ok(list)
}

#[cfg(test)]
mod tests;
