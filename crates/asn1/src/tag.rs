//! Identifier octets of the low-tag-number form.

use std::fmt;

/// One identifier octet: class, constructed bit and a tag number below 31.
///
/// No structure of this crate uses the high-tag-number form; the reader refuses it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u8);

impl Tag {
    /// BOOLEAN.
    pub const BOOLEAN: Self = Self(0x01);
    /// INTEGER.
    pub const INTEGER: Self = Self(0x02);
    /// BIT STRING.
    pub const BIT_STRING: Self = Self(0x03);
    /// OCTET STRING.
    pub const OCTET_STRING: Self = Self(0x04);
    /// NULL.
    pub const NULL: Self = Self(0x05);
    /// OBJECT IDENTIFIER.
    pub const OID: Self = Self(0x06);
    /// ENUMERATED.
    pub const ENUMERATED: Self = Self(0x0a);
    /// UTF8String.
    pub const UTF8_STRING: Self = Self(0x0c);
    /// PrintableString.
    pub const PRINTABLE_STRING: Self = Self(0x13);
    /// IA5String.
    pub const IA5_STRING: Self = Self(0x16);
    /// UTCTime.
    pub const UTC_TIME: Self = Self(0x17);
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: Self = Self(0x18);
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: Self = Self(0x30);
    /// SET and SET OF.
    pub const SET: Self = Self(0x31);

    pub(super) const SEQUENCE_PRIMITIVE: Self = Self(0x10);
    pub(super) const SET_PRIMITIVE: Self = Self(0x11);
    const CONSTRUCTED: u8 = 0x20;

    /// `[number]` around other elements: explicit, or implicit on a constructed type.
    #[must_use]
    pub const fn context(number: u8) -> Self {
        Self(0xa0 | (number & 0x1f))
    }

    /// `[number]` implicit on a primitive type.
    #[must_use]
    pub const fn context_primitive(number: u8) -> Self {
        Self(0x80 | (number & 0x1f))
    }

    /// Whether the content is itself a series of elements.
    #[must_use]
    pub const fn is_constructed(self) -> bool {
        self.0 & Self::CONSTRUCTED != 0
    }

    /// The same class and number in the constructed form (BER strings in pieces).
    #[must_use]
    pub const fn constructed(self) -> Self {
        Self(self.0 | Self::CONSTRUCTED)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02x}", self.0)
    }
}
