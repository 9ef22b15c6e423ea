//! Distinguished names: string types, lengths, and mail addresses that belong elsewhere.

use crate::certificate::Certificate;
use crate::general_name::GeneralName;
use crate::identifiers as id;
use crate::name::{Attribute, Name, is_printable};
use asn1::{Oid, Tag};

use super::{Findings, Subject, rules, syntax};

/// RFC 5280 A.1: upper bounds, in characters.
const BOUNDS: &[(Oid, usize)] = &[
    (id::COMMON_NAME, 64),
    (id::SURNAME, 32_768),
    (id::GIVEN_NAME, 32_768),
    (id::SERIAL_NUMBER, 64),
    (id::COUNTRY, 2),
    (id::LOCALITY, 128),
    (id::STATE, 128),
    (id::ORGANIZATION, 64),
    (id::ORGANIZATIONAL_UNIT, 64),
    (id::TITLE, 64),
    (id::PSEUDONYM, 128),
    (id::EMAIL_ADDRESS, 255),
];

/// EN 319 412-2 4.2.4, EN 319 412-3 4.2.1: attributes of persons that may be longer than RFC 5280 says.
const MAY_BE_LONGER: &[Oid] = &[id::COMMON_NAME, id::ORGANIZATION, id::ORGANIZATIONAL_UNIT];

pub(super) fn inspect(certificate: &Certificate, person: Subject, findings: &mut Findings) {
    let subject = certificate.subject();
    for attribute in certificate.issuer().attributes() {
        inspect_attribute(&attribute, Subject::Any, findings);
    }
    for attribute in subject.attributes() {
        inspect_attribute(&attribute, person, findings);
    }
    // RFC 5280 4.1.2.6: a CA has a name.
    findings.add_if(
        subject.is_empty() && certificate.is_ca(),
        &rules::SUBJECT_EMPTY,
        "authority without a name",
    );
    inspect_domain(subject, findings);
    inspect_email(certificate, findings);
}

fn inspect_attribute(attribute: &Attribute<'_>, person: Subject, findings: &mut Findings) {
    let kind = attribute.kind();
    let Some(text) = attribute.text() else {
        return;
    };
    let length = text.chars().count();
    let bound = BOUNDS.iter().find(|(oid, _)| *oid == kind);
    let too_long = bound.is_some_and(|(_, bound)| length > *bound);
    let too_short = length == 0 || (kind == id::COUNTRY && length < 2);
    let rule = if too_long && person != Subject::Any && MAY_BE_LONGER.contains(&kind) {
        &rules::NAME_VALUE_LONG
    } else {
        &rules::NAME_VALUE_LENGTH
    };
    findings.add_if(
        too_long || too_short,
        rule,
        format!("{kind}: {length} characters"),
    );
    let type_fits = match kind {
        id::COUNTRY | id::SERIAL_NUMBER | id::DN_QUALIFIER => {
            attribute.tag() == Tag::PRINTABLE_STRING
        }
        id::EMAIL_ADDRESS | id::DOMAIN_COMPONENT => attribute.tag() == Tag::IA5_STRING,
        // RFC 5280 4.1.2.4: DirectoryString is one of these two.
        _ if bound.is_some() => {
            matches!(attribute.tag(), Tag::PRINTABLE_STRING | Tag::UTF8_STRING)
        }
        _ => true,
    };
    findings.add_if(
        !type_fits,
        &rules::NAME_STRING_TYPE,
        format!("{kind}: string type {}", attribute.tag()),
    );
    findings.add_if(
        attribute.tag() == Tag::PRINTABLE_STRING && !is_printable(&text),
        &rules::NAME_CHARACTERS,
        format!("{kind}: not PrintableString"),
    );
}

/// RFC 4519 2.4: the domain components of a name make a domain name.
fn inspect_domain(name: &Name, findings: &mut Findings) {
    let mut labels: Vec<_> = name
        .attributes()
        .filter(|attribute| attribute.kind() == id::DOMAIN_COMPONENT)
        .filter_map(|attribute| attribute.text())
        .collect();
    labels.reverse();
    let domain = labels.join(".");
    findings.add_if(
        !labels.is_empty() && !syntax::is_host(&domain),
        &rules::DOMAIN_COMPONENT,
        domain,
    );
}

/// RFC 5280 4.1.2.6: an address of mail stands in subjectAltName, whether or not in the name too.
fn inspect_email(certificate: &Certificate, findings: &mut Findings) {
    let alternative = certificate.subject_alternative_names().unwrap_or_default();
    let addresses = certificate
        .subject()
        .attributes()
        .filter(|attribute| attribute.kind() == id::EMAIL_ADDRESS);
    for address in addresses.filter_map(|attribute| attribute.text()) {
        let listed = alternative
            .iter()
            .any(|name| matches!(name, GeneralName::Email(listed) if *listed == address));
        findings.add_if(!listed, &rules::EMAIL_NOT_IN_ALTERNATIVE, address.as_ref());
        findings.add_if(
            !syntax::is_mailbox(&address),
            &rules::EMAIL_SYNTAX,
            address.as_ref(),
        );
    }
}
