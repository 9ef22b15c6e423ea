//! qcStatements: what an issuer says of a qualified certificate (EN 319 412-5).

use super::{ReadExtension, filled_sequence};
use crate::identifiers as id;
use asn1::{Oid, ReadAsn1, Reader, Tag, write};

/// One statement: its identifier and, where it has a value, the DER octets of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QcStatement<'a> {
    /// Which statement.
    pub id: Oid,
    /// Its value.
    pub value: Option<&'a [u8]>,
}

/// A statement of EN 319 412-5, read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Statement<'a> {
    /// esi4-qcStatement-1: an EU qualified certificate.
    Compliance,
    /// esi4-qcStatement-2: a limit, currency as text or number.
    LimitValue {
        /// ISO 4217, alphabetic.
        currency: Option<&'a str>,
        /// ISO 4217, numeric.
        number: Option<u64>,
    },
    /// esi4-qcStatement-3: years that records are kept.
    Retention(u64),
    /// esi4-qcStatement-4: the key lies in a qualified device.
    Device,
    /// esi4-qcStatement-5: addresses of disclosure statements with their language.
    Disclosure(Vec<(&'a str, &'a str)>),
    /// esi4-qcStatement-6: kinds of certificate.
    Type(Vec<Oid>),
    /// esi4-qcStatement-7: countries.
    Legislation(Vec<&'a str>),
    /// Any other.
    Other(Oid),
}

impl<'a> QcStatement<'a> {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where there is no statement.
    pub fn parse_list(value: &'a [u8]) -> Result<Vec<Self>, ReadExtension> {
        let mut list = filled_sequence(value)?;
        let mut out = Vec::new();
        while !list.is_empty() {
            let mut fields = list.sequence()?;
            let id = fields.oid()?;
            let value = if fields.is_empty() {
                None
            } else {
                Some(fields.element()?.raw())
            };
            fields.end()?;
            out.push(Self { id, value });
        }
        Ok(out)
    }

    /// What it says.
    ///
    /// # Errors
    /// A value that is not of the statement's type, or that should not be there.
    pub fn read(&self) -> Result<Statement<'a>, ReadExtension> {
        let value = || self.value.ok_or(ReadExtension::Empty);
        Ok(match self.id {
            id::QC_COMPLIANCE | id::QC_DEVICE => {
                if let Some(value) = self.value {
                    return Err(ReadAsn1::Trailing {
                        at: 0,
                        octets: value.len(),
                    }
                    .into());
                }
                if self.id == id::QC_DEVICE {
                    Statement::Device
                } else {
                    Statement::Compliance
                }
            }
            id::QC_LIMIT_VALUE => limit(value()?)?,
            id::QC_RETENTION => {
                Statement::Retention(Reader::single(value()?, Tag::INTEGER)?.unsigned()?)
            }
            id::QC_DISCLOSURE => {
                let mut list = filled_sequence(value()?)?;
                let mut out = Vec::new();
                while !list.is_empty() {
                    let mut fields = list.sequence()?;
                    let address = fields.expect(Tag::IA5_STRING)?.text()?;
                    let language = fields.expect(Tag::PRINTABLE_STRING)?.text()?;
                    fields.end()?;
                    out.push((address, language));
                }
                Statement::Disclosure(out)
            }
            id::QC_TYPE => {
                let mut list = filled_sequence(value()?)?;
                let mut out = Vec::new();
                while !list.is_empty() {
                    out.push(list.oid()?);
                }
                Statement::Type(out)
            }
            id::QC_LEGISLATION => {
                let mut list = filled_sequence(value()?)?;
                let mut out = Vec::new();
                while !list.is_empty() {
                    out.push(list.expect(Tag::PRINTABLE_STRING)?.text()?);
                }
                Statement::Legislation(out)
            }
            other => Statement::Other(other),
        })
    }

    /// The extension value with these statements.
    #[must_use]
    pub fn encode_list(list: &[(Oid, Vec<u8>)]) -> Vec<u8> {
        write::sequence(
            list.iter()
                .map(|(id, value)| write::sequence([&write::oid(id), value])),
        )
    }
}

/// MonetaryValue ::= SEQUENCE { currency CHOICE { PrintableString, INTEGER }, amount, exponent }.
fn limit(value: &[u8]) -> Result<Statement<'_>, ReadExtension> {
    let mut fields = Reader::single(value, Tag::SEQUENCE)?.reader()?;
    let (currency, number) = match fields.optional(Tag::PRINTABLE_STRING)? {
        Some(text) => (Some(text.text()?), None),
        None => (None, Some(fields.expect(Tag::INTEGER)?.unsigned()?)),
    };
    // Neither is used for anything but being a number; an exponent may be negative.
    fields.expect(Tag::INTEGER)?.unsigned()?;
    fields.expect(Tag::INTEGER)?.integer()?;
    fields.end()?;
    Ok(Statement::LimitValue { currency, number })
}
