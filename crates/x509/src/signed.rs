//! The frame that X.509 puts around what is signed: `SEQUENCE { toBeSigned, algorithm, signature }`.

use std::ops::Range;

use asn1::{Element, ReadAsn1, Reader, Tag, inspect_der};

/// The frame, read.
pub(crate) struct Frame<'a> {
    pub(crate) to_be_signed: Element<'a>,
    pub(crate) algorithm: Element<'a>,
    /// Where the octets of the signature stand.
    pub(crate) signature: Range<usize>,
}

impl<'a> Frame<'a> {
    /// Reads DER: one frame and nothing after it.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, ReadAsn1> {
        let outer = Reader::single(der, Tag::SEQUENCE)?;
        inspect_der(der)?;
        let mut parts = outer.reader()?;
        let to_be_signed = parts.expect(Tag::SEQUENCE)?;
        let algorithm = parts.expect(Tag::SEQUENCE)?;
        let signature = parts.expect(Tag::BIT_STRING)?;
        parts.end()?;
        signature.bits()?;
        let content = content_range(&signature);
        Ok(Self {
            to_be_signed,
            algorithm,
            // The octet before the bits counts the unused ones: none.
            signature: content.start.saturating_add(1)..content.end,
        })
    }
}

/// Where all octets of an element stand.
pub(crate) fn range(element: &Element<'_>) -> Range<usize> {
    element.at()..element.at().saturating_add(element.raw().len())
}

/// Where the content octets of an element stand.
pub(crate) fn content_range(element: &Element<'_>) -> Range<usize> {
    let end = range(element).end;
    end.saturating_sub(element.content().len())..end
}
