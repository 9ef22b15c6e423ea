//! Names as RFC 4514 writes them: most specific first, Chinese as it is.

use std::fmt::{self, Write};

use super::{Attribute, Name};
use crate::identifiers as id;
use asn1::Oid;

/// RFC 4514 3 and, beyond its table, the words of X.520 that our subjects use.
const WORDS: &[(Oid, &str)] = &[
    (id::COMMON_NAME, "CN"),
    (id::LOCALITY, "L"),
    (id::STATE, "ST"),
    (id::ORGANIZATION, "O"),
    (id::ORGANIZATIONAL_UNIT, "OU"),
    (id::COUNTRY, "C"),
    (id::STREET, "STREET"),
    (id::DOMAIN_COMPONENT, "DC"),
    (id::USER_ID, "UID"),
    (id::SERIAL_NUMBER, "serialNumber"),
    (id::ORGANIZATION_IDENTIFIER, "organizationIdentifier"),
    (id::SURNAME, "SN"),
    (id::GIVEN_NAME, "givenName"),
    (id::TITLE, "title"),
    (id::PSEUDONYM, "pseudonym"),
    (id::DN_QUALIFIER, "dnQualifier"),
    (id::EMAIL_ADDRESS, "emailAddress"),
];

pub(super) fn write(name: &Name, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let relative_names: Vec<_> = name.relative_names().collect();
    // RFC 4514 2.1: from the last relative name to the first.
    for (at, attributes) in relative_names.iter().rev().enumerate() {
        if at > 0 {
            f.write_char(',')?;
        }
        for (at, attribute) in attributes.iter().enumerate() {
            if at > 0 {
                f.write_char('+')?;
            }
            write_attribute(attribute, f)?;
        }
    }
    Ok(())
}

fn write_attribute(attribute: &Attribute<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let kind = attribute.kind();
    let word = WORDS.iter().find(|(oid, _)| *oid == kind);
    match (word, attribute.text()) {
        (Some((_, word)), Some(text)) => {
            write!(f, "{word}=")?;
            write_text(&text, f)
        }
        (word, _) => {
            // RFC 4514 2.4: a value of an unknown type is written as its octets.
            match word {
                Some((_, word)) => write!(f, "{word}=#")?,
                None => write!(f, "{kind}=#")?,
            }
            attribute
                .value_der()
                .iter()
                .try_for_each(|octet| write!(f, "{octet:02x}"))
        }
    }
}

fn write_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let last = text.chars().count().saturating_sub(1);
    for (at, letter) in text.chars().enumerate() {
        let escaped = match letter {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => true,
            ' ' => at == 0 || at == last,
            '#' => at == 0,
            _ => false,
        };
        if escaped {
            f.write_char('\\')?;
            f.write_char(letter)?;
        } else if letter.is_control() {
            // A line break in a name must not forge a second line.
            let mut octets = [0; 4];
            for octet in letter.encode_utf8(&mut octets).bytes() {
                write!(f, "\\{octet:02x}")?;
            }
        } else {
            f.write_char(letter)?;
        }
    }
    Ok(())
}
