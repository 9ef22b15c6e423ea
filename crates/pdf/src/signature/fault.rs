//! What can be wrong with the form of a signature, each with its code and clause.

use syntax::ReadPdf;
use thiserror::Error;

/// A rule that a signature dictionary breaks. Each closes a known attack; with any of them nothing is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureFault {
    /// The value of the field is not a reference.
    #[error("the signature dictionary is no object of its own")]
    NotIndirect,
    /// There is no dictionary where the field points.
    #[error("there is no signature dictionary")]
    NoDictionary,
    /// The dictionary stands in an object stream.
    #[error("the signature dictionary stands in an object stream")]
    Compressed,
    /// Two fields show the same dictionary.
    #[error("two fields show the same signature")]
    Shared,
    /// The dictionary is older than the revision that first shows it in this field.
    #[error("the signature was made before its field showed it")]
    Older,
    /// /Filter is missing.
    #[error("/Filter is missing")]
    Filter,
    /// /SubFilter is missing or none that is read.
    #[error("/SubFilter is none that is known")]
    SubFilter,
    /// /Type does not go with /SubFilter.
    #[error("/Type does not go with /SubFilter")]
    Type,
    /// /Cert is present.
    #[error("/Cert is present")]
    Cert,
    /// /M is no date.
    #[error("/M is no date")]
    Date,
    /// No /ByteRange, or null.
    #[error("/ByteRange is missing")]
    ByteRangeMissing,
    /// /ByteRange, or a number of it, is a reference.
    #[error("/ByteRange is not direct")]
    ByteRangeIndirect,
    /// Not exactly four numbers.
    #[error("/ByteRange has {found} numbers, not four")]
    ByteRangeCount {
        /// How many.
        found: usize,
    },
    /// Something else than whole numbers.
    #[error("/ByteRange holds something else than whole numbers")]
    ByteRangeType,
    /// A negative number.
    #[error("/ByteRange holds a negative number")]
    ByteRangeNegative,
    /// The first range does not begin at 0.
    #[error("/ByteRange does not begin at 0")]
    ByteRangeStart,
    /// The ranges overlap, leave no gap, or one is empty.
    #[error("the ranges of /ByteRange overlap or leave no gap")]
    ByteRangeOverlap,
    /// The ranges reach beyond the revision.
    #[error("/ByteRange reaches beyond the revision that it signs")]
    ByteRangeBeyond,
    /// The second range ends before the revision does.
    #[error("/ByteRange ends before the revision that it signs")]
    ByteRangeEnd,
    /// No /Contents, or null.
    #[error("/Contents is missing")]
    ContentsMissing,
    /// /Contents is no string written in hexadecimal.
    #[error("/Contents is no hexadecimal string")]
    ContentsForm,
    /// The gap is not exactly the string of /Contents.
    #[error("the gap of /ByteRange is not exactly /Contents")]
    ContentsGap,
    /// Something else than pairs of digits in the gap.
    #[error("/Contents holds something else than pairs of hexadecimal digits")]
    ContentsDigits,
    /// /Contents is empty or zeros.
    #[error("/Contents is empty")]
    ContentsEmpty,
    /// /Contents does not begin with one encoded element.
    #[error("/Contents holds no encoded message")]
    ContentsEncoding,
    /// Octets other than zero follow the message.
    #[error("octets other than zero follow the message in /Contents")]
    ContentsTrailing,
    /// DocMDP or FieldMDP with parameters that are not there, not allowed or there twice.
    #[error("the transform parameters are malformed")]
    Transform,
    /// Something could not be read.
    #[error("the signature dictionary cannot be read")]
    Unreadable(#[from] ReadPdf),
}

impl SignatureFault {
    /// The code of the finding, stable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.named().0
    }

    /// The clause that asks for what is missing.
    #[must_use]
    pub fn clause(&self) -> &'static str {
        self.named().1
    }

    fn named(self) -> (&'static str, &'static str) {
        const DICTIONARY: &str = "ISO 32000-2 12.8.1";
        const RANGE: &str = "ISO 32000-2 12.8.1, EN 319 142-1 6.3";
        match self {
            Self::NotIndirect => ("signature.not-indirect", "ISO 32000-2 12.7.5.5"),
            Self::NoDictionary => ("signature.no-dictionary", "ISO 32000-2 12.7.5.5"),
            Self::Compressed => ("signature.compressed", "ISO 32000-2 7.5.7"),
            Self::Shared => ("signature.shared", "ISO 32000-2 12.7.5.5"),
            Self::Older => ("signature.older-than-field", "ISO 32000-2 12.8.1"),
            Self::Filter => ("signature.filter", DICTIONARY),
            Self::SubFilter => ("signature.sub-filter", DICTIONARY),
            Self::Type => ("signature.type", "ISO 32000-2 12.8.5"),
            Self::Cert => ("signature.cert-entry", "EN 319 142-1 6.3"),
            Self::Date => ("signature.date", "ISO 32000-2 7.9.4"),
            Self::ByteRangeMissing => ("signature.byte-range-missing", RANGE),
            Self::ByteRangeIndirect => ("signature.byte-range-indirect", RANGE),
            Self::ByteRangeCount { .. } => ("signature.byte-range-count", RANGE),
            Self::ByteRangeType => ("signature.byte-range-type", RANGE),
            Self::ByteRangeNegative => ("signature.byte-range-negative", RANGE),
            Self::ByteRangeStart => ("signature.byte-range-start", RANGE),
            Self::ByteRangeOverlap => ("signature.byte-range-overlap", RANGE),
            Self::ByteRangeBeyond => ("signature.byte-range-beyond", RANGE),
            Self::ByteRangeEnd => ("signature.byte-range-end", RANGE),
            Self::ContentsMissing => ("signature.contents-missing", DICTIONARY),
            Self::ContentsForm => ("signature.contents-form", DICTIONARY),
            Self::ContentsGap => ("signature.contents-gap", RANGE),
            Self::ContentsDigits => ("signature.contents-digits", "ISO 32000-2 7.3.4.3"),
            Self::ContentsEmpty => ("signature.contents-empty", DICTIONARY),
            Self::ContentsEncoding => ("signature.contents-encoding", "EN 319 142-1 6.3"),
            Self::ContentsTrailing => ("signature.contents-trailing", "EN 319 142-1 6.3"),
            Self::Transform => ("signature.transform", "ISO 32000-2 12.8.2"),
            Self::Unreadable(_) => ("signature.unreadable", "ISO 32000-2 7.3"),
        }
    }
}
