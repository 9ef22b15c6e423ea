//! What a key may be used for: basicConstraints, keyUsage, extKeyUsage, privateKeyUsagePeriod.

use time::UtcDateTime;

use super::{ReadExtension, default_false, filled_sequence, named_bits};
use crate::identifiers;
use asn1::{Fraction, Oid, ReadAsn1, Reader, Tag, write};

/// basicConstraints (RFC 5280 4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the key may sign certificates.
    pub ca: bool,
    /// How many certificates that are not self-issued may follow before the last.
    pub path_length: Option<u64>,
}

impl BasicConstraints {
    /// Reads an extension value.
    ///
    /// # Errors
    /// What is wrong with the encoding.
    pub fn parse(value: &[u8]) -> Result<Self, ReadExtension> {
        let mut fields = Reader::single(value, Tag::SEQUENCE)?.reader()?;
        let ca = default_false(&mut fields, Tag::BOOLEAN)?;
        let path_length = fields
            .optional(Tag::INTEGER)?
            .map(|length| length.unsigned())
            .transpose()?;
        fields.end()?;
        Ok(Self { ca, path_length })
    }

    /// The extension value.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let ca = if self.ca {
            write::boolean(true)
        } else {
            Vec::new()
        };
        write::sequence([
            ca,
            self.path_length.map(write::unsigned).unwrap_or_default(),
        ])
    }
}

/// keyUsage (RFC 5280 4.2.1.3): bit *n* is named bit *n*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// digitalSignature.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// nonRepudiation, by its newer name contentCommitment.
    pub const NON_REPUDIATION: Self = Self(1 << 1);
    /// keyEncipherment.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// dataEncipherment.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// keyAgreement.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// keyCertSign.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// cRLSign.
    pub const CRL_SIGN: Self = Self(1 << 6);
    /// encipherOnly.
    pub const ENCIPHER_ONLY: Self = Self(1 << 7);
    /// decipherOnly.
    pub const DECIPHER_ONLY: Self = Self(1 << 8);

    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where no bit is set.
    pub fn parse(value: &[u8]) -> Result<Self, ReadExtension> {
        let bits = named_bits(&Reader::single(value, Tag::BIT_STRING)?)?;
        if bits == 0 {
            // RFC 5280 4.2.1.3: at least one bit.
            return Err(ReadExtension::Empty);
        }
        Ok(Self(bits))
    }

    /// These usages and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every usage of `other` is among these.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any usage of `other` is among these.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The extension value.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        write::named_bits(self.0)
    }
}

/// extKeyUsage (RFC 5280 4.2.1.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purposes(pub Vec<Oid>);

impl Purposes {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where there is no purpose.
    pub fn parse(value: &[u8]) -> Result<Self, ReadExtension> {
        let mut list = filled_sequence(value)?;
        let mut purposes = Vec::new();
        while !list.is_empty() {
            purposes.push(list.oid()?);
        }
        Ok(Self(purposes))
    }

    /// Whether `purpose` itself is named; anyExtendedKeyUsage is not asked.
    #[must_use]
    pub fn contains(&self, purpose: &Oid) -> bool {
        self.0.contains(purpose)
    }

    /// Whether `purpose` is named or any purpose is allowed.
    #[must_use]
    pub fn allows(&self, purpose: &Oid) -> bool {
        self.contains(purpose) || self.contains(&identifiers::ANY_PURPOSE)
    }

    /// The extension value.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        write::sequence(self.0.iter().map(write::oid))
    }
}

/// privateKeyUsagePeriod (RFC 3280 4.2.1.4): when the key may sign, where that is shorter than the
/// certificate's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivateKeyUsagePeriod {
    /// First moment.
    pub not_before: Option<UtcDateTime>,
    /// Last moment, inclusive.
    pub not_after: Option<UtcDateTime>,
}

impl PrivateKeyUsagePeriod {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where neither moment is given.
    pub fn parse(value: &[u8]) -> Result<Self, ReadExtension> {
        let mut fields = filled_sequence(value)?;
        let mut moment = |number| -> Result<_, ReadAsn1> {
            fields
                .optional(Tag::context_primitive(number))?
                .map(|time| time.generalized_time(Fraction::Refused))
                .transpose()
        };
        let (not_before, not_after) = (moment(0)?, moment(1)?);
        fields.end()?;
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// The extension value.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let moment = |number, moment: Option<UtcDateTime>| {
            moment
                .map(|moment| {
                    let whole = moment.replace_nanosecond(0).unwrap_or(moment);
                    // The implicit tag stands in the place of the universal one.
                    let mut element = write::generalized_time(whole);
                    if let Some(tag) = element.first_mut() {
                        *tag = Tag::context_primitive(number).0;
                    }
                    element
                })
                .unwrap_or_default()
        };
        write::sequence([moment(0, self.not_before), moment(1, self.not_after)])
    }
}
