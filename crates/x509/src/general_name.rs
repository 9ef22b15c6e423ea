//! General names: the forms in which certificates name things beside distinguished names.

use crate::name::{Name, ReadName};
use asn1::{Element, Oid, ReadAsn1, Reader, Tag, write};

use thiserror::Error;

/// A GeneralName (RFC 5280 4.2.1.6).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeneralName<'a> {
    /// otherName: its type and the octets of its value, without the explicit tag.
    Other {
        /// What kind of name.
        kind: Oid,
        /// The DER octets of the value.
        value: &'a [u8],
    },
    /// rfc822Name.
    Email(&'a str),
    /// dNSName.
    Dns(&'a str),
    /// x400Address, unread.
    X400(&'a [u8]),
    /// directoryName.
    Directory(Name),
    /// ediPartyName, unread.
    EdiParty(&'a [u8]),
    /// uniformResourceIdentifier.
    Uri(&'a str),
    /// iPAddress: 4 or 16 octets, in name constraints twice as many.
    Ip(&'a [u8]),
    /// registeredID.
    Registered(Oid),
}

/// Why octets are no general name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadGeneralName {
    /// The encoding is wrong.
    #[error("general name is malformed")]
    Encoding(#[from] ReadAsn1),
    /// A directory name is wrong.
    #[error("directory name is malformed")]
    Directory(#[from] ReadName),
    /// A tag that is none of the nine forms.
    #[error("general name has unknown tag {tag}")]
    UnknownForm {
        /// The tag found.
        tag: Tag,
    },
}

impl<'a> GeneralName<'a> {
    /// Reads one element.
    ///
    /// # Errors
    /// An unknown form, text that is not IA5String, a malformed directory name.
    pub fn read(element: &Element<'a>) -> Result<Self, ReadGeneralName> {
        const OTHER: Tag = Tag::context(0);
        const EMAIL: Tag = Tag::context_primitive(1);
        const DNS: Tag = Tag::context_primitive(2);
        const X400: Tag = Tag::context(3);
        const DIRECTORY: Tag = Tag::context(4);
        const EDI: Tag = Tag::context(5);
        const URI: Tag = Tag::context_primitive(6);
        const IP: Tag = Tag::context_primitive(7);
        const REGISTERED: Tag = Tag::context_primitive(8);
        Ok(match element.tag() {
            OTHER => {
                let mut fields = element.reader()?;
                let kind = fields.oid()?;
                let value = fields.expect(Tag::context(0))?;
                fields.end()?;
                Self::Other {
                    kind,
                    value: value.content(),
                }
            }
            EMAIL => Self::Email(ia5(element)?),
            DNS => Self::Dns(ia5(element)?),
            URI => Self::Uri(ia5(element)?),
            X400 => Self::X400(element.content()),
            EDI => Self::EdiParty(element.content()),
            // RFC 5280 appendix A: the Name is a CHOICE, so its tag is explicit.
            DIRECTORY => Self::Directory(Name::parse(element.only(Tag::SEQUENCE)?.raw())?),
            IP => Self::Ip(element.content()),
            REGISTERED => Self::Registered(element.oid()?),
            tag => return Err(ReadGeneralName::UnknownForm { tag }),
        })
    }

    /// Reads all elements that are left.
    ///
    /// # Errors
    /// As [`GeneralName::read`].
    pub fn read_all(mut names: Reader<'a>) -> Result<Vec<Self>, ReadGeneralName> {
        let mut out = Vec::new();
        while !names.is_empty() {
            out.push(Self::read(&names.element()?)?);
        }
        Ok(out)
    }

    /// Its DER octets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Other { kind, value } => write::context(
                0,
                [write::oid(kind), write::element(Tag::context(0), value)],
            ),
            Self::Email(text) => write::context_primitive(1, text.as_bytes()),
            Self::Dns(text) => write::context_primitive(2, text.as_bytes()),
            Self::X400(content) => write::element(Tag::context(3), content),
            Self::Directory(name) => write::context(4, [name.der()]),
            Self::EdiParty(content) => write::element(Tag::context(5), content),
            Self::Uri(text) => write::context_primitive(6, text.as_bytes()),
            Self::Ip(octets) => write::context_primitive(7, octets),
            Self::Registered(oid) => write::context_primitive(8, oid.octets()),
        }
    }
}

/// IA5String: seven-bit octets.
fn ia5<'a>(element: &Element<'a>) -> Result<&'a str, ReadAsn1> {
    element
        .text()
        .ok()
        .filter(|text| text.is_ascii())
        .ok_or(ReadAsn1::Text { at: element.at() })
}
