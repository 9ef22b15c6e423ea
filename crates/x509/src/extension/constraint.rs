//! nameConstraints.

use super::{ReadExtension, filled_sequence};
use crate::general_name::GeneralName;
use asn1::{Reader, Tag, write};

/// nameConstraints (RFC 5280 4.2.1.10): names that certificates below may and must not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameConstraints<'a> {
    /// Subtrees of which, per form of name, one has to contain each name.
    pub permitted: Vec<GeneralName<'a>>,
    /// Subtrees none of which may contain a name.
    pub excluded: Vec<GeneralName<'a>>,
}

impl<'a> NameConstraints<'a> {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where there is no subtree, `SubtreeBounds`, and `AddressLength` for an address that is
    /// not an address with its mask.
    pub fn parse(value: &'a [u8]) -> Result<Self, ReadExtension> {
        let mut fields = filled_sequence(value)?;
        let permitted = subtrees(&mut fields, 0)?;
        let excluded = subtrees(&mut fields, 1)?;
        fields.end()?;
        Ok(Self {
            permitted,
            excluded,
        })
    }

    /// The extension value.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let list = |number, names: &[GeneralName<'_>]| {
            if names.is_empty() {
                return Vec::new();
            }
            write::context(
                number,
                names.iter().map(|name| write::sequence([name.encode()])),
            )
        };
        write::sequence([list(0, &self.permitted), list(1, &self.excluded)])
    }
}

fn subtrees<'a>(
    fields: &mut Reader<'a>,
    number: u8,
) -> Result<Vec<GeneralName<'a>>, ReadExtension> {
    let Some(list) = fields.optional(Tag::context(number))? else {
        return Ok(Vec::new());
    };
    let mut list = list.reader()?;
    if list.is_empty() {
        // GeneralSubtrees ::= SEQUENCE SIZE (1..MAX).
        return Err(ReadExtension::Empty);
    }
    let mut names = Vec::new();
    while !list.is_empty() {
        let mut subtree = list.sequence()?;
        let name = GeneralName::read(&subtree.element()?)?;
        // RFC 5280 4.2.1.10: minimum is zero (left out in DER) and maximum absent.
        if !subtree.is_empty() {
            return Err(ReadExtension::SubtreeBounds);
        }
        if let GeneralName::Ip(octets) = &name
            && octets.len() != 8
            && octets.len() != 32
        {
            return Err(ReadExtension::AddressLength {
                octets: octets.len(),
            });
        }
        names.push(name);
    }
    Ok(names)
}
