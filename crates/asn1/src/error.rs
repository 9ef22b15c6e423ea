//! What can be wrong with an encoding, and where.

use thiserror::Error;

use crate::tag::Tag;

/// Why octets are not the encoding that was asked for. `at` counts octets from the start of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadAsn1 {
    /// An element reaches beyond the end of the input or of what contains it.
    #[error("element at octet {at} is incomplete")]
    Truncated {
        /// Where the element begins.
        at: usize,
    },
    /// Octets follow where nothing may follow.
    #[error("{octets} octets left over at octet {at}")]
    Trailing {
        /// Where the left-over octets begin.
        at: usize,
        /// How many there are.
        octets: usize,
    },
    /// Another type than the one required.
    #[error("tag {found} at octet {at}, expected {expected}")]
    Unexpected {
        /// Where the element begins.
        at: usize,
        /// What is required.
        expected: Tag,
        /// What is there.
        found: Tag,
    },
    /// A required element is absent.
    #[error("nothing left at octet {at}, expected {expected}")]
    Absent {
        /// Where the element should begin.
        at: usize,
        /// What is required.
        expected: Tag,
    },
    /// A tag number of 31 or more.
    #[error("high tag number at octet {at}")]
    HighTagNumber {
        /// Where the element begins.
        at: usize,
    },
    /// A definite length in more octets than needed (X.690 10.1).
    #[error("length at octet {at} is not minimal")]
    LengthNotMinimal {
        /// Where the element begins.
        at: usize,
    },
    /// A length in more than four octets, or the reserved form.
    #[error("length at octet {at} is too long")]
    LengthTooLong {
        /// Where the element begins.
        at: usize,
    },
    /// An indefinite length where DER is required, or on a primitive element.
    #[error("indefinite length at octet {at}")]
    IndefiniteLength {
        /// Where the element begins.
        at: usize,
    },
    /// A string in pieces where DER is required.
    #[error("constructed string at octet {at}")]
    ConstructedString {
        /// Where the element begins.
        at: usize,
    },
    /// Elements nested deeper than [`crate::MAX_DEPTH`] or, of indefinite length,
    /// [`crate::MAX_INDEFINITE`].
    #[error("nested too deeply at octet {at}")]
    TooDeep {
        /// Where the limit was passed.
        at: usize,
    },
    /// An INTEGER without content or with superfluous leading octets (X.690 8.3).
    #[error("integer at octet {at} is empty or not minimal")]
    Integer {
        /// Where the element begins.
        at: usize,
    },
    /// An INTEGER outside the range that its place allows.
    #[error("integer at octet {at} is out of range")]
    IntegerRange {
        /// Where the element begins.
        at: usize,
    },
    /// A BOOLEAN that is not one octet, or in DER neither 00 nor FF (X.690 11.1).
    #[error("boolean at octet {at} is malformed")]
    Boolean {
        /// Where the element begins.
        at: usize,
    },
    /// A value equal to its DEFAULT, which DER leaves out (X.690 11.5).
    #[error("default value at octet {at} is encoded")]
    Default {
        /// Where the element begins.
        at: usize,
    },
    /// A NULL with content.
    #[error("null at octet {at} has content")]
    Null {
        /// Where the element begins.
        at: usize,
    },
    /// An OBJECT IDENTIFIER that is empty, padded, unfinished or too long.
    #[error("object identifier at octet {at} is malformed")]
    Oid {
        /// Where the element begins.
        at: usize,
    },
    /// A BIT STRING without its first octet, or with unused bits that are not zero.
    #[error("bit string at octet {at} is malformed")]
    BitString {
        /// Where the element begins.
        at: usize,
    },
    /// A string with characters that its type does not have.
    #[error("string at octet {at} is malformed")]
    Text {
        /// Where the element begins.
        at: usize,
    },
    /// A time that is no moment, not in UTC, or not in the form its place demands.
    #[error("time at octet {at} is malformed")]
    Time {
        /// Where the element begins.
        at: usize,
    },
    /// SET OF elements that are not in ascending order (X.690 11.6).
    #[error("set at octet {at} is not sorted")]
    SetOrder {
        /// Where the set begins.
        at: usize,
    },
}
