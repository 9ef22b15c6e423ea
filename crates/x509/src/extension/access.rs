//! Where more is to be had, and whose key signed: authorityInfoAccess, authorityKeyIdentifier.

use super::{ReadExtension, filled_sequence};
use crate::general_name::GeneralName;
use asn1::{Oid, Reader, Tag, write};

/// One address of authorityInfoAccess or subjectInfoAccess (RFC 5280 4.2.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessDescription<'a> {
    /// What is to be had there.
    pub method: Oid,
    /// Where.
    pub location: GeneralName<'a>,
}

impl<'a> AccessDescription<'a> {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where there is no address.
    pub fn parse_list(value: &'a [u8]) -> Result<Vec<Self>, ReadExtension> {
        let mut list = filled_sequence(value)?;
        let mut out = Vec::new();
        while !list.is_empty() {
            let mut fields = list.sequence()?;
            let method = fields.oid()?;
            let location = GeneralName::read(&fields.element()?)?;
            fields.end()?;
            out.push(Self { method, location });
        }
        Ok(out)
    }

    /// The extension value with these addresses.
    #[must_use]
    pub fn encode_list(list: &[Self]) -> Vec<u8> {
        write::sequence(
            list.iter().map(|access| {
                write::sequence([write::oid(&access.method), access.location.encode()])
            }),
        )
    }
}

/// authorityKeyIdentifier (RFC 5280 4.2.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthorityKeyIdentifier<'a> {
    /// The subjectKeyIdentifier of the issuer.
    pub key: Option<&'a [u8]>,
    /// The issuer of the issuer's certificate.
    pub issuer: Vec<GeneralName<'a>>,
    /// The serial number of the issuer's certificate: content octets of an INTEGER.
    pub serial: Option<&'a [u8]>,
}

impl<'a> AuthorityKeyIdentifier<'a> {
    /// Reads an extension value.
    ///
    /// # Errors
    /// What is wrong with the encoding.
    pub fn parse(value: &'a [u8]) -> Result<Self, ReadExtension> {
        let mut fields = Reader::single(value, Tag::SEQUENCE)?.reader()?;
        let key = fields
            .optional(Tag::context_primitive(0))?
            .map(|key| key.content());
        let issuer = match fields.optional(Tag::context(1))? {
            Some(names) => GeneralName::read_all(names.reader()?)?,
            None => Vec::new(),
        };
        let serial = fields
            .optional(Tag::context_primitive(2))?
            .map(|serial| serial.integer())
            .transpose()?;
        fields.end()?;
        Ok(Self {
            key,
            issuer,
            serial,
        })
    }

    /// The extension value that names the key alone.
    #[must_use]
    pub fn encode_key(key: &[u8]) -> Vec<u8> {
        write::sequence([write::context_primitive(0, key)])
    }
}
