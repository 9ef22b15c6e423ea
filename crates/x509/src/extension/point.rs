//! Where CRLs are and what they cover: cRLDistributionPoints, issuingDistributionPoint.

use super::{ReadExtension, default_false, filled_sequence, named_bits};
use crate::general_name::GeneralName;
use asn1::{Element, Reader, Tag, write};

/// ReasonFlags (RFC 5280 4.2.1.13): bit *n* is named bit *n*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reasons(pub u16);

/// DistributionPointName.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointName<'a> {
    /// fullName: any of these.
    Full(Vec<GeneralName<'a>>),
    /// nameRelativeToCRLIssuer: the content octets of the relative name.
    Relative(&'a [u8]),
}

/// One point of cRLDistributionPoints or freshestCRL (RFC 5280 4.2.1.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistributionPoint<'a> {
    /// Where the CRL is.
    pub name: Option<PointName<'a>>,
    /// Which reasons it covers, where not all.
    pub reasons: Option<Reasons>,
    /// Who signs it, where not the certificate's issuer.
    pub crl_issuer: Vec<GeneralName<'a>>,
}

/// Which certificates a CRL covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of its issuer's.
    All,
    /// Those of end entities.
    EndEntities,
    /// Those of CAs.
    Authorities,
    /// Attribute certificates.
    Attributes,
}

/// issuingDistributionPoint (RFC 5280 5.2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuingDistributionPoint<'a> {
    /// The name by which certificates point to this CRL.
    pub name: Option<PointName<'a>>,
    /// Which certificates it covers.
    pub scope: Scope,
    /// Which reasons it covers, where not all.
    pub reasons: Option<Reasons>,
    /// Whether it has entries of other issuers.
    pub indirect: bool,
}

impl<'a> PointName<'a> {
    /// The URIs of a full name.
    pub fn uris(&self) -> impl Iterator<Item = &'a str> {
        let names = match self {
            Self::Full(names) => names.as_slice(),
            Self::Relative(_) => &[],
        };
        names.iter().filter_map(|name| match name {
            GeneralName::Uri(uri) => Some(*uri),
            _ => None,
        })
    }

    /// Reads the explicit [0] around the choice.
    fn read(outer: &Element<'a>) -> Result<Self, ReadExtension> {
        let mut inside = outer.reader()?;
        let choice = inside.element()?;
        inside.end()?;
        const FULL: Tag = Tag::context(0);
        const RELATIVE: Tag = Tag::context(1);
        match choice.tag() {
            FULL => match GeneralName::read_all(choice.reader()?)? {
                names if names.is_empty() => Err(ReadExtension::Empty),
                names => Ok(Self::Full(names)),
            },
            RELATIVE => Ok(Self::Relative(choice.content())),
            _ => Err(ReadExtension::PointWithoutName),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let choice = match self {
            Self::Full(names) => write::context(0, names.iter().map(GeneralName::encode)),
            Self::Relative(content) => write::element(Tag::context(1), content),
        };
        write::context(0, [choice])
    }
}

impl<'a> DistributionPoint<'a> {
    /// The point at this URI, for all reasons, of the certificate's own issuer.
    #[must_use]
    pub fn at(uri: &'a str) -> Self {
        Self {
            name: Some(PointName::Full(vec![GeneralName::Uri(uri)])),
            reasons: None,
            crl_issuer: Vec::new(),
        }
    }

    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where there is no point, `PointWithoutName` where one has neither name nor CRL issuer.
    pub fn parse_list(value: &'a [u8]) -> Result<Vec<Self>, ReadExtension> {
        let mut list = filled_sequence(value)?;
        let mut out = Vec::new();
        while !list.is_empty() {
            out.push(Self::read(list.sequence()?)?);
        }
        Ok(out)
    }

    fn read(mut fields: Reader<'a>) -> Result<Self, ReadExtension> {
        let name = fields
            .optional(Tag::context(0))?
            .map(|outer| PointName::read(&outer))
            .transpose()?;
        let reasons = reasons(&mut fields, 1)?;
        let crl_issuer = match fields.optional(Tag::context(2))? {
            Some(names) => GeneralName::read_all(names.reader()?)?,
            None => Vec::new(),
        };
        fields.end()?;
        // RFC 5280 4.2.1.13: reasons alone say nothing.
        if name.is_none() && crl_issuer.is_empty() {
            return Err(ReadExtension::PointWithoutName);
        }
        Ok(Self {
            name,
            reasons,
            crl_issuer,
        })
    }

    /// The extension value with these points.
    #[must_use]
    pub fn encode_list(list: &[Self]) -> Vec<u8> {
        write::sequence(list.iter().map(|point| {
            let crl_issuer = if point.crl_issuer.is_empty() {
                Vec::new()
            } else {
                write::context(2, point.crl_issuer.iter().map(GeneralName::encode))
            };
            write::sequence([
                point
                    .name
                    .as_ref()
                    .map(PointName::encode)
                    .unwrap_or_default(),
                point
                    .reasons
                    .map(|r| encode_reasons(1, r))
                    .unwrap_or_default(),
                crl_issuer,
            ])
        }))
    }
}

impl<'a> IssuingDistributionPoint<'a> {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` for an empty sequence, `ManyScopes`, and faults of the encoding.
    pub fn parse(value: &'a [u8]) -> Result<Self, ReadExtension> {
        // RFC 5280 5.2.5: the DER must not be an empty sequence.
        let mut fields = filled_sequence(value)?;
        let name = fields
            .optional(Tag::context(0))?
            .map(|outer| PointName::read(&outer))
            .transpose()?;
        let users = default_false(&mut fields, Tag::context_primitive(1))?;
        let authorities = default_false(&mut fields, Tag::context_primitive(2))?;
        let reasons = reasons(&mut fields, 3)?;
        let indirect = default_false(&mut fields, Tag::context_primitive(4))?;
        let attributes = default_false(&mut fields, Tag::context_primitive(5))?;
        fields.end()?;
        let scope = match (users, authorities, attributes) {
            (false, false, false) => Scope::All,
            (true, false, false) => Scope::EndEntities,
            (false, true, false) => Scope::Authorities,
            (false, false, true) => Scope::Attributes,
            _ => return Err(ReadExtension::ManyScopes),
        };
        Ok(Self {
            name,
            scope,
            reasons,
            indirect,
        })
    }

    /// The extension value.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let flag = |number, set: bool| {
            if set {
                write::context_primitive(number, &[0xff])
            } else {
                Vec::new()
            }
        };
        write::sequence([
            self.name
                .as_ref()
                .map(PointName::encode)
                .unwrap_or_default(),
            flag(1, self.scope == Scope::EndEntities),
            flag(2, self.scope == Scope::Authorities),
            self.reasons
                .map(|r| encode_reasons(3, r))
                .unwrap_or_default(),
            flag(4, self.indirect),
            flag(5, self.scope == Scope::Attributes),
        ])
    }
}

fn reasons(fields: &mut Reader<'_>, number: u8) -> Result<Option<Reasons>, ReadExtension> {
    let Some(element) = fields.optional(Tag::context_primitive(number))? else {
        return Ok(None);
    };
    match named_bits(&element)? {
        0 => Err(ReadExtension::Empty),
        bits => Ok(Some(Reasons(bits))),
    }
}

fn encode_reasons(number: u8, reasons: Reasons) -> Vec<u8> {
    let mut element = write::named_bits(reasons.0);
    if let Some(tag) = element.first_mut() {
        *tag = Tag::context_primitive(number).0;
    }
    element
}
