//! Subjects: legal persons with the code of their seal, natural persons, an office's own keys.

use thiserror::Error;

use crate::identifiers as id;
use crate::name::{Name, ReadName};

/// Characters of a unified social credit code (GB 32100).
const CREDIT_CODE: usize = 18;

/// A legal person and one of its seals (EN 319 412-3 4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegalPerson<'a> {
    /// organizationName: the full legal name.
    pub organization: &'a str,
    /// The unified social credit code, 18 digits and capital letters.
    pub credit_code: &'a str,
    /// serialNumber: the code of the seal.
    pub seal_code: &'a str,
    /// commonName: by what the legal person is commonly known; the seal's words.
    pub common_name: &'a str,
}

/// A natural person who signs for an organisation (EN 319 412-2 4.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NaturalPerson<'a> {
    /// organizationName.
    pub organization: &'a str,
    /// The organisation's unified social credit code.
    pub credit_code: &'a str,
    /// surname.
    pub surname: &'a str,
    /// givenName.
    pub given_name: &'a str,
    /// serialNumber: what tells two of the same name apart; never a citizen's number (D8).
    pub identifier: &'a str,
}

/// Why a subject cannot be named.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameSubject {
    /// Not 18 digits and capital letters.
    #[error("not the form of a unified social credit code")]
    CreditCode,
    /// A value that is empty, or that its string type cannot hold.
    #[error("a value of the subject does not fit")]
    Value(#[from] ReadName),
    /// A value that has to be there is empty.
    #[error("a value of the subject is empty")]
    Empty,
}

impl LegalPerson<'_> {
    /// countryName CN, organizationName, organizationIdentifier `NTRCN-…` (D23, EN 319 412-1 5.1.4),
    /// serialNumber, commonName.
    ///
    /// # Errors
    /// See [`NameSubject`].
    pub fn name(&self) -> Result<Name, NameSubject> {
        let identifier = organization_identifier(self.credit_code)?;
        named(&[
            (id::COUNTRY, "CN"),
            (id::ORGANIZATION, self.organization),
            (id::ORGANIZATION_IDENTIFIER, &identifier),
            (id::SERIAL_NUMBER, self.seal_code),
            (id::COMMON_NAME, self.common_name),
        ])
    }
}

impl NaturalPerson<'_> {
    /// countryName CN, the organisation, surname and givenName, serialNumber, and both names together as
    /// commonName, surname first.
    ///
    /// # Errors
    /// See [`NameSubject`].
    pub fn name(&self) -> Result<Name, NameSubject> {
        let identifier = organization_identifier(self.credit_code)?;
        let common_name = format!("{}{}", self.surname, self.given_name);
        named(&[
            (id::COUNTRY, "CN"),
            (id::ORGANIZATION, self.organization),
            (id::ORGANIZATION_IDENTIFIER, &identifier),
            (id::SURNAME, self.surname),
            (id::GIVEN_NAME, self.given_name),
            (id::SERIAL_NUMBER, self.identifier),
            (id::COMMON_NAME, &common_name),
        ])
    }
}

/// A natural person who signs for nobody else (EN 319 412-2 4.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citizen<'a> {
    /// The whole name, as the person's document has it: where the family name ends is not always to be told.
    pub name: &'a str,
    /// serialNumber: what tells two of the same name apart; never a citizen's number (D8).
    pub identifier: &'a str,
}

impl Citizen<'_> {
    /// countryName CN, the whole name as givenName, serialNumber, commonName.
    ///
    /// # Errors
    /// See [`NameSubject`].
    pub fn name(&self) -> Result<Name, NameSubject> {
        named(&[
            (id::COUNTRY, "CN"),
            (id::GIVEN_NAME, self.name),
            (id::SERIAL_NUMBER, self.identifier),
            (id::COMMON_NAME, self.name),
        ])
    }
}

/// The subject of an office's own key: a CA, a responder, a time-stamp authority, a log.
///
/// # Errors
/// See [`NameSubject`].
pub fn office(organization: &str, common_name: &str) -> Result<Name, NameSubject> {
    // EN 319 412-2 4.2.3.1, EN 319 422 6.2: country, organisation and common name at the least.
    named(&[
        (id::COUNTRY, "CN"),
        (id::ORGANIZATION, organization),
        (id::COMMON_NAME, common_name),
    ])
}

fn named(attributes: &[(asn1::Oid, &str)]) -> Result<Name, NameSubject> {
    if attributes.iter().any(|(_, text)| text.is_empty()) {
        return Err(NameSubject::Empty);
    }
    Ok(Name::of(attributes)?)
}

fn organization_identifier(credit_code: &str) -> Result<String, NameSubject> {
    let fits = credit_code.len() == CREDIT_CODE
        && credit_code
            .bytes()
            .all(|octet| octet.is_ascii_digit() || octet.is_ascii_uppercase());
    // EN 319 412-1 5.1.4: national trade register, country, hyphen, number.
    fits.then(|| format!("NTRCN-{credit_code}"))
        .ok_or(NameSubject::CreditCode)
}
