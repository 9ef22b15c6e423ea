//! Distinguished names: read, written, compared as RFC 5280 7.1 says, shown as RFC 4514 says.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use thiserror::Error;

use crate::identifiers as id;
use asn1::{Oid, ReadAsn1, Reader, Tag, write};

mod display;
mod normal;

/// Attributes of one name; more are refused before anything is allocated for them.
pub const MAX_ATTRIBUTES: usize = 256;

const NUMERIC_STRING: Tag = Tag(0x12);
const TELETEX_STRING: Tag = Tag(0x14);
const UNIVERSAL_STRING: Tag = Tag(0x1c);
const BMP_STRING: Tag = Tag(0x1e);

/// A distinguished name: its DER octets, and beside them the form by which names are compared.
///
/// Two names are equal when RFC 5280 7.1 says so, whatever their octets.
#[derive(Clone)]
pub struct Name {
    der: Arc<[u8]>,
    normal: Arc<[u8]>,
}

/// Why octets are no name, or attributes make none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadName {
    /// The encoding is wrong.
    #[error("name is malformed")]
    Encoding(#[from] ReadAsn1),
    /// A relative name without attributes.
    #[error("relative distinguished name is empty")]
    EmptyRelative,
    /// More than [`MAX_ATTRIBUTES`].
    #[error("name has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    /// A value that its string type cannot hold.
    #[error("value of attribute {attribute} does not fit its string type")]
    Value {
        /// Which attribute.
        attribute: Box<Oid>,
    },
}

/// One attribute of a name.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a> {
    kind: Oid,
    tag: Tag,
    value: &'a [u8],
    raw: &'a [u8],
}

impl Name {
    /// Reads the DER octets of a `Name`.
    ///
    /// # Errors
    /// What is wrong with the encoding; text that is not in its type's repertoire.
    pub fn parse(der: &[u8]) -> Result<Self, ReadName> {
        let sequence = Reader::single(der, Tag::SEQUENCE)?;
        let mut rdns = sequence.reader()?;
        let mut normal = Vec::with_capacity(der.len());
        let mut count = 0_usize;
        while !rdns.is_empty() {
            let attributes = relative(&mut rdns)?;
            count = count.saturating_add(attributes.len());
            if count > MAX_ATTRIBUTES {
                return Err(ReadName::TooManyAttributes);
            }
            normal::append(&attributes, &mut normal);
        }
        Ok(Self {
            der: der.into(),
            normal: normal.into(),
        })
    }

    /// The name with these attributes, each a relative name of its own, most general first.
    ///
    /// # Errors
    /// `Value` where the attribute's string type cannot hold the text.
    pub fn of(attributes: &[(Oid, &str)]) -> Result<Self, ReadName> {
        let mut rdns = Vec::with_capacity(attributes.len());
        for (kind, text) in attributes {
            let tag = string_type(*kind);
            let attribute = Attribute {
                kind: *kind,
                tag,
                value: text.as_bytes(),
                raw: &[],
            };
            if !attribute.is_well_formed() || (tag == Tag::PRINTABLE_STRING && !is_printable(text))
            {
                return Err(ReadName::Value {
                    attribute: Box::new(*kind),
                });
            }
            let value = write::element(tag, text.as_bytes());
            rdns.push(write::set_of([write::sequence([write::oid(kind), value])]));
        }
        Self::parse(&write::sequence(rdns))
    }

    /// Its DER octets.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it has no attributes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.normal.is_empty()
    }

    /// Whether the first relative names of this name are those of `base` (RFC 5280 4.2.1.10, for
    /// directory names).
    #[must_use]
    pub fn is_within(&self, base: &Self) -> bool {
        // Each relative name stands with its length, so that a prefix ends between two of them.
        self.normal.starts_with(&base.normal)
    }

    /// Its relative names in order, each with its attributes.
    pub fn relative_names(&self) -> impl Iterator<Item = Vec<Attribute<'_>>> {
        let mut rdns = Reader::single(&self.der, Tag::SEQUENCE)
            .and_then(|sequence| sequence.reader())
            .ok();
        std::iter::from_fn(move || {
            // `parse` has read all of them without fault.
            rdns.as_mut()
                .filter(|rdns| !rdns.is_empty())
                .and_then(|rdns| relative(rdns).ok())
        })
    }

    /// Its attributes in order.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        self.relative_names().flatten()
    }

    /// The text of the last, most specific attribute of type `kind`.
    #[must_use]
    pub fn text(&self, kind: &Oid) -> Option<Cow<'_, str>> {
        self.attributes()
            .filter(|attribute| attribute.kind == *kind)
            .last()
            .and_then(|attribute| attribute.text())
    }

    /// organizationIdentifier, as in `NTRCN-…` (EN 319 412-1 5.1.4).
    #[must_use]
    pub fn organization_identifier(&self) -> Option<Cow<'_, str>> {
        self.text(&id::ORGANIZATION_IDENTIFIER)
    }

    /// serialNumber of the subject, not of the certificate.
    #[must_use]
    pub fn serial_number(&self) -> Option<Cow<'_, str>> {
        self.text(&id::SERIAL_NUMBER)
    }

    /// commonName.
    #[must_use]
    pub fn common_name(&self) -> Option<Cow<'_, str>> {
        self.text(&id::COMMON_NAME)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.normal == other.normal
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normal.hash(state);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display::write(self, f)
    }
}

impl<'a> Attribute<'a> {
    /// Its type.
    #[must_use]
    pub fn kind(&self) -> Oid {
        self.kind
    }

    /// The ASN.1 type of its value.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// The DER octets of its value, tag and length included.
    #[must_use]
    pub fn value_der(&self) -> &'a [u8] {
        self.raw
    }

    /// Its value as text, where it is of a string type.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        match self.tag {
            Tag::UTF8_STRING | Tag::PRINTABLE_STRING | Tag::IA5_STRING | NUMERIC_STRING => {
                std::str::from_utf8(self.value).ok().map(Cow::Borrowed)
            }
            // Of T.61 only what it has in common with Latin-1 occurs.
            TELETEX_STRING => Some(self.value.iter().map(|octet| char::from(*octet)).collect()),
            BMP_STRING => self.wide(2),
            UNIVERSAL_STRING => self.wide(4),
            _ => None,
        }
    }

    fn wide(&self, width: usize) -> Option<Cow<'a, str>> {
        let chunks = self.value.chunks_exact(width);
        if !chunks.remainder().is_empty() {
            return None;
        }
        chunks
            .map(|octets| {
                let code = octets
                    .iter()
                    .fold(0_u32, |code, octet| (code << 8) | u32::from(*octet));
                char::from_u32(code)
            })
            .collect()
    }

    fn is_well_formed(&self) -> bool {
        match self.tag {
            Tag::UTF8_STRING => std::str::from_utf8(self.value).is_ok(),
            Tag::PRINTABLE_STRING | Tag::IA5_STRING | NUMERIC_STRING => self.value.is_ascii(),
            BMP_STRING | UNIVERSAL_STRING => self.text().is_some(),
            _ => true,
        }
    }
}

/// The next relative name.
fn relative<'a>(rdns: &mut Reader<'a>) -> Result<Vec<Attribute<'a>>, ReadName> {
    let mut set = rdns.set()?;
    let mut attributes = Vec::with_capacity(1);
    let mut previous: &[u8] = &[];
    while !set.is_empty() {
        let element = set.expect(Tag::SEQUENCE)?;
        // X.690 11.6: ascending encodings.
        if previous > element.raw() {
            return Err(ReadAsn1::SetOrder { at: element.at() }.into());
        }
        previous = element.raw();
        let mut fields = element.reader()?;
        let kind = fields.oid()?;
        let value = fields.element()?;
        fields.end()?;
        let attribute = Attribute {
            kind,
            tag: value.tag(),
            value: value.content(),
            raw: value.raw(),
        };
        if !attribute.is_well_formed() {
            return Err(ReadName::Value {
                attribute: Box::new(kind),
            });
        }
        attributes.push(attribute);
        if attributes.len() > MAX_ATTRIBUTES {
            return Err(ReadName::TooManyAttributes);
        }
    }
    if attributes.is_empty() {
        // RFC 5280 4.1.2.4: SET SIZE (1..MAX).
        return Err(ReadName::EmptyRelative);
    }
    Ok(attributes)
}

/// RFC 5280 appendix A.1: types with one string type only; all others are UTF8String (4.1.2.4).
fn string_type(kind: Oid) -> Tag {
    match kind {
        id::COUNTRY | id::SERIAL_NUMBER | id::DN_QUALIFIER => Tag::PRINTABLE_STRING,
        id::EMAIL_ADDRESS | id::DOMAIN_COMPONENT => Tag::IA5_STRING,
        _ => Tag::UTF8_STRING,
    }
}

/// Whether PrintableString has all these characters (X.680 41.4).
#[must_use]
pub fn is_printable(text: &str) -> bool {
    text.bytes()
        .all(|octet| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet))
}

#[cfg(test)]
mod tests;
